//! What only the inside of the driver can show: the plans of its queries, its transactions, its log.

mod log;
mod plans;
mod transactions;

use super::Embedded;
use myna_chat::store::{NewUser, UserStore};
use myna_protocol::{Name, Timestamp, UserId};
use std::path::Path;
use std::sync::mpsc;

fn memory() -> Embedded {
    Embedded::in_memory().expect("a store in memory opens")
}

fn file(path: &Path) -> Embedded {
    Embedded::in_file(path).expect("a store in a fresh folder opens")
}

fn person(number: u8) -> NewUser {
    NewUser {
        id: UserId::from_bytes([number; 16]),
        name: Name::parse(&format!("Person {number}")).expect("it is a name"),
        password_hash: "hash".to_owned(),
        created_at: Timestamp(0),
    }
}

async fn names(store: &Embedded) -> Vec<String> {
    let people = store.search_users("", 1_000).await.expect("the store answers");
    people.into_iter().map(|person| person.name).collect()
}

/// Holds the writing thread until the returned sender goes, so that what is sent meanwhile becomes one group.
async fn hold(store: &Embedded) -> (mpsc::Sender<()>, impl Future<Output = ()>) {
    let (release, released) = mpsc::channel::<()>();
    let (job, reply) = super::Reply::to(move |_| {
        let _ = released.recv();
        Ok(())
    });
    store.writer.send(job).await.expect("the writer runs");
    // It may share the group of what came after it, and fail with that.
    (release, async { drop(reply.wait().await) })
}
