//! Our own glyphs, drawn with the colour of the text around.

use leptos::prelude::*;

#[derive(Clone, Copy)]
pub(crate) enum Glyph {
    AddReaction,
    Back,
    Bird,
    Calendar,
    Clock,
    Check,
    Close,
    Compose,
    Copy,
    Down,
    Emoji,
    Exclamation,
    Forward,
    Hash,
    Info,
    Keyboard,
    Link,
    Offline,
    Reply,
    Retry,
    Search,
    Select,
    Send,
    Settings,
    Thread,
    Trash,
    Undo,
    Up,
}

impl Glyph {
    fn path(self) -> &'static str {
        match self {
            Self::AddReaction => {
                "M19.5 12.7a7.8 7.8 0 1 1-8.2-8.2M8.5 14a4 4 0 0 0 6.4 0M9.2 9.8v.01M14.3 9.8v.01M18.5 3v6M15.5 6h6"
            }
            Self::Back => "m15 5-7 7 7 7",
            Self::Bird => {
                "M18.3 9.8 22 11.8l-3.6 1.5A7.5 7.5 0 0 1 9 18.7l-5 1.8 1.2-4.3A7.5 7.5 0 1 1 18.3 9.8ZM13.7 9.5v.01"
            }
            Self::Clock => "M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17M12 7.5V12l3.2 1.9",
            Self::Calendar => "M5 6.5h14v13H5zM5 11h14M9 4v4M15 4v4",
            Self::Check => "m5 12.5 4.5 4.5L19 7.5",
            Self::Close => "m6 6 12 12M18 6 6 18",
            Self::Compose => {
                "M12 4.5H6.5A2.5 2.5 0 0 0 4 7v10.5A2.5 2.5 0 0 0 6.5 20H17a2.5 2.5 0 0 0 2.5-2.5V12M10 14.2l.5-2.9 \
                 8.2-8.2a1.7 1.7 0 0 1 2.4 2.4l-8.2 8.2Z"
            }
            Self::Copy => "M9 9h10.5v11H9ZM15 9V4H4.5v11H9",
            Self::Down => "m6 9.5 6 6 6-6",
            Self::Emoji => "M20 12a8 8 0 1 1-16 0 8 8 0 0 1 16 0M8.5 14a4 4 0 0 0 7 0M9.3 9.8v.01M14.7 9.8v.01",
            Self::Exclamation => "M12 5v8.5M12 18.5v.01",
            Self::Forward => "M4 18.5v-2A5.5 5.5 0 0 1 9.5 11H19M19 11l-5-5M19 11l-5 5",
            Self::Hash => "M10 4 8 20M16 4l-2 16M4.5 9h15.5M4 15h15.5",
            Self::Info => "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0M12 11v5.5M12 7.7v.01",
            Self::Keyboard => "M3 6.5h18v11H3ZM7 10v.01M11 10v.01M15 10v.01M17.5 10v.01M8 14h8",
            Self::Link => {
                "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1.2 1.2M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1.2-1.2"
            }
            Self::Offline => {
                "m3.5 3.5 17 17M5.5 12.8a9.2 9.2 0 0 1 4.8-2.5M2.5 9.3a13.8 13.8 0 0 1 4.3-2.8M11 5.5c4-.3 7.6 1.1 10.5 \
                 3.8M14.8 10.5c1.4.5 2.6 1.3 3.7 2.3M8.7 16.2a4.8 4.8 0 0 1 6.3-.2M12 19.8v.01"
            }
            Self::Reply => "M20 18.5v-2a5.5 5.5 0 0 0-5.5-5.5H5M5 11l5-5M5 11l5 5",
            Self::Retry => "M20 12a8 8 0 1 1-2.4-5.7M20 3.5v4.2h-4.2",
            Self::Search => "M17 10.5a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0M15.5 15.5l5 5",
            Self::Select => "M20 12a8 8 0 1 1-16 0 8 8 0 0 1 16 0M8.5 12.2l2.4 2.4 4.6-5",
            Self::Send => "M12 19V5M6 11l6-6 6 6",
            Self::Thread => "M4 5h12v8H9l-3 3v-3H4ZM19 10v8h-2v2.5L14.5 18H10",
            Self::Trash => "M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7M10.5 10.5V16M13.5 10.5V16",
            Self::Undo => "M5 9h9a5 5 0 0 1 0 10H8M5 9l4-4M5 9l4 4",
            Self::Up => "m6 14.5 6-6 6 6",
            Self::Settings => {
                "M4 8h8M18 8h2M4 16h2M12 16h8M12 8a3 3 0 1 0 6 0a3 3 0 1 0-6 0M6 16a3 3 0 1 0 6 0a3 3 0 1 0-6 0"
            }
        }
    }
}

/// A glyph. It says nothing by itself: what it stands on has a name.
#[component]
pub(crate) fn Icon(glyph: Glyph) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d=glyph.path()></path>
        </svg>
    }
}

/// Myna itself.
#[cfg(feature = "ssr")]
#[component]
pub(crate) fn Logo() -> impl IntoView {
    view! { <img class="logo" src="/favicon.svg" alt=""/> }
}
