//! `/session`: whether this browser is still signed in. A browser is not told why a socket could not be opened; this it can ask.

use crate::auth::Signed;
use axum::response::NoContent;

/// 204 while the session holds, 401 when it has ended.
pub(crate) async fn session(_: Signed) -> NoContent {
    NoContent
}
