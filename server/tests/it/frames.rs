//! Frames that no honest client sends: each gets its own answer, and none does harm.

use crate::support::{Person, RawSocket, Socket, TestServer, new_conversation, new_message};
use myna_protocol::limits::FRAME_BYTES;
use myna_protocol::{Command, ConversationId, Event, Rejection, RequestId};
use tokio_tungstenite::tungstenite::Message;

async fn ann_and_bea() -> (TestServer, Person, Person, Socket, ConversationId) {
    let server = TestServer::patient().await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let mut socket = ann.socket().await;
    let direct = socket.direct(bea.id).await;
    socket.everything().await;
    (server, ann, bea, socket, direct)
}

/// The refusal of this frame: what it answers to. The socket lives on.
async fn refusal(socket: &mut Socket, frame: &str) -> Option<RequestId> {
    socket.say_text(frame).await;
    let answer = socket.next().await;
    let Event::Rejected { request, code: Rejection::Malformed, text } = &answer else {
        panic!("{frame} is answered by {answer:?}");
    };
    assert!(!text.is_empty());
    socket.ping().await;
    *request
}

#[tokio::test]
async fn what_is_no_command_is_refused_and_the_socket_lives() {
    let (_server, .., mut socket, _) = ann_and_bea().await;
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for frame in [
        "",
        " ",
        "hello",
        "null",
        "0",
        "[]",
        "{}",
        "\"ping\"",
        "{\"type\":\"ping\"",
        "{\"type\":\"ping\"} x",
        "{\"type\":\"ping\"}\u{0}",
        "\u{feff}{\"type\":\"ping\"}",
        "{\"type\":null}",
        "{\"type\":[\"ping\"]}",
        "{\"type\":\"Ping\"}",
        "{\"type\":\"ping\",\"x\":1}",
        "{\"type\":\"ping\",\"type\":\"ping\"}",
        "{'type':'ping'}",
        "{\"type\":\"ping\\ud800\"}",
        "<script>alert(1)</script>",
        &deep,
    ] {
        assert_eq!(refusal(&mut socket, frame).await, None, "{frame:.60}");
    }
}

#[tokio::test]
async fn a_broken_command_is_refused_under_its_request() {
    let (_server, .., mut socket, direct) = ann_and_bea().await;
    let client_id = new_message();
    let send = |text: &str| {
        format!(r#"{{"type":"send","request":7,"conversation":"{direct}","client_id":"{client_id}","text":{text}}}"#)
    };
    let read = |seq: &str| format!(r#"{{"type":"read","request":7,"conversation":"{direct}","seq":{seq}}}"#);
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let mut frames = vec![
        format!(r#"{{"type":"dance","request":7}}"#),
        format!(r#"{{"request":7}}"#),
        format!(r#"{{"type":"search","request":7,"text":"a","colour":"red"}}"#),
        format!(r#"{{"type":"search","request":7}}"#),
        format!(r#"{{"type":"send","request":7,"conversation":{{"$ne":null}},"client_id":"{client_id}","text":"a"}}"#),
        format!(r#"{{"type":"send","request":7,"conversation":"../../health","client_id":"{client_id}","text":"a"}}"#),
        format!(r#"{{"type":"send","request":7,"conversation":"{direct}","client_id":7,"text":"a"}}"#),
        format!(r#"{{"type":"send","request":7,"conversation":"{direct}","text":"a"}}"#),
        format!(r#"{{"type":"resync","request":7,"feed":"{direct}","rev":0}}"#),
        format!(r#"{{"type":"resync","request":7,"feed":"planet/{direct}","rev":0}}"#),
        format!(r#"{{"type":"resync","request":7,"feed":["user"],"rev":0}}"#),
        format!(r#"{{"type":"group","request":7,"conversation":"{direct}","name":null,"users":"all"}}"#),
        format!(r#"{{"type":"group","request":7,"conversation":"{direct}","name":null,"users":[{{"$gt":""}}]}}"#),
        format!(r#"{{"type":"load","request":7,"conversation":"{direct}","before":null,"limit":4294967296}}"#),
        format!(r#"{{"type":"typing","request":7,"conversation":"{direct}","typing":"yes"}}"#),
    ];
    let texts = ["5", "null", "true", "[\"a\"]", r#"{"$gt":""}"#, r#"{"$regex":".*"}"#];
    frames.extend(texts.map(send));
    let numbers = ["-1", "1.5", "1e3", "18446744073709551616", "\"1\"", "null", "[1]", r#"{"$gt":0}"#, "1,\"seq\":2"];
    frames.extend(numbers.map(read));
    for frame in frames {
        assert_eq!(refusal(&mut socket, &frame).await, Some(7), "{frame}");
    }
    // These are not even JSON, so that nothing in them can be trusted.
    for number in ["NaN", "Infinity", "-Infinity", "01", "0x1", "1_000", "+1"] {
        assert_eq!(refusal(&mut socket, &read(number)).await, None, "{number}");
    }
    refusal(&mut socket, &read("1e400")).await;
    refusal(&mut socket, &send(&deep)).await;
    refusal(&mut socket, &send(r#""\ud800""#)).await;
    for request in ["-1", "\"7\"", "1.5", "18446744073709551616", "null"] {
        let frame = format!(r#"{{"type":"search","request":{request},"text":"a"}}"#);
        assert_eq!(refusal(&mut socket, &frame).await, None, "{request}");
    }
    assert_eq!(socket.send(direct, "after all that").await, 1, "nothing of it was stored");
}

#[tokio::test]
async fn numbers_at_the_edge_are_taken_for_what_they_are() {
    let (_server, .., mut socket, direct) = ann_and_bea().await;
    socket.send(direct, "one").await;
    for seq in [u64::MAX, i64::MAX as u64, 0] {
        socket.read(direct, seq).await;
        let page = socket
            .ask(|request| Command::Load { request, conversation: direct, before: Some(seq), limit: u32::MAX })
            .await;
        let Event::Page { rows, .. } = &page else { panic!("{page:?}") };
        assert_eq!(rows.is_empty(), seq == 0, "{seq}");
        let feed = myna_protocol::Feed::Conversation(direct);
        let answer = socket.ask(|request| Command::Resync { request, feed, rev: seq }).await;
        assert!(matches!(answer, Event::CaughtUp { request: Some(_), .. }), "{answer:?}");
    }
    assert_eq!(socket.send(direct, "two").await, 2);
}

#[tokio::test]
async fn texts_that_break_the_rules_are_refused_each_with_its_own_code() {
    let (_server, .., mut socket, direct) = ann_and_bea().await;
    for (text, expected) in [
        (String::new(), Rejection::TextEmpty),
        (" \n\t\u{a0} ".to_owned(), Rejection::TextEmpty),
        ("a".repeat(8_001), Rejection::TextTooLong),
        ("a\u{301}".repeat(8_001), Rejection::TextTooLong),
        ("é".repeat(30_000), Rejection::TextTooLong),
        ("a\u{0}b".to_owned(), Rejection::TextInvalid),
        ("a\u{1b}[31m".to_owned(), Rejection::TextInvalid),
    ] {
        let name: String = text.chars().take(20).collect();
        let client_id = new_message();
        let send = |request| Command::Send { request, conversation: direct, client_id, text, reply_to: None };
        assert_eq!(socket.refused(send).await, expected, "{name:?}");
    }
    assert_eq!(
        socket.send(direct, &"🙂".repeat(8_000)).await,
        1,
        "8,000 characters are not too many, whatever they weigh"
    );
    assert_eq!(socket.send(direct, &"a\u{301}".repeat(8_000)).await, 2, "they are counted after they were composed");
    assert_eq!(socket.send(direct, "</script>\u{202e}\u{200d}\nsecond line\t!").await, 3);
}

#[tokio::test]
async fn what_people_write_comes_out_as_it_went_in() {
    let (_server, _ann, bea, mut socket, direct) = ann_and_bea().await;
    let mut other = bea.socket().await;
    for text in [
        "<b>&amp;</b>",
        "\"quoted\" \\ back",
        "{\"$gt\":\"\"}",
        "line\nbreak\tand tab",
        "👩‍👩‍👧‍👦 مرحبا שלום",
        "'; DROP TABLE messages; --",
    ] {
        socket.send(direct, text).await;
        other.hears(text).await;
    }
    socket.send(direct, "  a\u{301}\r\nb  ").await;
    other.hears("  á\nb").await;
}

#[tokio::test]
async fn a_binary_frame_closes_the_socket_with_1003() {
    let (_server, ann, .., socket, _) = ann_and_bea().await;
    drop(socket);
    for bytes in [Vec::new(), b"{\"type\":\"ping\"}".to_vec(), vec![0; 1_000]] {
        let mut socket = ann.socket().await;
        socket.say_frame(Message::binary(bytes)).await;
        assert_eq!(socket.closed().await.0, Some(1003));
    }
}

#[tokio::test]
async fn a_frame_as_large_as_allowed_is_read_and_a_larger_one_closes_the_socket_with_1009() {
    let (_server, ann, .., mut socket, _) = ann_and_bea().await;
    let padded = |bytes: usize| format!("{{\"type\":\"ping\"{}}}", " ".repeat(bytes - 15));
    assert_eq!(padded(FRAME_BYTES).len(), FRAME_BYTES);
    socket.say_text(&padded(FRAME_BYTES)).await;
    assert!(matches!(socket.next().await, Event::Pong { .. }));
    for bytes in [FRAME_BYTES + 1, 1_000_000, 16_000_000] {
        let mut socket = ann.socket().await;
        // The server stops reading, so that it may not get out whole.
        socket.try_say_frame(Message::text(padded(bytes))).await;
        assert_eq!(socket.closed().await.0, Some(1009), "{bytes}");
    }
    socket.ping().await;
}

#[tokio::test]
async fn a_message_in_pieces_is_put_together_and_a_too_large_one_closes_the_socket_with_1009() {
    let (_server, ann, .., socket, _) = ann_and_bea().await;
    drop(socket);
    let mut raw = RawSocket::open(&ann).await;
    raw.frame(0x01, br#"{"type":"#).await;
    raw.frame(0x89, b"between").await;
    raw.frame(0x00, b"").await;
    raw.frame(0x80, br#""ping"}"#).await;
    raw.frame(0x01, &[b' '; 40_000]).await;
    raw.frame(0x80, &[b' '; 40_000]).await;
    let (code, told) = raw.closed().await;
    assert_eq!(code, Some(1009));
    assert!(told.contains("\"pong\""), "{told}");
}

#[tokio::test]
async fn a_text_that_is_not_utf_8_closes_the_socket_with_1007() {
    let (_server, ann, .., socket, _) = ann_and_bea().await;
    drop(socket);
    for bytes in [&b"\xff"[..], b"{\"type\":\"ping\xc3\"}", b"\xed\xa0\x80", b"\xc0\x80", b"\xf8\x88\x80\x80\x80"] {
        let mut raw = RawSocket::open(&ann).await;
        raw.frame(0x81, bytes).await;
        assert_eq!(raw.closed().await.0, Some(1007), "{bytes:?}");
    }
}

#[tokio::test]
async fn frames_that_break_the_protocol_close_the_socket_with_1002() {
    let (_server, ann, .., socket, _) = ann_and_bea().await;
    drop(socket);
    let ping = br#"{"type":"ping"}"#;
    let masked = |first: u8, payload: &[u8]| [&[first, 0x80 | payload.len() as u8, 0, 0, 0, 0], payload].concat();
    for (name, bytes) in [
        ("without a mask", [&[0x81, ping.len() as u8], &ping[..]].concat()),
        ("reserved bit 1, as compression would set it", masked(0xc1, ping)),
        ("reserved bit 2", masked(0xa1, ping)),
        ("reserved bit 3", masked(0x91, ping)),
        ("a reserved kind of data", masked(0x83, ping)),
        ("a reserved kind of control", masked(0x8b, b"")),
        ("a piece without a beginning", masked(0x80, ping)),
        ("a beginning inside another", [masked(0x01, b"{"), masked(0x01, b"}")].concat()),
        ("a ping in pieces", masked(0x09, b"a")),
        ("a ping that is too long", [&[0x89, 0x80 | 126, 0, 126, 0, 0, 0, 0][..], &[0; 126]].concat()),
        ("a close code that is reserved", masked(0x88, &1005_u16.to_be_bytes())),
        ("a close code that is none", masked(0x88, &999_u16.to_be_bytes())),
    ] {
        let mut raw = RawSocket::open(&ann).await;
        raw.write(&bytes).await;
        assert_eq!(raw.closed().await.0, Some(1002), "{name}");
    }
    // A length with its highest bit set breaks the protocol, and is too large anyway.
    let mut raw = RawSocket::open(&ann).await;
    raw.write(&[&[0x81, 0xff][..], &u64::MAX.to_be_bytes(), &[0; 4]].concat()).await;
    assert!([Some(1002), Some(1009)].contains(&raw.closed().await.0));
    ann.socket().await.ping().await;
}

#[tokio::test]
async fn a_flood_of_empty_pieces_stops_nobody_else() {
    let (_server, ann, bea, mut socket, direct) = ann_and_bea().await;
    let mut raw = RawSocket::open(&ann).await;
    raw.frame(0x01, b"").await;
    let pieces = [0x00, 0x80, 0, 0, 0, 0].repeat(100_000);
    let mut other = bea.socket().await;
    let flood = raw.write(&pieces);
    let talk = async {
        for n in 0..20 {
            socket.send(direct, &format!("number {n}")).await;
            other.hears(&format!("number {n}")).await;
        }
    };
    tokio::join!(flood, talk);
    let unknown = new_conversation();
    assert_eq!(socket.refused(|request| Command::Join { request, conversation: unknown }).await, Rejection::NotFound);
}
