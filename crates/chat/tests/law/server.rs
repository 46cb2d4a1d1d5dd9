//! What a server does with what somebody says, without its wire.

use crate::world::World;
use myna_chat::{CatchUp, Caught, Clock, Error, Pending};
use myna_protocol::{Command, Emoji, Event, Name, RequestId, Text, Timestamp};

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
        let begun = async |request, pending: Pending| Ok::<_, Error>(ack(request, pending.conversation().await?, None));
        Ok(match command {
            Command::Hello { cursors } => {
                let connection = person.connection.as_ref().unwrap();
                let limits = Default::default();
                let mut events = vec![Event::Welcome { user: person.user.clone(), server_time: Timestamp(0), limits }];
                events.extend(feed_by_feed(None, chat.catch_up(connection, &cursors).await?).await?);
                events
            }
            Command::Send { request, conversation, client_id, text, reply_to } => {
                let pending = chat.send(me, conversation, client_id, Text::parse(&text)?, reply_to).await?;
                ack(request, conversation, pending.committed().await?.seq)
            }
            Command::Schedule { request, conversation, client_id, text, reply_to, send_at } => {
                let text = Text::parse(&text)?;
                let pending = chat.schedule_message(me, conversation, client_id, text, reply_to, send_at).await?;
                pending.committed().await?;
                ack(request, conversation, None)
            }
            Command::EditScheduled { request, client_id, text, send_at } => {
                let pending = chat.edit_scheduled(me, client_id, Text::parse(&text)?, send_at).await?;
                pending.committed().await?;
                vec![Event::Ack { request, conversation: None, seq: None }]
            }
            Command::SendScheduled { request, client_id } => {
                let done = chat.send_scheduled(me, client_id).await?.committed().await?;
                vec![Event::Ack { request, conversation: done.conversation, seq: done.seq }]
            }
            Command::DeleteScheduled { request, client_id } => {
                chat.delete_scheduled(me, client_id).await?.committed().await?;
                vec![Event::Ack { request, conversation: None, seq: None }]
            }
            Command::Forward { request, conversation, client_id, message } => {
                let pending = chat.forward(me, conversation, client_id, message).await?;
                ack(request, conversation, pending.committed().await?.seq)
            }
            Command::Add { request, conversation, users } => {
                chat.add(me, conversation, &users).await?.committed().await?;
                ack(request, conversation, None)
            }
            Command::Edit { request, conversation, seq, text } => {
                chat.edit(me, conversation, seq, Text::parse(&text)?).await?.committed().await?;
                ack(request, conversation, Some(seq))
            }
            Command::React { request, conversation, seq, emoji } => {
                let emoji = emoji.as_deref().map(Emoji::parse).transpose()?;
                chat.react(me, conversation, seq, emoji).await?.committed().await?;
                ack(request, conversation, Some(seq))
            }
            Command::Unsend { request, conversation, seq } => {
                chat.unsend(me, conversation, seq).await?.committed().await?;
                ack(request, conversation, Some(seq))
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
            Command::LoadAround { request, conversation, target, .. } => {
                let rows = chat.member(me, conversation).await?.messages_around(target, 3).await?;
                vec![Event::Page { request, conversation, rows }]
            }
            Command::LoadMessages { request, conversation, seqs } => {
                let rows = chat.member(me, conversation).await?.messages_at(seqs).await?;
                vec![Event::Page { request, conversation, rows }]
            }
            Command::LoadThread { request, conversation, thread, before, .. } => {
                let rows = chat.member(me, conversation).await?.thread(thread, before, 3).await?;
                vec![Event::Page { request, conversation, rows }]
            }
            Command::Load { request, conversation, before: None, limit } => {
                let rows = chat.member(me, conversation).await?.load(limit).await?;
                vec![Event::Rows(rows), Event::CaughtUp { request: Some(request), next: None }]
            }
            Command::Resync { request, feed, rev } => {
                let mut events = events_of(chat.resync(me, feed, rev).await?);
                events.push(Event::CaughtUp { request: Some(request), next: None });
                events
            }
            Command::Direct { request, user } => begun(request, chat.direct(me, user).await?).await?,
            Command::Group { request, conversation, name, users } => {
                let name = name.as_deref().map(Name::parse).transpose()?;
                begun(request, chat.group(me, conversation, name, &users).await?).await?
            }
            Command::Channel { request, conversation, name } => {
                begun(request, chat.channel(me, conversation, Name::parse(&name)?).await?).await?
            }
            Command::Join { request, conversation } => begun(request, chat.join(me, conversation).await?).await?,
            Command::SetName { request, name } => {
                chat.set_name(me, Name::parse(&name)?).await?.committed().await?;
                vec![Event::Ack { request, conversation: None, seq: None }]
            }
            Command::Rename { request, conversation, name } => {
                let name = name.as_deref().map(Name::parse).transpose()?;
                begun(request, chat.rename(me, conversation, name).await?).await?
            }
            Command::People { request, users } => vec![Event::People { request, people: chat.people(&users).await? }],
            Command::Members { request, conversation, after, .. } => {
                let (rows, next) = chat.member(me, conversation).await?.members_after(after, 3).await?;
                vec![Event::Members { request, conversation, rows, next }]
            }
            // Small pages here too.
            Command::List { request, after, .. } => feed_by_feed(Some(request), chat.list(me, after, 2).await?).await?,
            Command::Ping {} => vec![Event::Pong { server_time: self.clock.now() }],
            Command::Typing { .. } | Command::Search { .. } => Vec::new(),
        })
    }
}

async fn feed_by_feed(request: Option<RequestId>, mut feeds: CatchUp) -> Result<Vec<Event>, Error> {
    let mut events = Vec::new();
    while let Some(caught) = feeds.next().await {
        events.extend(events_of(caught?));
    }
    events.push(Event::CaughtUp { request, next: feeds.list_position() });
    Ok(events)
}

fn events_of(caught: Caught) -> Vec<Event> {
    match caught {
        Caught::Rows(rows) => vec![Event::Rows(rows)],
        Caught::Reset(reason, rows) => vec![Event::Reset { feed: rows.feed, reason }, Event::Rows(rows)],
    }
}
