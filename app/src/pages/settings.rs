//! The reader's own settings: the name, how the page looks, the language.

use crate::client_handle::use_client;
use crate::components::{Avatar, Glyph, Icon, NameDialog, SignOutButton};
use crate::i18n::{Words, words};
use crate::preferences::{LANGUAGE_COOKIE, THEME_COOKIE, Theme, language_name};
use leptos::prelude::*;
use myna_client::Answer;

#[component]
pub(crate) fn Settings() -> impl IntoView {
    let t = words();
    view! {
        <section class="picker settings">
            <header class="picker-head">
                <a href="/" class="back" aria-label=t.back()>
                    <Icon glyph=Glyph::Back/>
                </a>
                <h1>{t.settings()}</h1>
            </header>
            <Account/>
            <Appearance/>
            <Language/>
        </section>
    }
    .into_any()
}

#[component]
fn Account() -> impl IntoView {
    let (t, handle) = (words(), use_client());
    let me = handle.me();
    let name = Signal::derive(move || me.with(|me| me.name.clone()));
    let renaming = RwSignal::new(false);
    let rename = Callback::new(move |(name, then): (String, Callback<Answer>)| {
        handle.request(
            move |client, now| client.set_name(name, now),
            move |answer| {
                then.try_run(answer);
            },
        )
    });
    view! {
        <section class="settings-group" aria-labelledby="settings-account">
            <h2 id="settings-account">{t.account()}</h2>
            <div class="settings-card">
                <div class="settings-row">
                    <Avatar name seed=handle.my_id().to_string()/>
                    <span class="settings-name" dir="auto">{name}</span>
                    <button class="button small" type="button" aria-haspopup="dialog" on:click=move |_| renaming.set(true)>
                        {t.change_name()}
                    </button>
                </div>
                <div class="settings-row">
                    <SignOutButton/>
                </div>
            </div>
            <NameDialog open=renaming title=t.your_name() hint=t.your_name_hint() name required=true save=rename/>
        </section>
    }
}

#[component]
fn Appearance() -> impl IntoView {
    let t = words();
    let theme = RwSignal::new(Theme::default());
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| theme.set(Theme::named(crate::browser::page::theme().as_deref())));
    let choose = move |chosen: Theme| {
        theme.set(chosen);
        #[cfg(feature = "hydrate")]
        {
            crate::browser::page::keep_preference(THEME_COOKIE, chosen.name());
            crate::browser::page::set_theme(chosen.name());
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = THEME_COOKIE;
    };
    let choices = Theme::ALL.into_iter().map(|choice| {
        view! { <Choice group="theme" label=choice.label(t) chosen=Signal::derive(move || theme.get() == choice) choose=Callback::new(move |()| choose(choice))/> }
    });
    view! {
        <fieldset class="settings-group">
            <legend>{t.appearance()}</legend>
            <div class="settings-card">{choices.collect_view()}</div>
        </fieldset>
    }
}

#[component]
fn Language() -> impl IntoView {
    let t = words();
    let mut languages: Vec<_> = Words::languages().collect();
    languages.sort_unstable_by_key(|language| language_name(language));
    let choices = languages.into_iter().map(|language| {
        let choose = move |()| {
            #[cfg(feature = "hydrate")]
            {
                crate::browser::page::keep_preference(LANGUAGE_COOKIE, Some(language));
                // The server makes the page anew; what is being written is kept.
                let _ = window().location().reload();
            }
            #[cfg(not(feature = "hydrate"))]
            let _ = LANGUAGE_COOKIE;
        };
        let chosen = Signal::derive(move || t.language() == language);
        view! { <Choice group="language" label=language_name(language) lang=language chosen choose=Callback::new(choose)/> }
    });
    view! {
        <fieldset class="settings-group">
            <legend>{t.language_title()}</legend>
            <div class="settings-card">{choices.collect_view()}</div>
        </fieldset>
    }
}

/// One of several choices; it takes effect at once.
#[component]
fn Choice(
    group: &'static str,
    label: &'static str,
    /// The language of the label, where it is not the page's.
    #[prop(optional)]
    lang: Option<&'static str>,
    chosen: Signal<bool>,
    choose: Callback<()>,
) -> impl IntoView {
    view! {
        <label class="settings-row choice">
            <input type="radio" name=group prop:checked=chosen on:change=move |_| choose.run(())/>
            <span lang=lang>{label}</span>
            <Icon glyph=Glyph::Check/>
        </label>
    }
}
