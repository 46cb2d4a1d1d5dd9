//! The page itself: where it goes, whether it is seen, how it scrolls.

use crate::preferences::PAGE_COLORS;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{
    AddEventListenerOptions, DragEvent, Element, FocusOptions, HtmlAnchorElement, HtmlDocument, HtmlElement,
    HtmlTextAreaElement, KeyboardEvent, MouseEvent, ResizeObserver, ScrollBehavior, ScrollIntoViewOptions,
    ScrollLogicalPosition, ScrollToOptions, VisibilityState,
};

/// This session is over: to the page to sign in, and nothing of it stays in the page.
pub(crate) fn leave() {
    let _ = window().location().replace("/sign-in");
}

/// Whether somebody can see the page.
pub(crate) fn is_visible() -> bool {
    document().visibility_state() == VisibilityState::Visible
}

/// Whether somebody looks at the page: it can be seen, and its window has the focus.
pub(crate) fn is_looked_at() -> bool {
    is_visible() && document().has_focus().unwrap_or(true)
}

/// The language that the server has made the page in.
pub(crate) fn language() -> String {
    document().document_element().and_then(|html| html.get_attribute("lang")).unwrap_or_default()
}

/// The text in the first element that this finds.
pub(crate) fn text_of(selector: &str) -> Option<String> {
    document().query_selector(selector).ok().flatten()?.text_content()
}

/// An attribute of the whole page, such as the theme that was chosen.
pub(crate) fn attribute(name: &str) -> Option<String> {
    document().document_element().and_then(|html| html.get_attribute(name))
}

fn set_attribute(name: &str, value: Option<&str>) {
    if let Some(html) = document().document_element() {
        let _ = match value {
            Some(value) => html.set_attribute(name, value),
            None => html.remove_attribute(name),
        };
    }
}

/// Gives the page another accent; `None` for the usual one.
pub(crate) fn set_accent(name: Option<&str>) {
    set_attribute("data-accent", name);
}

/// Gives the page another theme; `None` leaves it to the system. What the browser draws around the page follows.
pub(crate) fn set_theme(name: Option<&str>) {
    set_attribute("data-theme", name);
    let Ok(colors) = document().query_selector_all("meta[name=theme-color]") else { return };
    let (light, dark) = PAGE_COLORS;
    for meta in (0..colors.length()).filter_map(|at| colors.get(at)?.dyn_into::<Element>().ok()) {
        let is_dark = match name {
            Some(name) => name == "dark",
            None => match meta.get_attribute("media") {
                Some(media) => media.contains("dark"),
                None => matches("(prefers-color-scheme: dark)"),
            },
        };
        let _ = meta.set_attribute("content", if is_dark { dark } else { light });
    }
}

/// A preference that was kept.
pub(crate) fn preference(cookie: &str) -> Option<String> {
    let cookies = document().dyn_into::<HtmlDocument>().ok()?.cookie().ok()?;
    let mut pairs = cookies.split("; ").filter_map(|pair| pair.split_once('='));
    pairs.find(|(name, _)| *name == cookie).map(|(_, value)| value.to_owned())
}

/// Shows in the icon of the tab in how many conversations something is unread.
pub(crate) fn set_icon(unread: usize) {
    const ICON: &str = include_str!("../../../public/favicon.svg");
    let address = match unread {
        0 => "/favicon.svg".to_owned(),
        count => {
            let count = if count > 9 { "9+".to_owned() } else { count.to_string() };
            let badge = format!(
                "<circle cx='45' cy='19' r='19' fill='#e5221f'/><text x='45' y='28.5' text-anchor='middle' fill='#fff' \
                 font-family='sans-serif' font-weight='700' font-size='27'>{count}</text></svg>"
            );
            let icon = ICON.trim_end().replace("</svg>", &badge);
            format!("data:image/svg+xml,{}", js_sys::encode_uri_component(&icon))
        }
    };
    if let Some(link) = document().query_selector("link[rel=icon]").ok().flatten() {
        let _ = link.set_attribute("href", &address);
    }
}

/// Keeps a preference in a cookie for a year, or gives it up.
pub(crate) fn keep_preference(cookie: &str, value: Option<&str>) {
    const YEAR: u32 = 365 * 24 * 60 * 60;
    let (value, age) = value.map_or(("", 0), |value| (value, YEAR));
    if let Ok(document) = document().dyn_into::<HtmlDocument>() {
        let _ = document.set_cookie(&format!("{cookie}={value}; Path=/; Max-Age={age}; SameSite=Lax"));
    }
}

/// Keeps the browser from opening files that are dropped on the page; a dragged text goes where it is dropped.
#[expect(clippy::needless_pass_by_value, reason = "listeners take events by value")]
pub(crate) fn refuse_files(event: DragEvent) {
    let is_file = |data: web_sys::DataTransfer| data.types().includes(&"Files".into(), 0);
    if event.data_transfer().is_some_and(is_file) {
        event.prevent_default();
    }
}

/// The path of the address.
pub(crate) fn path() -> String {
    window().location().pathname().unwrap_or_default()
}

/// Puts another path in the address; nothing is loaded.
pub(crate) fn push(path: &str) {
    if let Ok(history) = window().history() {
        let _ = history.push_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(path));
    }
}

/// The path that a click leads to, where it follows a link within this site in this tab.
pub(crate) fn followed_link(event: &MouseEvent) -> Option<String> {
    let is_plain =
        event.button() == 0 && !(event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key());
    if !is_plain || event.default_prevented() {
        return None;
    }
    let link: HtmlAnchorElement =
        event.target()?.dyn_into::<Element>().ok()?.closest("a[href]").ok()??.dyn_into().ok()?;
    let stays =
        link.target().is_empty() && link.rel() != "external" && link.origin() == window().location().origin().ok()?;
    stays.then(|| link.pathname())
}

/// What has the focus, if that can be given it again.
pub(crate) fn focused() -> Option<HtmlElement> {
    document().active_element()?.dyn_into().ok()
}

/// Whether nothing has the focus.
pub(crate) fn has_no_focus() -> bool {
    document().active_element().is_none_or(|element| element.tag_name() == "BODY")
}

/// Rows are about to come or go. Leptos takes some that stay out of the page and puts them back, and that drops the focus: what has
/// it in a list of messages has it afterwards too.
pub(crate) fn keep_focus() {
    let Some(focused) = focused().filter(|focused| focused.closest(".lines").is_ok_and(|lines| lines.is_some())) else {
        return;
    };
    spawn_local(async move {
        tick().await;
        if has_no_focus() && focused.is_connected() {
            focus_in_place(&focused);
        }
    });
}

/// Whether what has the focus matches this selector.
pub(crate) fn has_focus(selector: &str) -> bool {
    document().active_element().is_some_and(|element| element.matches(selector).unwrap_or(false))
}

/// Clicks the first element that this selector finds.
pub(crate) fn click(selector: &str) {
    if let Some(element) = first(selector) {
        element.click();
    }
}

/// Gives the focus to the first element that this selector finds.
pub(crate) fn focus(selector: &str) {
    if let Some(element) = first(selector) {
        let _ = element.focus();
    }
}

fn first(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok().flatten()?.dyn_into().ok()
}

/// Gives the focus to an element, and scrolls nothing.
pub(crate) fn focus_in_place(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = element.focus_with_options(&options);
    }
}

/// Gives the focus to an element that cannot have it otherwise, until it goes elsewhere.
pub(crate) fn focus_once(selector: &str) {
    let Some(element) = document().query_selector(selector).ok().flatten() else { return };
    let _ = element.set_attribute("tabindex", "-1");
    focus(selector);
    let restore = Closure::once_into_js({
        let element = element.clone();
        move || {
            let _ = element.remove_attribute("tabindex");
        }
    });
    let options = AddEventListenerOptions::new();
    options.set_once(true);
    let _ = element.add_event_listener_with_callback_and_add_event_listener_options(
        "blur",
        restore.unchecked_ref(),
        &options,
    );
}

/// Brings into sight what this selector finds.
pub(crate) fn reveal(selector: &str) {
    if let Some(element) = document().query_selector(selector).ok().flatten() {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Whether a dialog is open.
pub(crate) fn has_dialog() -> bool {
    document().query_selector("dialog[open]").ok().flatten().is_some()
}

/// Whether a text field receives the keys. A field that is no longer rendered does not, though it keeps the focus until the next
/// frame.
pub(crate) fn is_writing() -> bool {
    document().active_element().is_some_and(|element| {
        matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA") && element.get_client_rects().length() > 0
    })
}

/// Whether some text of the page is selected.
pub(crate) fn has_selection() -> bool {
    window().get_selection().ok().flatten().is_some_and(|selection| !selection.is_collapsed())
}

/// The scheme, host and port of the page's address.
pub(crate) fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// Writes a text where the cursor is in a field, as if it were typed: it can be undone.
pub(crate) fn insert_text(field: &str, text: &str) {
    focus(field);
    if let Some(document) = document().dyn_ref::<HtmlDocument>() {
        let _ = document.exec_command_with_show_ui_and_value("insertText", false, text);
    }
}

pub(crate) fn select_nothing() {
    if let Ok(Some(selection)) = window().get_selection() {
        let _ = selection.remove_all_ranges();
    }
}

/// Whether the page is written from right to left.
pub(crate) fn is_rtl() -> bool {
    attribute("dir").as_deref() == Some("rtl")
}

/// How many elements of this width fit into a row of its parent.
pub(crate) fn columns(element: &HtmlElement) -> usize {
    let width = |element: &Element| f64::from(element.client_width());
    let whole = element.parent_element().map_or(0.0, |parent| width(&parent));
    (whole / width(element).max(1.0)).floor().max(1.0) as usize
}

/// Whether the keyboard has a ⌘ key.
pub(crate) fn is_mac() -> bool {
    let platform = window().navigator().platform().unwrap_or_default();
    platform.starts_with("Mac") || platform.starts_with("iP")
}

/// Where the focus goes among several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Next,
    Previous,
    First,
    Last,
}

/// Moves the focus among those in `container` that this selector finds; whether there was one to move to. From the last one
/// the next is the first where it `wraps`.
pub(crate) fn step(container: &Element, selector: &str, to: Step, wraps: bool) -> bool {
    let Ok(found) = container.query_selector_all(selector) else { return false };
    let Some(last) = found.length().checked_sub(1) else { return false };
    let focused = document().active_element();
    let at = (0..=last).find(|at| {
        found.get(*at).is_some_and(|node| focused.as_ref().is_some_and(|focused| node.is_same_node(Some(focused))))
    });
    let next = match (to, at) {
        (Step::First, _) | (Step::Next, None) => 0,
        (Step::Last, _) | (Step::Previous, None) => last,
        (Step::Next, Some(at)) if at < last => at + 1,
        (Step::Previous, Some(at)) if at > 0 => at - 1,
        (Step::Next, Some(_)) if wraps => 0,
        (Step::Previous, Some(_)) if wraps => last,
        (Step::Next | Step::Previous, Some(_)) => return false,
    };
    found.get(next).and_then(|node| node.dyn_into::<HtmlElement>().ok()).is_some_and(|element| element.focus().is_ok())
}

/// Moves the focus among those within the first element that `container` finds, see [`step`].
pub(crate) fn step_in(container: &str, selector: &str, to: Step) -> bool {
    document().query_selector(container).ok().flatten().is_some_and(|container| step(&container, selector, to, false))
}

/// Whether the pointer is on a link.
pub(crate) fn is_on_link(event: &MouseEvent) -> bool {
    let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    element.is_some_and(|element| element.closest("a[href]").is_ok_and(|link| link.is_some()))
}

/// Where a menu opens that the keyboard asks for: a little below the top of the element that listens, at its start.
pub(crate) fn below_start_of(event: &KeyboardEvent) -> (i32, i32) {
    let element = event.current_target().and_then(|target| target.dyn_into::<Element>().ok());
    element.map_or((0, 0), |element| {
        let area = element.get_bounding_client_rect();
        (area.left() as i32 + 8, area.top() as i32 + 24)
    })
}

/// Puts an element with a corner at this point, and all of it into the window.
pub(crate) fn place_in_window(element: &HtmlElement, (x, y): (i32, i32)) {
    const MARGIN: i32 = 8;
    let size = |size: Result<wasm_bindgen::JsValue, wasm_bindgen::JsValue>| {
        size.ok().and_then(|size| size.as_f64()).unwrap_or_default() as i32
    };
    let (width, height) = (size(window().inner_width()), size(window().inner_height()));
    let fit = |at: i32, size: i32, room: i32| at.min(room - size - MARGIN).max(MARGIN);
    let style = element.style();
    let _ = style.set_property("left", &format!("{}px", fit(x, element.offset_width(), width)));
    let _ = style.set_property("top", &format!("{}px", fit(y, element.offset_height(), height)));
}

/// Copies a text; whether the browser let us. By a field, because pages that came by http have no other way.
pub(crate) fn copy(text: &str) -> bool {
    let before = focused();
    let field =
        document().create_element("textarea").ok().and_then(|field| field.dyn_into::<HtmlTextAreaElement>().ok());
    let (Some(field), Some(body)) = (field, document().body()) else { return false };
    field.set_value(text);
    field.set_class_name("visually-hidden");
    let is_in = body.append_child(&field).is_ok();
    field.select();
    let copied = document().dyn_into::<HtmlDocument>().is_ok_and(|document| document.exec_command("copy") == Ok(true));
    field.remove();
    if let Some(before) = before {
        let _ = before.focus();
    }
    is_in && copied
}

/// Does what a click on the first element would do that this selector finds.
pub(crate) fn click_first(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        element.click();
    }
}

/// Pixels from what is seen to the end.
pub(crate) fn below(element: &Element) -> i32 {
    element.scroll_height() - element.scroll_top() - element.client_height()
}

/// Pixels from the top of the window to where an element begins.
pub(crate) fn top(element: &Element) -> f64 {
    element.get_bounding_client_rect().top()
}

/// Goes to the end: at once, or gently where the reader's device allows motion.
pub(crate) fn scroll_to_end(element: &Element, gently: bool) {
    let options = ScrollToOptions::new();
    options.set_top(f64::from(element.scroll_height()));
    options.set_behavior(if gently && allows_motion() { ScrollBehavior::Smooth } else { ScrollBehavior::Instant });
    element.scroll_to_with_scroll_to_options(&options);
}

fn allows_motion() -> bool {
    !matches("(prefers-reduced-motion: reduce)")
}

/// Whether a media query holds.
pub(crate) fn matches(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|query| query.matches())
}

/// Tells when elements change their size, until it is dropped.
pub(crate) struct SizeObserver {
    observer: ResizeObserver,
    // The browser calls it.
    _resized: Closure<dyn FnMut()>,
}

impl SizeObserver {
    /// `None` where the browser has no such thing.
    pub(crate) fn new<'a>(
        elements: impl IntoIterator<Item = &'a Element>,
        resized: impl FnMut() + 'static,
    ) -> Option<Self> {
        let resized = Closure::new(resized);
        let observer = ResizeObserver::new(resized.as_ref().unchecked_ref()).ok()?;
        elements.into_iter().for_each(|element| observer.observe(element));
        Some(Self { observer, _resized: resized })
    }
}

impl Drop for SizeObserver {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
