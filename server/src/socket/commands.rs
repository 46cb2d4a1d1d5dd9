//! What each command does: one call into the rules, and the events that answer it.

use crate::reply::rejected;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use myna_chat::{Catchup, Chat, Error, Pending};
use myna_protocol::{Command, ConversationId, Event, Name, Rejection, RequestId, Text, UserId};

/// How a command is answered.
pub(super) enum Answer {
    Now(Vec<Event>),
    /// When it is durable. Meanwhile further commands are read: they are committed in the order of their coming.
    Later(BoxFuture<'static, Event>),
}

/// Does what a person asks for. `hello` and `ping` are the socket's own.
pub(super) async fn answer(chat: &Chat, user: UserId, command: Command) -> Answer {
    let request = command.request();
    match obey(chat, user, command).await {
        Ok(answer) => answer,
        Err(error) => Answer::Now(vec![rejected(request, &error)]),
    }
}

async fn obey(chat: &Chat, user: UserId, command: Command) -> Result<Answer, Error> {
    match command {
        Command::Send { request, conversation, client_id, text } => {
            let text = Text::parse(&text)?;
            let pending = chat.send(user, conversation, client_id, text).await?;
            Ok(later(request, pending))
        }
        Command::Read { request, conversation, seq } => {
            let pending = chat.read(user, conversation, seq).await?;
            Ok(later(request, pending))
        }
        Command::Leave { request, conversation } => {
            let pending = chat.leave(user, conversation).await?;
            Ok(later(request, pending))
        }
        Command::Typing { conversation, typing, .. } => {
            chat.member(user, conversation).await?.typing(typing);
            Ok(Answer::Now(Vec::new()))
        }
        Command::Load { request, conversation, before: Some(seq), limit } => {
            let rows = chat.member(user, conversation).await?.messages_before(seq, limit).await?;
            Ok(Answer::Now(vec![Event::Page { request, conversation, rows }]))
        }
        Command::Load { request, conversation, before: None, limit } => {
            let rows = chat.member(user, conversation).await?.load(limit).await?;
            Ok(caught_up(request, Catchup::Rows(rows)))
        }
        Command::Resync { request, feed, rev } => Ok(caught_up(request, chat.resync(user, feed, rev).await?)),
        Command::Direct { request, user: with } => Ok(done(request, chat.direct(user, with).await?)),
        Command::Group { request, conversation, name, users } => {
            let name = name.as_deref().map(Name::parse).transpose()?;
            Ok(done(request, chat.group(user, conversation, name, &users).await?))
        }
        Command::Channel { request, conversation, name } => {
            Ok(done(request, chat.channel(user, conversation, Name::parse(&name)?).await?))
        }
        Command::Join { request, conversation } => Ok(done(request, chat.join(user, conversation).await?)),
        Command::Search { request, text } => {
            let (people, channels) = chat.search(&text).await?;
            Ok(Answer::Now(vec![Event::Found { request, people, channels }]))
        }
        Command::Hello { .. } | Command::Ping {} => Err(Rejection::OutOfOrder.into()),
    }
}

/// The events that bring one feed up to date.
pub(super) fn events(catchup: Catchup) -> Vec<Event> {
    match catchup {
        Catchup::Rows(rows) => vec![Event::Rows(rows)],
        Catchup::Reset(reason, rows) => vec![Event::Reset { feed: rows.feed, reason }, Event::Rows(rows)],
    }
}

fn caught_up(request: RequestId, catchup: Catchup) -> Answer {
    let mut events = events(catchup);
    events.push(Event::CaughtUp { request: Some(request) });
    Answer::Now(events)
}

fn done(request: RequestId, conversation: ConversationId) -> Answer {
    Answer::Now(vec![Event::Ack { request, conversation: Some(conversation), seq: None }])
}

fn later(request: RequestId, pending: Pending) -> Answer {
    let answer = async move {
        match pending.committed().await {
            Ok(done) => Event::Ack { request, conversation: Some(done.conversation), seq: done.seq },
            Err(error) => rejected(Some(request), &error),
        }
    };
    Answer::Later(answer.boxed())
}
