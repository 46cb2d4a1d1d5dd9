//! A conversation's messages as lines to draw: separators, notices and bubbles in runs.

use crate::Failure;
use crate::conversation::Held;
use crate::emoji::is_emoji_only;
use crate::outbox::{Entry, Stage};
use crate::people::People;
use crate::view::other;
use myna_protocol::{ClientId, Kind, Member, Message, Seq, Timestamp, UserId};

/// A silence longer than this gets a separator.
const SILENCE_MILLIS: i64 = 60 * 60 * 1_000;
/// A pause longer than this ends a run of bubbles.
const RUN_MILLIS: i64 = 60 * 1_000;

/// One line of a transcript. Equal lines look alike; a line keeps its key while it changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A time in the middle: it begins the transcript, and follows a silence of more than an hour.
    Separator {
        key: String,
        at: Timestamp,
    },
    Notice(Notice),
    Bubble(Bubble),
}

impl Line {
    /// Unique in its transcript, and stable: a message keeps its key from pending to sent.
    pub fn key(&self) -> &str {
        match self {
            Self::Separator { key, .. } => key,
            Self::Notice(notice) => &notice.key,
            Self::Bubble(bubble) => &bubble.key,
        }
    }
}

/// Something that happened, in the middle: "Ada joined".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub key: String,
    pub who: String,
    /// Whether it is about oneself.
    pub mine: bool,
    pub what: SystemEvent,
}

/// What can happen in a conversation beside messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SystemEvent {
    Joined,
    Left,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bubble {
    pub key: String,
    pub client_id: ClientId,
    pub mine: bool,
    pub text: String,
    pub at: Timestamp,
    /// Its place; `None` while it is on its way.
    pub seq: Option<Seq>,
    /// Whether it is the first of its run.
    pub first: bool,
    /// Whether it is the last of its run, which has the tail.
    pub last: bool,
    /// The sender's name, to be shown above: first of a run, in groups and channels, never mine.
    pub sender: Option<String>,
    /// The sender's avatar, to be shown beside: last of a run, in groups and channels, never mine.
    pub avatar: Option<(UserId, String)>,
    /// Whether it is one to three emoji and nothing else.
    pub emoji: bool,
    pub state: State,
    /// What to say below it: in direct conversations, under the last message of each tier.
    pub status: Option<Receipt>,
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

/// A message of either origin: the log, or the outbox.
struct Said<'a> {
    sender: UserId,
    client_id: ClientId,
    text: &'a str,
    at: Timestamp,
    seq: Option<Seq>,
    state: State,
}

impl<'a> Said<'a> {
    fn sent(message: &'a Message) -> Self {
        let Message { seq, sender, client_id, ref text, sent_at: at, .. } = *message;
        Self { sender, client_id, text, at, seq: Some(seq), state: State::Sent }
    }

    fn unsent(entry: &'a Entry, me: UserId) -> Self {
        let (seq, state) = match entry.stage {
            Stage::Waiting | Stage::Said(_) => (None, State::Pending),
            Stage::Acked(seq) => (Some(seq), State::Sent),
            Stage::Failed(failure) => (None, State::Failed(failure)),
        };
        Self { sender: me, client_id: entry.client_id, text: &entry.text, at: entry.at, seq, state }
    }

    fn key(&self) -> String {
        format!("{}/{}", self.sender, self.client_id)
    }
}

/// The lines of a conversation: what is loaded, then what is on its way.
pub(crate) fn lines<'a>(
    held: &'a Held,
    me: UserId,
    people: &People,
    unsent: impl Iterator<Item = &'a Entry>,
) -> Vec<Line> {
    let mut said: Vec<Said<'_>> = held.timeline.messages().map(Said::sent).collect();
    said.extend(unsent.map(|entry| Said::unsent(entry, me)));
    let mut notices = notices(held, me, people).into_iter().peekable();
    let (first, last) = (held.timeline.first(), held.timeline.last());
    // What happened before the oldest loaded message belongs to a page that is not here.
    while notices.next_if(|(after, _)| after.saturating_add(1) < first).is_some() {}
    let mut lines = Vec::with_capacity(said.len());
    let mut previous: Option<&Said<'_>> = None;
    for message in &said {
        // Messages on their way come after everything that has happened so far.
        let before = message.seq.filter(|seq| *seq <= last).unwrap_or(Seq::MAX);
        let noticed = lines.len();
        while let Some((_, notice)) = notices.next_if(|(after, _)| *after < before) {
            lines.push(Line::Notice(notice));
        }
        let noticed = lines.len() > noticed;
        let silence = previous.is_none_or(|previous| message.at.since(previous.at) > SILENCE_MILLIS);
        if silence {
            lines.push(Line::Separator { key: format!("at/{}", message.key()), at: message.at });
        }
        let runs_on = previous.is_some_and(|previous| {
            !silence && !noticed && previous.sender == message.sender && message.at.since(previous.at) <= RUN_MILLIS
        });
        if let Some(Line::Bubble(bubble)) = lines.last_mut() {
            bubble.last = !runs_on;
        }
        lines.push(Line::Bubble(bubble(message, me, !runs_on)));
        previous = Some(message);
    }
    lines.extend(notices.map(|(_, notice)| Line::Notice(notice)));
    match held.kind() {
        Some(Kind::Direct) => receipts(&mut lines, held, me),
        Some(Kind::Group | Kind::Channel) => names(&mut lines, &said, me, people),
        None => {}
    }
    lines
}

fn bubble(message: &Said<'_>, me: UserId, first: bool) -> Bubble {
    Bubble {
        key: message.key(),
        client_id: message.client_id,
        mine: message.sender == me,
        text: message.text.to_owned(),
        at: message.at,
        seq: message.seq,
        first,
        last: true,
        sender: None,
        avatar: None,
        emoji: is_emoji_only(message.text),
        state: message.state,
        status: None,
    }
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
    // Between the same two messages nothing tells who was first (a rev is that of the last change); this order is stable.
    events.sort_by_key(|(after, what, member)| (*after, *what == SystemEvent::Left, member.user));
    let notice = |(after, what, member)| (after, notice(after, what, member, me, people));
    events.into_iter().map(notice).collect()
}

fn notice(after: Seq, what: SystemEvent, member: &Member, me: UserId, people: &People) -> Notice {
    let word = match what {
        SystemEvent::Joined => "joined",
        SystemEvent::Left => "left",
    };
    let who = people.name(member.user).to_owned();
    Notice { key: format!("{word}/{}/{after}", member.user), who, mine: member.user == me, what }
}

/// Says below one's last message that the other has read that they have, and that the last sent one was delivered.
fn receipts(lines: &mut [Line], held: &Held, me: UserId) {
    let Some(other) = other(held, me) else { return };
    let (read_seq, read_at) = held.read_by(other.user);
    let mut newest = true;
    for line in lines.iter_mut().rev() {
        let Line::Bubble(bubble) = line else { continue };
        let Some(seq) = bubble.seq.filter(|_| bubble.mine && bubble.state == State::Sent) else { continue };
        if seq <= read_seq {
            bubble.status = Some(Receipt::Read(read_at.unwrap_or(bubble.at)));
            return;
        }
        if newest {
            bubble.status = Some(Receipt::Delivered);
            newest = false;
        }
    }
}

/// Puts the name above each run of the others, and the avatar beside its end.
fn names(lines: &mut [Line], said: &[Said<'_>], me: UserId, people: &People) {
    let bubbles = lines.iter_mut().filter_map(|line| match line {
        Line::Bubble(bubble) => Some(bubble),
        Line::Separator { .. } | Line::Notice(_) => None,
    });
    for (bubble, message) in bubbles.zip(said) {
        if message.sender == me {
            continue;
        }
        let name = people.name(message.sender);
        bubble.sender = bubble.first.then(|| name.to_owned());
        bubble.avatar = bubble.last.then(|| (message.sender, name.to_owned()));
    }
}
