//! One conversation as it is shown, without its messages.

use crate::conversation::Held;
use crate::people::People;
use crate::presence::Presence;
use crate::threads::ThreadView;
use crate::title::Title;
use myna_protocol::{Conversation, ConversationId, Kind, Member, Seq, UserId};

/// A conversation's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    pub id: ConversationId,
    pub kind: Kind,
    pub title: Title,
    /// What the avatar's colour is drawn from: the other's id in a direct conversation, else the conversation's.
    pub avatar: String,
    /// Whether it is a conversation with oneself.
    pub note_to_self: bool,
    /// Who is in it now, as far as they are known, by name.
    pub people: Vec<Person>,
    /// How many are in it now.
    pub members: u32,
    /// Whether there are more people in it than `people` tells, to be loaded by `more_members`.
    pub has_more_people: bool,
    /// Whether more people have been asked for and have not come yet.
    pub loading_people: bool,
    /// Whether one may change its name: any member that of a group, the creator that of a channel.
    pub may_rename: bool,
    /// Its own name; `title` says what it is called where it has none.
    pub name: Option<String>,
    /// Whether the other of a direct conversation is online.
    pub online: bool,
    pub unread: u64,
    /// Whether something was unread when it was opened: then its transcript has a mark before the first such message.
    pub starts_unread: bool,
    /// The first message that was unread when it was opened, if that is too far back to begin there and is not on the page:
    /// `Client::go_to` leads to it.
    pub first_unread: Option<Seq>,
    /// The place of the newest message; 0 when there is none.
    pub last_seq: Seq,
    /// Whether there are older messages than those that are loaded.
    pub has_older: bool,
    /// Whether older messages are loaded than those on the page, see `Client::lines`.
    pub hides_older: bool,
    /// Whether newer messages are loaded than those on the page.
    pub hides_newer: bool,
    /// Whether more messages at one end have been asked for and have not come yet.
    pub loading: bool,
    /// The thread that is shown in its place.
    pub thread: Option<ThreadView>,
    /// Whether the message that the reader wants to see is still loading.
    pub jumping: bool,
    /// The last message that the reader went to, while it is loaded.
    pub arrival: Option<Arrival>,
}

/// A message that the reader went to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    pub seq: Seq,
    /// Where they were when they left the conversation: how far below the top of the page it began, in pixels.
    pub below: Option<i32>,
    /// How many times the reader has gone to a message: it tells two arrivals at the same message apart.
    pub times: u64,
}

/// Somebody in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: UserId,
    /// Empty while it is not known.
    pub name: String,
    pub mine: bool,
    pub online: bool,
}

/// Who is in it now, by name.
pub(crate) fn people(held: &Held, me: UserId, people: &People, presence: &Presence) -> Vec<Person> {
    let present = held.members.values().filter(|member| member.left_seq.is_none());
    let person = |member: &Member| Person {
        id: member.user,
        name: people.name(member.user).to_owned(),
        mine: member.user == me,
        online: presence.is_online(member.user),
    };
    let mut present: Vec<_> = present.map(person).collect();
    // One is in it, though one's own row may be on a page of members that has not come.
    if !present.iter().any(|person| person.mine) {
        present.push(Person { id: me, name: people.name(me).to_owned(), mine: true, online: presence.is_online(me) });
    }
    present.sort_by_cached_key(|person| (person.name.to_lowercase(), person.id));
    present
}

/// The other of a direct conversation; `None` in a note to oneself and in other conversations.
pub(crate) fn other(held: &Held, me: UserId) -> Option<&Member> {
    held.members.values().find(|member| member.user != me).filter(|_| held.kind() == Some(Kind::Direct))
}

/// Whether it is a conversation with oneself.
pub(crate) fn is_note_to_self(held: &Held, row: &Conversation, me: UserId) -> bool {
    row.kind == Kind::Direct && row.members <= 1 && other(held, me).is_none()
}

/// Whether one may change its name.
pub(crate) fn may_rename(row: &Conversation, me: UserId) -> bool {
    match row.kind {
        Kind::Direct => false,
        Kind::Group => true,
        Kind::Channel => row.created_by == me,
    }
}

/// What the conversation is called: its name, or the people in it.
pub(crate) fn title(held: &Held, row: &Conversation, me: UserId, people: &People) -> Title {
    if row.kind == Kind::Direct {
        return match other(held, me) {
            Some(other) => people.get(other.user).map_or(Title::Unknown, |name| Title::Name(name.to_owned())),
            None if is_note_to_self(held, row, me) => Title::NoteToSelf,
            None => Title::Unknown,
        };
    }
    if let Some(name) = &row.name {
        return Title::Name(name.clone());
    }
    let others = held.members.values().filter(|member| member.user != me && member.left_seq.is_none());
    let mut names: Vec<&str> = others.map(|member| people.name(member.user)).collect();
    names.sort_by_cached_key(|name| (name.to_lowercase(), *name));
    // Of very many people only some are known by name.
    let count = names.len().max(row.members.saturating_sub(1) as usize);
    Title::of_members(&names, count)
}

/// What the avatar's colour is drawn from.
pub(crate) fn avatar(held: &Held, row: &Conversation, me: UserId) -> String {
    match row.kind {
        Kind::Direct => other(held, me).map_or(me, |member| member.user).to_string(),
        Kind::Group | Kind::Channel => row.id.to_string(),
    }
}

/// Whether the other of a direct conversation is online.
pub(crate) fn is_online(held: &Held, me: UserId, presence: &Presence) -> bool {
    other(held, me).is_some_and(|other| presence.is_online(other.user))
}
