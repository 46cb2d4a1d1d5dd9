//! What was unsent, and what was to be sent later and was deleted, is in no file of an embedded store any more.

use crate::contract::verbs::{
    SCHEDULE, a_client_id, ann_and_bob, direct, done, edit, now, said, said_many, schedule, text, unsend,
};
use myna_chat::rules::Verb;
use myna_protocol::Timestamp;
use myna_store::{StoreUrl, open};
use std::path::Path;
use std::time::Duration;
use tokio::time::error::Elapsed;
use tokio::time::{interval, timeout};

/// Words that nothing else has.
const FIRST: &str = "xylophone-of-brass";
const SECOND: &str = "quicksilver-lantern";

/// Whether a file of this folder has these bytes.
fn has(folder: &Path, words: &str) -> bool {
    let files = std::fs::read_dir(folder).expect("the folder is there");
    let mut contents = files.filter_map(|file| std::fs::read(file.ok()?.path()).ok());
    contents.any(|content| content.windows(words.len()).any(|part| part == words.as_bytes()))
}

/// Waits until this is so.
async fn until(is_so: impl Fn() -> bool) -> Result<(), Elapsed> {
    let looking = async {
        let mut every = interval(Duration::from_millis(20));
        while !is_so() {
            every.tick().await;
        }
    };
    timeout(Duration::from_secs(60), looking).await
}

#[tokio::test]
async fn the_words_of_an_unsent_message_are_in_no_file() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let url = StoreUrl::Sqlite(folder.path().join("myna.db"));
    let store = open(&url, Duration::ZERO).await.expect("a store in a fresh folder opens");
    let (ann, bob) = ann_and_bob(&*store).await;
    let talk = direct(&*store, ann, bob).await;
    // One of them is longer than a page of the file.
    for words in [format!("{FIRST} short"), format!("{FIRST} {}", "and so on ".repeat(700))] {
        let seq = said(&*store, talk, ann, &words).await;
        said_many(&*store, talk, bob, 5).await;
        done(&*store, edit(talk, ann, seq, &format!("{SECOND} instead"))).await;
        // The log may be emptied into the file between the readings of both.
        until(|| has(folder.path(), FIRST) && has(folder.path(), SECOND))
            .await
            .expect("while it is there, it is found");
        done(&*store, unsend(talk, ann, seq)).await;
        // Another thread empties the log, once no reader needs it.
        until(|| !has(folder.path(), FIRST) && !has(folder.path(), SECOND)).await.expect("its words are gone");
    }
    drop(store);
    assert!(!has(folder.path(), FIRST) && !has(folder.path(), SECOND));
}

#[tokio::test]
async fn the_words_of_a_deleted_scheduled_message_are_in_no_file() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let url = StoreUrl::Sqlite(folder.path().join("myna.db"));
    let store = open(&url, Duration::ZERO).await.expect("a store in a fresh folder opens");
    let (ann, bob) = ann_and_bob(&*store).await;
    let talk = direct(&*store, ann, bob).await;
    let client_id = a_client_id();
    done(&*store, schedule(talk, ann, client_id, FIRST, 10)).await;
    until(|| has(folder.path(), FIRST)).await.expect("while it is there, it is found");
    said_many(&*store, talk, bob, 5).await;
    let (second, send_at) = (text(SECOND), Timestamp(20));
    let edited = Verb::EditScheduled { client_id, text: second, send_at, bounds: SCHEDULE };
    done(&*store, edited.by(ann, Timestamp(2))).await;
    until(|| has(folder.path(), SECOND)).await.expect("while it is there, it is found");
    done(&*store, Verb::DeleteScheduled { client_id }.by(ann, now())).await;
    until(|| !has(folder.path(), FIRST) && !has(folder.path(), SECOND)).await.expect("its words are gone");
}
