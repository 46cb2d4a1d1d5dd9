//! People and conversations get new names.

use super::rights::Action;
use super::{Change, Effects, Facts};
use myna_protocol::{ConversationId, Feed, Kind, Name, Rejection, Row};

/// One stamped row of the server's feed, however many conversations the person is in. `NameTaken` when somebody else has a
/// name with the same key.
pub(super) fn user(facts: &Facts, change: &Change, name: &Name) -> Result<Effects, Rejection> {
    let mut person = facts.user(change.user()?).ok_or(Rejection::NotFound)?.clone();
    if facts.user_named(&name.key()).is_some_and(|holder| holder != person.id) {
        return Err(Rejection::NameTaken);
    }
    let mut effects = Effects::default();
    if person.name == name.as_str() {
        return Ok(effects);
    }
    let mut server = facts.server();
    server.rev += 1;
    person.name = name.as_str().to_owned();
    person.person_rev = server.rev;
    effects.event(Feed::Server, server.rev, vec![Row::Person(person.row())]);
    effects.server = Some(server);
    effects.users.push(person);
    Ok(effects)
}

/// `NameInvalid` for a channel without a name, `NameTaken` when another channel has a name with the same key.
pub(super) fn conversation(
    facts: &Facts,
    change: &Change,
    id: ConversationId,
    name: Option<&Name>,
) -> Result<Effects, Rejection> {
    let (mut conversation, _) = facts.allowed(id, change.user()?, Action::Rename)?;
    if conversation.kind == Kind::Channel {
        let key = name.ok_or(Rejection::NameInvalid)?.key();
        if facts.channel_named(&key).is_some_and(|holder| holder != id) {
            return Err(Rejection::NameTaken);
        }
    }
    let mut effects = Effects::unchanged(id);
    let name = name.map(|name| name.as_str().to_owned());
    if conversation.name == name {
        return Ok(effects);
    }
    conversation.name = name;
    conversation.rev += 1;
    conversation.row_rev = conversation.rev;
    effects.event(Feed::Conversation(id), conversation.rev, vec![Row::Conversation(conversation.row())]);
    effects.conversations.push(conversation);
    Ok(effects)
}
