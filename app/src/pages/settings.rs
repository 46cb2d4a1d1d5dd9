//! The reader's own settings: the name, how the page looks and sounds, the language.

#[cfg(feature = "hydrate")]
use crate::browser::page;
use crate::client_handle::use_client;
use crate::components::{Avatar, Glyph, Icon, NameDialog, PickerHead, Sheet, SignOutButton, use_overlay};
use crate::i18n::{Words, words};
#[cfg(feature = "hydrate")]
use crate::preferences::SOUNDS_COOKIE;
use crate::preferences::{ACCENT_COOKIE, Accent, LANGUAGE_COOKIE, THEME_COOKIE, Theme, language_name};
use leptos::prelude::*;
use myna_client::Answer;

#[component]
pub(crate) fn Settings() -> impl IntoView {
    let t = words();
    view! {
        <section class="picker settings">
            <PickerHead title=t.settings()/>
            <Account/>
            <Appearance/>
            <Sounds/>
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
    let overlay = use_overlay();
    let may_schedule = handle.look(myna_client::Client::may_list_scheduled);
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
                {may_schedule.then(|| view! {
                    <div class="settings-row">
                        <button class="button small" type="button" aria-haspopup="dialog" on:click=move |_| overlay.open_sheet(Sheet::AllScheduled)>
                            {t.scheduled_messages()}
                        </button>
                    </div>
                })}
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
    let (theme, accent) = (RwSignal::new(Theme::default()), RwSignal::new(Accent::default()));
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        theme.set(Theme::named(page::attribute("data-theme").as_deref()));
        accent.set(Accent::named(page::attribute("data-accent").as_deref()));
    });
    let choose_theme = move |chosen: Theme| {
        theme.set(chosen);
        keep(THEME_COOKIE, chosen.name());
        #[cfg(feature = "hydrate")]
        page::set_theme(chosen.name());
    };
    let choose_accent = move |chosen: Accent| {
        accent.set(chosen);
        keep(ACCENT_COOKIE, chosen.name());
        #[cfg(feature = "hydrate")]
        page::set_accent(chosen.name());
    };
    let themes = Theme::ALL.into_iter().map(move |choice| {
        view! { <Choice group="theme" label=choice.label(t) chosen=Signal::derive(move || theme.get() == choice) choose=Callback::new(move |()| choose_theme(choice))/> }
    });
    let accents = Accent::ALL.into_iter().map(move |choice| {
        let name = choice.name().unwrap_or("blue");
        view! { <Choice group="accent" label=choice.label(t) swatch=name chosen=Signal::derive(move || accent.get() == choice) choose=Callback::new(move |()| choose_accent(choice))/> }
    });
    view! {
        {group(t.appearance(), themes.collect_view().into_any())}
        {group(t.accent(), accents.collect_view().into_any())}
    }
}

#[component]
fn Language() -> impl IntoView {
    let t = words();
    let mut languages: Vec<_> = Words::languages().collect();
    languages.sort_unstable_by_key(|language| language_name(language));
    let choices = languages.into_iter().map(move |language| {
        let choose = move |()| {
            keep(LANGUAGE_COOKIE, Some(language));
            // The server makes the page anew; what is being written is kept.
            #[cfg(feature = "hydrate")]
            let _ = window().location().reload();
        };
        let chosen = Signal::derive(move || t.language() == language);
        view! { <Choice group="language" label=language_name(language) lang=language chosen choose=Callback::new(choose)/> }
    });
    group(t.language_title(), choices.collect_view().into_any())
}

/// Whether a new message plays a sound.
#[component]
fn Sounds() -> impl IntoView {
    let t = words();
    let is_on = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| is_on.set(page::preference(SOUNDS_COOKIE).is_some()));
    let toggle = move |_| {
        is_on.update(|on| *on = !*on);
        #[cfg(feature = "hydrate")]
        {
            keep(SOUNDS_COOKIE, is_on.get_untracked().then_some("on"));
            if is_on.get_untracked() {
                crate::browser::sound::chirp();
            }
        }
    };
    let choice = view! {
        <label class="settings-row choice switch-row">
            <input type="checkbox" role="switch" prop:checked=is_on on:change=toggle/>
            <span>{t.sounds_text()}</span>
            <i class="switch-track" aria-hidden="true"></i>
        </label>
    };
    group(t.sounds(), choice.into_any())
}

/// Keeps a preference, or gives it up. Nobody chooses anything on the server.
fn keep(cookie: &str, value: Option<&str>) {
    #[cfg(feature = "hydrate")]
    page::keep_preference(cookie, value);
    #[cfg(not(feature = "hydrate"))]
    let _ = (cookie, value);
}

fn group(legend: &'static str, choices: AnyView) -> impl IntoView {
    view! {
        <fieldset class="settings-group">
            <legend>{legend}</legend>
            <div class="settings-card">{choices}</div>
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
    /// The accent that it shows.
    #[prop(optional)]
    swatch: Option<&'static str>,
    chosen: Signal<bool>,
    choose: Callback<()>,
) -> impl IntoView {
    view! {
        <label class="settings-row choice">
            <input type="radio" name=group prop:checked=chosen on:change=move |_| choose.run(())/>
            {swatch.map(|accent| view! { <i class="swatch" data-accent=accent></i> })}
            <span lang=lang>{label}</span>
            <Icon glyph=Glyph::Check/>
        </label>
    }
}
