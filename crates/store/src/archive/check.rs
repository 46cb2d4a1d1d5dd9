//! Checks the invariants of a store.

mod repeats;
mod threads;
mod violation;

pub use violation::Violation;

use super::{Archive, Counts, Part, pages};
use futures_util::TryStreamExt;
use myna_chat::rules::ConversationRow;
use myna_chat::store::StoreError;
use myna_protocol::{ConversationId, Feed, Kind, Reaction, Rev, Timestamp, UserId};
use repeats::Repeats;
use std::collections::{BTreeSet, HashMap};
use std::pin::pin;
use threads::Threads;

/// Reads every row and calls `violated` for each rule that a row breaks. Returns the number of rows. In memory it holds
/// the ids of one conversation's members and one page of messages.
pub async fn check(archive: &dyn Archive, violated: &mut dyn FnMut(Violation)) -> Result<Counts, StoreError> {
    let counts = archive.counts().await?;
    people(archive, violated).await?;
    personal(archive, violated).await?;
    let mut sessions = pin!(pages::sessions(archive, Timestamp(i64::MIN)));
    while let Some(page) = sessions.try_next().await? {
        let revs = revs(archive, page.iter().map(|session| session.user)).await?;
        for session in page.into_iter().filter(|session| !revs.contains_key(&session.user)) {
            violated(Violation::SessionOfNobody { session: session.id, user: session.user });
        }
    }
    let mut conversations = pin!(pages::conversations(archive));
    let mut before = None;
    while let Some(row) = conversations.try_next().await? {
        orphans(archive, before.replace(row.id), Some(row.id), violated).await?;
        if row.row_rev > row.rev {
            violated(Violation::RowRev { conversation: row.id, rev: row.row_rev, of: row.rev });
        }
        let members = members(archive, &row, violated).await?;
        messages(archive, &row, &members, counts.messages, violated).await?;
        reactions(archive, &row, &members, violated).await?;
    }
    orphans(archive, before, None, violated).await?;
    Ok(counts)
}

/// Looks whether the stamps of people are within the server's feed.
async fn people(archive: &dyn Archive, violated: &mut dyn FnMut(Violation)) -> Result<(), StoreError> {
    let of = archive.server().await?.rev;
    let mut users = pin!(pages::users(archive));
    while let Some(page) = users.try_next().await? {
        for user in page.into_iter().filter(|user| user.person_rev > of) {
            violated(Violation::PersonRev { user: user.id, rev: user.person_rev, of });
        }
    }
    Ok(())
}

/// Looks whether personal rows belong to a person, and whether each message that waits has its due job.
async fn personal(archive: &dyn Archive, violated: &mut dyn FnMut(Violation)) -> Result<(), StoreError> {
    let mut rows = pin!(pages::personal(archive));
    while let Some(page) = rows.try_next().await? {
        let revs = revs(archive, page.iter().map(|row| row.user)).await?;
        for row in page {
            let (user, item) = row.key();
            match revs.get(&user) {
                None => violated(Violation::PersonalOfNobody { user, item }),
                Some(of) if row.rev > *of => violated(Violation::PersonalRev { user, item, rev: row.rev, of: *of }),
                Some(_) => {}
            }
            if let Some((message, job)) = row.scheduled().filter(|(message, _)| message.failed.is_none())
                && archive.job(job).await?.is_none_or(|job| job.due_at != message.send_at)
            {
                violated(Violation::NeverSent { user, item });
            }
        }
    }
    Ok(())
}

/// Looks for rows of conversations that have none of their own, between two that follow each other.
async fn orphans(
    archive: &dyn Archive,
    after: Option<ConversationId>,
    before: Option<ConversationId>,
    violated: &mut dyn FnMut(Violation),
) -> Result<(), StoreError> {
    for part in [Part::Members, Part::Messages, Part::Reactions] {
        let mut place = after;
        while let Some(conversation) = archive.conversation_between(part, place, before).await? {
            violated(Violation::Orphans { part, conversation });
            place = Some(conversation);
        }
    }
    Ok(())
}

/// The rev of the own feed of each of these people who exists.
async fn revs(archive: &dyn Archive, people: impl Iterator<Item = UserId>) -> Result<HashMap<UserId, Rev>, StoreError> {
    let feeds: BTreeSet<Feed> = people.map(Feed::User).collect();
    let revs = archive.revs(&feeds.into_iter().collect::<Vec<_>>()).await?;
    let users = revs.into_iter().filter_map(|(feed, rev)| match feed {
        Feed::User(user) => Some((user, rev)),
        Feed::Conversation(_) | Feed::Server => None,
    });
    Ok(users.collect())
}

/// Checks everybody who is or was in the conversation, and returns their ids.
async fn members(
    archive: &dyn Archive,
    row: &ConversationRow,
    violated: &mut dyn FnMut(Violation),
) -> Result<BTreeSet<UserId>, StoreError> {
    let conversation = row.id;
    let (mut everybody, mut present) = (BTreeSet::new(), 0_u64);
    let mut members = pin!(pages::members(archive, conversation));
    while let Some(page) = members.try_next().await? {
        let revs = revs(archive, page.iter().map(|member| member.user)).await?;
        for member in page {
            let user = member.user;
            everybody.insert(user);
            present += u64::from(member.left_seq.is_none());
            if member.rev > row.rev {
                violated(Violation::MemberRev { conversation, user, rev: member.rev, of: row.rev });
            }
            for (place, seq) in [
                ("has read up to", Some(member.read_seq)),
                ("joined after", Some(member.joined_seq)),
                ("left after", member.left_seq),
            ] {
                if let Some(seq) = seq.filter(|seq| *seq > row.last_seq) {
                    violated(Violation::PlaceBeyondLast { conversation, user, place, seq, last_seq: row.last_seq });
                }
            }
            match revs.get(&user) {
                None => violated(Violation::MemberIsNobody { conversation, user }),
                Some(of) if member.user_rev > *of => {
                    violated(Violation::MembershipRev { conversation, user, rev: member.user_rev, of: *of });
                }
                Some(_) => {}
            }
        }
    }
    if u64::from(row.member_count) != present {
        violated(Violation::MemberCount { conversation, says: row.member_count, found: present });
    }
    let pair: Option<BTreeSet<UserId>> = row.pair.map(BTreeSet::from);
    match (row.kind, pair) {
        (Kind::Direct, Some(pair)) if pair == everybody => {}
        (Kind::Direct, _) => violated(Violation::Pair { conversation }),
        (Kind::Group | Kind::Channel, _) => {}
    }
    Ok(everybody)
}

async fn messages(
    archive: &dyn Archive,
    row: &ConversationRow,
    members: &BTreeSet<UserId>,
    all_messages: u64,
    violated: &mut dyn FnMut(Violation),
) -> Result<(), StoreError> {
    let conversation = row.id;
    let mut last = 0;
    // Never more than the store holds, whatever the conversation's own row says.
    let mut threads = Threads::default();
    let mut repeats = Repeats::among(row.last_seq.min(all_messages));
    let mut messages = pin!(pages::messages(archive, conversation, 0));
    while let Some(page) = messages.try_next().await? {
        for message in &page {
            if message.seq != last + 1 {
                violated(Violation::Gap { conversation, after: last, before: message.seq });
            }
            last = message.seq;
            if message.rev > row.rev {
                violated(Violation::MessageRev { conversation, seq: message.seq, rev: message.rev, of: row.rev });
            }
            if !members.contains(&message.sender) {
                violated(Violation::Stranger { conversation, seq: message.seq, sender: message.sender });
            }
            if let Some(to) = threads.look_at(message) {
                violated(Violation::ReplyToNothing { conversation, seq: message.seq, to });
            }
        }
        repeats.look_at(&page);
    }
    if last != row.last_seq {
        violated(Violation::LastSeq { conversation, says: row.last_seq, found: last });
    }
    for (seq, says, found) in threads.miscounted() {
        violated(Violation::ReplyCount { conversation, seq, says, found });
    }
    client_ids(archive, conversation, repeats, violated).await
}

async fn reactions(
    archive: &dyn Archive,
    row: &ConversationRow,
    members: &BTreeSet<UserId>,
    violated: &mut dyn FnMut(Violation),
) -> Result<(), StoreError> {
    let conversation = row.id;
    let mut reactions = pin!(pages::reactions(archive, conversation));
    while let Some(page) = reactions.try_next().await? {
        for Reaction { seq, user, rev, .. } in page {
            if rev > row.rev {
                violated(Violation::ReactionRev { conversation, seq, user, rev, of: row.rev });
            }
            // Messages are numbered without a gap; where one is missing, that is said already.
            if seq == 0 || seq > row.last_seq {
                violated(Violation::ReactionToNothing { conversation, seq, user });
            }
            if !members.contains(&user) {
                violated(Violation::ReactionOfStranger { conversation, seq, user });
            }
        }
    }
    Ok(())
}

/// Reads the messages again if that is needed to find repeated client ids.
async fn client_ids(
    archive: &dyn Archive,
    conversation: ConversationId,
    mut repeats: Repeats,
    violated: &mut dyn FnMut(Violation),
) -> Result<(), StoreError> {
    while repeats.look_again() {
        let mut messages = pin!(pages::messages(archive, conversation, 0));
        while let Some(page) = messages.try_next().await? {
            repeats.look_at(&page);
        }
    }
    for (sender, client_id, [first, second]) in repeats.found() {
        violated(Violation::ClientIdTwice { conversation, sender, client_id, first, second });
    }
    Ok(())
}
