//! The page's files: hashed names cached for ever, compressed when they were built.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use http::HeaderValue;
use http::header::CACHE_CONTROL;
use leptos::config::LeptosOptions;
use std::path::Path;
use tower_http::services::ServeDir;

/// The client's package: its WebAssembly, script and style sheet.
pub(crate) fn serve<S: Clone + Send + Sync + 'static>(options: &LeptosOptions) -> Router<S> {
    let package = Path::new(&*options.site_root).join(&*options.site_pkg_dir);
    let folder = ServeDir::new(package).precompressed_br().precompressed_gzip();
    let hashed = options.hash_files;
    let cached = move |request: Request, next: Next| cache(hashed, request, next);
    Router::new().nest_service(&format!("/{}", options.site_pkg_dir), folder).layer(from_fn(cached))
}

/// A file whose name holds the hash of its content can never change under that name.
async fn cache(hashed: bool, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if response.status().is_success() {
        let value = if hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(value));
    }
    response
}
