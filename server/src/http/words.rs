//! `/words/…`: the sentences of one language, for pages in it.

use axum::extract::Path;
use axum::response::IntoResponse;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

/// The name has the fingerprint of what it names, so that it can be kept for ever; 404 for that of another version.
pub(crate) async fn words(Path(name): Path<String>) -> Result<impl IntoResponse, StatusCode> {
    let text = myna_app::i18n::file(&name).ok_or(StatusCode::NOT_FOUND)?;
    let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, text))
}
