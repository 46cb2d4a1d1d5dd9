//! One conversation in the list: who, what was said last, when, and how much of it is unread.

use super::flow::When;
use super::{Avatar, Glyph, Icon, reaction_preview};
use crate::client_handle::RowSignal;
use crate::i18n::words;
use crate::navigation::{Route, use_navigation};
use crate::time::{iso, use_zone};
use leptos::prelude::*;
use myna_client::SidebarRow;

#[component]
pub(crate) fn ConversationRow(row: RowSignal<SidebarRow>) -> impl IntoView {
    let (t, zone) = (words(), use_zone());
    let first = row.value.get_untracked();
    let row: Signal<SidebarRow> = row.value.into();
    let title = Signal::derive(move || row.with(|row| t.title(&row.title)));
    let has_draft = Memo::new(move |_| row.with(|row| row.draft.is_some() && !row.typing));
    let typing = Memo::new(move |_| row.with(|row| row.typing));
    let preview = move || {
        row.with(|row| match &row.preview_sender {
            _ if row.draft.is_some() => row.draft.clone().unwrap_or_default(),
            _ if row.preview_unsent.is_some() => {
                row.preview_unsent.as_ref().map(|by| t.unsent_by(by)).unwrap_or_default()
            }
            _ if row.preview_reaction.is_some() => {
                let reaction = row.preview_reaction.as_ref();
                reaction.map(|(by, emoji)| reaction_preview(t, by.as_deref(), emoji, &row.preview)).unwrap_or_default()
            }
            Some(name) => t.preview_from(t.person(name), row.preview.as_str()),
            None => row.preview.clone(),
        })
    };
    let at = Memo::new(move |_| row.with(|row| row.at));
    let failed = Memo::new(move |_| row.with(|row| row.failed));
    let unread = Memo::new(move |_| row.with(|row| row.unread));
    let (route, navigation) = (Route::Conversation(first.id), use_navigation());
    let is_open = Memo::new(move |_| navigation.route() == route);
    view! {
        <li>
            <a href=route.path() class="row" aria-current=move || is_open.get().then_some("page")>
                <When condition=move || { unread.get() > 0 }>
                    <span class="unread-dot"></span>
                </When>
                <Avatar name=title seed=first.avatar.clone() kind=first.kind/>
                <span class="row-body">
                    <span class="row-top">
                        <span class="row-title" dir="auto">{title}</span>
                        <time class="row-time" datetime=move || iso(at.get())>{move || zone.brief(at.get())}</time>
                    </span>
                    <span class="row-bottom">
                        <When
                            condition=move || typing.get()
                            fallback=move || view! {
                                <span class="row-preview" dir="auto">
                                    <When condition=move || has_draft.get()>
                                        <b class="row-draft">{t.draft()} " "</b>
                                    </When>
                                    {preview}
                                </span>
                            }
                        >
                            <span class="row-preview">
                                <span class="row-typing" role="img" aria-label=t.typing_short()>
                                    <i></i>
                                    <i></i>
                                    <i></i>
                                </span>
                            </span>
                        </When>
                        <When condition=move || failed.get()>
                            <span class="row-failed" role="img" aria-label=t.message_failed() title=t.message_failed()>
                                <Icon glyph=Glyph::Exclamation/>
                            </span>
                        </When>
                        <When condition=move || { unread.get() > 0 }>
                            // The dot says it to the eye.
                            <span class="badge visually-hidden">{move || unread.get()} " " {t.unread()}</span>
                        </When>
                    </span>
                </span>
            </a>
        </li>
    }
}
