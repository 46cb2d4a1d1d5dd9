//! The rules as pure functions: what each verb does to a few facts.

use super::*;
use myna_protocol::{
    ClientId, Conversation, ConversationId, Feed, Kind, Message, Name, Person, Rejection, Row, Text, Timestamp, UserId,
};

const NOW: Timestamp = Timestamp(1_800_000_000_000);

fn user(n: u8) -> UserId {
    UserId::from_bytes([n; 16])
}

fn talk(n: u8) -> ConversationId {
    ConversationId::from_bytes([100 + n; 16])
}

fn client_id(n: u8) -> ClientId {
    ClientId::from_bytes([200 + n; 16])
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("it is a name")
}

fn text(text: &str) -> Text {
    Text::parse(text).expect("it is a text")
}

fn person(n: u8, called: &str) -> UserRow {
    UserRow { id: user(n), name: called.to_owned(), rev: 7, person_rev: 0 }
}

/// Facts with Ann (1) and Bob (2), who share the conversation `talk(1)` of this kind, which Ann created; Eve (3) is not in it.
fn facts(kind: Kind) -> Facts {
    let mut facts = Facts::default();
    facts.load_server(ServerRow { rev: 5 });
    for (n, called) in [(1, "Ann"), (2, "Bob"), (3, "Eve")] {
        facts.load_user_name(name(called).key(), Some(user(n)));
        facts.load_user(user(n), Some(person(n, called)));
    }
    let named = (kind != Kind::Direct).then(|| "News".to_owned());
    facts.load_conversation(
        talk(1),
        Some(ConversationRow {
            id: talk(1),
            kind,
            name: named,
            pair: (kind == Kind::Direct).then_some([user(1), user(2)]),
            created_by: user(1),
            created_at: Timestamp(1),
            receipts: kind != Kind::Channel,
            member_count: 2,
            last_seq: 4,
            active_at: Timestamp(2),
            rev: 10,
            row_rev: 1,
        }),
    );
    if kind == Kind::Channel {
        facts.load_channel_name("news".to_owned(), Some(talk(1)));
    }
    for n in [1, 2] {
        facts.load_member(
            (talk(1), user(n)),
            Some(MemberRow {
                conversation: talk(1),
                user: user(n),
                joined_rev: 1,
                joined_seq: 0,
                left_seq: None,
                read_seq: 2,
                read_at: None,
                rev: 1,
                user_rev: 3,
            }),
        );
    }
    facts
}

fn send(n: u8, said: &str) -> Change {
    Verb::Send { conversation: talk(1), client_id: client_id(1), text: text(said), reply_to: None }.by(user(n), NOW)
}

fn committed(facts: &Facts, change: &Change) -> Committed {
    decide(facts, change).expect("it is allowed").committed().clone()
}

/// What a feed says of a committed change: its steps, each with its number of rows.
fn steps(committed: &Committed) -> Vec<(Feed, u64, usize)> {
    committed.events.iter().map(|event| (event.feed, event.rev, event.rows.len())).collect()
}

#[test]
fn a_message_takes_the_next_place_and_is_read_by_its_sender() {
    for kind in [Kind::Direct, Kind::Group, Kind::Channel] {
        let mut facts = facts(kind);
        let answer = facts.decide_all(&[send(1, "hello")]).remove(0).expect("it is allowed");
        assert_eq!((answer.conversation, answer.seq), (Some(talk(1)), Some(5)));
        assert_eq!(steps(&answer), [(Feed::Conversation(talk(1)), 11, 1)]);
        let Row::Message(Message { seq: 5, rev: 11, sent_at: NOW, .. }) = &answer.events[0].rows[0] else {
            panic!("not the message: {answer:?}");
        };
        let member = facts.member(talk(1), user(1)).expect("it is there");
        assert_eq!((member.read_seq, member.read_at, member.rev), (5, Some(NOW), 1), "with no stamp");
        assert_eq!(facts.conversation(talk(1)).map(|row| (row.last_seq, row.active_at)), Some((5, NOW)));
    }
}

#[test]
fn a_repeated_message_gets_the_first_answer_and_another_text_is_refused() {
    let mut facts = facts(Kind::Group);
    let leave = Verb::Leave { conversation: talk(1) }.by(user(1), NOW);
    let batch = [send(1, "hello"), send(1, "hello"), send(1, "other"), leave, send(1, "hello")];
    let answers = facts.decide_all(&batch);
    let seqs: Vec<_> = answers.iter().map(|answer| answer.as_ref().map(|done| done.seq)).collect();
    let reused = Rejection::ClientIdReused;
    let first = Ok(Some(5));
    assert_eq!(seqs, [first, first, Err(&reused), Ok(None), first], "also to who has left since");
    assert!(answers[1].as_ref().is_ok_and(|done| done.events.is_empty()));
}

#[test]
fn a_refused_change_leaves_no_trace() {
    let mut facts = facts(Kind::Group);
    let answers = facts.decide_all(&[send(3, "from outside")]);
    assert_eq!(answers, [Err(Rejection::NotFound)]);
    assert!(facts.advances().is_empty());
    assert!(facts.into_writes().is_empty());
}

#[test]
fn a_read_place_shows_to_others_only_where_there_are_receipts() {
    let read = |seq| Verb::Read { conversation: talk(1), seq }.by(user(2), NOW);
    let both = committed(&facts(Kind::Group), &read(3));
    assert_eq!(steps(&both), [(Feed::Conversation(talk(1)), 11, 1), (Feed::User(user(2)), 8, 1)]);
    let alone = committed(&facts(Kind::Channel), &read(3));
    assert_eq!(steps(&alone), [(Feed::User(user(2)), 8, 1)]);
    assert!(committed(&facts(Kind::Group), &read(2)).events.is_empty(), "it never falls");
    let Row::Membership(own) = &committed(&facts(Kind::Channel), &read(99)).events[0].rows[0] else {
        panic!("not a membership")
    };
    assert_eq!(own.read_seq, 4, "it is cut to the last message");
}

#[test]
fn a_group_begins_for_everybody_at_once() {
    let facts = facts(Kind::Direct);
    let group = Verb::Group { id: talk(9), name: Some(name("Friends")), members: vec![user(2), user(3)] };
    let made = committed(&facts, &group.clone().by(user(1), NOW));
    assert_eq!(made.joined, [user(1), user(2), user(3)]);
    // Its row, and each member with who they are.
    assert_eq!(steps(&made)[0], (Feed::Conversation(talk(9)), 1, 7));
    assert_eq!(steps(&made)[1..], [1, 2, 3].map(|n| (Feed::User(user(n)), 8, 1)));
    let missing = Verb::Group { id: talk(9), name: None, members: vec![user(8)] }.by(user(1), NOW);
    assert_eq!(decide(&facts, &missing), Err(Rejection::NotFound));
    let taken = Verb::Group { id: talk(1), name: None, members: vec![user(2)] }.by(user(1), NOW);
    assert_eq!(decide(&facts, &taken), Err(Rejection::IdTaken));
}

#[test]
fn a_pair_has_one_direct_conversation() {
    let mut facts = facts(Kind::Direct);
    facts.load_pair([user(1), user(2)], Some(talk(1)));
    for (one, other) in [(1, 2), (2, 1)] {
        let again = committed(&facts, &Verb::Direct { id: talk(7), with: user(other) }.by(user(one), NOW));
        assert_eq!((again.conversation, again.events.len()), (Some(talk(1)), 0));
    }
    let new = committed(&facts, &Verb::Direct { id: talk(7), with: user(3) }.by(user(1), NOW));
    assert_eq!((new.conversation, new.joined), (Some(talk(7)), vec![user(1), user(3)]));
}

#[test]
fn joining_and_leaving_twice_change_nothing() {
    let mut facts = facts(Kind::Channel);
    let join = Verb::Join { conversation: talk(1) }.by(user(3), NOW);
    let leave = Verb::Leave { conversation: talk(1) }.by(user(3), NOW);
    let batch = [leave.clone(), join.clone(), join, leave.clone(), leave];
    let moved: Vec<_> = facts
        .decide_all(&batch)
        .into_iter()
        .map(|answer| answer.map(|done| (done.joined.len(), done.left.len(), done.events.len())))
        .collect();
    assert_eq!(moved, [Err(Rejection::NotFound), Ok((1, 0, 2)), Ok((0, 0, 0)), Ok((0, 1, 2)), Ok((0, 0, 0))]);
    assert_eq!(facts.conversation(talk(1)).map(|row| row.member_count), Some(2));
    let direct = self::facts(Kind::Direct);
    let leave = Verb::Leave { conversation: talk(1) }.by(user(1), NOW);
    assert_eq!(decide(&direct, &leave), Err(Rejection::DirectStays));
}

#[test]
fn a_rename_is_one_row_of_the_servers_feed() {
    let mut facts = facts(Kind::Group);
    let rename = |n: u8, called: &str| Verb::RenameUser { name: name(called) }.by(user(n), NOW);
    let batch = [rename(1, "Anna"), rename(2, "ANNA"), rename(2, "Ann"), rename(1, "Anna"), rename(1, "anna")];
    let answers = facts.decide_all(&batch);
    let renamed = answers[0].as_ref().expect("the name is free");
    let row = Row::Person(Person { id: user(1), name: "Anna".to_owned(), rev: 6 });
    assert_eq!((steps(renamed), &renamed.events[0].rows), (vec![(Feed::Server, 6, 1)], &vec![row]));
    assert_eq!(answers[1], Err(Rejection::NameTaken));
    assert_eq!(answers[2], Err(Rejection::NameTaken), "the old name is free in the next batch");
    assert!(answers[3].as_ref().is_ok_and(|same| same.events.is_empty()));
    assert!(answers[4].as_ref().is_ok_and(|case| case.events.len() == 1), "one's own name in another case");
}

#[test]
fn who_may_rename_what() {
    let rename = |n: u8, called: Option<&str>| {
        Verb::RenameConversation { conversation: talk(1), name: called.map(name) }.by(user(n), NOW)
    };
    let (channel, group, direct) = (facts(Kind::Channel), facts(Kind::Group), facts(Kind::Direct));
    for (facts, n, called, refusal) in [
        (&channel, 2, Some("Mine"), Rejection::NotAllowed),
        (&channel, 3, Some("Mine"), Rejection::NotFound),
        (&channel, 1, None, Rejection::NameInvalid),
        (&direct, 1, Some("Us"), Rejection::NotAllowed),
        (&group, 3, Some("Mine"), Rejection::NotFound),
    ] {
        assert_eq!(decide(facts, &rename(n, called)), Err(refusal), "{n} {called:?}");
    }
    for (facts, n, called) in [(&channel, 1, Some("NEWS")), (&group, 2, Some("Friends")), (&group, 1, None)] {
        let renamed = committed(facts, &rename(n, called));
        assert_eq!(steps(&renamed), [(Feed::Conversation(talk(1)), 11, 1)]);
        let Row::Conversation(Conversation { name, rev: 11, .. }) = &renamed.events[0].rows[0] else {
            panic!("not the conversation: {renamed:?}");
        };
        assert_eq!(name.as_deref(), called);
    }
}

#[test]
fn a_channels_old_name_is_taken_until_the_next_batch() {
    let mut facts = facts(Kind::Channel);
    let rename = Verb::RenameConversation { conversation: talk(1), name: Some(name("Olds")) }.by(user(1), NOW);
    let channel = |id, called: &str| Verb::Channel { id, name: name(called) }.by(user(2), NOW);
    let answers =
        facts.decide_all(&[channel(talk(5), "news"), rename, channel(talk(6), "news"), channel(talk(7), "OLDS")]);
    let refusals: Vec<_> = answers.iter().map(|answer| answer.as_ref().err().copied()).collect();
    assert_eq!(refusals, [Some(Rejection::NameTaken), None, Some(Rejection::NameTaken), Some(Rejection::NameTaken)]);
}

#[test]
fn a_job_is_performed_when_it_is_due_and_once() {
    let mut facts = facts(Kind::Group);
    let bounds = ScheduleBounds { messages: 9, ahead: 100 };
    let (conversation, client_id, text, send_at) = (talk(1), client_id(1), text("later"), NOW.plus(10));
    let later = Verb::ScheduleMessage { conversation, client_id, text, reply_to: None, send_at, job: [1; 16], bounds };
    let run = |millis| Change { actor: Actor::System, at: NOW.plus(millis), verb: Verb::RunJob { id: [1; 16] } };
    let batch = [later.clone().by(user(1), NOW), later.by(user(1), NOW), run(9), run(10), run(11)];
    let answers = facts.decide_all(&batch);
    let events: Vec<_> = answers.iter().map(|answer| answer.as_ref().expect("all are allowed").events.len()).collect();
    assert_eq!(events, [1, 0, 0, 2, 0]);
    let Row::Message(message) = &answers[3].as_ref().expect("it is due").events[0].rows[0] else {
        panic!("no message")
    };
    assert_eq!((message.sender, message.sent_at), (user(1), NOW.plus(10)));
    assert!(facts.into_writes().jobs.is_empty(), "it came and went in one batch");
}

#[test]
fn a_job_that_is_refused_is_over() {
    let mut facts = facts(Kind::Group);
    let change = send(3, "from outside");
    facts.load_job([1; 16], Some(JobRow { id: [1; 16], due_at: NOW, change }));
    let run = Change { actor: Actor::System, at: NOW, verb: Verb::RunJob { id: [1; 16] } };
    let answer = facts.decide_all(&[run]).remove(0).expect("the job itself is fine");
    assert_eq!(answer.refused, Some(Rejection::NotFound));
    assert_eq!(facts.into_writes().jobs.len(), 1);
}

#[test]
fn a_batch_needs_each_row_once_and_a_job_shows_its_needs_later() {
    let facts = Facts::default();
    let needs = facts.needs(&[send(1, "one"), send(1, "two"), send(2, "three")]);
    assert_eq!((needs.conversations.len(), needs.members.len(), needs.sent.len()), (1, 2, 2));
    assert!(!needs.server && needs.users.is_empty(), "a message needs no more");
    let run = [Change { actor: Actor::System, at: NOW, verb: Verb::RunJob { id: [1; 16] } }];
    let mut facts = Facts::default();
    assert_eq!(facts.needs(&run).jobs.len(), 1);
    facts.load_job([1; 16], Some(JobRow { id: [1; 16], due_at: NOW, change: send(1, "later") }));
    let needs = facts.needs(&run);
    assert_eq!((needs.jobs.len(), needs.members.len()), (0, 1));
}

#[test]
fn the_feeds_that_a_batch_moves_are_those_of_its_events() {
    let mut facts = facts(Kind::Channel);
    let batch = [
        send(1, "one"),
        Verb::Join { conversation: talk(1) }.by(user(3), NOW),
        Verb::RenameUser { name: name("Anna") }.by(user(1), NOW),
        Verb::Read { conversation: talk(1), seq: 5 }.by(user(2), NOW),
    ];
    let answers = facts.decide_all(&batch);
    let mut last = std::collections::BTreeMap::new();
    for event in answers.iter().flatten().flat_map(|done| &done.events) {
        last.insert(event.feed, event.rev);
    }
    let mut advances: Vec<_> = facts.advances().into_iter().map(|advance| (advance.feed, advance.rev)).collect();
    advances.sort_unstable();
    assert_eq!(advances, last.into_iter().collect::<Vec<_>>());
}

#[test]
fn a_stored_change_reads_as_it_was_written() {
    // A job may be performed by a later release: its form is part of the store.
    let change = Verb::SendScheduled { client_id: client_id(1), is_due: true }.by(user(1), NOW);
    let json = serde_json::to_string(&change).expect("it can be written");
    assert_eq!(serde_json::from_str::<Change>(&json).expect("it can be read"), change);
    let old = r#"{"actor":{"user":"01010101-0101-0101-0101-010101010101"},"at":1800000000000,"verb":{"do":"send","conversation":"65656565-6565-6565-6565-656565656565","client_id":"c9c9c9c9-c9c9-c9c9-c9c9-c9c9c9c9c9c9","text":"later"}}"#;
    assert_eq!(serde_json::from_str::<Change>(old).expect("it can be read"), send(1, "later"));
}
