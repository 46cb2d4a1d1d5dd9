//! The tab: its title and its icon say what is open and how much is unread.

use super::page;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use std::time::Duration;

/// How late the tab may be. A browser does much work for each change of it, and a message that is read at once needs none.
const DELAY: Duration = Duration::from_millis(300);

/// Shows this title, and the number of conversations with unread messages in the icon.
pub(crate) fn follow(now: Signal<(String, usize)>) {
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let shown = StoredValue::new(None);
    let show = move || {
        timer.set_value(None);
        let (title, unread) = now.get_untracked();
        if shown.get_value() != Some((title.clone(), unread)) {
            document().set_title(&title);
            page::set_icon(unread);
            shown.set_value(Some((title, unread)));
        }
    };
    Effect::new(move |_| {
        now.track();
        if timer.with_value(Option::is_none) {
            timer.set_value(set_timeout_with_handle(show, DELAY).ok());
        }
    });
    on_cleanup(move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    });
}
