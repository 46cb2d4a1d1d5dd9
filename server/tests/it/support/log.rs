//! The log of a conversation, as it is stored, as it is shown, and as it has to be.

use super::{Person, Sent, Tab, messages};
use myna_chat::{Clock, SystemClock};
use myna_protocol::{ClientId, Command, ConversationId, Seq};
use std::collections::{BTreeMap, HashMap, VecDeque};

/// A message of the log.
pub(crate) type Entry = (Seq, ClientId, String);

/// The messages from `from` to `to`, as somebody who comes afresh loads them, page by page.
pub(crate) async fn loaded(person: &Person, conversation: ConversationId, from: Seq, to: Seq) -> Vec<Entry> {
    let mut socket = person.open().await;
    let told = socket.hello(BTreeMap::new()).await;
    let newest = told
        .iter()
        .flat_map(messages)
        .filter(|message| message.conversation == conversation)
        .map(|message| message.seq);
    assert_eq!(newest.max(), Some(to), "the newest message");
    let mut pages = VecDeque::new();
    let mut before = to + 1;
    while before > from {
        let limit = u32::try_from((before - from).min(200)).expect("it is at most 200");
        let page = socket.ask(|request| Command::Load { request, conversation, before: Some(before), limit }).await;
        let page: Vec<_> =
            messages(&page).iter().map(|message| (message.seq, message.client_id, message.text.clone())).collect();
        let seqs: Vec<Seq> = page.iter().map(|(seq, ..)| *seq).collect();
        assert_eq!(seqs, (before - u64::from(limit)..before).collect::<Vec<_>>(), "a page has no gaps");
        before = seqs[0];
        pages.push_front(page);
    }
    pages.into_iter().flatten().collect()
}

/// What the pages of a whole client have on show from this place on, after as much scrolling up as that takes; it may have
/// begun afresh when it came back. Nothing is on its way.
pub(crate) async fn shown(tab: &mut Tab, conversation: ConversationId, from: Seq) -> Vec<Entry> {
    let first_of = |tab: &Tab| tab.bubbles(conversation).first().and_then(|bubble| bubble.seq);
    let mut first = first_of(tab).expect("something is shown");
    while first > from {
        // A step up in what is loaded already need not load more.
        let steps_up = tab.client.conversation(conversation).is_some_and(|view| view.hides_older);
        tab.act(|client| client.older(conversation, SystemClock.now())).await;
        tab.until("an older page", |client| client.conversation(conversation).is_some_and(|view| !view.loading)).await;
        let earlier = first_of(tab).expect("something is shown");
        assert!(steps_up || earlier < first, "an older page is older");
        first = earlier;
    }
    let bubbles = tab.bubbles(conversation).into_iter();
    bubbles
        .map(|bubble| (bubble.seq.expect("nothing is on its way"), bubble.client_id, bubble.text))
        .filter(|(seq, ..)| *seq >= from)
        .collect()
}

/// Each message is there once, where its acknowledgement says, and those of each client are in the order in which it said
/// them. `written` is what whole clients said besides.
pub(crate) fn check(log: &[Entry], spoken: &[Vec<Sent>], written: &[Vec<String>]) {
    let count = spoken.iter().map(Vec::len).sum::<usize>() + written.iter().map(Vec::len).sum::<usize>();
    let places: HashMap<ClientId, Seq> = log.iter().map(|(seq, client_id, _)| (*client_id, *seq)).collect();
    assert_eq!((log.len(), places.len()), (count, count), "as many as were sent, and none twice");
    let texts: HashMap<&str, Seq> = log.iter().map(|(seq, _, text)| (text.as_str(), *seq)).collect();
    assert_eq!(texts.len(), count);
    for messages in spoken {
        for message in messages {
            let place = places.get(&message.client_id);
            assert_eq!(place, message.seq.as_ref(), "{} is where it was acknowledged", message.text);
        }
        // What was refused for now may be overtaken by what was under way.
        let steady = messages.iter().filter(|message| message.refused == 0);
        assert_in_order(&texts, steady.map(|message| message.text.as_str()));
    }
    for messages in written {
        assert_in_order(&texts, messages.iter().map(String::as_str));
    }
}

fn assert_in_order<'a>(places: &HashMap<&str, Seq>, said: impl Iterator<Item = &'a str>) {
    let mut last = 0;
    for text in said {
        let seq = *places.get(text).unwrap_or_else(|| panic!("{text} is lost"));
        assert!(seq > last, "{text} is after what was said before it");
        last = seq;
    }
}
