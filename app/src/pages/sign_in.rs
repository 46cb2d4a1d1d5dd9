//! Signing up and in: plain forms, which the server answers with the chat, or with the same page and a sentence. They are
//! sent to the address of the page itself, which carries where the visitor wanted to go.

use crate::components::Logo;
use crate::document::{RefusedForm, destination, with_destination};
use crate::i18n::words;
use leptos::prelude::*;
use myna_protocol::Rejection;
use myna_protocol::limits::{NAME_CHARS, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN};

#[component]
pub(crate) fn SignIn() -> impl IntoView {
    let t = words();
    view! {
        <SignInCard title=t.sign_in_title() lead=t.sign_in_lead()>
            <form class="form" method="post">
                <NameField has_focus=!was_refused()/>
                <label class="field">
                    <span class="field-name">{t.password()}</span>
                    <input
                        name="password"
                        type="password"
                        autocomplete="current-password"
                        required
                        autofocus=was_refused()
                        aria-invalid=is_about(PASSWORD).then_some("true")
                        aria-describedby=was_refused().then_some("form-error")
                    />
                </label>
                <FormError/>
                <button class="button primary" type="submit">{t.sign_in()}</button>
            </form>
            <p class="sign-in-other">
                {t.sign_in_new()}
                " "
                <a href=other_page("/sign-up")>{t.create_account()}</a>
            </p>
        </SignInCard>
    }
}

#[component]
pub(crate) fn SignUp() -> impl IntoView {
    let t = words();
    view! {
        <SignInCard title=t.sign_up_title() lead=t.sign_up_lead()>
            <form class="form" method="post">
                <NameField has_focus=!is_about(PASSWORD)/>
                <label class="field">
                    <span class="field-name">{t.password()}</span>
                    <input
                        name="password"
                        type="password"
                        autocomplete="new-password"
                        required
                        autofocus=is_about(PASSWORD)
                        minlength=PASSWORD_CHARS_MIN
                        maxlength=PASSWORD_CHARS_MAX
                        aria-invalid=is_about(PASSWORD).then_some("true")
                        aria-describedby=if was_refused() { "form-error password-hint" } else { "password-hint" }
                    />
                    <span class="field-hint" id="password-hint">{t.password_hint()}</span>
                </label>
                <FormError/>
                <button class="button primary" type="submit">{t.create_account()}</button>
            </form>
            <p class="sign-in-other">
                {t.sign_up_known()}
                " "
                <a href=other_page("/sign-in")>{t.sign_in()}</a>
            </p>
        </SignInCard>
    }
}

#[component]
fn SignInCard(title: &'static str, lead: &'static str, children: Children) -> impl IntoView {
    view! {
        <main class="sign-in">
            <section class="sign-in-card">
                <Logo/>
                <h1>{title}</h1>
                <p class="sign-in-lead">{lead}</p>
                {children()}
            </section>
        </main>
    }
}

/// Keeps the name that was sent before.
#[component]
fn NameField(has_focus: bool) -> impl IntoView {
    let t = words();
    let name = use_context::<RefusedForm>().map(|refused| refused.name);
    view! {
        <label class="field">
            <span class="field-name">{t.name()}</span>
            <input
                name="name"
                autocomplete="username"
                autocapitalize="words"
                required
                maxlength=NAME_CHARS
                value=name
                autofocus=has_focus
                aria-invalid=is_about(NAME).then_some("true")
                aria-describedby=was_refused().then_some("form-error")
            />
        </label>
    }
}

#[component]
fn FormError() -> impl IntoView {
    let t = words();
    use_context::<RefusedForm>().map(|refused| {
        view! { <p class="form-error" id="form-error" role="alert">{t.refusal(refused.why)}</p> }
    })
}

/// The address of the other page, which leads on to the same place.
fn other_page(path: &str) -> String {
    let here = use_context::<http::request::Parts>();
    with_destination(path, &here.map(|parts| destination(&parts.uri)).unwrap_or_default())
}

/// What refuses a name.
const NAME: &[Rejection] = &[Rejection::NameInvalid, Rejection::NameTaken, Rejection::BadCredentials];
/// What refuses a password.
const PASSWORD: &[Rejection] = &[Rejection::PasswordTooShort, Rejection::PasswordTooLong, Rejection::BadCredentials];

/// Whether the form was refused for one of these reasons.
fn is_about(reasons: &[Rejection]) -> bool {
    use_context::<RefusedForm>().is_some_and(|refused| reasons.contains(&refused.why))
}

fn was_refused() -> bool {
    use_context::<RefusedForm>().is_some()
}
