//! Measures moving: a store of a million messages is copied to another one, checked, and copied back, by the program as
//! people run it.
//!
//! `make bench-stores` runs it on files. `MYNA_BENCH_STORE` names another store to copy to and back from (it has to be empty),
//! `MYNA_BENCH_MESSAGES` another number of messages. It fails where more memory is used than the limit.

use anyhow::{Context, ensure};
use myna_protocol::{ClientId, ConversationId, Kind, Timestamp, UserId};
use myna_store::archive::{Archive, ConversationRecord, MemberRecord, MessageRecord, UserRecord};
use myna_store::{Purpose, open_archive};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const MESSAGES: u64 = 1_000_000;
/// One of these has half of all messages, each other an equal share of the rest.
const CONVERSATIONS: u64 = 500;
const PEOPLE: u64 = 1_000;
/// Who is in each conversation.
const MEMBERS: u64 = 20;
/// Messages that are written at a time.
const BATCH: u64 = 1_000;
/// Megabytes (1,048,576 bytes) that a copy may use at most.
const MEMORY_LIMIT: f64 = 50.0;

fn main() -> anyhow::Result<()> {
    let program = program()?;
    let messages = match std::env::var("MYNA_BENCH_MESSAGES") {
        Ok(number) => number.parse().context("MYNA_BENCH_MESSAGES is not a number")?,
        Err(_) => MESSAGES,
    };
    let folder = tempfile::tempdir()?;
    let file = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
    let (first, last) = (file("first.db"), file("last.db"));
    let other = std::env::var("MYNA_BENCH_STORE").unwrap_or_else(|_| file("other.db"));
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(fill(&first, messages))?;
    for (from, to) in [(&first, &other), (&other, &last)] {
        let printed = run(&program, &["store", "copy", "--from", from, "--to", to])?;
        let peak = printed.lines().find_map(|line| line.strip_prefix("peak memory: ")?.strip_suffix(" MB"));
        if let Some(peak) = peak {
            let peak: f64 = peak.parse()?;
            ensure!(peak <= MEMORY_LIMIT, "a copy uses {peak} MB, more than {MEMORY_LIMIT} MB");
        }
        run(&program, &["store", "check", "--store", to])?;
    }
    Ok(())
}

/// The release build: `MYNA_BIN`, or where Cargo leaves it.
fn program() -> anyhow::Result<PathBuf> {
    let target = match std::env::var_os("CARGO_TARGET_DIR") {
        Some(target) => PathBuf::from(target),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
    };
    let program = std::env::var_os("MYNA_BIN").map_or_else(|| target.join("release/myna"), PathBuf::from);
    ensure!(program.is_file(), "there is no {}: run `make build`, or set MYNA_BIN", program.display());
    Ok(program)
}

/// Runs the program to its end, and answers what it has printed. Its progress is seen.
fn run(program: &Path, args: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(program).args(args).stderr(std::process::Stdio::inherit()).output()?;
    let printed = String::from_utf8(output.stdout)?;
    print!("{printed}");
    ensure!(output.status.success(), "{args:?} failed");
    Ok(printed)
}

fn id(kind: u8, number: u64) -> [u8; 16] {
    let mut id = [kind; 16];
    // Scattered, as ids of different moments are.
    id[..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    id[8..].copy_from_slice(&number.to_be_bytes());
    id
}

/// Makes the store: groups that have talked, and nobody who reads.
async fn fill(url: &str, messages: u64) -> anyhow::Result<()> {
    let url = url.parse().context("it is no store")?;
    let archive = open_archive(&url, Purpose::Target, Duration::ZERO).await?;
    let person = |number| UserId::from_bytes(id(1, number));
    let at = Timestamp(1_700_000_000_000);
    let users = (0..PEOPLE).map(|number| UserRecord {
        id: person(number),
        name: format!("Person {number}"),
        password_hash: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g"
            .to_owned(),
        created_at: at,
        rev: CONVERSATIONS,
    });
    archive.put_users(users.collect()).await?;
    let share = messages / 2 / (CONVERSATIONS - 1);
    for talk in 0..CONVERSATIONS {
        let count = if talk == 0 { messages - share * (CONVERSATIONS - 1) } else { share };
        let people: Vec<UserId> = (0..MEMBERS).map(|place| person((talk * 7 + place) % PEOPLE)).collect();
        conversation(&*archive, ConversationId::from_bytes(id(2, talk)), talk + 1, &people, count, at).await?;
    }
    Ok(())
}

async fn conversation(
    archive: &dyn Archive,
    conversation: ConversationId,
    user_rev: u64,
    people: &[UserId],
    messages: u64,
    at: Timestamp,
) -> anyhow::Result<()> {
    let members = people.iter().map(|user| MemberRecord {
        conversation,
        user: *user,
        came: 1,
        joined_seq: 0,
        left_seq: None,
        read_seq: 0,
        read_at: None,
        rev: 1,
        user_rev,
    });
    archive.put_members(members.collect()).await?;
    for first in (1..=messages).step_by(BATCH as usize) {
        let batch = (first..(first + BATCH).min(messages + 1)).map(|seq| MessageRecord {
            conversation,
            seq,
            sender: people[(seq % MEMBERS) as usize],
            client_id: ClientId::from_bytes(id(3, seq)),
            text: format!("Message {seq}: about as long as what people say to each other in a group, on average."),
            sent_at: at.plus(seq as i64),
            rev: seq + 1,
        });
        archive.put_messages(batch.collect()).await?;
    }
    let row = ConversationRecord {
        id: conversation,
        kind: Kind::Group,
        name: None,
        pair: None,
        created_by: people[0],
        created_at: at,
        receipts: true,
        member_count: MEMBERS as u32,
        last_seq: messages,
        rev: messages + 1,
        row_rev: 1,
    };
    Ok(archive.put_conversation(row).await?)
}
