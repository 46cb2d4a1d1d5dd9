//! Signing up and in. Plain forms: they work before WASM is there, and without it.

use crate::components::Logo;
use crate::i18n::words;
use crate::problem::Problem;
use crate::server_fns::{SignIn as SignInForm, SignUp as SignUpForm};
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;
use myna_protocol::limits::{NAME_CHARS, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN};

/// Leads signed-in people to the chat.
fn leave_if_signed_in() {
    #[cfg(feature = "ssr")]
    if use_context::<crate::request_context::RequestContext>().is_some_and(|request| request.session.is_some()) {
        leptos_axum::redirect("/");
    }
}

#[component]
pub(crate) fn SignIn() -> impl IntoView {
    leave_if_signed_in();
    let t = words();
    let action = ServerAction::<SignInForm>::new();
    let failed = Signal::derive(move || action.value().get().and_then(Result::err));
    let busy = action.pending();
    view! {
        <Title text=t.page_title(t.sign_in())/>
        <main class="sign-in">
            <section class="sign-in-card">
                <Logo/>
                <h1>{t.sign_in_title()}</h1>
                <p class="sign-in-lead">{t.sign_in_lead()}</p>
                <ActionForm action=action attr:class="form">
                    <label class="field">
                        <span class="field-name">{t.name()}</span>
                        <input name="name" autocomplete="username" autocapitalize="words" required maxlength=NAME_CHARS autofocus/>
                    </label>
                    <label class="field">
                        <span class="field-name">{t.password()}</span>
                        <input name="password" type="password" autocomplete="current-password" required/>
                    </label>
                    <FormError problem=failed/>
                    <button class="button primary" type="submit" disabled=busy aria-busy=move || busy.get().then_some("true")>
                        {t.sign_in()}
                    </button>
                </ActionForm>
                <p class="sign-in-other">
                    {t.sign_in_new()}
                    " "
                    <A href="/sign-up">{t.create_account()}</A>
                </p>
            </section>
        </main>
    }
}

#[component]
pub(crate) fn SignUp() -> impl IntoView {
    leave_if_signed_in();
    let t = words();
    let action = ServerAction::<SignUpForm>::new();
    let failed = Signal::derive(move || action.value().get().and_then(Result::err));
    let busy = action.pending();
    view! {
        <Title text=t.page_title(t.create_account())/>
        <main class="sign-in">
            <section class="sign-in-card">
                <Logo/>
                <h1>{t.sign_up_title()}</h1>
                <p class="sign-in-lead">{t.sign_up_lead()}</p>
                <ActionForm action=action attr:class="form">
                    <label class="field">
                        <span class="field-name">{t.name()}</span>
                        <input name="name" autocomplete="username" autocapitalize="words" required maxlength=NAME_CHARS autofocus/>
                    </label>
                    <label class="field">
                        <span class="field-name">{t.password()}</span>
                        <input
                            name="password"
                            type="password"
                            autocomplete="new-password"
                            required
                            minlength=PASSWORD_CHARS_MIN
                            maxlength=PASSWORD_CHARS_MAX
                            aria-describedby="password-hint"
                        />
                        <span class="field-hint" id="password-hint">{t.password_hint()}</span>
                    </label>
                    <FormError problem=failed/>
                    <button class="button primary" type="submit" disabled=busy aria-busy=move || busy.get().then_some("true")>
                        {t.create_account()}
                    </button>
                </ActionForm>
                <p class="sign-in-other">
                    {t.sign_up_known()}
                    " "
                    <A href="/sign-in">{t.sign_in()}</A>
                </p>
            </section>
        </main>
    }
}

#[component]
fn FormError(#[prop(into)] problem: Signal<Option<Problem>>) -> impl IntoView {
    let t = words();
    view! { {move || problem.get().map(|problem| view! { <p class="form-error" role="alert">{t.problem(&problem)}</p> })} }
}
