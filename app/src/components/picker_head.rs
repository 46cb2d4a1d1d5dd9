//! The head of a page beside the list: settings, the channels, a new message.

use super::{Glyph, Icon};
use crate::i18n::words;
use leptos::prelude::*;

#[component]
pub(crate) fn PickerHead(title: &'static str) -> impl IntoView {
    view! {
        <header class="picker-head">
            <a href="/" class="back" aria-label=words().back()>
                <Icon glyph=Glyph::Back/>
            </a>
            <h1>{title}</h1>
        </header>
    }
    .into_any()
}
