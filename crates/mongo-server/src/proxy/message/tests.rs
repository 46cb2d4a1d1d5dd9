use super::*;
use bson::{Bson, doc};

/// A message of this kind with these flags, and what follows them.
fn message(op_code: i32, flags: u32, rest: &[u8]) -> Message {
    let size = i32::try_from(HEADER + 4 + rest.len()).unwrap();
    let mut bytes: Vec<u8> = [size, 7, 0, op_code].into_iter().flat_map(i32::to_le_bytes).collect();
    bytes.extend(flags.to_le_bytes());
    bytes.extend(rest);
    Message(bytes)
}

fn body_section(body: &Document) -> Vec<u8> {
    [vec![0], body.to_vec().unwrap()].concat()
}

fn sequence_section(name: &str, documents: &[Document]) -> Vec<u8> {
    let mut rest = [name.as_bytes(), &[0]].concat();
    documents.iter().for_each(|document| rest.extend(document.to_vec().unwrap()));
    let size = i32::try_from(4 + rest.len()).unwrap();
    [&[1][..], &size.to_le_bytes(), &rest].concat()
}

fn command(body: &Document) -> Message {
    message(OP_MSG, 0, &body_section(body))
}

async fn read(mut bytes: &[u8]) -> io::Result<Option<Message>> {
    Message::read(&mut bytes).await
}

#[tokio::test]
async fn messages_are_read_one_after_the_other() {
    let (first, second) = (command(&doc! { "ping": 1 }), message(2012, 0, &[1, 2, 3]));
    let both = [first.bytes(), second.bytes()].concat();
    let mut rest = both.as_slice();
    assert_eq!(Message::read(&mut rest).await.unwrap(), Some(first));
    assert_eq!(Message::read(&mut rest).await.unwrap(), Some(second));
    assert_eq!(Message::read(&mut rest).await.unwrap(), None);
}

#[tokio::test]
async fn what_cannot_be_a_message_is_an_error_and_takes_no_memory() {
    for length in [0, 15, -1, i32::MAX] {
        let error = read(&length.to_le_bytes()).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{length}");
    }
    let whole = command(&doc! { "ping": 1 });
    let error = read(&whole.bytes()[..20]).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
}

#[test]
fn a_command_is_found_before_after_and_without_sequences_and_before_a_checksum() {
    let body = body_section(&doc! { "insert": "messages", "$db": "myna" });
    let sequence = sequence_section("documents", &[doc! { "_id": 1 }, doc! { "_id": 2 }]);
    let checksum = vec![1, 2, 3, 4];
    for (flags, rest) in [
        (0, body.clone()),
        (0, [body.clone(), sequence.clone()].concat()),
        (0, [sequence.clone(), body.clone()].concat()),
        (CHECKSUM_PRESENT, [sequence, body, checksum].concat()),
    ] {
        let message = message(OP_MSG, flags, &rest);
        assert_eq!(message.command().unwrap().name, "insert");
        assert_eq!(message.command().unwrap().body.get_str("$db").unwrap(), "myna");
    }
}

#[test]
fn no_command_is_found_in_other_kinds_of_messages_and_broken_ones() {
    let body = body_section(&doc! { "ping": 1 });
    assert!(message(2012, 0, &body).command().is_none());
    for cut in 0..body.len() {
        assert!(message(OP_MSG, 0, &body[..cut]).command().is_none(), "{cut} bytes");
    }
    assert!(message(OP_MSG, 0, &[2, 5, 0, 0, 0, 0]).command().is_none(), "a section of an unknown kind");
    assert!(message(OP_MSG, 0, &[1, 0, 0, 0, 0]).command().is_none(), "a sequence without a length");
    assert!(message(OP_MSG, 0, &[1, 255, 255, 255, 255]).command().is_none(), "a sequence of negative length");
    assert!(message(OP_MSG, 0, &body_section(&doc! {})).command().is_none(), "an empty document");
    assert!(Message(vec![0; 16]).command().is_none(), "a header alone");
}

#[test]
fn an_answer_says_what_it_answers() {
    let answer = Message::answer(42, &doc! { "ok": 1.0, "cursor": { "id": 9_i64 } }).unwrap();
    assert_eq!(answer.response_to(), 42);
    assert_eq!(answer.bytes().len(), usize::try_from(number(answer.bytes(), 0).unwrap()).unwrap());
    assert_eq!(answer.cursor(), Some(9));
}

#[test]
fn a_change_stream_is_told_from_other_aggregations() {
    let opens = |stage: Document| {
        command(&doc! { "aggregate": 1, "pipeline": [stage, { "$match": {} }] })
            .command()
            .unwrap()
            .opens_change_stream()
    };
    assert!(opens(doc! { "$changeStream": {} }));
    assert!(!opens(doc! { "$match": { "$changeStream": 1 } }));
    assert!(
        !command(&doc! { "find": "a", "pipeline": [{ "$changeStream": {} }] }).command().unwrap().opens_change_stream()
    );
    assert!(!command(&doc! { "aggregate": 1, "pipeline": [] }).command().unwrap().opens_change_stream());
}

#[test]
fn a_refusal_has_the_labels_that_the_kind_of_command_asks_for() {
    let labels = |body: Document| command(&body).command().unwrap().labels_of_refusal(false);
    let number = Bson::Int64(1);
    assert_eq!(labels(doc! { "insert": "a", "txnNumber": &number }), ["RetryableWriteError"]);
    assert_eq!(
        labels(doc! { "insert": "a", "txnNumber": &number, "autocommit": false }),
        ["TransientTransactionError"]
    );
    assert_eq!(
        labels(doc! { "commitTransaction": 1, "txnNumber": &number, "autocommit": false }),
        ["RetryableWriteError"]
    );
    assert!(labels(doc! { "find": "a" }).is_empty());
    let getmore = command(&doc! { "getMore": 5_i64 });
    assert_eq!(getmore.command().unwrap().labels_of_refusal(true), ["ResumableChangeStreamError"]);
}
