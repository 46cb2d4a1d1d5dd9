//! Writing a dataset into its store.

use super::{Dataset, MADE, Person, Talk, Texts};
use crate::marker::{Marker, TEXT_BYTES};
use anyhow::Context;
use myna_protocol::limits::{RECEIPT_MEMBERS, TEXT_CHARS};
use myna_protocol::{ClientId, Kind, Message, Rev, Seq, SessionId, Timestamp, UserId};
use myna_store::archive::{Archive, ConversationRow, MemberRow, SessionRecord, UserRecord};
use myna_store::{Purpose, open_archive};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// Rows that are written at a time.
const BATCH: usize = 5_000;
/// What nobody's password has: they come by their cookies.
const NO_PASSWORD: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g";
/// Long after every run: milliseconds since 1970.
const ENDS: Timestamp = Timestamp(4_000_000_000_000);
const AT: Timestamp = Timestamp(MADE as i64);

impl Dataset {
    /// Writes everything into the store at this URL, which is empty; `progress` is told how many messages are there.
    pub async fn fill(&self, url: &str, mut progress: impl FnMut(u64)) -> anyhow::Result<()> {
        let url = url.parse().with_context(|| format!("{url} is no store"))?;
        let archive = open_archive(&url, Purpose::Target, Duration::from_secs(10)).await?;
        for people in self.people.chunks(BATCH) {
            archive.put_users(people.iter().map(user).collect()).await?;
            archive.put_sessions(people.iter().map(session).collect()).await?;
        }
        // Everybody's own feed has counted what they came into.
        let mut revs = vec![0; self.people.len()];
        let mut written = 0;
        for talk in &self.talks {
            self.fill_talk(&*archive, talk, &mut revs, |messages| progress(written + messages)).await?;
            written += talk.messages;
        }
        Ok(())
    }

    async fn fill_talk(
        &self,
        archive: &dyn Archive,
        talk: &Talk,
        revs: &mut [Rev],
        mut progress: impl FnMut(u64),
    ) -> anyhow::Result<()> {
        let members = talk.members.iter().map(|place| {
            let rev = &mut revs[*place as usize];
            *rev += 1;
            member(talk, self.people[*place as usize].id, *rev)
        });
        for members in members.collect::<Vec<_>>().chunks(BATCH) {
            archive.put_members(members.to_vec()).await?;
        }
        for first in (1..=talk.messages).step_by(BATCH) {
            let last = talk.messages.min(first + BATCH as u64 - 1);
            let messages = (first..=last).map(|seq| {
                let sender = talk.members[(seq % talk.members.len() as u64) as usize];
                message(talk, seq, self.people[sender as usize].id, self.texts)
            });
            archive.put_messages(messages.collect()).await?;
            progress(last);
        }
        Ok(archive.put_conversation(self.conversation(talk)).await?)
    }

    fn conversation(&self, talk: &Talk) -> ConversationRow {
        let ids: Vec<UserId> = talk.members.iter().map(|place| self.people[*place as usize].id).collect();
        let pair = (talk.kind == Kind::Direct).then(|| {
            let (first, last) = (ids[0], ids[ids.len() - 1]);
            [first.min(last), first.max(last)]
        });
        ConversationRow {
            id: talk.id,
            kind: talk.kind,
            name: (talk.kind == Kind::Channel).then(|| "Everybody".to_owned()),
            pair,
            created_by: ids[0],
            created_at: AT,
            receipts: talk.kind != Kind::Channel && ids.len() <= RECEIPT_MEMBERS,
            member_count: ids.len() as u32,
            last_seq: talk.messages,
            active_at: AT.plus(talk.messages as i64),
            rev: talk.messages + 1,
            row_rev: 1,
        }
    }
}

fn user(person: &Person) -> UserRecord {
    UserRecord {
        id: person.id,
        name: person.name.clone(),
        password_hash: NO_PASSWORD.to_owned(),
        created_at: AT,
        rev: person.talks.len() as Rev,
        person_rev: 0,
    }
}

fn session(person: &Person) -> SessionRecord {
    SessionRecord {
        id: SessionId::from_bytes(*person.id.as_bytes()),
        token_hash: Sha256::digest(person.token).into(),
        user: person.id,
        created_at: AT,
        expires_at: ENDS,
    }
}

fn member(talk: &Talk, user: UserId, user_rev: Rev) -> MemberRow {
    MemberRow {
        conversation: talk.id,
        user,
        joined_rev: 1,
        joined_seq: 0,
        left_seq: None,
        read_seq: 0,
        read_at: None,
        rev: 1,
        user_rev,
    }
}

/// A message of before the run.
fn message(talk: &Talk, seq: Seq, sender: UserId, texts: Texts) -> Message {
    let marker = Marker { number: seq, due: 0 };
    let text = match texts {
        Texts::Usual => marker.text(TEXT_BYTES),
        Texts::Hostile => marker.filled(TEXT_CHARS, "<"),
    };
    Message {
        conversation: talk.id,
        seq,
        sender,
        client_id: ClientId::from_parts(seq, super::parts(u64::MAX, seq)),
        text,
        sent_at: AT.plus(seq as i64),
        rev: seq + 1,
        extra: None,
    }
}
