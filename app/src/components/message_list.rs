//! The transcript of a conversation: it stays at the newest message unless one reads further up, and grows upwards
//! without jumping.

use super::{Avatar, Glyph, Icon, TranscriptLine};
use crate::client_handle::{ConversationSignals, Typing, use_client};
use leptos::html::Div;
use leptos::prelude::*;
use myna_client::View;
use myna_protocol::{ConversationId, Kind};

/// Pixels from the end within which one counts as being there.
#[cfg(feature = "hydrate")]
const NEAR_END: i32 = 80;
/// Pixels from the beginning at which older messages are fetched.
#[cfg(feature = "hydrate")]
const NEAR_START: i32 = 600;

#[component]
pub(crate) fn MessageList(id: ConversationId, signals: ConversationSignals) -> impl IntoView {
    let scroller: NodeRef<Div> = NodeRef::new();
    // Whether the newest message is in sight; the place of the newest one seen.
    let at_end = RwSignal::new(true);
    let seen = RwSignal::new(0_u64);
    let view: Signal<Option<View>> = signals.view.into();
    let last_seq = Memo::new(move |_| view.with(|view| view.as_ref().map_or(0, |view| view.last_seq)));
    let unseen = Memo::new(move |_| if at_end.get() { 0 } else { last_seq.get().saturating_sub(seen.get()) });
    let group = Memo::new(move |_| view.with(|view| view.as_ref().is_some_and(|view| view.kind != Kind::Direct)));
    let older = Memo::new(move |_| view.with(|view| view.as_ref().map(|view| (view.has_older, view.loading))));
    let lines = signals.lines.clone();
    let typing: Signal<Typing> = signals.typing.into();

    #[cfg(feature = "hydrate")]
    let (on_scroll, jump) = {
        let scrolling = scrolling::Scrolling { handle: use_client(), id, scroller, at_end, seen, last_seq };
        scrolling.follow(signals.lines, typing);
        (move |_| scrolling.scrolled(), move |_| scrolling.jump())
    };
    #[cfg(not(feature = "hydrate"))]
    let (on_scroll, jump) = {
        let _ = (use_client(), id, last_seq, seen);
        (|_| (), |_| ())
    };
    view! {
        <div class="transcript" role="log" aria-label="Messages" tabindex="0" node_ref=scroller on:scroll=on_scroll>
            <div class="older">
                {move || match older.get() {
                    Some((true, _)) => view! { <span class="spinner" role="status" aria-label="Loading older messages"></span> }.into_any(),
                    Some((false, _)) if last_seq.get() == 0 => view! { <span>"No messages yet. Say hello!"</span> }.into_any(),
                    Some((false, _)) => view! { <span>"Beginning of the conversation"</span> }.into_any(),
                    None => ().into_any(),
                }}
            </div>
            <ol class="lines">
                <For each=move || lines.get() key=|row| row.key.clone() let:row>
                    <TranscriptLine row group/>
                </For>
                <For each=move || typing.get() key=|(user, name)| (*user, name.clone()) let((user, name))>
                    <li class="line theirs first last typing" class:group=move || group.get()>
                        {group.get_untracked().then(|| view! { <Avatar name=name.clone() seed=user.to_string() beside_line=true/> })}
                        <div class="bubble tail dots" role="img" aria-label=format!("{name} is typing")>
                            <i></i>
                            <i></i>
                            <i></i>
                        </div>
                    </li>
                </For>
            </ol>
            <Show when=move || !at_end.get()>
                <button
                    class="latest"
                    type="button"
                    aria-label=move || match unseen.get() {
                        0 => "Jump to latest".to_owned(),
                        count => format!("Jump to latest, {count} new"),
                    }
                    on:click=jump
                >
                    <Icon glyph=Glyph::Down/>
                    <Show when=move || { unseen.get() > 0 }>
                        <span class="badge">{unseen}</span>
                    </Show>
                </button>
            </Show>
        </div>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
mod scrolling {
    use super::{NEAR_END, NEAR_START};
    use crate::browser::page;
    use crate::client_handle::{ClientHandle, Rows, Typing};
    use leptos::html::Div;
    use leptos::prelude::*;
    use myna_client::{Line, State};
    use myna_protocol::ConversationId;

    /// How the transcript follows what happens.
    #[derive(Clone, Copy)]
    pub(super) struct Scrolling {
        pub(super) handle: ClientHandle,
        pub(super) id: ConversationId,
        pub(super) scroller: NodeRef<Div>,
        pub(super) at_end: RwSignal<bool>,
        pub(super) seen: RwSignal<u64>,
        pub(super) last_seq: Memo<u64>,
    }

    impl Scrolling {
        /// Keeps the place when lines come: the end when one is there, else what one is reading.
        pub(super) fn follow(self, lines: Rows<Line>, typing: Signal<Typing>) {
            // What the page looked like after it was last put right.
            let height = StoredValue::new(0);
            let first = StoredValue::new(None::<String>);
            let last = StoredValue::new(None::<String>);
            Effect::new(move |_| {
                let rows = lines.get();
                let now_first = rows.first().map(|row| row.key.clone());
                let now_last = rows.last().map(|row| row.key.clone());
                typing.track();
                let before = first.get_value();
                let grew_upwards = before.is_some() && before != now_first;
                // What one has just written is to be seen, wherever one was reading.
                let wrote = last.get_value() != now_last
                    && rows.last().is_some_and(|row| row.value.with_untracked(is_on_its_way));
                let was_at_end = self.at_end.get_untracked() || wrote;
                first.set_value(now_first);
                last.set_value(now_last);
                request_animation_frame(move || {
                    let Some(Some(element)) = self.scroller.try_get_untracked() else { return };
                    if was_at_end {
                        page::scroll_to_end(&element, false);
                    } else if grew_upwards {
                        let grown = element.scroll_height() - height.try_get_value().unwrap_or(0);
                        element.set_scroll_top(element.scroll_top() + grown);
                    }
                    height.try_set_value(element.scroll_height());
                    self.look();
                });
            });
            // Coming back to the page, or to its window, is seeing what came meanwhile.
            let look = move || {
                self.look();
            };
            let visible = window_event_listener_untyped("visibilitychange", move |_| look());
            let focus = window_event_listener(leptos::ev::focus, move |_| look());
            let resize = window_event_listener(leptos::ev::resize, move |_| {
                if let (Some(Some(element)), Some(true)) =
                    (self.scroller.try_get_untracked(), self.at_end.try_get_untracked())
                {
                    page::scroll_to_end(&element, false);
                }
            });
            on_cleanup(move || {
                visible.remove();
                focus.remove();
                resize.remove();
            });
        }

        pub(super) fn scrolled(self) {
            let Some(Some(element)) = self.scroller.try_get_untracked() else { return };
            self.at_end.set(page::below(&element) <= NEAR_END);
            self.look();
            if element.scroll_top() <= NEAR_START {
                self.handle.act(|client, now| client.older(self.id, now));
            }
        }

        pub(super) fn jump(self) {
            if let Some(element) = self.scroller.get_untracked() {
                // In this order: taking the focus ends a gentle scroll that is under way.
                let _ = element.focus();
                page::scroll_to_end(&element, true);
            }
        }

        /// What is at the end and in sight has been read.
        fn look(self) {
            if self.at_end.try_get_untracked() != Some(true) || !page::is_visible() {
                return;
            }
            if let Some(last) = self.last_seq.try_get_untracked() {
                self.seen.set(last);
                self.handle.act(|client, now| client.read(self.id, now));
            }
        }
    }

    fn is_on_its_way(line: &Line) -> bool {
        matches!(line, Line::Bubble(bubble) if bubble.state == State::Pending)
    }
}
