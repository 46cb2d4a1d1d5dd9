//! The overlay: a menu, a dialog, a short note, and the announcer for screen readers. One of each at a time.

mod announcer;
mod menu;
mod note;

pub(crate) use menu::{Menu, MenuItem, TapbackRow};

use super::EmojiUse;
use crate::screens::{Screen, ScreenView};
use announcer::Announcer;
use leptos::prelude::*;
use menu::MenuLayer;
use myna_protocol::{ClientId, ConversationId, Seq};
use note::NoteLayer;

/// The dialogs that belong to no place of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sheet {
    QuickSwitcher,
    Shortcuts,
    /// Asks for the day to go to in this conversation.
    GoToDate(ConversationId),
    /// Asks whom to bring into this conversation.
    AddPeople(ConversationId),
    /// The earlier texts of the message at this place.
    EarlierVersions(ConversationId, Seq),
    /// Asks where to forward the chosen messages of this conversation.
    Forward(ConversationId),
    /// Asks when to send what is written in this conversation.
    Schedule(ConversationId),
    /// A scheduled message; afterwards all of them, if it was chosen there.
    Scheduled {
        id: ClientId,
        of_all: bool,
    },
    /// All scheduled messages.
    AllScheduled,
    /// All emoji, to choose one.
    Emoji(EmojiUse),
    /// Who reacts to the message at this place.
    Reactions(ConversationId, Seq),
}

/// The layer over the page. A handle: clones are the same.
#[derive(Clone, Copy)]
pub(crate) struct Overlay {
    menu: RwSignal<Option<Menu>>,
    sheet: RwSignal<Option<Sheet>>,
    note: RwSignal<Option<&'static str>>,
    said: RwSignal<String>,
}

/// Gives the layer to everything beneath.
pub(crate) fn provide_overlay() {
    provide_context(Overlay {
        menu: RwSignal::new(None),
        sheet: RwSignal::new(None),
        note: RwSignal::new(None),
        said: RwSignal::new(String::new()),
    });
}

pub(crate) fn use_overlay() -> Overlay {
    use_context().expect("the chat gives the overlay to all its components")
}

impl Overlay {
    /// Opens a menu, in place of one that is open.
    pub(crate) fn open_menu(self, menu: Menu) {
        self.menu.set(Some(menu));
    }

    /// Opens a dialog, in place of one that is open.
    pub(crate) fn open_sheet(self, sheet: Sheet) {
        self.menu.set(None);
        self.sheet.set(Some(sheet));
    }

    /// Closes the menu and the dialog, when the route changes.
    pub(crate) fn close(self) {
        self.menu.set(None);
        self.sheet.set(None);
    }

    pub(crate) fn close_sheet(self) {
        self.sheet.set(None);
    }

    /// Says something that needs no answer, for two seconds.
    pub(crate) fn note(self, text: &'static str) {
        self.note.set(Some(text));
    }

    /// Tells a screen reader something, when it has finished what it says.
    #[cfg(feature = "hydrate")]
    pub(crate) fn announce(self, text: String) {
        // A screen reader announces only text that changes.
        let again = self.said.with_untracked(|said| *said == text);
        let text = if again { text + "\u{a0}" } else { text };
        self.said.set(text.clone());
        // It is no place to keep words that may be unsent.
        let said = self.said;
        let clear = move || {
            if said.try_with_untracked(|said| *said == text) == Some(true) {
                said.set(String::new());
            }
        };
        set_timeout(clear, std::time::Duration::from_secs(10));
    }
}

/// Everything that is over the page now.
#[component]
pub(crate) fn OverlayLayer() -> impl IntoView {
    let Overlay { menu, sheet, note, said } = use_overlay();
    view! {
        <MenuLayer menu/>
        {move || {
            sheet
                .get()
                .map(|sheet| {
                    let screen = match sheet {
                        Sheet::QuickSwitcher => Screen::QuickSwitcher,
                        Sheet::Shortcuts => Screen::Shortcuts,
                        Sheet::GoToDate(id) => Screen::GoToDate(id),
                        Sheet::AddPeople(id) => Screen::AddPeople(id),
                        Sheet::EarlierVersions(id, seq) => Screen::EarlierVersions(id, seq),
                        Sheet::Forward(id) => Screen::Forward(id),
                        Sheet::Schedule(id) => Screen::Schedule(id),
                        Sheet::Scheduled { id, of_all } => Screen::Scheduled { id, of_all },
                        Sheet::AllScheduled => Screen::AllScheduled,
                        Sheet::Emoji(purpose) => Screen::Emoji(purpose),
                        Sheet::Reactions(id, seq) => Screen::Reactions(id, seq),
                    };
                    view! { <ScreenView screen/> }
                })
        }}
        <NoteLayer note/>
        <Announcer said/>
    }
}
