//! How the transcript follows what happens.

use super::fit::fit;
use crate::browser::page::{self, SizeObserver};
use crate::client_handle::{ClientHandle, RowSignal, Rows, Typing};
use crate::components::Overlay;
use crate::components::bubble::MESSAGE;
use crate::i18n::Words;
use leptos::html::Div;
use leptos::prelude::*;
use myna_client::{Arrival, Line, State};
use myna_protocol::ConversationId;
use web_sys::Element;

/// Pixels from the end within which one counts as being there.
const NEAR_END: i32 = 80;
/// Pixels from an end of what is in the page at which more of it is brought there.
const NEAR: i32 = 600;

#[derive(Clone, Copy)]
pub(super) struct Scrolling {
    pub(super) handle: ClientHandle,
    pub(super) overlay: Overlay,
    pub(super) t: Words,
    pub(super) id: ConversationId,
    pub(super) scroller: NodeRef<Div>,
    /// Whether the newest message is in sight.
    pub(super) at_end: RwSignal<bool>,
    /// The place of the newest message that was in sight.
    pub(super) seen: RwSignal<u64>,
    pub(super) last_seq: Memo<u64>,
    /// The place of the newest message that a screen reader was told.
    pub(super) announced: StoredValue<Option<u64>>,
    pub(super) has_newer: Memo<bool>,
    /// How much is unread, if the conversation had unread messages when it was opened.
    pub(super) unread: Memo<Option<u64>>,
    /// The last message that the reader went to.
    pub(super) arrival: Memo<Option<Arrival>>,
    /// The last arrival that the page has shown; 0 for none.
    pub(super) shown_arrival: StoredValue<u64>,
    /// The message at the top of the page now and how far below it begins, if the page is not at the end.
    pub(super) place: StoredValue<Option<(u64, i32)>>,
    /// Whether the page is where it begins: at the first unread message, where the reader went or left it, else at the end.
    pub(super) is_placed: StoredValue<bool>,
    /// The width in which the lines were wrapped when `place` was taken; 0 before.
    pub(super) width: StoredValue<i32>,
    /// What has to stay where it is when lines come or go around it.
    pub(super) anchor: StoredValue<Option<Anchor>, LocalStorage>,
}

/// A line in sight, and how far it began below the top of the page.
#[derive(Clone)]
pub(super) struct Anchor {
    line: Element,
    top: f64,
}

impl Scrolling {
    /// Keeps the place when lines come: the end when one is there, else what one is reading.
    pub(super) fn follow(self, lines: Rows<Line>, typing: Signal<Typing>, loading: Memo<bool>, in_thread: Memo<bool>) {
        Effect::new(move |_| {
            let _ = self.arrival.get();
            if self.new_arrival().is_some() {
                self.at_end.set(false);
                self.is_placed.set_value(false);
            }
            // Also where the message was unloaded before the page could show it: then the page stays where it can.
            self.settle_soon();
        });
        let last = StoredValue::new(None);
        Effect::new(move |_| {
            let rows = lines.get();
            typing.track();
            self.handle.schedule().track();
            // What has been loaded is brought to the page where the reader waits for it. Read and not only tracked: a memo that
            // nobody reads never changes.
            let _ = loading.get();
            // A thread hid what came meanwhile.
            let is_hidden = in_thread.get();
            let now_last = rows.last().map(|row| row.key);
            // What one has just written is to be seen, wherever one was reading.
            let has_come = last.get_value() != now_last;
            let wrote = has_come && rows.last().is_some_and(|row| row.value.with_untracked(is_on_its_way));
            last.set_value(now_last);
            self.announce(&rows);
            if wrote && !is_hidden {
                self.at_end.set(true);
            }
            // What comes while a thread hides it is still to be read: the page stays where it is.
            if has_come && is_hidden && !wrote && self.at_end.get_untracked() {
                self.at_end.set(false);
                self.handle.act(|client, _| {
                    client.follow(self.id, false);
                    Vec::new()
                });
            }
            self.settle_soon();
        });
        // What is written, a banner, a turned phone, a growing composer: whatever takes or gives room at the end.
        let sizes = StoredValue::new_local(None::<SizeObserver>);
        Effect::new(move |_| {
            let Some(scroller) = self.scroller.get() else { return };
            let inner = scroller.query_selector(".lines").ok().flatten();
            let resized = move || {
                if let Some(Some(scroller)) = self.scroller.try_get_untracked() {
                    self.resized(&scroller);
                }
            };
            sizes.set_value(SizeObserver::new(inner.iter().chain([scroller.as_ref()]), resized));
        });
        // Coming back to the page, or to its window, is seeing what came meanwhile.
        let visible = window_event_listener_untyped("visibilitychange", move |_| self.look());
        let focus = window_event_listener(leptos::ev::focus, move |_| self.look());
        on_cleanup(move || {
            visible.remove();
            focus.remove();
            let place = self.place.try_get_value().flatten();
            self.handle.act(|client, _| {
                client.leave_at(self.id, place);
                Vec::new()
            });
        });
    }

    /// Tells a screen reader what others have written since it was told last.
    fn announce(self, rows: &[RowSignal<Line>]) {
        let (announced, last) = (self.announced.get_value(), self.last_seq.get_untracked());
        self.announced.set_value(Some(last));
        let Some(announced) = announced else { return };
        let mut said = Vec::new();
        for row in rows {
            row.value.with_untracked(|line| {
                if let Line::Bubble(bubble) = line
                    && !bubble.mine
                    && bubble.seq.is_some_and(|seq| seq > announced)
                {
                    said.push(match &bubble.unsent {
                        Some(by) => self.t.unsent_by(by),
                        None => self.t.preview_from(self.t.person(&bubble.name), bubble.text.as_str()),
                    });
                }
            });
        }
        if !said.is_empty() {
            self.overlay.announce(said.join("\n"));
        }
    }

    /// As soon as the lines are in the page: before it is painted, and before the next event of scrolling.
    fn settle_soon(self) {
        leptos::task::spawn_local(async move {
            leptos::task::tick().await;
            self.settle();
        });
    }

    /// Lines have come or gone: puts the page right.
    fn settle(self) {
        let Some(Some(scroller)) = self.scroller.try_get_untracked() else { return };
        fit(&scroller);
        let mut anchor = self.anchor.try_update_value(Option::take).flatten();
        if !self.is_placed.get_value() {
            if !self.place(&scroller) {
                return;
            }
            // That was for the place before.
            anchor = None;
        }
        if self.at_end.get_untracked() && !self.has_newer.get_untracked() {
            page::scroll_to_end(&scroller, false);
        } else if let Some(Anchor { line, top }) = anchor.filter(|anchor| anchor.line.is_connected()) {
            let moved = page::top(&line) - top;
            if moved.abs() >= 1.0 {
                scroller.set_scroll_top(scroller.scroll_top() + moved.round() as i32);
            }
        }
        self.arrived(&scroller);
    }

    /// The lines or the room for them have another size: the end stays in sight, or the message at the top of the page.
    fn resized(self, scroller: &Element) {
        fit(scroller);
        self.width.set_value(scroller.client_width());
        if self.at_end.get_untracked() {
            page::scroll_to_end(scroller, false);
        } else if self.is_placed.get_value()
            && let Some((seq, below)) = self.place.get_value()
            && let Some(line) = message(scroller, seq)
        {
            scroll_to(scroller, &line, f64::from(below));
            self.arrived(scroller);
        }
    }

    /// Begins at the first unread message, or where the reader went or left; false while that is loading.
    fn place(self, scroller: &Element) -> bool {
        // What was said before stays in sight above it.
        let quarter = f64::from(scroller.client_height()) / 4.0;
        if let Some(arrival) = self.new_arrival() {
            let Some(line) = message(scroller, arrival.seq) else { return false };
            self.shown_arrival.set_value(arrival.times);
            match arrival.below {
                Some(below) => {
                    self.seen.set(self.last_seq.get_untracked());
                    scroll_to(scroller, &line, f64::from(below));
                }
                None => {
                    scroll_to(scroller, &line, quarter);
                    show_found(scroller, &line);
                }
            }
        } else if let Some(unread) = self.unread.get_untracked() {
            if self.at_end.get_untracked() {
                self.at_end.set(false);
                self.seen.set(self.last_seq.get_untracked().saturating_sub(unread));
            }
            let Some(line) = scroller.query_selector(".unread-line").ok().flatten() else { return false };
            scroll_to(scroller, &line, quarter);
        }
        self.is_placed.set_value(true);
        true
    }

    /// What the reader went to, while the page has not shown it.
    fn new_arrival(self) -> Option<Arrival> {
        self.arrival.get_untracked().filter(|arrival| arrival.times > self.shown_arrival.get_value())
    }

    pub(super) fn scrolled(self) {
        if let Some(Some(scroller)) = self.scroller.try_get_untracked()
            && self.is_placed.get_value()
        {
            self.arrived(&scroller);
        }
    }

    /// The page shows another place: this may have been read, and more may be needed at an end.
    fn arrived(self, scroller: &Element) {
        // The lines are wrapped anew, and nothing is where it was: `resized` comes and puts the page back first.
        if ![0, scroller.client_width()].contains(&self.width.get_value()) {
            return;
        }
        let at_end = page::below(scroller) <= NEAR_END && !self.has_newer.get_untracked();
        if at_end != self.at_end.get_untracked() {
            self.at_end.set(at_end);
            self.handle.act(|client, _| {
                client.follow(self.id, at_end);
                Vec::new()
            });
        }
        self.place.set_value(if at_end { None } else { top_message(scroller) });
        self.look();
        let is_near_start = scroller.scroll_top() <= NEAR;
        let is_near_end = page::below(scroller) <= NEAR && self.has_newer.get_untracked();
        self.anchor.set_value((is_near_start || is_near_end).then(|| first_in_sight(scroller)).flatten());
        if is_near_start {
            self.handle.act(|client, now| client.older(self.id, now));
        }
        if is_near_end {
            self.handle.act(|client, now| client.newer(self.id, now));
        }
    }

    /// Goes to the newest message.
    pub(super) fn jump(self) {
        self.is_placed.set_value(true);
        let is_far = self.has_newer.get_untracked();
        self.handle.act(|client, _| {
            client.newest(self.id);
            Vec::new()
        });
        request_animation_frame(move || {
            let Some(Some(scroller)) = self.scroller.try_get_untracked() else { return };
            // In this order: taking the focus ends a gentle scroll that is under way.
            let _ = scroller.focus();
            page::scroll_to_end(&scroller, !is_far);
            // The old place is left, and the new one is not known before the page has scrolled.
            self.place.set_value(None);
        });
    }

    /// What is in sight, in the window that the person looks at, has been read.
    fn look(self) {
        if self.is_placed.try_get_value() != Some(true) || !page::is_looked_at() {
            return;
        }
        // A thread hides it.
        if self.handle.look(|client| client.thread(self.id)).is_some() {
            return;
        }
        let Some((at_end, Some(scroller))) = self.at_end.try_get_untracked().zip(self.scroller.try_get_untracked())
        else {
            return;
        };
        let last = if at_end { self.last_seq.try_get_untracked() } else { last_in_sight(&scroller) };
        if let Some(last) = last.filter(|last| *last > self.seen.get_untracked() || at_end) {
            self.seen.set(last);
            self.handle.act(|client, now| client.read_to(self.id, last, now));
        }
    }
}

/// The line of a message.
fn message(scroller: &Element, seq: u64) -> Option<Element> {
    scroller.query_selector(&format!("[data-seq='{seq}']")).ok().flatten()
}

/// Scrolls until this line begins so many pixels below the top of the page.
fn scroll_to(scroller: &Element, line: &Element, below: f64) {
    let moved = page::top(line) - page::top(scroller) - below;
    if moved.abs() >= 1.0 {
        scroller.set_scroll_top(scroller.scroll_top() + moved.round() as i32);
    }
}

/// Lets this line stand out for a moment, and gives its message the focus unless the reader has begun to write meanwhile.
fn show_found(scroller: &Element, line: &Element) {
    const FOUND: &str = "data-found";
    if let Ok(Some(before)) = scroller.query_selector(&format!("[{FOUND}]")) {
        let _ = before.remove_attribute(FOUND);
    }
    let _ = line.set_attribute(FOUND, "");
    if !page::is_writing()
        && let Ok(Some(message)) = line.query_selector(MESSAGE)
    {
        page::focus_in_place(&message);
    }
}

/// The first line of which anything can be seen.
fn first_in_sight(scroller: &Element) -> Option<Anchor> {
    let top = page::top(scroller);
    let lines = scroller.query_selector_all(".lines > li").ok()?;
    (0..lines.length()).filter_map(|at| lines.get(at)).find_map(|line| {
        let line: Element = wasm_bindgen::JsCast::dyn_into(line).ok()?;
        let is_seen = line.get_bounding_client_rect().bottom() > top;
        is_seen.then(|| Anchor { top: page::top(&line), line })
    })
}

/// The first message that begins in sight, and how far below the top that is; where one fills the page, that one.
fn top_message(scroller: &Element) -> Option<(u64, i32)> {
    let (top, height) = (page::top(scroller), f64::from(scroller.client_height()));
    let lines = scroller.query_selector_all(".lines > li[data-seq]").ok()?;
    let mut found = None;
    for line in (0..lines.length()).filter_map(|at| lines.get(at)) {
        let line: Element = wasm_bindgen::JsCast::dyn_into(line).ok()?;
        let below = page::top(&line) - top;
        if below < height || found.is_none() {
            found = Some((line, below));
        }
        if below >= 0.0 {
            break;
        }
    }
    let (line, below) = found?;
    Some((line.get_attribute("data-seq")?.parse().ok()?, below.round() as i32))
}

/// The place of the last message that can be seen.
fn last_in_sight(scroller: &Element) -> Option<u64> {
    let bottom = scroller.get_bounding_client_rect().bottom();
    let lines = scroller.query_selector_all(".lines > li[data-seq]").ok()?;
    (0..lines.length()).rev().filter_map(|at| lines.get(at)).find_map(|line| {
        let line: Element = wasm_bindgen::JsCast::dyn_into(line).ok()?;
        let is_seen = line.get_bounding_client_rect().bottom() <= bottom + 1.0;
        is_seen.then(|| line.get_attribute("data-seq")?.parse().ok()).flatten()
    })
}

fn is_on_its_way(line: &Line) -> bool {
    matches!(line, Line::Bubble(bubble) if bubble.state == State::Pending)
}
