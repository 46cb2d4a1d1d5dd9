//! Bubbles that hug their text: a text that wraps is narrower than the room it had, and CSS alone cannot know by how much.

use wasm_bindgen::JsCast;
use web_sys::{Element, FontFaceSetLoadStatus, HtmlElement};

/// The attribute that says for which width of the transcript a text has been measured in its own font.
const FITTED: &str = "data-fit";

/// Gives every text that wraps the width of its longest line. Cheap where all have been measured already.
pub(super) fn fit(scroller: &Element) {
    let room = scroller.client_width().to_string();
    let Ok(found) = scroller.query_selector_all(&format!(".bubble > p:not([{FITTED}='{room}'])")) else { return };
    let texts = || (0..found.length()).filter_map(|at| found.get(at)?.dyn_into::<HtmlElement>().ok());
    // All writing, then all measuring, then all writing: each change in between would lay out the page again.
    for text in texts() {
        let _ = text.style().remove_property("width");
    }
    let widths: Vec<Option<f64>> = texts().map(|text| longest_line(&text)).collect();
    // Measuring starts the loading of a font that a text is the first to need: then it is measured again later.
    let has_fonts =
        scroller.owner_document().is_some_and(|page| page.fonts().status() == FontFaceSetLoadStatus::Loaded);
    let fitted = if has_fonts { room.as_str() } else { "" };
    for (text, width) in texts().zip(widths) {
        let _ = text.set_attribute(FITTED, fitted);
        if let Some(width) = width {
            let _ = text.style().set_property("width", &format!("{}px", width.ceil() as i32));
        }
    }
}

/// The width of the longest line in pixels; `None` where it fills its room, or there is only one.
fn longest_line(text: &HtmlElement) -> Option<f64> {
    let range = text.owner_document()?.create_range().ok()?;
    range.select_node_contents(text).ok()?;
    let lines = range.get_client_rects()?;
    let lines = || (0..lines.length()).filter_map(|at| lines.item(at));
    let (first, last) = (lines().next()?, lines().next_back()?);
    if first.bottom() > last.top() {
        return None;
    }
    let left = lines().map(|line| line.left()).fold(f64::INFINITY, f64::min);
    let right = lines().map(|line| line.right()).fold(f64::NEG_INFINITY, f64::max);
    (right - left + 1.0 < f64::from(text.client_width())).then_some(right - left)
}
