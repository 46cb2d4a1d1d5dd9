//! The browser's entry: takes over the page that the server rendered.

#![recursion_limit = "256"]

use leptos::prelude::document;
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

/// Called by the page once the module is there.
///
/// # Errors
/// When a file that this page needs does not load: the page shows that it could not start.
#[wasm_bindgen]
pub async fn hydrate() -> Result<(), JsError> {
    console_error_panic_hook::set_once();
    myna_app::load().await.map_err(|error| JsError::new(&error.to_string()))?;
    leptos::mount::hydrate_body(myna_app::App);
    // From here on the page answers: tests and scripts wait for this mark.
    if let Some(html) = document().document_element() {
        let _ = html.set_attribute("data-hydrated", "true");
    }
    // An extension's error may have shown it too early.
    if let Some(notice) = document().get_element_by_id("stopped") {
        let _ = notice.set_attribute("hidden", "");
    }
    Ok(())
}
