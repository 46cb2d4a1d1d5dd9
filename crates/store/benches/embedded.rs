//! What the embedded store's hot paths cost, on a file (SQLite, WAL, `synchronous=FULL`: each commit is flushed to disk).

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use myna_chat::rules::{Change, Verb};
use myna_chat::store::{MAX_ROWS, NewUser, Page, Store};
use myna_protocol::{ClientId, ConversationId, Feed, Name, Text, Timestamp, UserId};
use myna_store::{StoreUrl, open};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::runtime::Runtime;

const ROOM: ConversationId = ConversationId::from_bytes([9; 16]);
const PEOPLE: usize = 1_000;
const MESSAGES: usize = 100_000;
const AT: Timestamp = Timestamp(1_700_000_000_000);

fn person(number: usize) -> UserId {
    let mut id = [7; 16];
    id[..8].copy_from_slice(&number.to_be_bytes());
    UserId::from_bytes(id)
}

fn send(number: u64) -> Change {
    let mut id = [3; 16];
    id[..8].copy_from_slice(&number.to_be_bytes());
    let text = Text::parse(&"x".repeat(200)).expect("it is a text");
    Verb::Send { conversation: ROOM, client_id: ClientId::from_bytes(id), text, reply_to: None }.by(person(0), AT)
}

/// A store with a thousand people, and a room in which two of them have said much.
async fn filled(folder: &TempDir) -> Arc<dyn Store> {
    let url = StoreUrl::Sqlite(folder.path().join("myna.db"));
    let store = open(&url, Duration::ZERO).await.expect("the store opens");
    for number in 0..PEOPLE {
        let name = Name::parse(&format!("Person {number} of many")).expect("it is a name");
        let user = NewUser { id: person(number), name, password_hash: "none".to_owned(), created_at: AT };
        store.create_user(user).await.expect("the store writes");
    }
    let room = Verb::Group { id: ROOM, name: None, members: vec![person(1)] }.by(person(0), AT);
    commit(&*store, vec![room]).await;
    for first in (0..MESSAGES as u64).step_by(1_000) {
        commit(&*store, (first..first + 1_000).map(send).collect()).await;
    }
    store
}

async fn commit(store: &dyn Store, changes: Vec<Change>) {
    for outcome in store.commit(changes.into()).await.expect("the store writes") {
        outcome.expect("it is allowed");
    }
}

fn embedded(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("there is a runtime");
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let store = runtime.block_on(filled(&folder));
    let feed = Feed::Conversation(ROOM);

    let mut group = criterion.benchmark_group("embedded");
    group.bench_function("a page of 50 messages in the middle of 100,000", |bencher| {
        bencher.iter(|| runtime.block_on(store.messages_before(ROOM, 50_000, 50)).expect("the store answers"));
    });
    group.bench_function("a resync of 1,000 rows", |bencher| {
        let since = (MESSAGES - 1_000) as u64;
        bencher.iter(|| {
            let rows = runtime
                .block_on(store.rows_since(feed, since, Page { rows: 2_000, ..MAX_ROWS }))
                .expect("the store answers");
            assert!(rows.is_some_and(|rows| rows.rows.len() >= 1_000));
        });
    });
    group.bench_function("a search for people by a word that a thousand have", |bencher| {
        bencher.iter(|| runtime.block_on(store.search_users("many", 20)).expect("the store answers"));
    });
    let mut number = MESSAGES as u64;
    for batch in [1, 16, 256] {
        group.throughput(Throughput::Elements(batch));
        group.bench_function(format!("commit of {batch} sends of 200 bytes"), |bencher| {
            bencher.iter_batched(
                || {
                    number += batch;
                    (number - batch..number).map(send).collect()
                },
                |changes| runtime.block_on(commit(&*store, changes)),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, embedded);
criterion_main!(benches);
