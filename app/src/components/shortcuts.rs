//! The sheet of shortcuts.

use super::message_actions::{MessageAction, REACT};
use super::modal::{show_sheet, when_closed};
use crate::commands::Command;
use crate::i18n::words;
use leptos::html::Dialog;
use leptos::prelude::*;

#[component]
pub(crate) fn Shortcuts(close: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let t = words();
    let dialog: NodeRef<Dialog> = NodeRef::new();
    let shut = show_sheet(dialog);
    #[cfg(feature = "hydrate")]
    let is_mac = crate::browser::page::is_mac();
    #[cfg(not(feature = "hydrate"))]
    let is_mac = false;
    let row_of = |label: &'static str, keys: Vec<String>, other: Option<&'static str>| {
        let keys = keys.into_iter().map(|key| view! { <kbd>{key}</kbd> });
        let other = other.map(|key| view! { <span>{t.or()}</span> <kbd>{key}</kbd> });
        view! {
            <div class="shortcut">
                <dt>{label}</dt>
                <dd>{keys.collect_view()} {other}</dd>
            </div>
        }
    };
    let row = |label: &'static str, keys: Vec<String>| row_of(label, keys, None);
    let key = |key: &str| vec![key.to_owned()];
    let anywhere = Command::ALL
        .into_iter()
        .filter_map(|command| {
            // Where nothing is written, one key is enough.
            let other = (command == Command::Shortcuts).then_some("?");
            Some(row_of(command.label(t), command.shortcut()?.keys(t, is_mac), other))
        })
        .collect_view();
    let writing = [
        row(t.send(), key("↵")),
        row(t.new_line(), vec![if is_mac { "⇧".to_owned() } else { t.key_shift().to_owned() }, "↵".to_owned()]),
        row(t.to_messages(), key("↑")),
    ];
    let on_message = [
        row(t.previous_next_message(), vec!["↑".to_owned(), "↓".to_owned()]),
        row(t.message_menu(), key("↵")),
        row(t.react(), vec![REACT.to_ascii_uppercase()]),
    ]
    .into_iter()
    .chain(MessageAction::ALL.into_iter().filter_map(|action| {
        let key = action.key()?;
        let name = if action == MessageAction::Delete { t.key_delete().to_owned() } else { key.to_ascii_uppercase() };
        Some(row(action.label(t), vec![name]))
    }))
    .chain([row(t.to_composer(), key("Esc"))])
    .collect_view();
    view! {
        <dialog class="dialog shortcuts" node_ref=dialog aria-labelledby="shortcuts-title" on:close=when_closed(close)>
            <header class="sheet-head">
                <h2 id="shortcuts-title">{t.shortcuts()}</h2>
                <button class="button small" type="button" autofocus on:click=move |_| shut()>{t.close()}</button>
            </header>
            <h3>{t.shortcuts_anywhere()}</h3>
            <dl>{anywhere}</dl>
            <h3>{t.shortcuts_writing()}</h3>
            <dl>{writing}</dl>
            <h3>{t.shortcuts_message()}</h3>
            <dl>{on_message}</dl>
        </dialog>
    }
    .into_any()
}
