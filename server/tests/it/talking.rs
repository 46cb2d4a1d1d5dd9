//! Messages: acknowledged, in one order for all, and once.

use crate::support::{TestServer, messages, new_conversation, new_message, rows, texts};
use futures_util::future::join_all;
use myna_protocol::{Command, Event, Feed, Kind, Rejection, Row, Target, Timestamp};

#[tokio::test]
async fn a_message_is_acknowledged_and_reaches_both_sides_as_the_same_row() {
    let server = TestServer::start().await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let (mut from, mut to) = (ann.socket().await, bea.socket().await);
    let direct = from.direct(bea.id).await;
    let client_id = new_message();
    assert_eq!(from.send_as(direct, client_id, "hello").await, 1);
    let find = |event: &Event| messages(event).first().map(|message| (*message).clone());
    let row = to.expect("the message", find).await;
    assert_eq!((row.conversation, row.seq, row.sender, row.client_id), (direct, 1, ann.id, client_id));
    assert_eq!(row.text, "hello");
    assert_eq!(from.expect("one's own message", find).await, row);
}

#[tokio::test]
async fn the_same_message_again_gets_the_first_answer_and_is_there_once() {
    let server = TestServer::start().await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let (mut from, mut to) = (ann.socket().await, bea.socket().await);
    let direct = from.direct(bea.id).await;
    let client_id = new_message();
    assert_eq!(from.send_as(direct, client_id, "hello").await, 1);
    assert_eq!(from.send(direct, "how are you?").await, 2);
    assert_eq!(from.send_as(direct, client_id, "hello").await, 1);
    assert_eq!(ann.socket().await.send_as(direct, client_id, " hello ").await, 1, "from another tab too");
    assert_eq!(
        to.send_as(direct, client_id, "hello").await,
        3,
        "ids of different people have nothing to do with each other"
    );
    let texts = texts(&to.everything().await);
    assert_eq!(texts, ["hello", "how are you?", "hello"]);
}

#[tokio::test]
async fn a_message_id_that_comes_again_with_another_text_is_refused() {
    let server = TestServer::start().await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let mut socket = ann.socket().await;
    let direct = socket.direct(bea.id).await;
    let client_id = new_message();
    socket.send_as(direct, client_id, "hello").await;
    let send = |request| Command::Send {
        request,
        conversation: direct,
        client_id,
        text: "goodbye".to_owned(),
        reply_to: None,
    };
    assert_eq!(socket.refused(send).await, Rejection::ClientIdReused);
    assert_eq!(texts(&socket.everything().await), ["hello"]);
}

#[tokio::test]
async fn twenty_people_at_once_make_one_order_without_gaps() {
    const PEOPLE: usize = 20;
    const EACH: usize = 10;
    let server = TestServer::start().await;
    let mut sockets = Vec::new();
    let mut channel = None;
    for n in 0..PEOPLE {
        let mut socket = server.sign_up(&format!("Person {n}")).await.socket().await;
        match channel {
            None => channel = Some(socket.channel("All").await),
            Some(channel) => socket.join(channel).await,
        }
        sockets.push(socket);
    }
    let channel = channel.expect("there are people");
    join_all(sockets.iter_mut().enumerate().map(async |(n, socket)| {
        socket.send_many(channel, (0..EACH).map(|i| format!("{n}:{i}"))).await;
    }))
    .await;
    let mut first: Option<Vec<(u64, String)>> = None;
    for socket in &mut sockets {
        let told = socket.everything().await;
        let heard: Vec<_> = told.iter().flat_map(messages).map(|message| (message.seq, message.text.clone())).collect();
        let seqs: Vec<u64> = heard.iter().map(|(seq, _)| *seq).collect();
        assert_eq!(seqs, (1..=(PEOPLE * EACH) as u64).collect::<Vec<_>>());
        for n in 0..PEOPLE {
            let of_one: Vec<_> =
                heard.iter().filter(|(_, text)| text.starts_with(&format!("{n}:"))).map(|(_, text)| text).collect();
            assert_eq!(of_one, (0..EACH).map(|i| format!("{n}:{i}")).collect::<Vec<_>>().iter().collect::<Vec<_>>());
        }
        assert_eq!(first.get_or_insert_with(|| heard.clone()), &heard, "everybody hears the same order");
    }
}

#[tokio::test]
async fn rows_follow_each_other_without_a_gap_in_their_revs() {
    let server = TestServer::start().await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let (mut one, mut two) = (ann.socket().await, bea.socket().await);
    let group = one.group(&[&bea]).await;
    for n in 0..10 {
        let seq = one.send(group, &format!("{n}")).await;
        two.read(group, seq).await;
    }
    let told = one.everything().await;
    let mut rev = 0;
    for rows in told.iter().filter_map(rows).filter(|rows| rows.feed == Feed::Conversation(group)) {
        assert_eq!(rows.from, rev, "{rows:?}");
        assert!(
            rows.rows
                .iter()
                .filter(|row| !matches!(row, Row::Person(_)))
                .all(|row| (rows.from + 1..=rows.rev).contains(&row.rev())),
            "{rows:?}"
        );
        rev = rows.rev;
    }
    assert_eq!(rev, 1 + 10 + 10, "its making, the messages, and the receipts");
}

#[tokio::test]
async fn a_pair_always_gets_the_same_conversation_and_both_see_it_at_once() {
    let server = TestServer::start().await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let (mut one, mut two) = (ann.socket().await, bea.socket().await);
    let direct = one.direct(bea.id).await;
    assert_eq!(two.direct(ann.id).await, direct);
    assert_eq!(one.direct(bea.id).await, direct);
    let told = two.everything().await;
    let named =
        |event: &Event| rows(event).is_some_and(|rows| rows.feed == Feed::Conversation(direct) && rows.from == 0);
    assert_eq!(told.iter().filter(|event| named(event)).count(), 1);
    let nobody = myna_protocol::UserId::from_bytes([7; 16]);
    assert_eq!(one.refused(|request| Command::Direct { request, user: nobody }).await, Rejection::NotFound);
}

#[tokio::test]
async fn a_group_is_made_once_however_often_it_is_asked_for() {
    let server = TestServer::start().await;
    let (ann, bea, eve) = (server.sign_up("Ann").await, server.sign_up("Bea").await, server.sign_up("Eve").await);
    let (mut one, mut other) = (ann.socket().await, eve.socket().await);
    let conversation = new_conversation();
    let make = |users: Vec<_>, name: Option<&str>| {
        let name = name.map(str::to_owned);
        move |request| Command::Group { request, conversation, name, users }
    };
    for _ in 0..2 {
        let answer = one.ask(make(vec![bea.id, bea.id, ann.id], Some("  Book   club "))).await;
        assert!(matches!(answer, Event::Ack { conversation: Some(id), .. } if id == conversation), "{answer:?}");
    }
    assert_eq!(other.refused(make(vec![ann.id], None)).await, Rejection::IdTaken);
    let told = one.everything().await;
    let made: Vec<_> = told
        .iter()
        .filter_map(rows)
        .flat_map(|rows| &rows.rows)
        .filter_map(|row| match row {
            Row::Conversation(row) if row.id == conversation => Some((row.kind, row.name.as_deref(), row.members)),
            _ => None,
        })
        .collect();
    assert_eq!(made, [(Kind::Group, Some("Book club"), 2)]);
    let strange = myna_protocol::UserId::from_bytes([7; 16]);
    let conversation = new_conversation();
    let with = |users| move |request| Command::Group { request, conversation, name: None, users };
    assert_eq!(one.refused(with(vec![])).await, Rejection::TooFewMembers);
    assert_eq!(one.refused(with(vec![ann.id])).await, Rejection::TooFewMembers);
    assert_eq!(one.refused(with(vec![bea.id, strange])).await, Rejection::NotFound);
    let many = (0..300_u16).map(|n| myna_protocol::UserId::from_parts(n.into(), [1; 10])).collect();
    assert_eq!(one.refused(with(many)).await, Rejection::TooManyMembers);
}

#[tokio::test]
async fn a_channel_is_found_joined_and_left() {
    let server = TestServer::start().await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let (mut one, mut two) = (ann.socket().await, bea.socket().await);
    let channel = one.channel("Wild Gardening").await;
    one.send(channel, "before Bea came").await;
    for typed in ["gard", "WILD", ""] {
        let found = two.ask(|request| Command::Search { request, text: typed.to_owned() }).await;
        let Event::Found { channels, people, .. } = &found else { panic!("{found:?}") };
        assert_eq!(channels.iter().map(|channel| channel.id).collect::<Vec<_>>(), [channel], "{typed}");
        assert_eq!(people.is_empty(), !typed.is_empty(), "{typed}");
    }
    two.join(channel).await;
    two.join(channel).await;
    assert_eq!(texts(&two.everything().await), Vec::<String>::new(), "a row of before is for who loads it");
    one.send(channel, "welcome").await;
    two.hears("welcome").await;
    two.leave(channel).await;
    // An `ack` may be lost: leaving again is no mistake.
    two.leave(channel).await;
    let again =
        |request| Command::Channel { request, conversation: new_conversation(), name: "wild gardening".to_owned() };
    assert_eq!(two.refused(again).await, Rejection::NameTaken);
    let unnamed = |request| Command::Channel { request, conversation: new_conversation(), name: "\u{202e}".to_owned() };
    assert_eq!(two.refused(unnamed).await, Rejection::NameInvalid);
    let direct = one.direct(bea.id).await;
    assert_eq!(one.refused(|request| Command::Leave { request, conversation: direct }).await, Rejection::DirectStays);
}

#[tokio::test]
async fn people_are_found_by_the_beginning_of_a_word_of_their_name() {
    let server = TestServer::start().await;
    let ann = server.sign_up("Ann Blum").await;
    let bob = server.sign_up("Bob Anderson").await;
    let mut socket = ann.socket().await;
    for (typed, expected) in
        [("an", vec![ann.id, bob.id]), ("AND", vec![bob.id]), ("lum", vec![]), ("%", vec![]), ("_", vec![])]
    {
        let found = socket.ask(|request| Command::Search { request, text: typed.to_owned() }).await;
        let Event::Found { people, .. } = &found else { panic!("{found:?}") };
        assert_eq!(people.iter().map(|user| user.id).collect::<Vec<_>>(), expected, "{typed}");
    }
    let long = socket.ask(|request| Command::Search { request, text: "\u{301}".repeat(30_000) }).await;
    assert!(matches!(long, Event::Found { .. }));
}

#[tokio::test]
async fn older_messages_come_in_pages() {
    let server = TestServer::patient().await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let mut socket = ann.socket().await;
    let direct = socket.direct(bea.id).await;
    socket.send_many(direct, (1..=450).map(|n| format!("message {n}"))).await;
    for (before, limit, expected) in [
        (451, 50, 401..=450),
        (401, 50, 351..=400),
        (3, 50, 1..=2),
        (451, 0, 450..=450),
        (451, u32::MAX, 251..=450),
        (10_000, 5, 446..=450),
    ] {
        let page =
            socket.ask(|request| Command::Load { request, conversation: direct, before: Some(before), limit }).await;
        let seqs: Vec<u64> = messages(&page).iter().map(|message| message.seq).collect();
        assert_eq!(seqs, expected.collect::<Vec<_>>(), "before {before}, at most {limit}");
        let Event::Page { rows, conversation, .. } = &page else { panic!("{page:?}") };
        assert_eq!(*conversation, direct);
        let senders: Vec<_> = rows
            .iter()
            .filter_map(|row| if let Row::Member(member) = row { Some(member.user) } else { None })
            .collect();
        assert_eq!(senders, [ann.id]);
    }
    for before in [0, 1] {
        let page = socket
            .ask(|request| Command::Load { request, conversation: direct, before: Some(before), limit: 50 })
            .await;
        assert!(messages(&page).is_empty(), "{before}");
    }
    let Event::Page { rows: all, .. } =
        socket.ask(|request| Command::Load { request, conversation: direct, before: Some(451), limit: 200 }).await
    else {
        panic!("a page")
    };
    let sent = |seq| {
        all.iter()
            .find_map(|row| if let Row::Message(row) = row { (row.seq == seq).then_some(row.sent_at) } else { None })
    };
    let middle = sent(300).expect("it is in the page");
    for (target, limit, expected) in [
        (Target::SentAt(Timestamp(0)), 10, 1..=5),
        (Target::SentAt(Timestamp(i64::MIN)), 1, 1..=1),
        (Target::SentAt(Timestamp(i64::MAX)), 10, 441..=450),
        (Target::SentAt(Timestamp(i64::MAX)), 0, 450..=450),
        (Target::Seq(100), 10, 95..=104),
        (Target::Seq(100), 1, 100..=100),
        (Target::Seq(0), 10, 1..=5),
        (Target::Seq(u64::MAX), 10, 441..=450),
    ] {
        let page = socket.ask(|request| Command::LoadAround { request, conversation: direct, target, limit }).await;
        let seqs: Vec<u64> = messages(&page).iter().map(|message| message.seq).collect();
        assert_eq!(seqs, expected.collect::<Vec<_>>(), "around {target:?}, at most {limit}");
    }
    let target = Target::SentAt(middle);
    let page = socket.ask(|request| Command::LoadAround { request, conversation: direct, target, limit: 2 }).await;
    let found: Vec<_> = messages(&page).iter().map(|message| message.sent_at).collect();
    assert!(found[0] < middle || messages(&page)[0].seq == 1 || found[1] == middle, "{found:?} around {middle:?}");
    assert!(found.contains(&middle), "{found:?} around {middle:?}");
    socket.everything().await;
    let done = socket.ask(|request| Command::Load { request, conversation: direct, before: None, limit: 3 }).await;
    assert!(matches!(done, Event::CaughtUp { request: Some(_), .. }));
    let told = socket.everything().await;
    let afresh: Vec<_> = told.iter().filter_map(rows).filter(|rows| rows.feed == Feed::Conversation(direct)).collect();
    assert_eq!((afresh.len(), afresh[0].from), (1, 0));
    assert_eq!(texts(&told), ["message 448", "message 449", "message 450"]);
}
