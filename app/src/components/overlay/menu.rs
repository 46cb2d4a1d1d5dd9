//! A menu: at the pointer, or beside what has the focus. Arrow keys move in it; Escape and Tab close it and give the focus back;
//! a press elsewhere closes it too, and takes the focus there.

use crate::components::tapback::{Tapback, reaction_glyph};
use crate::components::{Glyph, Icon};
use crate::i18n::words;
use leptos::ev::KeyboardEvent;
use leptos::html::Div;
use leptos::prelude::*;
use std::sync::Arc;

/// What is in a menu, and where it opens.
#[derive(Clone)]
pub(crate) struct Menu {
    /// What it is about: stands at its top, and is its name.
    pub(crate) title: String,
    pub(crate) tapbacks: Option<TapbackRow>,
    pub(crate) items: Vec<MenuItem>,
    /// A corner of it, in pixels of the window.
    pub(crate) at: (i32, i32),
}

/// The reactions at the top of a message's menu.
#[derive(Clone)]
pub(crate) struct TapbackRow {
    /// The reader's reaction.
    pub(crate) chosen: Option<String>,
    /// Whether the menu opens with the focus here.
    pub(crate) has_focus: bool,
    /// Reacts, or with `None` takes the reaction back.
    pub(crate) choose: Callback<Option<String>>,
    /// Offers all other emoji.
    pub(crate) more: Callback<()>,
}

/// One thing that can be done.
#[derive(Clone)]
pub(crate) struct MenuItem {
    pub(crate) label: &'static str,
    pub(crate) glyph: Glyph,
    /// Whether something is lost by it.
    pub(crate) is_destructive: bool,
    pub(crate) run: Arc<dyn Fn() + Send + Sync>,
}

#[cfg(feature = "hydrate")]
const ANY: &str = "[role^=menuitem]";
const ITEM: &str = ".menu-item";
const TAPBACK: &str = ".tapback-choice";

#[component]
pub(super) fn MenuLayer(menu: RwSignal<Option<Menu>>) -> impl IntoView {
    move || menu.get().map(|opened| view! { <Opened opened close=Callback::new(move |()| menu.set(None))/> })
}

#[component]
fn Opened(opened: Menu, close: Callback<()>) -> impl IntoView {
    let Menu { title, tapbacks, items, at } = opened;
    let first = if tapbacks.as_ref().is_some_and(|row| row.has_focus) { TAPBACK } else { ITEM };
    let element: NodeRef<Div> = NodeRef::new();
    #[cfg(feature = "hydrate")]
    let back = behave(element, first, at, close);
    #[cfg(not(feature = "hydrate"))]
    let back = {
        let _ = (first, at);
        || ()
    };
    let leave = move || {
        close.run(());
        back();
    };
    let keys = move |event: KeyboardEvent| {
        match event.key().as_str() {
            "Escape" | "Tab" => leave(),
            #[cfg(feature = "hydrate")]
            key => {
                use crate::browser::page::{Step, is_rtl, step};
                let Some(menu) = element.get_untracked() else { return };
                let is_in_row = crate::browser::page::focused()
                    .is_some_and(|focused| focused.closest(".tapbacks").is_ok_and(|row| row.is_some()));
                let (among, to) = match key {
                    "ArrowDown" if is_in_row => (ITEM, Step::First),
                    "ArrowUp" if is_in_row => (ITEM, Step::Last),
                    "ArrowLeft" | "ArrowRight" if is_in_row => {
                        (TAPBACK, if (key == "ArrowLeft") == is_rtl() { Step::Next } else { Step::Previous })
                    }
                    "ArrowDown" => (ANY, Step::Next),
                    "ArrowUp" => (ANY, Step::Previous),
                    "Home" => (ANY, Step::First),
                    "End" => (ANY, Step::Last),
                    _ => return,
                };
                step(&menu, among, to, true);
            }
            #[cfg(not(feature = "hydrate"))]
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let items = items.into_iter().map(|item| {
        let MenuItem { label, glyph, is_destructive, run } = item;
        // Return the focus first: the action may move it.
        let choose = move |_| {
            leave();
            run();
        };
        view! {
            <button class="menu-item" class:destructive=is_destructive type="button" role="menuitem" tabindex="-1" on:click=choose>
                <span>{label}</span>
                <Icon glyph/>
            </button>
        }
    });
    let tapbacks = tapbacks.map(|row| tapback_row(row, leave));
    view! {
        <div class="menu" role="menu" aria-label=title.clone() node_ref=element on:keydown=keys on:contextmenu=|event| event.prevent_default()>
            <p class="menu-title" aria-hidden="true" dir="auto">{title.clone()}</p>
            {tapbacks}
            {items.collect_view()}
        </div>
    }
}

fn tapback_row(row: TapbackRow, leave: impl Fn() + Copy + Send + Sync + 'static) -> AnyView {
    let TapbackRow { chosen, choose, more, .. } = row;
    let t = words();
    let button = |label: String, is_checked: Option<bool>, glyph: AnyView, run: Callback<()>| {
        let press = move |_| {
            leave();
            run.run(());
        };
        let role = if is_checked.is_some() { "menuitemradio" } else { "menuitem" };
        view! {
            <button
                class="tapback-choice"
                type="button"
                role=role
                aria-checked=is_checked.map(|is| is.to_string())
                tabindex="-1"
                aria-label=label.clone()
                title=label
                on:click=press
            >
                {glyph}
            </button>
        }
        .into_any()
    };
    let other = chosen.clone().filter(|chosen| Tapback::ALL.iter().all(|tapback| tapback.emoji() != chosen));
    let classics = Tapback::ALL.into_iter().map(|tapback| (tapback.emoji().to_owned(), tapback.label(t).to_owned()));
    let all = classics.chain(other.map(|emoji| (emoji.clone(), emoji)));
    let choices = all.map(|(emoji, label)| {
        let is_chosen = chosen.as_ref() == Some(&emoji);
        let glyph = reaction_glyph(&emoji);
        button(label, Some(is_chosen), glyph, Callback::new(move |()| choose.run((!is_chosen).then(|| emoji.clone()))))
    });
    let mut buttons: Vec<AnyView> = choices.collect();
    buttons.push(button(
        t.more_reactions().to_owned(),
        None,
        view! { <Icon glyph=Glyph::AddReaction/> }.into_any(),
        more,
    ));
    view! { <div class="tapbacks" role="group" aria-label=t.reactions()>{buttons}</div> }.into_any()
}

/// Puts the menu in its place, with the focus on its first item, and closes it when something else is pressed. The answer
/// gives the focus back.
#[cfg(feature = "hydrate")]
fn behave(
    element: NodeRef<Div>,
    first: &'static str,
    at: (i32, i32),
    close: Callback<()>,
) -> impl Fn() + Copy + Send + Sync + 'static {
    use crate::browser::page::{self, Step};
    use leptos::ev;
    use web_sys::{HtmlElement, Node};
    let opener = StoredValue::new_local(page::focused());
    Effect::new(move |_| {
        if let Some(menu) = element.get() {
            page::place_in_window(&menu, at);
            page::step(&menu, first, Step::First, false);
        }
    });
    let pressed = window_event_listener(ev::pointerdown, move |event| {
        let inside = element.try_get_untracked().flatten().is_some_and(|menu| {
            let target = event.target().and_then(|target| wasm_bindgen::JsCast::dyn_into::<Node>(target).ok());
            menu.contains(target.as_ref())
        });
        if !inside {
            close.try_run(());
        }
    });
    // A keyboard that goes makes the window higher.
    let resized = window_event_listener(ev::resize, move |_| {
        if let Some(Some(menu)) = element.try_get_untracked() {
            page::place_in_window(&menu, at);
        }
    });
    on_cleanup(move || {
        pressed.remove();
        resized.remove();
    });
    move || {
        if let Some(Some(opener)) = opener.try_get_value() {
            let _ = HtmlElement::focus(&opener);
        }
    }
}
