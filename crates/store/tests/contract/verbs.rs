//! What people do, in the words of the rules, so that each rule reads as a story.

use futures_util::future::join_all;
use myna_chat::rules::{Change, Committed, JobId, ScheduleBounds, Verb};
use myna_chat::store::{Extent, NewUser, Page, Store};
use myna_protocol::limits::REACTIONS;
use myna_protocol::{
    ClientId, Conversation, ConversationId, Emoji, Feed, FeedRows, Member, Membership, Message, MessageRef, Name,
    Rejection, Row, Seq, SessionId, Text, Timestamp, UserId,
};
use std::sync::atomic::{AtomicU64, Ordering};

/// What came of a change.
pub(crate) type Outcome = Result<Committed, Rejection>;

/// A number that was not drawn before: it makes ids, names and moments differ.
pub(crate) fn fresh() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

fn id_parts() -> (u64, [u8; 10]) {
    let number = fresh();
    let mut random = [0x5a; 10];
    random[2..].copy_from_slice(&number.to_be_bytes());
    // Not in the order of creation: no rule may lean on it.
    (1_700_000_000_000 + number.wrapping_mul(7_919) % 1_000_003, random)
}

pub(crate) fn a_user_id() -> UserId {
    let (millis, random) = id_parts();
    UserId::from_parts(millis, random)
}

pub(crate) fn a_conversation_id() -> ConversationId {
    let (millis, random) = id_parts();
    ConversationId::from_parts(millis, random)
}

pub(crate) fn a_client_id() -> ClientId {
    let (millis, random) = id_parts();
    ClientId::from_parts(millis, random)
}

pub(crate) fn a_session_id() -> SessionId {
    let (millis, random) = id_parts();
    SessionId::from_parts(millis, random)
}

pub(crate) fn now() -> Timestamp {
    Timestamp(1_700_000_000_000 + fresh() as i64)
}

pub(crate) fn name(text: &str) -> Name {
    // What an earlier version took is stored too.
    Name::stored(text).expect("it is a name")
}

pub(crate) fn text(text: &str) -> Text {
    Text::parse(text).expect("it is a text")
}

pub(crate) fn new_user(called: &str) -> NewUser {
    NewUser { id: a_user_id(), name: name(called), password_hash: "$argon2id$hash".to_owned(), created_at: now() }
}

pub(crate) async fn person(store: &dyn Store, called: &str) -> UserId {
    let user = new_user(called);
    let id = user.id;
    store.create_user(user).await.expect("the name is free");
    id
}

/// Ann and Bob, for whom most rules are enough.
pub(crate) async fn ann_and_bob(store: &dyn Store) -> (UserId, UserId) {
    (person(store, "Ann").await, person(store, "Bob").await)
}

/// So many at once: one after the other would take long where each is a round trip.
pub(crate) async fn people(store: &dyn Store, count: usize) -> Vec<UserId> {
    let names: Vec<String> = (0..count).map(|_| format!("Person {}", fresh())).collect();
    join_all(names.iter().map(|called| person(store, called))).await
}

pub(crate) async fn commit(store: &dyn Store, batch: Vec<Change>) -> Vec<Outcome> {
    let count = batch.len();
    let outcomes = store.commit(batch.into()).await.expect("the store commits");
    assert_eq!(outcomes.len(), count, "one answer for each change");
    outcomes
}

pub(crate) async fn one(store: &dyn Store, change: Change) -> Outcome {
    commit(store, vec![change]).await.pop().expect("one answer for one change")
}

/// Does what must succeed.
pub(crate) async fn done(store: &dyn Store, change: Change) -> Committed {
    one(store, change).await.expect("the change is allowed")
}

pub(crate) fn send(conversation: ConversationId, sender: UserId, client_id: ClientId, said: &str) -> Change {
    Verb::Send { conversation, client_id, text: text(said), reply_to: None }.by(sender, now())
}

pub(crate) fn reply(conversation: ConversationId, sender: UserId, said: &str, to: Seq) -> Change {
    let (client_id, text) = (a_client_id(), text(said));
    Verb::Send { conversation, client_id, text, reply_to: Some(to) }.by(sender, now())
}

pub(crate) fn forward(
    conversation: ConversationId,
    sender: UserId,
    client_id: ClientId,
    message: MessageRef,
) -> Change {
    Verb::Forward { conversation, client_id, message }.by(sender, now())
}

pub(crate) fn say(conversation: ConversationId, sender: UserId, said: &str) -> Change {
    send(conversation, sender, a_client_id(), said)
}

/// What a person can schedule in these rules.
pub(crate) const SCHEDULE: ScheduleBounds = ScheduleBounds { messages: 100, ahead: 1_000_000 };

pub(crate) fn a_job_id() -> JobId {
    let mut id = [9; 16];
    id[8..].copy_from_slice(&fresh().to_be_bytes());
    id
}

/// At the time 1, for another time.
pub(crate) fn schedule(
    conversation: ConversationId,
    user: UserId,
    client_id: ClientId,
    said: &str,
    send_at: i64,
) -> Change {
    let (text, reply_to, send_at) = (text(said), None, Timestamp(send_at));
    let (job, bounds) = (a_job_id(), SCHEDULE);
    let verb = Verb::ScheduleMessage { conversation, client_id, text, reply_to, send_at, job, bounds };
    verb.by(user, Timestamp(1))
}

/// More than any message is old.
const EVER: u64 = 1 << 50;

pub(crate) fn edit(conversation: ConversationId, user: UserId, seq: Seq, said: &str) -> Change {
    Verb::Edit { conversation, seq, text: text(said), window: EVER }.by(user, now())
}

pub(crate) fn unsend(conversation: ConversationId, user: UserId, seq: Seq) -> Change {
    Verb::Unsend { conversation, seq, window: EVER }.by(user, now())
}

/// An empty emoji takes the reaction back.
pub(crate) fn react(conversation: ConversationId, user: UserId, seq: Seq, emoji: &str) -> Change {
    let emoji = (!emoji.is_empty()).then(|| Emoji::parse(emoji).expect("it is an emoji"));
    Verb::React { conversation, seq, emoji, most: REACTIONS }.by(user, now())
}

pub(crate) fn read(conversation: ConversationId, user: UserId, seq: Seq) -> Change {
    Verb::Read { conversation, seq }.by(user, now())
}

pub(crate) fn join(conversation: ConversationId, user: UserId) -> Change {
    Verb::Join { conversation }.by(user, now())
}

pub(crate) fn add(conversation: ConversationId, user: UserId, users: &[UserId]) -> Change {
    Verb::Add { conversation, users: users.to_vec() }.by(user, now())
}

pub(crate) fn leave(conversation: ConversationId, user: UserId) -> Change {
    Verb::Leave { conversation }.by(user, now())
}

pub(crate) fn new_direct(user: UserId, with: UserId) -> Change {
    Verb::Direct { id: a_conversation_id(), with }.by(user, now())
}

pub(crate) fn new_group(creator: UserId, members: &[UserId]) -> Change {
    Verb::Group { id: a_conversation_id(), name: None, members: members.to_vec() }.by(creator, now())
}

pub(crate) fn new_channel(creator: UserId, called: &str) -> Change {
    Verb::Channel { id: a_conversation_id(), name: name(called) }.by(creator, now())
}

pub(crate) fn rename_user(user: UserId, called: &str) -> Change {
    Verb::RenameUser { name: name(called) }.by(user, now())
}

pub(crate) fn rename(conversation: ConversationId, user: UserId, called: Option<&str>) -> Change {
    Verb::RenameConversation { conversation, name: called.map(name) }.by(user, now())
}

/// The conversation that this change begins, or finds.
pub(crate) async fn begun(store: &dyn Store, change: Change) -> ConversationId {
    done(store, change).await.conversation.expect("it is about a conversation")
}

pub(crate) async fn direct(store: &dyn Store, user: UserId, with: UserId) -> ConversationId {
    begun(store, new_direct(user, with)).await
}

pub(crate) async fn group(store: &dyn Store, creator: UserId, members: &[UserId]) -> ConversationId {
    begun(store, new_group(creator, members)).await
}

/// A channel with a name of its own.
pub(crate) async fn channel(store: &dyn Store, creator: UserId) -> ConversationId {
    begun(store, new_channel(creator, &format!("Channel {}", fresh()))).await
}

/// Sends one message and answers its seq.
pub(crate) async fn said(store: &dyn Store, conversation: ConversationId, sender: UserId, said: &str) -> Seq {
    done(store, say(conversation, sender, said)).await.seq.expect("a sent message has a seq")
}

/// Sends this many messages in one batch: "1", "2" and so on.
pub(crate) async fn said_many(store: &dyn Store, conversation: ConversationId, sender: UserId, count: usize) {
    let batch = (1..=count).map(|number| say(conversation, sender, &number.to_string())).collect();
    for outcome in commit(store, batch).await {
        outcome.expect("the sender is in it");
    }
}

/// All of a conversation.
pub(crate) const ALL: Extent = Extent { messages: u32::MAX, members: u32::MAX };
/// More than any rule needs.
pub(crate) const MUCH: Page = Page { rows: 1_000, bytes: usize::MAX };

/// The conversation afresh, with all its messages.
pub(crate) async fn load(store: &dyn Store, conversation: ConversationId) -> FeedRows {
    let mut loaded = store.load_conversations(&[conversation], ALL).await.expect("the store answers");
    assert_eq!(loaded.len(), 1, "the conversation is there");
    loaded.remove(0)
}

pub(crate) fn messages(rows: &[Row]) -> Vec<&Message> {
    rows.iter().filter_map(|row| if let Row::Message(message) = row { Some(message) } else { None }).collect()
}

pub(crate) fn members(rows: &[Row]) -> Vec<&Member> {
    rows.iter().filter_map(|row| if let Row::Member(member) = row { Some(member) } else { None }).collect()
}

pub(crate) fn texts(rows: &[Row]) -> Vec<&str> {
    messages(rows).into_iter().map(|message| message.text.as_str()).collect()
}

pub(crate) fn seqs(rows: &[Row]) -> Vec<Seq> {
    messages(rows).into_iter().map(|message| message.seq).collect()
}

/// The row of the conversation itself.
pub(crate) fn conversation_row(rows: &[Row]) -> &Conversation {
    let row = rows.iter().find_map(|row| if let Row::Conversation(row) = row { Some(row) } else { None });
    row.expect("the conversation's row is among them")
}

pub(crate) fn member_of(rows: &[Row], user: UserId) -> &Member {
    members(rows).into_iter().find(|member| member.user == user).expect("the member's row is among them")
}

/// How this person sees their own membership, if they are in the conversation.
pub(crate) async fn membership(store: &dyn Store, user: UserId, conversation: ConversationId) -> Option<Membership> {
    let loaded = store.load_user(user).await.expect("the store answers");
    loaded.rows.into_iter().find_map(|row| match row {
        Row::Membership(row) if row.conversation == conversation => Some(row),
        Row::Membership(_) | Row::Scheduled(_) => None,
        other => panic!("a person's own feed has no {other:?}"),
    })
}

/// The feeds of these events, in their order.
pub(crate) fn feeds(events: &[FeedRows]) -> Vec<Feed> {
    events.iter().map(|event| event.feed).collect()
}

/// The event of this feed; there is exactly one.
pub(crate) fn event_of(events: &[FeedRows], feed: Feed) -> &FeedRows {
    let mut found = events.iter().filter(|event| event.feed == feed);
    let event = found.next().expect("the feed has an event");
    assert!(found.next().is_none(), "the feed has one event");
    event
}
