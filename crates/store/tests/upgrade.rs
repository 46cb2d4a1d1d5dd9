//! A file that an earlier release has written: this one opens it, keeps everything, and goes on.

pub(crate) mod content;

use content::{keeps_everything_and_goes_on, violations};
use myna_store::{StoreUrl, open};
use std::time::Duration;

const RELEASE_0_1_0: &[u8] = include_bytes!("releases/0.1.0.db");

#[tokio::test]
async fn a_file_of_release_0_1_0_opens_with_everything_in_it() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let path = folder.path().join("myna.db");
    std::fs::write(&path, RELEASE_0_1_0).expect("it is written");
    let url = StoreUrl::Sqlite(path);
    for _ in 0..2 {
        drop(open(&url, Duration::ZERO).await.expect("it opens"));
        assert_eq!(violations(&url).await, [""; 0]);
    }
    let store = open(&url, Duration::ZERO).await.expect("it opens");
    keeps_everything_and_goes_on(&*store).await;
    drop(store);
    assert_eq!(violations(&url).await, [""; 0]);
}
