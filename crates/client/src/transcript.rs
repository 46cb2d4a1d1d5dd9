//! A conversation's messages as lines to draw: separators, notices and bubbles in runs.

mod said;

use crate::Failure;
use crate::conversation::Held;
use crate::edits::Edits;
use crate::emoji::is_emoji_only;
use crate::outbox::Entry;
use crate::people::People;
use crate::reactions::{Reacting, Tally};
use crate::threads::{InThread, quote as quote_of};
use crate::timeline::Timeline;
use crate::view::other;
use myna_protocol::{ClientId, Kind, Member, Message, MessageRef, Origin, Seq, Timestamp, UserId};
use said::Said;
use std::ops::Range;
use std::sync::Arc;

/// A silence longer than this gets a separator.
const SILENCE_MILLIS: i64 = 60 * 60 * 1_000;
/// A pause longer than this ends a run of bubbles: the one before it has the tail.
const RUN_MILLIS: i64 = 60 * 1_000;
/// After a pause longer than this the same person begins anew, with their name.
const TURN_MILLIS: i64 = 5 * RUN_MILLIS;

/// One line of a transcript. Equal lines look alike; a line keeps its key while it changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A time in the middle: it begins the transcript, and follows a silence of more than an hour.
    Separator {
        key: LineKey,
        at: Timestamp,
    },
    Notice(Notice),
    /// Before the first message that was unread when the conversation was opened.
    Unread,
    Bubble(Bubble),
}

impl Line {
    /// Unique in its transcript, and stable: a message keeps its key from pending to sent.
    pub fn key(&self) -> LineKey {
        match self {
            Self::Separator { key, .. } => *key,
            Self::Notice(notice) => notice.key,
            Self::Unread => LineKey::Unread,
            Self::Bubble(bubble) => bubble.key,
        }
    }
}

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineKey {
    /// The time above this message.
    Separator(UserId, ClientId),
    /// What happened to a member after the message at that place.
    Notice(SystemEvent, UserId, Seq),
    Unread,
    /// The message with its sender's id for it.
    Message(UserId, ClientId),
}

/// Something that happened, in the middle: "Ada joined".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub key: LineKey,
    pub who: String,
    /// Whether it is about oneself.
    pub mine: bool,
    pub what: SystemEvent,
}

/// What can happen in a conversation beside messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SystemEvent {
    Joined,
    Left,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bubble {
    pub key: LineKey,
    pub client_id: ClientId,
    pub sender_id: UserId,
    /// The sender's name, whether it is to be shown or not; empty while it is not known.
    pub name: String,
    pub mine: bool,
    pub text: String,
    pub at: Timestamp,
    /// Its place; `None` while it is on its way.
    pub seq: Option<Seq>,
    /// Whether its sender begins here: after somebody else, something that happened, or a pause of more than five minutes.
    pub first: bool,
    /// Whether it goes on after a pause of more than a minute.
    pub resumed: bool,
    /// Whether it is the last of its run, which has the tail: a pause of more than a minute ends a run too.
    pub last: bool,
    /// The sender's name, to be shown above: where they begin, in groups and channels, never mine.
    pub sender: Option<String>,
    /// The sender's avatar, to be shown beside: last of a run, in groups and channels, never mine.
    pub avatar: Option<(UserId, String)>,
    /// Whether it is one to three emoji and nothing else.
    pub emoji: bool,
    /// By emoji.
    pub reactions: Arc<[Tally]>,
    /// What it answers, and how many replies it has; `None` outside threads.
    pub thread: Option<Arc<InThread>>,
    /// Where its text comes from, if it is forwarded.
    pub origin: Option<Box<ForwardedFrom>>,
    /// How many times it has been edited.
    pub edits: u8,
    /// That it was unsent: then it has no text.
    pub unsent: Option<Box<UnsentBy>>,
    pub state: State,
    /// What to say below it: in direct conversations, under the last message of each tier.
    pub status: Option<Receipt>,
}

/// Where the text of a forwarded message comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForwardedFrom {
    /// The name of the person who wrote it; empty while it is not known.
    pub name: String,
    /// Whether the reader wrote it.
    pub mine: bool,
    pub message: MessageRef,
}

/// Who has unsent a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnsentBy {
    Me,
    /// Its sender, by name.
    Sender(String),
    /// I have deleted a message that another person sent.
    DeletedByMe,
    /// Somebody else than its sender, by name.
    Deleted(String),
}

/// Who has unsent this message; `None` if it is not unsent.
pub(crate) fn unsent_by(message: &Message, me: UserId, people: &People) -> Option<UnsentBy> {
    let by = message.unsent()?.by;
    let name = || people.name(by).to_owned();
    Some(match (by == me, by == message.sender) {
        (true, true) => UnsentBy::Me,
        (true, false) => UnsentBy::DeletedByMe,
        (false, true) => UnsentBy::Sender(name()),
        (false, false) => UnsentBy::Deleted(name()),
    })
}

/// How far a message has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Sent,
    Pending,
    Failed(Failure),
}

/// How far a sent message has come with the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipt {
    Delivered,
    /// The other has read up to it; when they did.
    Read(Timestamp),
}

/// Who looks at a transcript, and what this device knows beside its messages.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) me: UserId,
    pub(crate) people: &'a People,
    pub(crate) edits: &'a Edits,
    pub(crate) reacting: &'a Reacting,
}

/// The lines of these of the messages, and after the newest of them of what is on its way. `mark` is the last message
/// that had been read, if there is to be a line after it.
pub(crate) fn lines<'a>(
    held: &'a Held,
    timeline: &'a Timeline,
    reader: Reader<'a>,
    unsent: impl Iterator<Item = &'a Entry>,
    mark: Option<Seq>,
    span: Range<usize>,
) -> Vec<Line> {
    let Reader { me, people, .. } = reader;
    let loaded = timeline.messages().len();
    // The messages beside it decide whether a bubble begins or ends a run.
    let (above, below) = (span.start.saturating_sub(1), (span.end + 1).min(loaded));
    let mut said: Vec<Said<'_>> =
        timeline.range(above..below).map(|message| Said::sent(message, held, reader)).collect();
    let is_end = span.end == loaded && timeline.last() == held.timeline.last();
    if is_end {
        said.extend(unsent.map(|entry| Said::unsent(entry, held, reader)));
    }
    let shown = span.start - above..if is_end { said.len() } else { span.end - above };
    let notices = notices(held, me, people);
    // Messages on their way come after everything that has happened so far.
    let last = held.timeline.last();
    let before = |message: &Said<'_>| {
        let place = message.seq.filter(|seq| *seq <= last).unwrap_or(Seq::MAX);
        notices.partition_point(|(after, _)| *after < place)
    };
    let is_silence = |at: usize| at == 0 || said[at].at.since(said[at - 1].at) > SILENCE_MILLIS;
    let is_unread =
        |message: &Said<'_>| message.sender != me && mark.is_some_and(|read| message.seq.is_some_and(|seq| seq > read));
    // Whether a message goes on with what its sender said before, at most so long ago.
    let goes_on = |at: usize, pause: i64| {
        let Some((message, previous)) = said.get(at).zip(at.checked_sub(1).and_then(|at| said.get(at))) else {
            return false;
        };
        message.follows(previous, pause)
            && before(previous) == before(message)
            && is_unread(previous) == is_unread(message)
    };
    // What happened before the message above belongs to it.
    let first = timeline.seq(span.start);
    let mut noticed = notices.partition_point(|(after, _)| after.saturating_add(1) < first);
    let mut lines = Vec::with_capacity(shown.len() + 8);
    // Where the window begins further down, the mark is above it.
    let has_mark = mark.is_some_and(|read| timeline.seq(above) <= read + 1);
    let first_unread = (0..said.len()).find(|at| has_mark && is_unread(&said[*at]));
    for at in shown {
        let message = &said[at];
        let until = before(message).max(noticed);
        lines.extend(notices[noticed..until].iter().map(|(_, notice)| Line::Notice(notice.clone())));
        noticed = until;
        if first_unread == Some(at) {
            lines.push(Line::Unread);
        }
        if is_silence(at) {
            let key = LineKey::Separator(message.sender, message.client_id);
            lines.push(Line::Separator { key, at: message.at });
        }
        let mut bubble = bubble(message, me, people);
        let above = at.checked_sub(1).and_then(|above| message.goes_on_answering(&said[above]));
        bubble.thread = in_thread(held, message, above, me, people);
        bubble.first = !goes_on(at, TURN_MILLIS);
        bubble.resumed = !bubble.first && !goes_on(at, RUN_MILLIS);
        bubble.last = !goes_on(at + 1, RUN_MILLIS);
        lines.push(Line::Bubble(bubble));
    }
    if is_end {
        lines.extend(notices.into_iter().skip(noticed).map(|(_, notice)| Line::Notice(notice)));
    }
    match held.kind() {
        Some(Kind::Direct) => receipts(&mut lines, held, me),
        Some(Kind::Group | Kind::Channel) => names(&mut lines),
        None => {}
    }
    lines
}

fn bubble(message: &Said<'_>, me: UserId, people: &People) -> Bubble {
    Bubble {
        key: LineKey::Message(message.sender, message.client_id),
        client_id: message.client_id,
        sender_id: message.sender,
        name: people.name(message.sender).to_owned(),
        mine: message.sender == me,
        text: message.text.to_owned(),
        at: message.at,
        seq: message.seq,
        first: false,
        resumed: false,
        last: false,
        sender: None,
        avatar: None,
        emoji: is_emoji_only(message.text),
        reactions: message.reactions.clone(),
        thread: None,
        origin: message.origin.map(|origin| Box::new(forwarded_from(origin, me, people))),
        edits: message.edits,
        unsent: message.unsent.clone().map(Box::new),
        state: message.state,
        status: None,
    }
}

fn forwarded_from(origin: Origin, me: UserId, people: &People) -> ForwardedFrom {
    let Origin { conversation, seq, sender } = origin;
    ForwardedFrom {
        name: people.name(sender).to_owned(),
        mine: sender == me,
        message: MessageRef { conversation, seq },
    }
}

/// How a message belongs to a thread. What it answers is not shown again below another answer of the same person to that
/// message: `above` is what the message above answers, then.
fn in_thread(
    held: &Held,
    message: &Said<'_>,
    above: Option<Seq>,
    me: UserId,
    people: &People,
) -> Option<Arc<InThread>> {
    if message.root == 0 || message.unsent.is_some() && message.replies == 0 {
        return None;
    }
    let shown = message.quoted().filter(|to| above != Some(*to));
    let quote = shown.map(|to| quote_of(held, to, me, people));
    Some(Arc::new(InThread { root: message.root, replies: message.replies, quote }))
}

/// The lines of a thread: these messages, and below them what is on its way.
pub(crate) fn thread_lines<'a>(
    held: &'a Held,
    messages: impl Iterator<Item = &'a Message>,
    reader: Reader<'a>,
    unsent: impl Iterator<Item = &'a Entry>,
    root: Seq,
) -> Vec<Line> {
    let Reader { me, people, .. } = reader;
    let sent = messages.map(|message| Said::sent(message, held, reader));
    let said: Vec<Said<'_>> = sent.chain(unsent.map(|entry| Said::unsent(entry, held, reader))).collect();
    let goes_on = |at: usize, pause: i64| {
        let previous = at.checked_sub(1).and_then(|at| said.get(at));
        said.get(at).zip(previous).is_some_and(|(message, previous)| message.follows(previous, pause))
    };
    let mut lines = Vec::with_capacity(said.len());
    for (at, message) in said.iter().enumerate() {
        if at == 0 || message.at.since(said[at - 1].at) > SILENCE_MILLIS {
            let key = LineKey::Separator(message.sender, message.client_id);
            lines.push(Line::Separator { key, at: message.at });
        }
        let mut bubble = bubble(message, me, people);
        // That all of them answer the first need not be said, nor how many they are.
        let above = at.checked_sub(1).and_then(|above| message.goes_on_answering(&said[above]));
        let quote = message.quoted().filter(|to| *to != root && above != Some(*to));
        let quote = quote.map(|to| quote_of(held, to, me, people));
        bubble.thread = quote.map(|quote| Arc::new(InThread { root, replies: 0, quote: Some(quote) }));
        bubble.first = !goes_on(at, TURN_MILLIS);
        bubble.resumed = !bubble.first && !goes_on(at, RUN_MILLIS);
        bubble.last = !goes_on(at + 1, RUN_MILLIS);
        lines.push(Line::Bubble(bubble));
    }
    if held.kind() != Some(Kind::Direct) {
        names(&mut lines);
    }
    lines
}

/// Who came and went, and after which message, in order. In a direct conversation nobody does.
fn notices(held: &Held, me: UserId, people: &People) -> Vec<(Seq, Notice)> {
    if held.kind() == Some(Kind::Direct) {
        return Vec::new();
    }
    let mut events = Vec::new();
    for member in held.members.values() {
        if member.joined_seq > 0 {
            events.push((member.joined_seq, SystemEvent::Joined, member));
        }
        if let Some(left) = member.left_seq {
            events.push((left, SystemEvent::Left, member));
        }
    }
    // Between the same two messages nothing tells who was first (a rev is that of the last change): this order is always the same.
    events.sort_unstable_by_key(|(after, what, member)| (*after, *what == SystemEvent::Left, member.user));
    let notice = |(after, what, member)| (after, notice(after, what, member, me, people));
    events.into_iter().map(notice).collect()
}

fn notice(after: Seq, what: SystemEvent, member: &Member, me: UserId, people: &People) -> Notice {
    let who = people.name(member.user).to_owned();
    Notice { key: LineKey::Notice(what, member.user, after), who, mine: member.user == me, what }
}

/// Says below one's last message that the other has read that they have, and that the last sent one was delivered.
fn receipts(lines: &mut [Line], held: &Held, me: UserId) {
    let Some(other) = other(held, me) else { return };
    let (read_seq, read_at) = held.read_by(other.user);
    // Newer ones may be loaded and not shown.
    let shown = lines.iter().rev().find_map(|line| if let Line::Bubble(bubble) = line { bubble.seq } else { None });
    let below = shown.map_or(0, |seq| held.timeline.count_up_to(seq));
    let mut newer = held.timeline.range(below..held.timeline.messages().len());
    let newer = newer.find(|message| message.sender == me && message.unsent().is_none());
    if newer.is_some_and(|message| message.seq <= read_seq) {
        return;
    }
    let mut is_newest = newer.is_none();
    for line in lines.iter_mut().rev() {
        let Line::Bubble(bubble) = line else { continue };
        let Some(seq) = bubble.seq.filter(|_| bubble.mine && bubble.unsent.is_none() && bubble.state == State::Sent)
        else {
            continue;
        };
        if seq <= read_seq {
            bubble.status = Some(Receipt::Read(read_at.unwrap_or(bubble.at)));
            return;
        }
        if is_newest {
            bubble.status = Some(Receipt::Delivered);
            is_newest = false;
        }
    }
}

/// Puts the name above each run of the others, and the avatar beside its end.
fn names(lines: &mut [Line]) {
    for line in lines {
        let Line::Bubble(bubble) = line else { continue };
        if !bubble.mine {
            if bubble.unsent.is_some() {
                continue;
            }
            bubble.sender = bubble.first.then(|| bubble.name.clone());
            bubble.avatar = bubble.last.then(|| (bubble.sender_id, bubble.name.clone()));
        }
    }
}
