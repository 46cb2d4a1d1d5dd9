//! What each command does: one call into the rules, and the events that answer it.

use crate::reply::rejected;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use myna_chat::{CatchUp, Caught, Chat, Connection, Error, Pending};
use myna_protocol::{Command, Emoji, Event, Name, Rejection, RequestId, Text};
use std::net::IpAddr;

/// How a command is answered.
pub(super) enum Answer {
    Now(Vec<Event>),
    /// When it is durable. Meanwhile further commands are read: they are committed in the order in which they came.
    Later(BoxFuture<'static, Event>),
    /// Feed by feed, each read when the one before it is written.
    Feeds(RequestId, CatchUp),
}

/// Does what the connection's person asks for. `hello` and `ping` are the socket's own.
/// `from` is the address that the connection comes from.
pub(super) async fn answer(chat: &Chat, connection: &Connection, from: Option<IpAddr>, command: Command) -> Answer {
    let request = command.request();
    match perform(chat, connection, from, command).await {
        Ok(answer) => answer,
        Err(error) => Answer::Now(vec![rejected(request, &error)]),
    }
}

async fn perform(
    chat: &Chat,
    connection: &Connection,
    from: Option<IpAddr>,
    command: Command,
) -> Result<Answer, Error> {
    let user = connection.user();
    match command {
        Command::Send { request, conversation, client_id, text, reply_to } => {
            Ok(later(request, chat.send(user, conversation, client_id, Text::parse(&text)?, reply_to).await?))
        }
        Command::Edit { request, conversation, seq, text } => {
            Ok(later(request, chat.edit(user, conversation, seq, Text::parse(&text)?).await?))
        }
        Command::Unsend { request, conversation, seq } => {
            Ok(later(request, chat.unsend(user, conversation, seq).await?))
        }
        Command::React { request, conversation, seq, emoji } => {
            let emoji = emoji.as_deref().map(Emoji::parse).transpose()?;
            Ok(later(request, chat.react(user, conversation, seq, emoji).await?))
        }
        Command::Schedule { request, conversation, client_id, text, reply_to, send_at } => {
            let text = Text::parse(&text)?;
            Ok(later(request, chat.schedule_message(user, conversation, client_id, text, reply_to, send_at).await?))
        }
        Command::EditScheduled { request, client_id, text, send_at } => {
            Ok(later(request, chat.edit_scheduled(user, client_id, Text::parse(&text)?, send_at).await?))
        }
        Command::SendScheduled { request, client_id } => {
            Ok(later(request, chat.send_scheduled(user, client_id).await?))
        }
        Command::DeleteScheduled { request, client_id } => {
            Ok(later(request, chat.delete_scheduled(user, client_id).await?))
        }
        Command::Forward { request, conversation, client_id, message } => {
            Ok(later(request, chat.forward(user, conversation, client_id, message).await?))
        }
        Command::Read { request, conversation, seq } => Ok(later(request, chat.read(user, conversation, seq).await?)),
        Command::Leave { request, conversation } => Ok(later(request, chat.leave(user, conversation).await?)),
        Command::Direct { request, user: with } => Ok(later(request, chat.direct(user, with).await?)),
        Command::Group { request, conversation, name, users } => {
            let name = name.as_deref().map(Name::parse).transpose()?;
            Ok(later(request, chat.group(user, conversation, name, &users).await?))
        }
        Command::Channel { request, conversation, name } => {
            Ok(later(request, chat.channel(user, conversation, Name::parse(&name)?).await?))
        }
        Command::Join { request, conversation } => Ok(later(request, chat.join(user, conversation).await?)),
        Command::Add { request, conversation, users } => {
            Ok(later(request, chat.add(user, conversation, &users).await?))
        }
        Command::SetName { request, name } => {
            let name = Name::parse(&name)?;
            let pending = chat.set_name(user, name.clone()).await?;
            let chat = chat.clone();
            // Who is signed in here signs in by this name from now on: strangers must not use up their attempts.
            Ok(later_and(request, pending, move || chat.know_address(&name, from)))
        }
        Command::Rename { request, conversation, name } => {
            let name = name.as_deref().map(Name::parse).transpose()?;
            Ok(later(request, chat.rename(user, conversation, name).await?))
        }
        Command::Typing { conversation, typing, .. } => {
            chat.typing(connection, conversation, typing)?;
            Ok(Answer::Now(Vec::new()))
        }
        Command::Load { request, conversation, before: Some(seq), limit } => {
            let rows = chat.member(user, conversation).await?.messages_before(seq, limit).await?;
            Ok(Answer::Now(vec![Event::Page { request, conversation, rows }]))
        }
        Command::LoadAround { request, conversation, target, limit } => {
            let rows = chat.member(user, conversation).await?.messages_around(target, limit).await?;
            Ok(Answer::Now(vec![Event::Page { request, conversation, rows }]))
        }
        Command::LoadMessages { request, conversation, seqs } => {
            let rows = chat.member(user, conversation).await?.messages_at(seqs).await?;
            Ok(Answer::Now(vec![Event::Page { request, conversation, rows }]))
        }
        Command::LoadThread { request, conversation, thread, before, limit } => {
            let rows = chat.member(user, conversation).await?.thread(thread, before, limit).await?;
            Ok(Answer::Now(vec![Event::Page { request, conversation, rows }]))
        }
        Command::Load { request, conversation, before: None, limit } => {
            let rows = chat.member(user, conversation).await?.load(limit).await?;
            Ok(caught_up(request, Caught::Rows(rows)))
        }
        Command::Resync { request, feed, rev } => Ok(caught_up(request, chat.resync(user, feed, rev).await?)),
        Command::List { request, after, limit } => Ok(Answer::Feeds(request, chat.list(user, after, limit).await?)),
        Command::Members { request, conversation, after, limit } => {
            let (rows, next) = chat.member(user, conversation).await?.members_after(after, limit).await?;
            Ok(Answer::Now(vec![Event::Members { request, conversation, rows, next }]))
        }
        Command::People { request, users } => {
            let people = chat.people(&users).await?;
            Ok(Answer::Now(vec![Event::People { request, people }]))
        }
        Command::Search { request, text } => {
            let (people, channels) = chat.search(&text).await?;
            Ok(Answer::Now(vec![Event::Found { request, people, channels }]))
        }
        Command::Hello { .. } | Command::Ping {} => Err(Rejection::OutOfOrder.into()),
    }
}

/// The events that bring one feed up to date.
pub(super) fn events(caught: Caught) -> Vec<Event> {
    match caught {
        Caught::Rows(rows) => vec![Event::Rows(rows)],
        Caught::Reset(reason, rows) => vec![Event::Reset { feed: rows.feed, reason }, Event::Rows(rows)],
    }
}

fn caught_up(request: RequestId, caught: Caught) -> Answer {
    let mut events = events(caught);
    events.push(Event::CaughtUp { request: Some(request), next: None });
    Answer::Now(events)
}

fn later(request: RequestId, pending: Pending) -> Answer {
    later_and(request, pending, || ())
}

/// The same; `then` is called once the change is committed.
fn later_and(request: RequestId, pending: Pending, then: impl FnOnce() + Send + 'static) -> Answer {
    let answer = async move {
        match pending.committed().await {
            Ok(done) => {
                then();
                Event::Ack { request, conversation: done.conversation, seq: done.seq }
            }
            Err(error) => rejected(Some(request), &error),
        }
    };
    Answer::Later(answer.boxed())
}
