//! The JSON of every frame, written out: a change here is a change of the protocol.

use myna_protocol::limits::Limits;
use myna_protocol::{
    ByeReason, ClientId, Command, Conversation, ConversationId, EarlierText, Event, Feed, FeedRows, Kind, ListPosition,
    Member, Membership, Message, MessageExtra, MessageRef, Person, Reaction, Rejection, Replies, Reply, ResetReason,
    Row, Scheduled, ScheduledMessage, Signal, Target, Thread, Timestamp, Unsending, User, UserId, close,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fmt::Debug;

const T: Timestamp = Timestamp(1_700_000_000_000);

fn conversation_id() -> ConversationId {
    ConversationId::from_bytes([0xcc; 16])
}

fn ada() -> User {
    User { id: UserId::from_bytes([0xaa; 16]), name: "Ada".to_owned() }
}

fn bea() -> UserId {
    UserId::from_bytes([0xbb; 16])
}

fn client_id() -> ClientId {
    ClientId::from_parts(1_700_000_000_000, [0x11; 10])
}

fn conversation() -> Conversation {
    Conversation {
        id: conversation_id(),
        kind: Kind::Channel,
        name: Some("general".to_owned()),
        created_by: ada().id,
        created_at: T,
        members: 2,
        receipts: false,
        rev: 3,
    }
}

fn member() -> Member {
    Member {
        conversation: conversation_id(),
        user: bea(),
        joined_seq: 1,
        left_seq: None,
        read_seq: 4,
        read_at: Some(T),
        rev: 5,
    }
}

fn message() -> Message {
    Message {
        conversation: conversation_id(),
        seq: 4,
        sender: bea(),
        client_id: client_id(),
        text: "hi \"there\"\n😀".to_owned(),
        sent_at: T,
        rev: 5,
        extra: None,
    }
}

fn membership() -> Membership {
    Membership { conversation: conversation_id(), joined: true, read_seq: 3, rev: 7 }
}

fn person() -> Person {
    Person { id: bea(), name: "Bea".to_owned(), rev: 8 }
}

fn position() -> ListPosition {
    ListPosition { active_at: T, conversation: conversation_id() }
}

/// The frame as JSON, after it has been read back as the same.
fn json<T: Serialize + DeserializeOwned + PartialEq + Debug>(frame: &T) -> String {
    let json = serde_json::to_string(frame).expect("a frame can be written");
    assert_eq!(serde_json::from_str::<T>(&json).expect("a frame can be read"), *frame);
    json
}

#[test]
fn hello() {
    let cursors =
        BTreeMap::from([(Feed::Server, 8), (Feed::Conversation(conversation_id()), 5), (Feed::User(ada().id), 7)]);
    insta::assert_snapshot!(json(&Command::Hello { cursors }), @r#"{"type":"hello","cursors":{"server":8,"conversation/cccccccc-cccc-cccc-cccc-cccccccccccc":5,"user/aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa":7}}"#);
    insta::assert_snapshot!(json(&Command::Hello { cursors: BTreeMap::new() }), @r#"{"type":"hello","cursors":{}}"#);
}

#[test]
fn send() {
    let text = "hi \"there\"\n😀".to_owned();
    let send =
        Command::Send { request: 1, conversation: conversation_id(), client_id: client_id(), text, reply_to: None };
    insta::assert_snapshot!(json(&send), @r#"{"type":"send","request":1,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","client_id":"018bcfe5-6800-7111-9111-111111111111","text":"hi \"there\"\n😀"}"#);
}

#[test]
fn edit_and_unsend() {
    let text = "hi there".to_owned();
    let edit = Command::Edit { request: 1, conversation: conversation_id(), seq: 4, text };
    insta::assert_snapshot!(json(&edit), @r#"{"type":"edit","request":1,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","seq":4,"text":"hi there"}"#);
    let unsend = Command::Unsend { request: 1, conversation: conversation_id(), seq: 4 };
    insta::assert_snapshot!(json(&unsend), @r#"{"type":"unsend","request":1,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","seq":4}"#);
}

#[test]
fn a_message_that_was_edited_or_unsent() {
    let earlier = vec![EarlierText { text: "hi".to_owned(), until: T }];
    let edited = MessageExtra { earlier, ..MessageExtra::default() };
    insta::assert_snapshot!(json(&edited), @r#"{"earlier":[{"text":"hi","until":1700000000000}]}"#);
    let unsent = MessageExtra { unsent: Some(Unsending { by: bea(), at: T }), ..MessageExtra::default() };
    insta::assert_snapshot!(json(&unsent), @r#"{"unsent":{"by":"bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb","at":1700000000000}}"#);
    let message = Message { extra: Some(Box::new(unsent)), text: String::new(), ..message() };
    insta::assert_snapshot!(json(&message), @r#"{"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","seq":4,"sender":"bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb","client_id":"018bcfe5-6800-7111-9111-111111111111","text":"","sent_at":1700000000000,"rev":5,"extra":{"unsent":{"by":"bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb","at":1700000000000}}}"#);
}

#[test]
fn replies_and_threads() {
    let text = "yes".to_owned();
    let (conversation, client_id) = (conversation_id(), client_id());
    let reply = Command::Send { request: 1, conversation, client_id, text, reply_to: Some(4) };
    insta::assert_snapshot!(json(&reply), @r#"{"type":"send","request":1,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","client_id":"018bcfe5-6800-7111-9111-111111111111","text":"yes","reply_to":4}"#);
    let extra = MessageExtra { reply: Some(Reply { to: 4, thread: 2 }), ..MessageExtra::default() };
    insta::assert_snapshot!(json(&extra), @r#"{"reply":{"to":4,"thread":2}}"#);
    let extra = MessageExtra { replies: Some(Replies { count: 2, since: 5 }), ..MessageExtra::default() };
    insta::assert_snapshot!(json(&extra), @r#"{"replies":{"count":2,"since":5}}"#);
    let row = Row::Thread(Thread { conversation, seq: 2, replies: 2, rev: 9 });
    insta::assert_snapshot!(json(&row), @r#"{"row":"thread","conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","seq":2,"replies":2,"rev":9}"#);
    let at = Command::LoadMessages { request: 1, conversation, seqs: vec![2, 4] };
    insta::assert_snapshot!(json(&at), @r#"{"type":"load_messages","request":1,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","seqs":[2,4]}"#);
    let thread = Command::LoadThread { request: 1, conversation, thread: 2, before: None, limit: 50 };
    insta::assert_snapshot!(json(&thread), @r#"{"type":"load_thread","request":1,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","thread":2,"before":null,"limit":50}"#);
}

#[test]
fn forwards() {
    let (conversation, client_id) = (conversation_id(), client_id());
    let forward =
        Command::Forward { request: 1, conversation, client_id, message: MessageRef { conversation, seq: 4 } };
    insta::assert_snapshot!(json(&forward), @r#"{"type":"forward","request":1,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","client_id":"018bcfe5-6800-7111-9111-111111111111","message":{"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","seq":4}}"#);
    let extra = MessageExtra { forwarded: Some(message().origin()), ..MessageExtra::default() };
    insta::assert_snapshot!(json(&extra), @r#"{"forwarded":{"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","seq":4,"sender":"bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"}}"#);
    let copy = Message { extra: Some(Box::new(extra)), seq: 9, sender: UserId::from_bytes([7; 16]), ..message() };
    assert_eq!(copy.origin(), message().origin(), "a copy of a copy names the first message");
}

#[test]
fn scheduled_messages() {
    let (conversation, client_id) = (conversation_id(), client_id());
    let schedule = |reply_to| Command::Schedule {
        request: 1,
        conversation,
        client_id,
        text: "hi".to_owned(),
        reply_to,
        send_at: T,
    };
    insta::assert_snapshot!(json(&schedule(None)), @r#"{"type":"schedule","request":1,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","client_id":"018bcfe5-6800-7111-9111-111111111111","text":"hi","send_at":1700000000000}"#);
    insta::assert_snapshot!(json(&schedule(Some(4))), @r#"{"type":"schedule","request":1,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","client_id":"018bcfe5-6800-7111-9111-111111111111","text":"hi","reply_to":4,"send_at":1700000000000}"#);
    let edit = Command::EditScheduled { request: 1, client_id, text: "hi".to_owned(), send_at: T };
    insta::assert_snapshot!(json(&edit), @r#"{"type":"edit_scheduled","request":1,"client_id":"018bcfe5-6800-7111-9111-111111111111","text":"hi","send_at":1700000000000}"#);
    let send = Command::SendScheduled { request: 1, client_id };
    insta::assert_snapshot!(json(&send), @r#"{"type":"send_scheduled","request":1,"client_id":"018bcfe5-6800-7111-9111-111111111111"}"#);
    let delete = Command::DeleteScheduled { request: 1, client_id };
    insta::assert_snapshot!(json(&delete), @r#"{"type":"delete_scheduled","request":1,"client_id":"018bcfe5-6800-7111-9111-111111111111"}"#);
    let message = |failed| ScheduledMessage { conversation, text: "hi".to_owned(), reply_to: None, send_at: T, failed };
    let row = |message| Row::Scheduled(Scheduled { client_id, message, rev: 7 });
    insta::assert_snapshot!(json(&row(Some(message(None)))), @r#"{"row":"scheduled","client_id":"018bcfe5-6800-7111-9111-111111111111","message":{"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","text":"hi","send_at":1700000000000},"rev":7}"#);
    insta::assert_snapshot!(json(&row(Some(message(Some(Rejection::NotFound))))), @r#"{"row":"scheduled","client_id":"018bcfe5-6800-7111-9111-111111111111","message":{"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","text":"hi","send_at":1700000000000,"failed":"not_found"},"rev":7}"#);
    insta::assert_snapshot!(json(&row(None)), @r#"{"row":"scheduled","client_id":"018bcfe5-6800-7111-9111-111111111111","message":null,"rev":7}"#);
    let extra = MessageExtra { sender_away: true, ..MessageExtra::default() };
    insta::assert_snapshot!(json(&extra), @r#"{"sender_away":true}"#);
}

#[test]
fn the_number_of_replies_stands_for_a_message_whose_text_is_known() {
    let replies =
        |since| Some(Box::new(MessageExtra { replies: Some(Replies { count: 3, since }), ..Default::default() }));
    let grown = |since, rev| Message { extra: replies(since), rev, ..message() };
    // For when the message itself last changed, its rev, and the rev that a reader holds: whether the number is enough.
    for (since, rev, held, is_enough) in
        [(5, 9, 5, true), (5, 9, 8, true), (5, 9, 4, false), (9, 9, 8, false), (9, 9, 9, false), (5, 9, 0, false)]
    {
        assert_eq!(grown(since, rev).thread_since(held).is_some(), is_enough, "{since} {rev} {held}");
    }
    assert_eq!(message().thread_since(9), None);
}

#[test]
fn react() {
    let emoji = Some("👍".to_owned());
    let react = Command::React { request: 1, conversation: conversation_id(), seq: 4, emoji: emoji.clone() };
    insta::assert_snapshot!(json(&react), @r#"{"type":"react","request":1,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","seq":4,"emoji":"👍"}"#);
    let row = Row::Reaction(Reaction { conversation: conversation_id(), seq: 4, user: bea(), emoji, rev: 6 });
    insta::assert_snapshot!(json(&row), @r#"{"row":"reaction","conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","seq":4,"user":"bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb","emoji":"👍","rev":6}"#);
}

#[test]
fn a_row_of_a_newer_server_is_skipped() {
    let rows = r#"{"feed":"server","from":1,"rev":2,"rows":[{"row":"poll","id":[{"a":1}],"rev":2},{"row":"person","id":"bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb","name":"Bea","rev":2}]}"#;
    let rows: FeedRows = serde_json::from_str(rows).unwrap();
    assert_eq!(rows.rows[0], Row::Unknown);
    assert!(matches!(&rows.rows[1], Row::Person(person) if person.name == "Bea"));
}

#[test]
fn read() {
    insta::assert_snapshot!(json(&Command::Read { request: 1, conversation: conversation_id(), seq: 4 }), @r#"{"type":"read","request":1,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","seq":4}"#);
}

#[test]
fn typing() {
    let typing = Command::Typing { request: 1, conversation: conversation_id(), typing: true };
    insta::assert_snapshot!(json(&typing), @r#"{"type":"typing","request":1,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","typing":true}"#);
}

#[test]
fn load() {
    let load = |before| Command::Load { request: 1, conversation: conversation_id(), before, limit: 50 };
    insta::assert_snapshot!(json(&load(Some(40))), @r#"{"type":"load","request":1,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","before":40,"limit":50}"#);
    insta::assert_snapshot!(json(&load(None)), @r#"{"type":"load","request":1,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","before":null,"limit":50}"#);
}

#[test]
fn load_around() {
    let load = |target| Command::LoadAround { request: 1, conversation: conversation_id(), target, limit: 50 };
    insta::assert_snapshot!(json(&load(Target::Seq(40))), @r#"{"type":"load_around","request":1,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","target":{"seq":40},"limit":50}"#);
    insta::assert_snapshot!(json(&load(Target::SentAt(Timestamp(1_700_000_000_000)))), @r#"{"type":"load_around","request":1,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","target":{"sent_at":1700000000000},"limit":50}"#);
}

#[test]
fn resync() {
    insta::assert_snapshot!(json(&Command::Resync { request: 1, feed: Feed::User(ada().id), rev: 7 }), @r#"{"type":"resync","request":1,"feed":"user/aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa","rev":7}"#);
}

#[test]
fn direct() {
    insta::assert_snapshot!(json(&Command::Direct { request: 1, user: bea() }), @r#"{"type":"direct","request":1,"user":"bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"}"#);
}

#[test]
fn group() {
    let group = |name| Command::Group { request: 1, conversation: conversation_id(), name, users: vec![bea()] };
    insta::assert_snapshot!(json(&group(Some("Walks".to_owned()))), @r#"{"type":"group","request":1,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","name":"Walks","users":["bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"]}"#);
    insta::assert_snapshot!(json(&group(None)), @r#"{"type":"group","request":1,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","name":null,"users":["bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"]}"#);
}

#[test]
fn channel() {
    let channel = Command::Channel { request: 1, conversation: conversation_id(), name: "general".to_owned() };
    insta::assert_snapshot!(json(&channel), @r#"{"type":"channel","request":1,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","name":"general"}"#);
}

#[test]
fn join() {
    insta::assert_snapshot!(json(&Command::Join { request: 1, conversation: conversation_id() }), @r#"{"type":"join","request":1,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc"}"#);
}

#[test]
fn add() {
    let add = Command::Add { request: 1, conversation: conversation_id(), users: vec![bea()] };
    insta::assert_snapshot!(json(&add), @r#"{"type":"add","request":1,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","users":["bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"]}"#);
}

#[test]
fn leave() {
    insta::assert_snapshot!(json(&Command::Leave { request: 1, conversation: conversation_id() }), @r#"{"type":"leave","request":1,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc"}"#);
}

#[test]
fn search() {
    insta::assert_snapshot!(json(&Command::Search { request: 1, text: "be".to_owned() }), @r#"{"type":"search","request":1,"text":"be"}"#);
}

#[test]
fn set_name() {
    insta::assert_snapshot!(json(&Command::SetName { request: 1, name: "Ada L".to_owned() }), @r#"{"type":"set_name","request":1,"name":"Ada L"}"#);
}

#[test]
fn rename() {
    let rename = |name| Command::Rename { request: 1, conversation: conversation_id(), name };
    insta::assert_snapshot!(json(&rename(Some("Walks".to_owned()))), @r#"{"type":"rename","request":1,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","name":"Walks"}"#);
    insta::assert_snapshot!(json(&rename(None)), @r#"{"type":"rename","request":1,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","name":null}"#);
}

#[test]
fn people() {
    insta::assert_snapshot!(json(&Command::People { request: 1, users: vec![bea()] }), @r#"{"type":"people","request":1,"users":["bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"]}"#);
    let answer = Event::People { request: 2, people: vec![person()] };
    insta::assert_snapshot!(json(&answer), @r#"{"type":"people","request":2,"people":[{"id":"bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb","name":"Bea","rev":8}]}"#);
}

#[test]
fn members() {
    let members = |after| Command::Members { request: 1, conversation: conversation_id(), after, limit: 256 };
    insta::assert_snapshot!(json(&members(None)), @r#"{"type":"members","request":1,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","after":null,"limit":256}"#);
    insta::assert_snapshot!(json(&members(Some(bea()))), @r#"{"type":"members","request":1,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","after":"bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb","limit":256}"#);
    let answer = |next| {
        let rows = vec![Row::Person(person()), Row::Member(member())];
        Event::Members { request: 2, conversation: conversation_id(), rows, next }
    };
    insta::assert_snapshot!(json(&answer(Some(bea()))), @r#"{"type":"members","request":2,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","rows":[{"row":"person","id":"bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb","name":"Bea","rev":8},{"row":"member","conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","user":"bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb","joined_seq":1,"left_seq":null,"read_seq":4,"read_at":1700000000000,"rev":5}],"next":"bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"}"#);
    insta::assert_snapshot!(json(&answer(None)), @r#"{"type":"members","request":2,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","rows":[{"row":"person","id":"bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb","name":"Bea","rev":8},{"row":"member","conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","user":"bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb","joined_seq":1,"left_seq":null,"read_seq":4,"read_at":1700000000000,"rev":5}],"next":null}"#);
}

#[test]
fn list() {
    let list = |after| Command::List { request: 1, after, limit: 50 };
    insta::assert_snapshot!(json(&list(None)), @r#"{"type":"list","request":1,"after":null,"limit":50}"#);
    insta::assert_snapshot!(json(&list(Some(position()))), @r#"{"type":"list","request":1,"after":{"active_at":1700000000000,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc"},"limit":50}"#);
}

#[test]
fn ping() {
    insta::assert_snapshot!(json(&Command::Ping {}), @r#"{"type":"ping"}"#);
}

#[test]
fn welcome() {
    let welcome = Event::Welcome { user: ada(), server_time: T, limits: Limits::default() };
    insta::assert_snapshot!(json(&welcome), @r#"{"type":"welcome","user":{"id":"aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa","name":"Ada"},"server_time":1700000000000,"limits":{"text_chars":8000,"frame_bytes":65536,"page_messages_max":200,"unanswered_sends":32,"edit_millis":900000,"unsend_millis":120000,"reactions":500,"replies":true,"forwards":true,"scheduled":100,"schedule_millis":1209600000}}"#);
}

#[test]
fn rows_of_a_conversation() {
    let rows = vec![Row::Conversation(conversation()), Row::Member(member()), Row::Message(message())];
    let rows = FeedRows { feed: Feed::Conversation(conversation_id()), from: 0, rev: 5, rows };
    insta::assert_snapshot!(json(&Event::Rows(rows)), @r#"{"type":"rows","feed":"conversation/cccccccc-cccc-cccc-cccc-cccccccccccc","from":0,"rev":5,"rows":[{"row":"conversation","id":"cccccccc-cccc-cccc-cccc-cccccccccccc","kind":"channel","name":"general","created_by":"aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa","created_at":1700000000000,"members":2,"receipts":false,"rev":3},{"row":"member","conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","user":"bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb","joined_seq":1,"left_seq":null,"read_seq":4,"read_at":1700000000000,"rev":5},{"row":"message","conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","seq":4,"sender":"bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb","client_id":"018bcfe5-6800-7111-9111-111111111111","text":"hi \"there\"\n😀","sent_at":1700000000000,"rev":5}]}"#);
}

#[test]
fn rows_of_ones_own_feed() {
    let rows = vec![Row::Membership(membership())];
    let rows = FeedRows { feed: Feed::User(ada().id), from: 6, rev: 7, rows };
    insta::assert_snapshot!(json(&Event::Rows(rows)), @r#"{"type":"rows","feed":"user/aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa","from":6,"rev":7,"rows":[{"row":"membership","conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","joined":true,"read_seq":3,"rev":7}]}"#);
}

#[test]
fn rows_of_the_servers_feed() {
    let rows = FeedRows { feed: Feed::Server, from: 7, rev: 8, rows: vec![Row::Person(person())] };
    insta::assert_snapshot!(json(&Event::Rows(rows)), @r#"{"type":"rows","feed":"server","from":7,"rev":8,"rows":[{"row":"person","id":"bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb","name":"Bea","rev":8}]}"#);
}

#[test]
fn rows_of_a_conversation_with_the_people_in_it() {
    let rows = vec![Row::Person(person()), Row::Member(member())];
    let rows = FeedRows { feed: Feed::Conversation(conversation_id()), from: 4, rev: 5, rows };
    insta::assert_snapshot!(json(&Event::Rows(rows)), @r#"{"type":"rows","feed":"conversation/cccccccc-cccc-cccc-cccc-cccccccccccc","from":4,"rev":5,"rows":[{"row":"person","id":"bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb","name":"Bea","rev":8},{"row":"member","conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","user":"bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb","joined_seq":1,"left_seq":null,"read_seq":4,"read_at":1700000000000,"rev":5}]}"#);
}

#[test]
fn rows_without_what_need_not_be_there() {
    let unnamed = Conversation { kind: Kind::Direct, name: None, ..conversation() };
    insta::assert_snapshot!(json(&Row::Conversation(unnamed)), @r#"{"row":"conversation","id":"cccccccc-cccc-cccc-cccc-cccccccccccc","kind":"direct","name":null,"created_by":"aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa","created_at":1700000000000,"members":2,"receipts":false,"rev":3}"#);
    let group = Conversation { kind: Kind::Group, ..conversation() };
    insta::assert_snapshot!(json(&Row::Conversation(group)), @r#"{"row":"conversation","id":"cccccccc-cccc-cccc-cccc-cccccccccccc","kind":"group","name":"general","created_by":"aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa","created_at":1700000000000,"members":2,"receipts":false,"rev":3}"#);
    let unread = Member { left_seq: Some(9), read_seq: 0, read_at: None, ..member() };
    insta::assert_snapshot!(json(&Row::Member(unread)), @r#"{"row":"member","conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","user":"bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb","joined_seq":1,"left_seq":9,"read_seq":0,"read_at":null,"rev":5}"#);
}

#[test]
fn caught_up() {
    let caught_up = |request, next| Event::CaughtUp { request, next };
    insta::assert_snapshot!(json(&caught_up(None, None)), @r#"{"type":"caught_up","request":null}"#);
    insta::assert_snapshot!(json(&caught_up(Some(2), None)), @r#"{"type":"caught_up","request":2}"#);
    insta::assert_snapshot!(json(&caught_up(None, Some(position()))), @r#"{"type":"caught_up","request":null,"next":{"active_at":1700000000000,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc"}}"#);
}

#[test]
fn reset() {
    let reset = |reason| Event::Reset { feed: Feed::Conversation(conversation_id()), reason };
    insta::assert_snapshot!(json(&reset(ResetReason::TooFarBehind)), @r#"{"type":"reset","feed":"conversation/cccccccc-cccc-cccc-cccc-cccccccccccc","reason":"too_far_behind"}"#);
    insta::assert_snapshot!(json(&reset(ResetReason::UnknownCursor)), @r#"{"type":"reset","feed":"conversation/cccccccc-cccc-cccc-cccc-cccccccccccc","reason":"unknown_cursor"}"#);
}

#[test]
fn page() {
    let rows = vec![Row::Message(message()), Row::Member(member())];
    insta::assert_snapshot!(json(&Event::Page { request: 2, conversation: conversation_id(), rows }), @r#"{"type":"page","request":2,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","rows":[{"row":"message","conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","seq":4,"sender":"bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb","client_id":"018bcfe5-6800-7111-9111-111111111111","text":"hi \"there\"\n😀","sent_at":1700000000000,"rev":5},{"row":"member","conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","user":"bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb","joined_seq":1,"left_seq":null,"read_seq":4,"read_at":1700000000000,"rev":5}]}"#);
}

#[test]
fn ack() {
    let ack = |conversation, seq| Event::Ack { request: 2, conversation, seq };
    insta::assert_snapshot!(json(&ack(Some(conversation_id()), Some(4))), @r#"{"type":"ack","request":2,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","seq":4}"#);
    insta::assert_snapshot!(json(&ack(None, None)), @r#"{"type":"ack","request":2,"conversation":null,"seq":null}"#);
}

#[test]
fn found() {
    let found = Event::Found { request: 2, people: vec![person()], channels: vec![conversation()] };
    insta::assert_snapshot!(json(&found), @r#"{"type":"found","request":2,"people":[{"id":"bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb","name":"Bea","rev":8}],"channels":[{"id":"cccccccc-cccc-cccc-cccc-cccccccccccc","kind":"channel","name":"general","created_by":"aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa","created_at":1700000000000,"members":2,"receipts":false,"rev":3}]}"#);
}

#[test]
fn rejected() {
    let rejected = |request| {
        let code = Rejection::NotFound;
        Event::Rejected { request, code, text: code.to_string() }
    };
    insta::assert_snapshot!(json(&rejected(Some(2))), @r#"{"type":"rejected","request":2,"code":"not_found","text":"there is no such thing here"}"#);
    insta::assert_snapshot!(json(&rejected(None)), @r#"{"type":"rejected","request":null,"code":"not_found","text":"there is no such thing here"}"#);
}

#[test]
fn signals() {
    let typing = Signal::Typing { conversation: conversation_id(), user: bea(), typing: true, ttl: 6_000 };
    insta::assert_snapshot!(json(&Event::Signal(typing)), @r#"{"type":"signal","signal":"typing","conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","user":"bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb","typing":true,"ttl":6000}"#);
    let presence = Signal::Presence { users: vec![bea()], online: true };
    insta::assert_snapshot!(json(&Event::Signal(presence)), @r#"{"type":"signal","signal":"presence","users":["bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"],"online":true}"#);
}

#[test]
fn pong() {
    insta::assert_snapshot!(json(&Event::Pong { server_time: T }), @r#"{"type":"pong","server_time":1700000000000}"#);
}

#[test]
fn bye() {
    let bye = |reason| Event::Bye { reason, retry_after: 5_000 };
    insta::assert_snapshot!(json(&bye(ByeReason::Stopping)), @r#"{"type":"bye","reason":"stopping","retry_after":5000}"#);
    insta::assert_snapshot!(json(&bye(ByeReason::SignedOut)), @r#"{"type":"bye","reason":"signed_out","retry_after":5000}"#);
    insta::assert_snapshot!(json(&bye(ByeReason::Revoked)), @r#"{"type":"bye","reason":"revoked","retry_after":5000}"#);
    insta::assert_snapshot!(json(&bye(ByeReason::Lagging)), @r#"{"type":"bye","reason":"lagging","retry_after":5000}"#);
    insta::assert_snapshot!(json(&bye(ByeReason::TooManyFrames)), @r#"{"type":"bye","reason":"too_many_frames","retry_after":5000}"#);
}

#[test]
fn codes_of_rejections_never_change() {
    let codes: Vec<_> = Rejection::ALL.iter().map(json).collect();
    insta::assert_snapshot!(codes.join(" "), @r#""unauthenticated" "bad_credentials" "name_taken" "name_invalid" "password_too_short" "password_too_long" "text_empty" "text_too_long" "text_invalid" "not_found" "client_id_reused" "id_taken" "too_many_members" "too_few_members" "direct_stays" "not_allowed" "edit_too_late" "edit_too_often" "unsend_too_late" "message_unsent" "message_forwarded" "emoji_invalid" "too_many_reactions" "time_past" "time_too_far" "too_many_scheduled" "malformed" "out_of_order" "foreign_origin" "too_many" "unavailable""#);
}

#[test]
fn sentences_of_rejections_begin_small_and_end_without_a_full_stop() {
    for rejection in Rejection::ALL {
        let text = rejection.to_string();
        assert!(text.chars().next().is_some_and(char::is_lowercase) && !text.ends_with('.'), "{text}");
    }
}

#[test]
fn a_code_of_a_newer_server_is_unknown() {
    let event = r#"{"type":"rejected","request":2,"code":"too_loud","text":"too loud"}"#;
    let event: Event = serde_json::from_str(event).expect("it is read all the same");
    assert!(matches!(event, Event::Rejected { code: Rejection::Unknown, .. }));
}

#[test]
fn only_what_may_pass_is_temporary() {
    let temporary: Vec<_> = Rejection::ALL.into_iter().filter(|rejection| rejection.is_temporary()).collect();
    assert_eq!(temporary, [Rejection::TooMany, Rejection::Unavailable]);
}

#[test]
fn close_codes_never_change() {
    let codes = [close::SIGNED_OUT, close::REVOKED, close::LAGGING, close::TOO_MANY_FRAMES, close::STOPPING];
    assert_eq!(codes, [4_001, 4_002, 4_008, 4_009, 4_012]);
}

#[test]
fn an_unknown_field_in_a_command_is_refused() {
    for command in [
        r#"{"type":"ping","x":1}"#,
        r#"{"type":"hello","cursors":{},"x":1}"#,
        r#"{"type":"search","request":1,"text":"","x":null}"#,
        r#"{"type":"load","request":1,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","before":null,"limit":5,"x":[]}"#,
    ] {
        assert!(serde_json::from_str::<Command>(command).is_err(), "{command}");
    }
}

#[test]
fn a_command_that_is_none_is_refused() {
    for command in [
        "",
        "null",
        "[]",
        "{}",
        r#"{"type":"dance"}"#,
        r#"{"type":"search","request":1}"#,
        r#"{"type":"search","request":-1,"text":""}"#,
        r#"{"type":"search","request":1e400,"text":""}"#,
        r#"{"type":"search","request":18446744073709551616,"text":""}"#,
        r#"{"type":"search","request":1,"text":{"$gt":""}}"#,
        r#"{"type":"search","request":1,"request":2,"text":""}"#,
        r#"{"type":"hello","cursors":{"conversation/x":1}}"#,
        r#"{"type":"hello","cursors":{"room/cccccccc-cccc-cccc-cccc-cccccccccccc":1}}"#,
        r#"{"type":"join","request":1,"conversation":{"$ne":null}}"#,
        r#"{"type":"join","request":1,"conversation":"../x"}"#,
        r#"{"type":"hello","cursors":{"server/":1}}"#,
        r#"{"type":"people","request":1,"users":"bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"}"#,
        r#"{"type":"list","request":1,"after":{"active_at":1},"limit":50}"#,
        r#"{"type":"list","request":1,"after":{"active_at":1,"conversation":"cccccccc-cccc-cccc-cccc-cccccccccccc","x":1},"limit":50}"#,
    ] {
        assert!(serde_json::from_str::<Command>(command).is_err(), "{command}");
    }
}

#[test]
fn an_unknown_field_in_an_event_is_ignored() {
    for event in [
        Event::Pong { server_time: T },
        Event::CaughtUp { request: None, next: None },
        Event::Signal(Signal::Presence { users: Vec::new(), online: true }),
        Event::Rows(FeedRows {
            feed: Feed::User(ada().id),
            from: 6,
            rev: 7,
            rows: vec![Row::Membership(membership())],
        }),
        Event::Welcome { user: ada(), server_time: T, limits: Limits::default() },
    ] {
        // Everywhere in it, not only on top.
        let newer = json(&event).replace('}', r#","new":[1,{"field":true}]}"#);
        assert_eq!(serde_json::from_str::<Event>(&newer).expect("it is read all the same"), event);
    }
}

#[test]
fn a_frame_names_what_it_is_before_anything_else() {
    let late = r#"{"server_time":5,"type":"pong"}"#;
    let error = serde_json::from_str::<Event>(late).expect_err("the tag is late").to_string();
    assert!(error.contains("`type` does not come first"), "{error}");
    let error = serde_json::from_str::<Event>("{}").expect_err("there is no tag").to_string();
    assert!(error.contains("missing field `type`"), "{error}");
    let error = serde_json::from_str::<Event>(r#"{"type":"applause"}"#).expect_err("it is unknown").to_string();
    assert!(error.contains("unknown variant `applause`"), "{error}");
}
