//! Whole clients against a whole server: what the pages show of a conversation, live and after the server was away.

use crate::support::{Person, Place, ServerProcess, Tab, TestServer, soon};
use futures_util::future::join;
use myna_chat::{Clock, SystemClock};
use myna_client::{Answer, Receipt, State, Status, Title};
use myna_protocol::{Command, ConversationId};
use tokio::sync::watch;

/// A tab that is up to date.
async fn live(person: &Person, places: &watch::Sender<Place>) -> Tab {
    let mut tab = Tab::open(person, places.subscribe()).await;
    tab.until("being up to date", |client| client.status() == Status::Live).await;
    tab
}

async fn direct(tab: &mut Tab, with: &Person) -> ConversationId {
    let user = with.id;
    match tab.ask(|request| Command::Direct { request, user }).await {
        Answer::Done { conversation: Some(id) } => {
            tab.until("the conversation", |client| client.conversation(id).is_some()).await;
            id
        }
        other => panic!("not done: {other:?}"),
    }
}

fn texts(tab: &Tab, conversation: ConversationId) -> Vec<String> {
    tab.bubbles(conversation).into_iter().map(|bubble| bubble.text).collect()
}

#[tokio::test]
async fn two_people_talk_and_see_each_other_type_and_read() {
    let server = TestServer::start().await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let places = watch::Sender::new(server.place.clone());
    let (mut one, mut two) = (live(&ann, &places).await, live(&bea, &places).await);
    let id = direct(&mut one, &bea).await;
    two.until("the conversation in the list", |client| client.sidebar().iter().any(|row| row.id == id)).await;
    assert_eq!(two.client.sidebar()[0].title, Title::Name("Ann".to_owned()));

    let now = SystemClock.now();
    one.act(|client| client.type_in(id, false, now)).await;
    two.until("typing is seen", |client| !client.typing(id).is_empty()).await;
    one.send(id, "hello").await;
    assert_eq!(one.bubbles(id)[0].state, State::Pending, "it is drawn at once");
    two.until("the message", |client| client.transcript(id).len() > 1).await;
    assert!(two.client.typing(id).is_empty(), "who has spoken types no more");
    assert_eq!(
        (texts(&two, id), two.client.conversation(id).map(|view| view.unread)),
        (vec!["hello".to_owned()], Some(1))
    );

    let delivered = |status: Option<Receipt>| status == Some(Receipt::Delivered);
    let statuses = |tab: &Tab| tab.bubbles(id).last().and_then(|bubble| bubble.status);
    while !delivered(statuses(&one)) {
        one.turn().await;
    }
    two.act(|client| client.read(id, SystemClock.now())).await;
    while !matches!(statuses(&one), Some(Receipt::Read(_))) {
        one.turn().await;
    }
    assert_eq!(two.client.conversation(id).map(|view| view.unread), Some(0));
    assert!(one.kept.is_empty(), "nothing waits to be sent");
}

#[tokio::test]
async fn what_is_written_while_the_server_is_away_is_sent_when_it_is_back_once_and_in_order() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let mut server = ServerProcess::start(folder.path()).await;
    let places = watch::Sender::new(server.place.clone());
    let (ann, bea) = (server.place.sign_up("Ann").await, server.place.sign_up("Bea").await);
    let (mut one, mut two) = (live(&ann, &places).await, live(&bea, &places).await);
    let id = direct(&mut one, &bea).await;
    one.send(id, "before").await;
    two.until("the message", |client| client.transcript(id).len() > 1).await;
    // Who sent it may hear of it later than the other.
    one.until("its own message", |client| !client.has_unsent()).await;
    while !one.kept.is_empty() {
        one.turn().await;
    }

    server.kill().await;
    for tab in [&mut one, &mut two] {
        tab.until("the loss is noticed", |client| client.status() != Status::Live).await;
    }
    for n in 1..=40 {
        one.send(id, &format!("Ann {n}")).await;
        two.send(id, &format!("Bea {n}")).await;
    }
    assert_eq!((one.kept.len(), two.kept.len()), (40, 40), "what would survive a reload");

    let server = ServerProcess::start(folder.path()).await;
    places.send_replace(server.place.clone());
    let settled = async |tab: &mut Tab| {
        let all = |tab: &Tab| tab.bubbles(id).iter().filter(|bubble| bubble.seq.is_some()).count() == 81;
        while !(tab.kept.is_empty() && all(tab)) {
            tab.turn().await;
        }
    };
    soon("everything is sent and heard", join(settled(&mut one), settled(&mut two))).await;
    assert_eq!(texts(&one, id), texts(&two, id), "both see the same");
    for name in ["Ann", "Bea"] {
        let said: Vec<String> = texts(&one, id).into_iter().filter(|text| text.starts_with(name)).collect();
        assert_eq!(said, (1..=40).map(|n| format!("{name} {n}")).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_tab_that_is_signed_out_elsewhere_shows_the_door() {
    let server = TestServer::start().await;
    let ann = server.sign_up("Ann").await;
    let places = watch::Sender::new(server.place.clone());
    let mut tab = live(&ann, &places).await;
    ann.sign_out().await;
    tab.until("the end of the session", |client| client.status() == Status::SignedOut).await;
    assert!(tab.signed_out);
}

#[tokio::test]
async fn a_gracefully_restarted_server_is_come_back_to() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let mut server = ServerProcess::start(folder.path()).await;
    let places = watch::Sender::new(server.place.clone());
    let ann = server.place.sign_up("Ann").await;
    let mut tab = live(&ann, &places).await;
    let id = direct(&mut tab, &ann).await;
    server.signal("TERM").await;
    tab.until("the end is told", |client| matches!(client.status(), Status::Waiting { .. })).await;
    assert_eq!(server.ended().await, Some(0));
    tab.send(id, "a note in between").await;
    let server = ServerProcess::start(folder.path()).await;
    places.send_replace(server.place.clone());
    let sent = async {
        while !tab.kept.is_empty() {
            tab.turn().await
        }
    };
    soon("the note is sent", sent).await;
    assert_eq!(texts(&tab, id), ["a note in between"]);
}
