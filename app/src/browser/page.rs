//! The page itself: where it goes, whether it is seen, how it scrolls.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{
    DragEvent, Element, HtmlAnchorElement, HtmlDocument, HtmlElement, MouseEvent, ResizeObserver, ScrollBehavior,
    ScrollToOptions, VisibilityState,
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

/// The name of the theme that the page has, where one was chosen.
pub(crate) fn theme() -> Option<String> {
    document().document_element().and_then(|html| html.get_attribute("data-theme"))
}

/// Gives the page another theme; `None` leaves it to the system.
pub(crate) fn set_theme(name: Option<&str>) {
    if let Some(html) = document().document_element() {
        let _ = match name {
            Some(name) => html.set_attribute("data-theme", name),
            None => html.remove_attribute("data-theme"),
        };
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
