//! About a conversation: who is in it, and the way out of it.

use super::flow::{Each, When};
use super::{Avatar, ConfirmDialog, Glyph, Icon, NameDialog, Sheet, use_overlay};
#[cfg(feature = "hydrate")]
use crate::client_handle::ClientHandle;
use crate::client_handle::use_client;
use crate::i18n::{Words, words};
use crate::navigation::{Route, use_navigation};
use leptos::html::Aside;
use leptos::prelude::*;
use myna_client::{Answer, View};
use myna_protocol::{Command, ConversationId, Kind};

/// Pixels from the end of the panel at which more members are loaded.
#[cfg(feature = "hydrate")]
const NEAR_END: i32 = 600;

#[component]
pub(crate) fn Details(
    id: ConversationId,
    #[prop(into)] view: Signal<Option<View>>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let (t, handle) = (words(), use_client());
    let (navigation, overlay) = (use_navigation(), use_overlay());
    let asking = RwSignal::new(false);
    let error = RwSignal::new(None::<&'static str>);
    let confirming = RwSignal::new(false);
    let leave = Callback::new(move |()| {
        asking.set(true);
        error.set(None);
        handle.ask(
            move |request| Command::Leave { request, conversation: id },
            move |answer| {
                asking.try_set(false);
                match answer {
                    Answer::Done { .. } => navigation.go(Route::List),
                    Answer::Rejected(code, _) => {
                        error.try_set(Some(t.refusal(code)));
                    }
                    Answer::Found { .. } => {}
                }
            },
        );
    });
    let head = Memo::new(move |_| {
        view.with(|view| {
            view.as_ref().map(|view| (t.title(&view.title), view.avatar.clone(), view.kind, view.members, view.online))
        })
    });
    let people = move || view.with(|view| view.as_ref().map(|view| view.people.clone()).unwrap_or_default());
    let renaming = RwSignal::new(false);
    let may_rename =
        Memo::new(move |_| view.with(|view| view.as_ref().filter(|view| view.may_rename).map(|view| view.kind)));
    let own_name =
        Signal::derive(move || view.with(|view| view.as_ref().and_then(|view| view.name.clone()).unwrap_or_default()));
    let rename = Callback::new(move |(name, then): (String, Callback<Answer>)| {
        let name = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
        handle.request(
            move |client, now| client.rename(id, name, now),
            move |answer| {
                then.try_run(answer);
            },
        )
    });
    let has_messages = Memo::new(move |_| view.with(|view| view.as_ref().is_some_and(|view| view.last_seq > 0)));
    let has_more = Memo::new(move |_| view.with(|view| view.as_ref().is_some_and(|view| view.has_more_people)));
    let scroller: NodeRef<Aside> = NodeRef::new();
    #[cfg(feature = "hydrate")]
    let on_scroll = {
        let known = Memo::new(move |_| view.with(|view| view.as_ref().map_or(0, |view| view.people.len())));
        Effect::new(move |_| {
            // Those who have come may not fill the panel.
            let _ = (known.get(), has_more.get());
            request_animation_frame(move || load_more(handle, id, scroller));
        });
        move |_| load_more(handle, id, scroller)
    };
    #[cfg(not(feature = "hydrate"))]
    let on_scroll = |_| ();
    let leave_title = Signal::derive(move || {
        head.with(|head| head.as_ref().map_or_else(String::new, |head| t.leave_confirm(head.0.as_str())))
    });
    let is_channel = move || head.with_untracked(|head| head.as_ref().is_some_and(|head| head.2 == Kind::Channel));
    let can_leave = Memo::new(move |_| head.with(|head| head.as_ref().is_some_and(|head| head.2 != Kind::Direct)));
    #[cfg(feature = "hydrate")]
    take_focus(scroller);
    view! {
        <aside
            class="details"
            aria-label=t.details()
            node_ref=scroller
            on:scroll=on_scroll
            on:keydown=move |event| {
                // Escape in a dialog of the panel closes that dialog alone.
                if event.key() == "Escape" && !has_dialog() {
                    open.set(false);
                }
            }
        >
            <header class="details-head">
                <h2>{t.details()}</h2>
                <button class="icon-button" type="button" aria-label=t.close_details() on:click=move |_| open.set(false)>
                    <Icon glyph=Glyph::Close/>
                </button>
            </header>
            {move || {
                head.get()
                    .map(|(title, seed, kind, members, online)| {
                        view! {
                            <div class="details-hero">
                                <Avatar name=title.clone() seed kind online/>
                                <p class="details-name" dir="auto">{title}</p>
                                <p class="details-note">{note(t, kind, members)}</p>
                            </div>
                        }
                    })
            }}
            {move || {
                may_rename
                    .get()
                    .map(|kind| {
                        let is_group = kind == Kind::Group;
                        view! {
                            <button class="link rename" type="button" aria-haspopup="dialog" on:click=move |_| renaming.set(true)>
                                {if is_group { t.change_group_name() } else { t.change_channel_name() }}
                            </button>
                            <NameDialog
                                open=renaming
                                title=if is_group { t.group_name() } else { t.channel_name() }
                                hint=if is_group { t.group_name_hint() } else { "" }
                                name=own_name
                                required=!is_group
                                save=rename
                            />
                        }
                    })
            }}
            <When condition=move || has_messages.get()>
                <button
                    class="link go-to-date"
                    type="button"
                    aria-haspopup="dialog"
                    on:click=move |_| {
                        // On a phone the panel covers the messages.
                        open.set(false);
                        overlay.open_sheet(Sheet::GoToDate(id));
                    }
                >
                    {t.go_to_date()}
                </button>
            </When>
            <section>
                <h3>{t.members()}</h3>
                <When condition=move || can_leave.get()>
                    <button
                        class="link add-people-link"
                        type="button"
                        aria-haspopup="dialog"
                        on:click=move |_| overlay.open_sheet(Sheet::AddPeople(id))
                    >
                        {t.add_people()}
                    </button>
                </When>
                <ul class="members">
                    <Each of=people key=|person| (person.id, person.online, person.name.clone()) let:person>
                        <li class="row">
                            <Avatar name=t.person(&person.name) seed=person.id.to_string() online=person.online/>
                            <span class="row-body">
                                <span class="row-title" dir="auto">
                                    {if person.mine { t.name_you(person.name.as_str()) } else { t.person(&person.name) }}
                                </span>
                                <span class="row-preview">{(person.online && !person.mine).then(|| t.online())}</span>
                            </span>
                        </li>
                    </Each>
                </ul>
                <When condition=move || has_more.get()>
                    <p class="list-more" role="status">{t.loading()}</p>
                </When>
            </section>
            <When condition=move || can_leave.get()>
                <button
                    class="button danger"
                    type="button"
                    aria-haspopup="dialog"
                    aria-busy=move || asking.get().then_some("true")
                    on:click=move |_| confirming.set(true)
                >
                    {move || if is_channel() { t.leave_channel() } else { t.leave_conversation() }}
                </button>
                {move || error.get().map(|text| view! { <p class="form-error" role="alert">{text}</p> })}
                <ConfirmDialog
                    open=confirming
                    title=leave_title
                    text=if is_channel() { t.leave_channel_text() } else { t.leave_group_text() }
                    action=t.leave()
                    confirm=leave
                />
            </When>
        </aside>
    }
    .into_any()
}

fn has_dialog() -> bool {
    #[cfg(feature = "hydrate")]
    return crate::browser::page::has_dialog();
    #[cfg(not(feature = "hydrate"))]
    false
}

/// The focus goes into the panel, and back to where it was when the panel closes.
#[cfg(feature = "hydrate")]
fn take_focus(panel: NodeRef<Aside>) {
    use crate::browser::page;
    let opener = StoredValue::new_local(page::focused());
    Effect::new(move |_| {
        if panel.get().is_some() {
            page::focus(".details-head button");
        }
    });
    on_cleanup(move || {
        if let Some(Some(opener)) = opener.try_get_value() {
            let _ = opener.focus();
        }
    });
}

/// Loads more members where the end of those who are known is near.
#[cfg(feature = "hydrate")]
fn load_more(handle: ClientHandle, id: ConversationId, scroller: NodeRef<Aside>) {
    let Some(Some(element)) = scroller.try_get_untracked() else { return };
    if crate::browser::page::below(&element) <= NEAR_END {
        handle.act(|client, now| client.more_members(id, now));
    }
}

fn note(t: Words, kind: Kind, members: u32) -> String {
    match kind {
        Kind::Direct => t.direct_conversation().to_owned(),
        Kind::Group => t.group_of(members),
        Kind::Channel => t.public_channel_of(members),
    }
}
