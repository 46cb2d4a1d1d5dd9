//! What can be done from anywhere in the chat: one list, which the keyboard, the quick switcher and the sheet of shortcuts
//! read.

use crate::client_handle::ClientHandle;
use crate::components::{Glyph, Overlay, Sheet};
use crate::i18n::Words;
use crate::navigation::{Navigation, Route};

/// Something that can be done from anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    QuickSwitcher,
    NewMessage,
    PreviousConversation,
    NextConversation,
    PreviousUnread,
    NextUnread,
    GoToDate,
    SendLater,
    ScheduledMessages,
    Channels,
    Settings,
    Shortcuts,
}

/// What is held together with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hold {
    /// Control, or ⌘ where a keyboard has it.
    Primary,
    Alt,
    AltShift,
}

/// The keys of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shortcut {
    hold: Hold,
    key: &'static str,
}

impl Command {
    pub(crate) const ALL: [Self; 12] = [
        Self::QuickSwitcher,
        Self::NewMessage,
        Self::PreviousConversation,
        Self::NextConversation,
        Self::PreviousUnread,
        Self::NextUnread,
        Self::GoToDate,
        Self::SendLater,
        Self::ScheduledMessages,
        Self::Channels,
        Self::Settings,
        Self::Shortcuts,
    ];

    pub(crate) fn label(self, t: Words) -> &'static str {
        match self {
            Self::QuickSwitcher => t.quick_switcher(),
            Self::NewMessage => t.new_message(),
            Self::PreviousConversation => t.previous_conversation(),
            Self::NextConversation => t.next_conversation(),
            Self::PreviousUnread => t.previous_unread(),
            Self::NextUnread => t.next_unread(),
            Self::GoToDate => t.go_to_date(),
            Self::SendLater => t.send_later(),
            Self::ScheduledMessages => t.scheduled_messages(),
            Self::Channels => t.channels(),
            Self::Settings => t.settings(),
            Self::Shortcuts => t.shortcuts(),
        }
    }

    pub(crate) fn glyph(self) -> Glyph {
        match self {
            Self::QuickSwitcher => Glyph::Search,
            Self::NewMessage => Glyph::Compose,
            Self::PreviousConversation | Self::PreviousUnread => Glyph::Up,
            Self::NextConversation | Self::NextUnread => Glyph::Down,
            Self::GoToDate => Glyph::Calendar,
            Self::SendLater | Self::ScheduledMessages => Glyph::Clock,
            Self::Channels => Glyph::Hash,
            Self::Settings => Glyph::Settings,
            Self::Shortcuts => Glyph::Keyboard,
        }
    }

    pub(crate) fn shortcut(self) -> Option<Shortcut> {
        let (hold, key) = match self {
            Self::QuickSwitcher => (Hold::Primary, "k"),
            Self::PreviousConversation => (Hold::Alt, "ArrowUp"),
            Self::NextConversation => (Hold::Alt, "ArrowDown"),
            Self::PreviousUnread => (Hold::AltShift, "ArrowUp"),
            Self::NextUnread => (Hold::AltShift, "ArrowDown"),
            Self::Settings => (Hold::Primary, ","),
            Self::Shortcuts => (Hold::Primary, "/"),
            Self::NewMessage | Self::GoToDate | Self::SendLater | Self::ScheduledMessages | Self::Channels => {
                return None;
            }
        };
        Some(Shortcut { hold, key })
    }

    /// Whether it can do anything where the person is.
    pub(crate) fn is_available(self, handle: ClientHandle, navigation: Navigation) -> bool {
        let here = navigation.here().and_then(Route::conversation);
        handle.look(|client| match self {
            Self::GoToDate => here.and_then(|id| client.conversation(id)).is_some_and(|view| view.last_seq > 0),
            Self::SendLater => here.is_some_and(|id| client.may_schedule_draft(id)),
            Self::ScheduledMessages => client.may_list_scheduled(),
            _ => true,
        })
    }

    pub(crate) fn run(self, handle: ClientHandle, navigation: Navigation, overlay: Overlay) {
        let beside = |forwards: bool, only_unread: bool| {
            let here = navigation.here().and_then(Route::conversation);
            if let Some(id) = handle.look(|client| client.beside_in_list(here, forwards, only_unread)) {
                navigation.go(Route::Conversation(id));
            }
        };
        match self {
            Self::QuickSwitcher => overlay.open_sheet(Sheet::QuickSwitcher),
            Self::Shortcuts => overlay.open_sheet(Sheet::Shortcuts),
            Self::NewMessage => navigation.go(Route::NewMessage),
            Self::Channels => navigation.go(Route::Channels),
            Self::Settings => navigation.go(Route::Settings),
            Self::PreviousConversation => beside(false, false),
            Self::NextConversation => beside(true, false),
            Self::PreviousUnread => beside(false, true),
            Self::NextUnread => beside(true, true),
            Self::ScheduledMessages => overlay.open_sheet(Sheet::AllScheduled),
            Self::SendLater => {
                if let Some(id) = navigation.here().and_then(Route::conversation) {
                    overlay.open_sheet(Sheet::Schedule(id));
                }
            }
            Self::GoToDate => {
                if let Some(id) = navigation.here().and_then(Route::conversation) {
                    overlay.open_sheet(Sheet::GoToDate(id));
                }
            }
        }
    }
}

impl Shortcut {
    /// The keys in writing: "⌘ K" on a Mac, "Ctrl K" elsewhere.
    pub(crate) fn keys(self, t: Words, is_mac: bool) -> Vec<String> {
        let (primary, alt, shift) =
            if is_mac { ("⌘", "⌥", "⇧") } else { (t.key_control(), "Alt", t.key_shift()) };
        let held: &[&str] = match self.hold {
            Hold::Primary => &[primary],
            Hold::Alt => &[alt],
            Hold::AltShift => &[alt, shift],
        };
        let key = match self.key {
            "ArrowUp" => "↑".to_owned(),
            "ArrowDown" => "↓".to_owned(),
            key => key.to_ascii_uppercase(),
        };
        held.iter().map(|&key| key.to_owned()).chain([key]).collect()
    }

    /// Whether these are the keys that were pressed.
    #[cfg(feature = "hydrate")]
    pub(crate) fn is_pressed(self, event: &web_sys::KeyboardEvent) -> bool {
        let (primary, alt, shift) = match self.hold {
            Hold::Primary => (true, false, false),
            Hold::Alt => (false, true, false),
            Hold::AltShift => (false, true, true),
        };
        let is_held = (event.ctrl_key() || event.meta_key()) == primary && event.alt_key() == alt;
        // "/" needs Shift on some keyboards.
        let is_shifted = event.shift_key() == shift || self.hold == Hold::Primary;
        is_held && is_shifted && event.key().eq_ignore_ascii_case(self.key)
    }
}

/// Does what the keys say, wherever the focus is.
#[cfg(feature = "hydrate")]
pub(crate) fn listen(handle: ClientHandle, navigation: Navigation, overlay: Overlay) {
    use crate::browser::page;
    use crate::components::is_composing;
    use leptos::prelude::*;
    let pressed = window_event_listener(leptos::ev::keydown, move |event| {
        // A dialog takes all keys for itself.
        if event.default_prevented() || is_composing(&event) || page::has_dialog() {
            return;
        }
        let is_pressed = |command: &Command| command.shortcut().is_some_and(|keys| keys.is_pressed(&event));
        let asks_for_help = || event.key() == "?" && !page::is_writing();
        let command = Command::ALL.into_iter().find(is_pressed);
        if let Some(command) = command.or_else(|| asks_for_help().then_some(Command::Shortcuts)) {
            event.prevent_default();
            command.run(handle, navigation, overlay);
        }
    });
    on_cleanup(move || pressed.remove());
}
