//! What only a file can show: it keeps everything, it is ours alone, and what is wrong with it is said in one sentence.

use crate::contract::verbs::{ann_and_bob, direct, load, person, said, said_many, texts};
use futures_util::FutureExt;
use myna_chat::store::Store;
use myna_store::{OpenError, StoreUrl, open};
use rusqlite::Connection;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let path = folder.path().join("myna.db");
    (folder, path)
}

/// A file is opened at once.
fn try_open(path: &Path) -> Result<Arc<dyn Store>, OpenError> {
    let url = StoreUrl::Sqlite(path.to_owned());
    open(&url, Duration::ZERO).now_or_never().expect("a file is opened without waiting")
}

fn opened(path: &Path) -> Arc<dyn Store> {
    try_open(path).expect("the store opens")
}

fn refused(path: &Path) -> OpenError {
    try_open(path).err().expect("this cannot be opened")
}

/// A store with a little in it, closed.
async fn filled(path: &Path) {
    let store = opened(path);
    let (ann, bob) = ann_and_bob(&*store).await;
    let talk = direct(&*store, ann, bob).await;
    said_many(&*store, talk, ann, 500).await;
}

#[tokio::test]
async fn a_reopened_store_has_kept_everything() {
    let (_folder, path) = place();
    let store = opened(&path);
    let (ann, bob) = ann_and_bob(&*store).await;
    let talk = direct(&*store, ann, bob).await;
    said(&*store, talk, ann, "hello").await;
    let before = (load(&*store, talk).await, store.load_user(bob).await.unwrap());
    drop(store);
    let store = opened(&path);
    assert_eq!((load(&*store, talk).await, store.load_user(bob).await.unwrap()), before);
    assert_eq!(said(&*store, talk, bob, "hi").await, 2);
    drop(store);
    assert_eq!(texts(&load(&*opened(&path), talk).await.rows), ["hello", "hi"]);
}

#[tokio::test]
async fn a_store_is_durable_and_its_files_are_private() {
    let (folder, path) = place();
    filled(&path).await;
    let _store = opened(&path);
    let other = Connection::open(&path).unwrap();
    let journal: String = other.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!(journal, "wal");
    #[cfg(unix)]
    for file in fs::read_dir(folder.path()).unwrap() {
        use std::os::unix::fs::PermissionsExt;
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
    }
}

#[test]
fn a_missing_folder_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b/c/myna.db");
    drop(opened(&path));
    assert!(path.is_file());
}

#[test]
fn a_second_opener_is_refused_until_the_first_has_gone() {
    let (_folder, path) = place();
    let store = opened(&path);
    let error = refused(&path);
    assert!(matches!(error, OpenError::Locked { .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        format!("the store {} is in use by another Myna: stop that one first", path.canonicalize().unwrap().display())
    );
    #[cfg(unix)]
    {
        let link = path.with_file_name("link.db");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(matches!(refused(&link), OpenError::Locked { .. }), "whatever link leads to it");
    }
    drop(store);
    opened(&path);
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "not a folder").unwrap();
    let error = refused(&file.join("data/myna.db"));
    assert!(matches!(error, OpenError::Folder { .. }), "{error:?}");
    assert!(error.to_string().contains("file/data cannot be created: "), "{error}");
}

#[test]
fn a_path_that_cannot_be_a_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = refused(folder.path());
    assert!(error.to_string().ends_with("cannot be read and written: it is a folder"), "{error}");
    if Path::new("/proc/self").exists() {
        let error = refused(Path::new("/proc/self/myna.db"));
        assert!(matches!(error, OpenError::File { .. }), "{error:?}");
    }
}

#[test]
fn what_is_no_database_is_refused_and_left_alone() {
    let (_folder, path) = place();
    fs::write(&path, "my diary\n".repeat(1_000)).unwrap();
    let error = refused(&path);
    assert!(error.to_string().ends_with("is not a Myna store: it does not begin as a database does"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "my diary\n".repeat(1_000));
}

#[test]
fn another_programs_database_is_refused_and_left_alone() {
    let (_folder, path) = place();
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE recipes (x); PRAGMA user_version = 1").unwrap();
    let before = fs::read(&path).unwrap();
    let error = refused(&path);
    assert!(error.to_string().ends_with("is not a Myna store: another program keeps its data there"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_damaged_file_is_refused() {
    let (_folder, path) = place();
    filled(&path).await;
    let whole = fs::read(&path).unwrap();

    let file = File::options().write(true).open(&path).unwrap();
    file.set_len(whole.len() as u64 / 2).unwrap();
    let error = refused(&path);
    assert!(matches!(error, OpenError::Damaged { .. }), "cut in half: {error:?}");
    assert!(error.to_string().ends_with("restore it from a backup"), "{error}");

    let mut overwritten = whole.clone();
    overwritten[..100].fill(0x55);
    fs::write(&path, &overwritten).unwrap();
    let error = refused(&path);
    assert!(matches!(error, OpenError::Foreign { .. }), "its header overwritten: {error:?}");

    let mut overwritten = whole.clone();
    let middle = whole.len() / 2;
    overwritten[middle..middle + 8_192].fill(0x55);
    fs::write(&path, &overwritten).unwrap();
    let error = refused(&path);
    assert!(matches!(error, OpenError::Damaged { .. }), "its middle overwritten: {error:?}");

    fs::write(&path, &whole).unwrap();
    opened(&path);
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_left_alone() {
    let (_folder, path) = place();
    filled(&path).await;
    let known: u32 = {
        let connection = Connection::open(&path).unwrap();
        let known = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        connection.pragma_update(None, "user_version", 77).unwrap();
        known
    };
    let error = refused(&path);
    assert!(matches!(error, OpenError::Newer { found: 77, .. }), "{error:?}");
    let sentence = format!("was written by a newer Myna (schema 77, this one knows {known}): run that version");
    assert!(error.to_string().ends_with(&sentence), "{error}");
}

#[tokio::test]
async fn an_interrupted_migration_has_not_happened() {
    let (_folder, path) = place();
    let sql = include_str!("../migrations/0001_two_people_chat.sql");
    let half = sql.find("CREATE TABLE conversations").expect("the migration makes conversations");
    {
        let connection = Connection::open(&path).unwrap();
        connection.execute_batch("PRAGMA journal_mode = WAL; BEGIN IMMEDIATE").unwrap();
        connection.execute_batch(&sql[..half]).unwrap();
        // The process dies here.
    }
    let store = opened(&path);
    person(&*store, "Ann").await;
}

#[test]
#[expect(clippy::disallowed_methods, reason = "what is measured is the time of opening itself")]
fn an_empty_store_opens_in_less_than_a_third_of_a_second() {
    let (_folder, path) = place();
    let start = Instant::now();
    let _store = opened(&path);
    assert!(start.elapsed() < Duration::from_millis(300), "{:?}", start.elapsed());
}
