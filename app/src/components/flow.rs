//! What is there under a condition, and lists: like Leptos' own `Show` and `For`, but of one type wherever they stand. Leptos
//! compiles its own anew for each condition and each list, and the browser loads all of that.

use leptos::children::ViewFn;
use leptos::prelude::*;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Shows its children while the condition holds, else the fallback.
#[component]
pub(crate) fn When(
    condition: impl Fn() -> bool + Send + Sync + 'static,
    children: ChildrenFn,
    #[prop(optional, into)] fallback: ViewFn,
) -> impl IntoView {
    when(Signal::derive(condition), children, fallback)
}

fn when(condition: Signal<bool>, children: ChildrenFn, fallback: ViewFn) -> AnyView {
    let holds = Memo::new(move |_| condition.get());
    (move || if holds.get() { children() } else { fallback.run() }).into_any()
}

/// Shows each of these; one that keeps its key keeps its place in the page.
#[component]
pub(crate) fn Each<T, K, V>(
    of: impl Fn() -> Vec<T> + Send + 'static,
    key: fn(&T) -> K,
    children: impl Fn(T) -> V + Send + Sync + Clone + 'static,
) -> impl IntoView
where
    T: Send + 'static,
    K: Hash + 'static,
    V: IntoView + 'static,
{
    rows(Box::new(move || {
        let row = |item: T| {
            let (mut hasher, children) = (DefaultHasher::new(), children.clone());
            key(&item).hash(&mut hasher);
            Row { key: hasher.finish(), view: Box::new(move || children(item).into_any()) }
        };
        of().into_iter().map(row).collect()
    }))
}

/// One item, and how it is drawn.
struct Row {
    key: u64,
    view: Box<dyn FnOnce() -> AnyView + Send>,
}

fn rows(each: Box<dyn Fn() -> Vec<Row> + Send>) -> AnyView {
    view! { <For each key=|row: &Row| row.key children=|row: Row| (row.view)()/> }.into_any()
}
