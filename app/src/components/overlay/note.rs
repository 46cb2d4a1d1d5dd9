//! A short note at the foot of the page: something was done, and there is nothing to decide.

use leptos::prelude::*;

/// How long a note stays.
#[cfg(feature = "hydrate")]
const STAY: std::time::Duration = std::time::Duration::from_secs(2);

#[component]
pub(super) fn NoteLayer(note: RwSignal<Option<&'static str>>) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    {
        let timer = StoredValue::new_local(None::<leptos::leptos_dom::helpers::TimeoutHandle>);
        Effect::new(move |_| {
            if note.get().is_none() {
                return;
            }
            let old = timer.try_update_value(|timer| {
                std::mem::replace(
                    timer,
                    set_timeout_with_handle(
                        move || {
                            note.try_set(None);
                        },
                        STAY,
                    )
                    .ok(),
                )
            });
            if let Some(Some(old)) = old {
                old.clear();
            }
        });
    }
    view! {
        <div class="note-layer" role="status">
            {move || note.get().map(|text| view! { <p class="note">{text}</p> })}
        </div>
    }
}
