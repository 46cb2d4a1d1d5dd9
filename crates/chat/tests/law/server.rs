//! What a server does with what somebody says, without its wire.

use crate::world::World;
use myna_chat::{Catchup, Clock, Error};
use myna_protocol::{Command, Event, Name, Text, Timestamp};

impl World {
    /// What a server would say.
    pub(crate) async fn answer(&mut self, who: usize, command: Command) -> Vec<Event> {
        let request = command.request();
        match self.try_answer(who, command.clone()).await {
            Ok(events) => {
                self.note(who, &command).await;
                events
            }
            Err(error) => {
                let code = error.rejection();
                vec![Event::Rejected { request, code, text: code.to_string() }]
            }
        }
    }

    async fn try_answer(&self, who: usize, command: Command) -> Result<Vec<Event>, Error> {
        let person = &self.people[who];
        let (chat, me) = (self.chat(person.node), person.user.id);
        let ack = |request, conversation, seq| vec![Event::Ack { request, conversation: Some(conversation), seq }];
        Ok(match command {
            Command::Hello { cursors } => {
                let connection = person.connection.as_ref().unwrap();
                let limits = Default::default();
                let mut events = vec![Event::Welcome { user: person.user.clone(), server_time: Timestamp(0), limits }];
                events.extend(chat.catch_up(connection, &cursors).await?.into_iter().flat_map(events_of));
                events.push(Event::CaughtUp { request: None });
                events
            }
            Command::Send { request, conversation, client_id, text } => {
                let pending = chat.send(me, conversation, client_id, Text::parse(&text)?).await?;
                ack(request, conversation, pending.committed().await?.seq)
            }
            Command::Read { request, conversation, seq } => {
                chat.read(me, conversation, seq).await?.committed().await?;
                ack(request, conversation, None)
            }
            Command::Leave { request, conversation } => {
                chat.leave(me, conversation).await?.committed().await?;
                ack(request, conversation, None)
            }
            Command::Load { request, conversation, before: Some(seq), .. } => {
                // Small pages, so that there are several of them.
                let rows = chat.member(me, conversation).await?.messages_before(seq, 3).await?;
                vec![Event::Page { request, conversation, rows }]
            }
            Command::Load { request, conversation, before: None, limit } => {
                let rows = chat.member(me, conversation).await?.load(limit).await?;
                vec![Event::Rows(rows), Event::CaughtUp { request: Some(request) }]
            }
            Command::Resync { request, feed, rev } => {
                let mut events = events_of(chat.resync(me, feed, rev).await?);
                events.push(Event::CaughtUp { request: Some(request) });
                events
            }
            Command::Direct { request, user } => ack(request, chat.direct(me, user).await?, None),
            Command::Group { request, conversation, name, users } => {
                let name = name.as_deref().map(Name::parse).transpose()?;
                ack(request, chat.group(me, conversation, name, &users).await?, None)
            }
            Command::Channel { request, conversation, name } => {
                ack(request, chat.channel(me, conversation, Name::parse(&name)?).await?, None)
            }
            Command::Join { request, conversation } => ack(request, chat.join(me, conversation).await?, None),
            Command::Ping {} => vec![Event::Pong { server_time: self.clock.now() }],
            Command::Typing { .. } | Command::Search { .. } => Vec::new(),
        })
    }
}

fn events_of(catchup: Catchup) -> Vec<Event> {
    match catchup {
        Catchup::Rows(rows) => vec![Event::Rows(rows)],
        Catchup::Reset(reason, rows) => vec![Event::Reset { feed: rows.feed, reason }, Event::Rows(rows)],
    }
}
