//! Moving: everything arrives, a copy that was cut off is gone on with and served by nobody, and what differs is found.

mod checking;
pub(crate) mod content;
mod copying;

use myna_protocol::Timestamp;
use myna_store::archive::{Archive, Copied, CopyError, copy};
use myna_store::{OpenError, Purpose, StoreUrl, open, open_archive};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
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
    open(&url(path), Duration::ZERO).await
}

async fn archive(path: &Path, purpose: Purpose) -> Result<Arc<dyn Archive>, OpenError> {
    open_archive(&url(path), purpose, Duration::ZERO).await
}

/// Both opened, copied, and closed again.
async fn copied(from: &Path, to: &Path) -> Result<Copied, CopyError> {
    let source = archive(from, Purpose::Source).await.expect("the source opens");
    let target = archive(to, Purpose::Target).await.expect("the target opens");
    copy(&*source, &url(from).to_string(), &*target, Timestamp(i64::MIN), &|_| {}).await
}
