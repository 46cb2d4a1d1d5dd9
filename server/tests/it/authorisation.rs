//! Who may do and hear what: to a stranger, another's conversation is like none at all.

use crate::support::{
    Person, Socket, TestServer, assert_unnamed, messages, new_conversation, new_message, rows, texts,
};
use myna_chat::{Clock, SystemClock};
use myna_protocol::{Command, ConversationId, Event, Feed, MessageRef, Rejection, RequestId, Target, UserId};
use std::collections::BTreeMap;

/// Every command that names a conversation, about this one. `None` for the others: a new command has to be sorted in here.
fn commands(conversation: ConversationId) -> Vec<Command> {
    let request = 0;
    let feed = Feed::Conversation(conversation);
    let all = [
        Command::Send { request, conversation, client_id: new_message(), text: "let me in".to_owned(), reply_to: None },
        Command::Send {
            request,
            conversation,
            client_id: new_message(),
            text: "a reply".to_owned(),
            reply_to: Some(1),
        },
        Command::Schedule {
            request,
            conversation,
            client_id: new_message(),
            text: "later".to_owned(),
            reply_to: None,
            send_at: SystemClock.now().plus(60_000),
        },
        Command::Forward {
            request,
            conversation,
            client_id: new_message(),
            message: MessageRef { conversation, seq: 1 },
        },
        Command::Edit { request, conversation, seq: 1, text: "not mine".to_owned() },
        Command::Unsend { request, conversation, seq: 1 },
        Command::React { request, conversation, seq: 1, emoji: Some("👍".to_owned()) },
        Command::React { request, conversation, seq: 1, emoji: None },
        Command::Read { request, conversation, seq: 1 },
        Command::Typing { request, conversation, typing: true },
        Command::Load { request, conversation, before: None, limit: 50 },
        Command::Load { request, conversation, before: Some(9), limit: 50 },
        Command::LoadAround { request, conversation, target: Target::Seq(1), limit: 50 },
        Command::LoadMessages { request, conversation, seqs: vec![1] },
        Command::LoadThread { request, conversation, thread: 1, before: None, limit: 50 },
        Command::Resync { request, feed, rev: 0 },
        Command::Resync { request, feed, rev: u64::MAX },
        Command::Join { request, conversation },
        Command::Leave { request, conversation },
        Command::Add { request, conversation, users: vec![UserId::from_bytes([7; 16])] },
        Command::Rename { request, conversation, name: Some("Ours".to_owned()) },
        Command::Members { request, conversation, after: None, limit: 10 },
    ];
    all.into_iter().inspect(|command| assert!(names_a_conversation(command))).collect()
}

/// Whether a command acts in a conversation that is there. Nothing else is left to the compiler's default.
fn names_a_conversation(command: &Command) -> bool {
    match command {
        Command::Send { .. }
        | Command::Forward { .. }
        | Command::Schedule { .. }
        | Command::Edit { .. }
        | Command::Unsend { .. }
        | Command::React { .. }
        | Command::Read { .. }
        | Command::Typing { .. }
        | Command::Load { .. }
        | Command::LoadAround { .. }
        | Command::LoadMessages { .. }
        | Command::LoadThread { .. }
        | Command::Resync { .. }
        | Command::Join { .. }
        | Command::Leave { .. }
        | Command::Add { .. }
        | Command::Rename { .. }
        | Command::Members { .. } => true,
        // These bring their own id, name a person, or name nothing.
        Command::EditScheduled { .. }
        | Command::SendScheduled { .. }
        | Command::DeleteScheduled { .. }
        | Command::Group { .. }
        | Command::Channel { .. }
        | Command::Direct { .. }
        | Command::Search { .. }
        | Command::SetName { .. }
        | Command::People { .. }
        | Command::List { .. }
        | Command::Hello { .. }
        | Command::Ping {} => false,
    }
}

/// The command under another request.
fn under(command: Command, id: RequestId) -> Command {
    let mut json = serde_json::to_value(command).expect("commands can be written");
    json["request"] = id.into();
    serde_json::from_value(json).expect("it is still a command")
}

/// What a command is answered with, without the number of the request.
async fn answer(socket: &mut Socket, command: Command) -> (Rejection, String) {
    match socket.ask(|request| under(command, request)).await {
        Event::Rejected { code, text, .. } => (code, text),
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn every_command_about_anothers_conversation_is_answered_as_about_none() {
    let server = TestServer::start().await;
    let (ann, bea, eve) = (server.sign_up("Ann").await, server.sign_up("Bea").await, server.sign_up("Eve").await);
    let (mut one, mut other) = (ann.socket().await, eve.socket().await);
    let direct = one.direct(bea.id).await;
    let group = one.group(&[&bea]).await;
    for conversation in [direct, group] {
        one.send(conversation, "between us").await;
    }
    one.everything().await;
    for conversation in [direct, group] {
        for (theirs, none) in commands(conversation).into_iter().zip(commands(new_conversation())) {
            let (theirs, none) = (answer(&mut other, theirs).await, answer(&mut other, none).await);
            assert_eq!(theirs, none);
            assert_eq!(theirs.0, Rejection::NotFound);
        }
        assert_unnamed(&other.everything().await, &conversation);
    }
    let told = one.everything().await;
    assert!(told.iter().all(|event| !matches!(event, Event::Rows(_) | Event::Signal(_))), "nothing happened: {told:?}");
}

#[tokio::test]
async fn a_channel_is_closed_to_who_has_not_joined_or_has_left() {
    let server = TestServer::start().await;
    let (ann, eve) = (server.sign_up("Ann").await, server.sign_up("Eve").await);
    let (mut one, mut other) = (ann.socket().await, eve.socket().await);
    let channel = one.channel("All").await;
    one.send(channel, "between us").await;
    for round in ["before", "after"] {
        for command in commands(channel).into_iter().filter(|command| !matches!(command, Command::Join { .. })) {
            if round == "after" && matches!(command, Command::Leave { .. }) {
                continue;
            }
            let (code, _) = answer(&mut other, command.clone()).await;
            assert_eq!(code, Rejection::NotFound, "{round}: {command:?}");
        }
        other.join(channel).await;
        other.leave(channel).await;
        other.everything().await;
    }
    assert_eq!(one.send(channel, "still between us").await, 2);
}

#[tokio::test]
async fn a_taken_conversation_id_cannot_be_taken_over() {
    let server = TestServer::start().await;
    let (ann, bea, eve) = (server.sign_up("Ann").await, server.sign_up("Bea").await, server.sign_up("Eve").await);
    let (mut one, mut other) = (ann.socket().await, eve.socket().await);
    for conversation in [one.direct(bea.id).await, one.group(&[&bea]).await, one.channel("All").await] {
        let users = vec![ann.id, bea.id];
        let group = |request| Command::Group { request, conversation, name: None, users };
        assert_eq!(other.refused(group).await, Rejection::IdTaken);
        let channel = |request| Command::Channel { request, conversation, name: "Mine now".to_owned() };
        assert_eq!(other.refused(channel).await, Rejection::IdTaken);
        assert_unnamed(&other.everything().await, &conversation);
    }
}

/// Everything that can happen in a conversation of any kind, done by two people in it.
async fn everything_happens(ann: &Person, bea: &Person) -> Vec<ConversationId> {
    let (mut one, mut two) = (ann.socket().await, bea.socket().await);
    let conversations = vec![one.direct(bea.id).await, one.group(&[bea]).await, one.channel("Secrets").await];
    two.join(conversations[2]).await;
    for conversation in &conversations {
        one.type_in(*conversation, true).await;
        let seq = one.send(*conversation, "between us").await;
        two.read(*conversation, seq).await;
        let (conversation, text) = (*conversation, "between the two of us".to_owned());
        one.ask(|request| Command::Edit { request, conversation, seq, text }).await;
        two.ask(|request| Command::React { request, conversation, seq: 1, emoji: Some("🎉".to_owned()) }).await;
        one.ask(|request| Command::Unsend { request, conversation, seq }).await;
        two.type_in(conversation, true).await;
        two.type_in(conversation, false).await;
    }
    two.leave(conversations[1]).await;
    two.leave(conversations[2]).await;
    two.join(conversations[2]).await;
    two.leave_page().await;
    let mut again = bea.open().await;
    again.hello(BTreeMap::new()).await;
    again.ping().await;
    conversations
}

#[tokio::test]
async fn who_is_not_in_a_conversation_hears_nothing_of_it_whatever_happens() {
    let server = TestServer::start().await;
    let (ann, bea, eve) = (server.sign_up("Ann").await, server.sign_up("Bea").await, server.sign_up("Eve").await);
    let mut stranger = eve.socket().await;
    let conversations = everything_happens(&ann, &bea).await;
    assert_eq!(stranger.everything().await, Vec::new());

    let told = eve.open().await.hello(BTreeMap::new()).await;
    for name in conversations.iter().map(ToString::to_string).chain([ann.id.to_string(), bea.id.to_string()]) {
        assert_unnamed(&told, &name);
    }
}

#[tokio::test]
async fn a_presence_peer_hears_nothing_of_the_conversations_they_are_not_in() {
    let server = TestServer::start().await;
    let (ann, bea, eve) = (server.sign_up("Ann").await, server.sign_up("Bea").await, server.sign_up("Eve").await);
    let mut eve_socket = eve.socket().await;
    eve_socket.group(&[&ann, &bea]).await;
    eve_socket.everything().await;
    let conversations = everything_happens(&ann, &bea).await;
    let told = eve_socket.everything().await;
    for conversation in conversations {
        assert_unnamed(&told, &conversation);
    }
    let strange = told.iter().find(|event| !matches!(event, Event::Signal(_)));
    assert_eq!(strange, None, "that they came and went is all");
}

/// The conversations whose rows come.
fn heard_of(told: &[Event]) -> Vec<Feed> {
    told.iter().filter_map(rows).map(|rows| rows.feed).collect()
}

#[tokio::test]
async fn who_leaves_hears_nothing_more_on_any_open_socket_and_who_comes_back_does() {
    let server = TestServer::start().await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let mut one = ann.socket().await;
    let (mut two, mut twos_other) = (bea.socket().await, bea.socket().await);
    let channel = one.channel("All").await;
    two.join(channel).await;
    one.send(channel, "all of us").await;
    for socket in [&mut two, &mut twos_other] {
        socket.hears("all of us").await;
        socket.everything().await;
    }

    two.leave(channel).await;
    one.send(channel, "without Bea").await;
    one.type_in(channel, true).await;
    for socket in [&mut two, &mut twos_other] {
        let told = socket.everything().await;
        assert_eq!(heard_of(&told), [Feed::User(bea.id)], "that they left, and nothing more: {told:?}");
        assert_eq!(texts(&told), Vec::<String>::new());
        assert!(!told.iter().any(|event| matches!(event, Event::Signal(_))), "{told:?}");
    }

    two.join(channel).await;
    one.send(channel, "welcome back").await;
    for socket in [&mut two, &mut twos_other] {
        let told = socket.everything().await;
        assert_eq!(
            told.iter().flat_map(messages).map(|message| message.text.as_str()).collect::<Vec<_>>(),
            ["welcome back"]
        );
    }
}

#[tokio::test]
async fn who_leaves_while_others_talk_hears_nothing_that_was_said_after_their_leave() {
    let server = TestServer::patient().await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let (mut one, mut two) = (ann.socket().await, bea.socket().await);
    let channel = one.channel("All").await;
    for round in 0..5 {
        two.join(channel).await;
        two.everything().await;
        let talk = one.send_many(channel, (0..50).map(|n| format!("{round}:{n}")));
        tokio::join!(talk, two.leave(channel));
        let told = two.everything().await;
        let left = told.iter().rposition(|event| rows(event).is_some_and(|rows| rows.feed == Feed::User(bea.id)));
        let last =
            told.iter().rposition(|event| rows(event).is_some_and(|rows| rows.feed == Feed::Conversation(channel)));
        assert!(left > last, "the leave is the last that is told: {told:?}");
    }
}

#[tokio::test]
async fn a_direct_conversation_with_anothers_id_makes_no_third_one_in_it() {
    let server = TestServer::start().await;
    let (ann, bea, eve) = (server.sign_up("Ann").await, server.sign_up("Bea").await, server.sign_up("Eve").await);
    let theirs = ann.socket().await.direct(bea.id).await;
    let mut other = eve.socket().await;
    assert_ne!(other.direct(ann.id).await, theirs);
    assert_ne!(other.direct(bea.id).await, theirs);
    let of_a_conversation = UserId::from_bytes(*theirs.as_bytes());
    assert_eq!(
        other.refused(|request| Command::Direct { request, user: of_a_conversation }).await,
        Rejection::NotFound
    );
}
