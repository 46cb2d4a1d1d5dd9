//! The page itself: where it goes, whether it is seen, how it scrolls.

use leptos::prelude::*;
use web_sys::{Element, ScrollBehavior, ScrollToOptions, VisibilityState};

/// This session is over: to the page to sign in, and nothing of it stays in the page.
pub(crate) fn leave() {
    let _ = window().location().replace("/sign-in");
}

/// Whether somebody can see the page.
pub(crate) fn is_visible() -> bool {
    document().visibility_state() == VisibilityState::Visible
}

/// Pixels from what is seen to the end.
pub(crate) fn below(element: &Element) -> i32 {
    element.scroll_height() - element.scroll_top() - element.client_height()
}

/// Goes to the end: at once, or gently where the reader's device allows motion.
pub(crate) fn scroll_to_end(element: &Element, gently: bool) {
    let options = ScrollToOptions::new();
    options.set_top(f64::from(element.scroll_height()));
    options.set_behavior(if gently && allows_motion() { ScrollBehavior::Smooth } else { ScrollBehavior::Instant });
    element.scroll_to_with_scroll_to_options(&options);
}

fn allows_motion() -> bool {
    let reduced = window().match_media("(prefers-reduced-motion: reduce)").ok().flatten();
    !reduced.is_some_and(|query| query.matches())
}
