//! A menu: at the pointer, or beside what has the focus. Arrow keys move in it; Escape and Tab close it and give the focus back;
//! a press elsewhere closes it too, and takes the focus there.

use crate::components::{Glyph, Icon};
use leptos::ev::KeyboardEvent;
use leptos::html::Div;
use leptos::prelude::*;
use std::sync::Arc;

/// What is in a menu, and where it opens.
#[derive(Clone)]
pub(crate) struct Menu {
    /// What it is about: stands at its top, and is its name.
    pub(crate) title: String,
    pub(crate) items: Vec<MenuItem>,
    /// A corner of it, in pixels of the window.
    pub(crate) at: (i32, i32),
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

#[component]
pub(super) fn MenuLayer(menu: RwSignal<Option<Menu>>) -> impl IntoView {
    move || menu.get().map(|opened| view! { <Opened opened close=Callback::new(move |()| menu.set(None))/> })
}

#[component]
fn Opened(opened: Menu, close: Callback<()>) -> impl IntoView {
    let Menu { title, items, at } = opened;
    let element: NodeRef<Div> = NodeRef::new();
    #[cfg(feature = "hydrate")]
    let back = behave(element, at, close);
    #[cfg(not(feature = "hydrate"))]
    let back = {
        let _ = at;
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
                use crate::browser::page::{Step, step};
                let to = match key {
                    "ArrowDown" => Step::Next,
                    "ArrowUp" => Step::Previous,
                    "Home" => Step::First,
                    "End" => Step::Last,
                    _ => return,
                };
                if let Some(menu) = element.get_untracked() {
                    step(&menu, "[role=menuitem]", to, true);
                }
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
    view! {
        <div class="menu" role="menu" aria-label=title.clone() node_ref=element on:keydown=keys on:contextmenu=|event| event.prevent_default()>
            <p class="menu-title" aria-hidden="true" dir="auto">{title.clone()}</p>
            {items.collect_view()}
        </div>
    }
}

/// Puts the menu in its place, with the focus on its first item, and closes it when something else is pressed. The answer
/// gives the focus back.
#[cfg(feature = "hydrate")]
fn behave(element: NodeRef<Div>, at: (i32, i32), close: Callback<()>) -> impl Fn() + Copy + Send + Sync + 'static {
    use crate::browser::page::{self, Step};
    use leptos::ev;
    use web_sys::{HtmlElement, Node};
    let opener = StoredValue::new_local(page::focused());
    Effect::new(move |_| {
        if let Some(menu) = element.get() {
            page::place_in_window(&menu, at);
            page::step(&menu, "[role=menuitem]", Step::First, false);
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
