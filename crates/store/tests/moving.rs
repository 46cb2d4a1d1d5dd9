//! Moving: everything arrives, a copy that was cut off is gone on with and served by nobody, and what differs is found.

mod checking;
pub(crate) mod content;
mod copying;
pub(crate) mod journey;

use content::Content;
use myna_store::archive::{Archive, Copied, CopyError};
use myna_store::{OpenError, Purpose, StoreUrl};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// A folder, and the files in it that a copy goes from and to.
fn places() -> (TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let (from, to) = (folder.path().join("from.db"), folder.path().join("to.db"));
    (folder, from, to)
}

fn url(path: &Path) -> StoreUrl {
    StoreUrl::Sqlite(path.to_owned())
}

async fn served(path: &Path) -> Result<Arc<dyn myna_chat::store::Store>, OpenError> {
    journey::served(&url(path)).await
}

async fn refused(path: &Path) -> OpenError {
    journey::refused(&url(path)).await
}

async fn archive(path: &Path, purpose: Purpose) -> Result<Arc<dyn Archive>, OpenError> {
    journey::archive(&url(path), purpose).await
}

async fn filled(path: &Path) -> (Content, Vec<String>) {
    journey::filled(&url(path)).await
}

async fn copied(from: &Path, to: &Path) -> Result<Copied, CopyError> {
    journey::copied(&url(from), &url(to)).await
}

async fn cut_off(from: &Path, to: &Path, after: u64) {
    journey::cut_off(&url(from), &url(to), after).await;
}

async fn goes_on(path: &Path, content: &Content, before: &[String]) {
    journey::goes_on(&url(path), content, before).await;
}

async fn violations(path: &Path) -> Vec<String> {
    journey::violations(&url(path)).await
}
