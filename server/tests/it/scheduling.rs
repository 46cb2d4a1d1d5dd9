//! Sending later: what is answered, who hears of it, and that a killed server sends what is due once.

use crate::support::{Dice, Due, ServerProcess, TestServer, new_message, rows, tell};
use myna_chat::{Clock, SystemClock};
use myna_protocol::limits::SCHEDULE_MILLIS;
use myna_protocol::{ClientId, Command, ConversationId, Event, Rejection, RequestId, Row, Timestamp};

const SOON: i64 = 60_000;

fn schedule(
    conversation: ConversationId,
    client_id: ClientId,
    send_at: Timestamp,
) -> impl FnOnce(RequestId) -> Command {
    let text = "later".to_owned();
    move |request| Command::Schedule { request, conversation, client_id, text, reply_to: None, send_at }
}

/// A row of a scheduled message, if the event brings one: whether it still waits.
fn scheduled(event: &Event) -> Option<bool> {
    rows(event)?.rows.iter().find_map(|row| match row {
        Row::Scheduled(row) => Some(row.message.is_some()),
        _ => None,
    })
}

#[tokio::test]
async fn the_devices_of_a_person_hear_of_a_scheduled_message_and_nobody_else_before_it_is_sent() {
    let server = TestServer::start().await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let (mut one, mut other, mut them) = (ann.socket().await, ann.socket().await, bea.socket().await);
    let direct = one.direct(bea.id).await;
    let (client_id, send_at) = (new_message(), SystemClock.now().plus(SOON));
    one.ask(schedule(direct, client_id, send_at)).await;
    assert!(other.expect("the row comes", scheduled).await);
    let text = "soon".to_owned();
    one.ask(|request| Command::EditScheduled { request, client_id, text, send_at: send_at.plus(1) }).await;
    assert!(other.expect("the new row comes", scheduled).await);
    assert!(them.everything().await.iter().all(|event| scheduled(event).is_none()));
    let sent = one.ask(|request| Command::SendScheduled { request, client_id }).await;
    assert!(matches!(sent, Event::Ack { seq: Some(1), conversation: Some(id), .. } if id == direct), "{sent:?}");
    assert_eq!(them.hears("soon").await, 1);
    assert!(!other.expect("the row is over", scheduled).await);
    for command in [
        Command::SendScheduled { request: 0, client_id },
        Command::DeleteScheduled { request: 0, client_id },
        Command::EditScheduled { request: 0, client_id, text: "late".to_owned(), send_at },
    ] {
        let json = serde_json::to_value(command).expect("it can be written");
        let refused = one.refused(|request| {
            let mut json = json.clone();
            json["request"] = request.into();
            serde_json::from_value(json).expect("it is a command")
        });
        assert_eq!(refused.await, Rejection::NotFound);
    }
}

#[tokio::test]
async fn what_is_due_is_sent_by_itself() {
    let server = TestServer::start().await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let (mut one, mut them) = (ann.socket().await, bea.socket().await);
    let direct = one.direct(bea.id).await;
    // One that is due later does not make the next one wait.
    one.ask(schedule(direct, new_message(), SystemClock.now().plus(SOON))).await;
    one.ask(schedule(direct, new_message(), SystemClock.now().plus(200))).await;
    assert_eq!(them.hears("later").await, 1);
}

#[tokio::test]
async fn odd_times_texts_and_numbers_are_refused() {
    let server = TestServer::with(|config| config.scheduled = 2).await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let mut socket = ann.socket().await;
    let direct = socket.direct(bea.id).await;
    let now = SystemClock.now();
    for (send_at, code) in [
        (now.plus(-1), Rejection::TimePast),
        (Timestamp(0), Rejection::TimePast),
        (Timestamp(i64::MIN), Rejection::TimePast),
        (now.plus(SCHEDULE_MILLIS as i64 + SOON), Rejection::TimeTooFar),
        (Timestamp(i64::MAX), Rejection::TimeTooFar),
    ] {
        assert_eq!(socket.refused(schedule(direct, new_message(), send_at)).await, code, "{send_at:?}");
    }
    let later = now.plus(SOON);
    for (text, code) in [(" ", Rejection::TextEmpty), ("\u{7}", Rejection::TextInvalid)] {
        let (text, client_id) = (text.to_owned(), new_message());
        let command = |request| Command::Schedule {
            request,
            conversation: direct,
            client_id,
            text,
            reply_to: None,
            send_at: later,
        };
        assert_eq!(socket.refused(command).await, code);
    }
    for _ in 0..2 {
        socket.ask(schedule(direct, new_message(), later)).await;
    }
    assert_eq!(socket.refused(schedule(direct, new_message(), later)).await, Rejection::TooManyScheduled);
}

#[tokio::test]
async fn where_messages_cannot_be_scheduled_none_is_taken() {
    let server = TestServer::with(|config| config.scheduled = 0).await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let mut socket = ann.socket().await;
    let direct = socket.direct(bea.id).await;
    let later = SystemClock.now().plus(SOON);
    assert_eq!(socket.refused(schedule(direct, new_message(), later)).await, Rejection::NotAllowed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_that_are_due_at_one_moment_are_sent_once_though_the_server_is_killed_meanwhile() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let settings = ["--frames-per-second", "10000", "--frames-burst", "10000"];
    let mut server = ServerProcess::with(folder.path(), &settings).await;
    let due = Due::schedule(&[&server.place], 6_000).await;
    let (mut dice, seed) = Dice::seeded();
    // Three times, each further on.
    let mut after = 0;
    for _ in 0..3 {
        after += 1 + dice.below(due.count() / 4);
        due.wait_for(&server.place, after).await;
        server.kill().await;
        server = ServerProcess::with(folder.path(), &settings).await;
    }
    due.assert_sent_once(&server.place).await;
    tell(&format!("kill -9: {} scheduled messages, killed 3 times (MYNA_SEED={seed}): each sent once", due.count()));
}
