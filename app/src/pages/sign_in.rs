//! Signing up and in. Plain forms: they work before WASM is there, and without it.

use crate::components::Logo;
use crate::problem::Problem;
use crate::server_fns::{SignIn as SignInForm, SignUp as SignUpForm};
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;
use myna_protocol::limits::{NAME_CHARS, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN};

#[component]
pub(crate) fn SignIn() -> impl IntoView {
    let action = ServerAction::<SignInForm>::new();
    let failed = Signal::derive(move || action.value().get().and_then(Result::err));
    let busy = action.pending();
    view! {
        <Title text="Sign in · Myna"/>
        <main class="sign-in">
            <section class="sign-in-card">
                <Logo/>
                <h1>"Sign in to Myna"</h1>
                <p class="sign-in-lead">"Messages, on a server of your own."</p>
                <ActionForm action=action attr:class="form">
                    <label class="field">
                        <span class="field-name">"Name"</span>
                        <input name="name" autocomplete="username" autocapitalize="words" required maxlength=NAME_CHARS autofocus/>
                    </label>
                    <label class="field">
                        <span class="field-name">"Password"</span>
                        <input name="password" type="password" autocomplete="current-password" required/>
                    </label>
                    <FormError problem=failed/>
                    <button class="button primary" type="submit" disabled=busy aria-busy=move || busy.get().then_some("true")>
                        "Sign in"
                    </button>
                </ActionForm>
                <p class="sign-in-other">
                    "New here? "
                    <A href="/sign-up">"Make an account"</A>
                </p>
            </section>
        </main>
    }
}

#[component]
pub(crate) fn SignUp() -> impl IntoView {
    let action = ServerAction::<SignUpForm>::new();
    let failed = Signal::derive(move || action.value().get().and_then(Result::err));
    let busy = action.pending();
    view! {
        <Title text="Make an account · Myna"/>
        <main class="sign-in">
            <section class="sign-in-card">
                <Logo/>
                <h1>"Join Myna"</h1>
                <p class="sign-in-lead">"Others find you by your name."</p>
                <ActionForm action=action attr:class="form">
                    <label class="field">
                        <span class="field-name">"Name"</span>
                        <input name="name" autocomplete="username" autocapitalize="words" required maxlength=NAME_CHARS autofocus/>
                    </label>
                    <label class="field">
                        <span class="field-name">"Password"</span>
                        <input
                            name="password"
                            type="password"
                            autocomplete="new-password"
                            required
                            minlength=PASSWORD_CHARS_MIN
                            maxlength=PASSWORD_CHARS_MAX
                            aria-describedby="password-hint"
                        />
                        <span class="field-hint" id="password-hint">"At least 8 characters."</span>
                    </label>
                    <FormError problem=failed/>
                    <button class="button primary" type="submit" disabled=busy aria-busy=move || busy.get().then_some("true")>
                        "Make an account"
                    </button>
                </ActionForm>
                <p class="sign-in-other">
                    "Have one already? "
                    <A href="/sign-in">"Sign in"</A>
                </p>
            </section>
        </main>
    }
}

#[component]
fn FormError(#[prop(into)] problem: Signal<Option<Problem>>) -> impl IntoView {
    view! { {move || problem.get().map(|problem| view! { <p class="form-error" role="alert">{problem.to_string()}</p> })} }
}
