//! The law: old state + the rows delivered = a fresh load, whatever became of the frames on their way.

use crate::driver::World;
use crate::model::{client_id, conversation_id, user};
use crate::screen::Screen;
use myna_client::Line;
use myna_protocol::{Command, Kind, MessageRef, Seq, Target, Text, Timestamp};
use proptest::prelude::*;

/// One step of a random plan.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// Somebody does something by themselves: a send, a read, a join, a leave.
    Send(u8, u8),
    Read(u8, u8, Seq),
    Join(u8, u8),
    Leave(u8, u8),
    Create(u8),
    SetName(u8),
    Rename(u8, u8),
    Edit(u8, u8, usize),
    Unsend(u8, u8, usize),
    /// The client under test does something.
    Write(u8),
    See(u8),
    Open(u8),
    Older(u8),
    Newer(u8),
    GoTo(u8, Target),
    Newest(u8),
    MoreList,
    MoreMembers(u8),
    AskName,
    AskRename(u8),
    /// Somebody reacts to the message at this place, or with 0 takes it back.
    React(u8, u8, Seq, u8),
    AskReact(u8, Seq, u8),
    /// A person replies to the message at this place.
    Reply(u8, u8, Seq),
    WriteReply(u8, Seq),
    /// A person forwards the message at this place to another room.
    Forward(u8, u8, Seq, u8),
    AskForward(u8, Seq, u8),
    /// Another device of the same person schedules a message.
    Schedule(u8, i64),
    /// One that was scheduled, whatever became of it, is sent or deleted.
    EndScheduled(u64, bool),
    AskSchedule(u8, i64),
    AskEndScheduled(usize, bool),
    OpenThread(u8, Seq),
    CloseThread,
    OlderReplies(u8),
    AskEdit(u8, usize),
    AskUnsend(u8, usize),
    AskJoin(u8),
    AskLeave(u8),
    /// What becomes of frames.
    Hear,
    Refuse,
    Deliver(usize),
    Repeat(usize),
    Lose(usize),
    Swap(usize, usize),
    Cut,
    Reload,
    Connect,
    Tick(i64),
}

fn target() -> impl Strategy<Value = Target> {
    prop_oneof![
        (0u64..30).prop_map(Target::Seq),
        (0i64..40).prop_map(|minutes| Target::SentAt(Timestamp(1_700_000_000_000 + minutes * 600_000))),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let someone = 2u8..=3;
    let room = 1u8..=5;
    let place = 0usize..8;
    prop_oneof![
        6 => (someone.clone(), room.clone()).prop_map(|(n, room)| Step::Send(n, room)),
        3 => (1u8..=3, room.clone(), 0u64..30).prop_map(|(n, room, seq)| Step::Read(n, room, seq)),
        2 => (1u8..=3, room.clone()).prop_map(|(n, room)| Step::Join(n, room)),
        1 => (1u8..=3, room.clone()).prop_map(|(n, room)| Step::Leave(n, room)),
        1 => room.clone().prop_map(Step::Create),
        2 => (1u8..=4).prop_map(Step::SetName),
        1 => (1u8..=3, room.clone()).prop_map(|(n, room)| Step::Rename(n, room)),
        1 => Just(Step::MoreList),
        1 => room.clone().prop_map(Step::MoreMembers),
        1 => Just(Step::AskName),
        1 => room.clone().prop_map(Step::AskRename),
        3 => (1u8..=3, room.clone(), 0usize..4).prop_map(|(n, room, place)| Step::Edit(n, room, place)),
        1 => (1u8..=3, room.clone(), 0usize..4).prop_map(|(n, room, place)| Step::Unsend(n, room, place)),
        3 => (1u8..=3, room.clone(), 1u64..8, 0u8..3).prop_map(|(n, room, seq, emoji)| Step::React(n, room, seq, emoji)),
        2 => (room.clone(), 1u64..8, 0u8..3).prop_map(|(room, seq, emoji)| Step::AskReact(room, seq, emoji)),
        5 => (1u8..=3, room.clone(), 1u64..12).prop_map(|(n, room, seq)| Step::Reply(n, room, seq)),
        2 => (room.clone(), 1u64..12).prop_map(|(room, seq)| Step::WriteReply(room, seq)),
        2 => (1u8..=3, room.clone(), 1u64..8, room.clone())
            .prop_map(|(n, room, seq, to)| Step::Forward(n, room, seq, to)),
        2 => (room.clone(), 1u64..8, room.clone()).prop_map(|(room, seq, to)| Step::AskForward(room, seq, to)),
        2 => (room.clone(), 1i64..9).prop_map(|(room, at)| Step::Schedule(room, at)),
        2 => (0u64..20, any::<bool>()).prop_map(|(number, is_sent)| Step::EndScheduled(number, is_sent)),
        2 => (room.clone(), 1i64..9).prop_map(|(room, at)| Step::AskSchedule(room, at)),
        1 => (0usize..3, any::<bool>()).prop_map(|(number, is_sent)| Step::AskEndScheduled(number, is_sent)),
        2 => (room.clone(), 1u64..6).prop_map(|(room, seq)| Step::OpenThread(room, seq)),
        1 => Just(Step::CloseThread),
        1 => room.clone().prop_map(Step::OlderReplies),
        2 => (room.clone(), 0usize..3).prop_map(|(room, place)| Step::AskEdit(room, place)),
        1 => (room.clone(), 0usize..3).prop_map(|(room, place)| Step::AskUnsend(room, place)),
        3 => room.clone().prop_map(Step::Write),
        2 => room.clone().prop_map(Step::See),
        1 => room.clone().prop_map(Step::Open),
        1 => room.clone().prop_map(Step::Older),
        1 => room.clone().prop_map(Step::Newer),
        3 => (room.clone(), target()).prop_map(|(room, target)| Step::GoTo(room, target)),
        1 => room.clone().prop_map(Step::Newest),
        1 => room.clone().prop_map(Step::AskJoin),
        1 => room.prop_map(Step::AskLeave),
        10 => Just(Step::Hear),
        1 => Just(Step::Refuse),
        12 => place.clone().prop_map(Step::Deliver),
        2 => place.clone().prop_map(Step::Repeat),
        2 => place.clone().prop_map(Step::Lose),
        2 => (place.clone(), place).prop_map(|(a, b)| Step::Swap(a, b)),
        1 => Just(Step::Cut),
        1 => Just(Step::Reload),
        4 => Just(Step::Connect),
        3 => (1i64..4_000_000).prop_map(Step::Tick),
    ]
}

fn create(world: &mut World, room: u8) {
    let id = conversation_id(room);
    let told = match room {
        1 => world.server.create(id, Kind::Direct, None, &[1, 2], true),
        2 => world.server.create(id, Kind::Group, None, &[2, 1, 3], true),
        3 => world.server.create(id, Kind::Group, Some("Crowd"), &[3, 1, 2, 4], false),
        4 => world.server.create(id, Kind::Channel, Some("general"), &[2], false),
        _ => world.server.create(id, Kind::Channel, Some("random"), &[1, 3], false),
    };
    world.tell(told);
}

fn take(world: &mut World, step: Step, sends: &mut u64) {
    match step {
        Step::Send(n, room) => {
            *sends += 1;
            let text = format!("from {n}: {sends}");
            if let Ok((_, told)) =
                world.server.send(user(n).id, conversation_id(room), client_id(900_000 + *sends), &text)
            {
                world.tell(told);
            }
        }
        Step::Read(n, room, seq) => {
            let told = world.server.read(user(n).id, conversation_id(room), seq);
            world.tell(told.unwrap_or_default());
        }
        Step::Join(n, room) => {
            let told = world.server.join(&user(n), conversation_id(room));
            world.tell(told.unwrap_or_default());
        }
        Step::Leave(n, room) => {
            let told = world.server.leave(user(n).id, conversation_id(room));
            world.tell(told.unwrap_or_default());
        }
        Step::Create(room) => create(world, room),
        Step::SetName(n) => {
            *sends += 1;
            let told = world.server.set_name(user(n).id, &format!("Name {sends}"));
            world.tell(told.unwrap_or_default());
        }
        Step::Rename(n, room) => {
            *sends += 1;
            let name = (!sends.is_multiple_of(3)).then(|| format!("Title {sends}"));
            let told = world.server.rename(user(n).id, conversation_id(room), name.as_deref());
            world.tell(told.unwrap_or_default());
        }
        Step::MoreList => world.act(1, myna_client::Client::more_list),
        Step::MoreMembers(room) => world.act(1, |client, now| client.more_members(conversation_id(room), now)),
        Step::AskName => {
            *sends += 1;
            let name = format!("Name {sends}");
            world.with(1, |client, now| client.set_name(name, now));
        }
        Step::AskRename(room) => {
            *sends += 1;
            let name = Some(format!("Title {sends}"));
            world.with(1, |client, now| client.rename(conversation_id(room), name, now));
        }
        Step::Edit(n, room, place) => {
            *sends += 1;
            let text = Some(format!("edited: {sends}"));
            let told = world.server.change_newest(user(n).id, conversation_id(room), place, text);
            world.tell(told);
        }
        Step::Unsend(n, room, place) => {
            let told = world.server.change_newest(user(n).id, conversation_id(room), place, None);
            world.tell(told);
        }
        Step::React(n, room, seq, number) => {
            let told = world.server.react(user(n).id, conversation_id(room), seq, emoji(number));
            world.tell(told.unwrap_or_default());
        }
        Step::AskReact(room, seq, number) => {
            world.with(1, |client, now| client.react(conversation_id(room), seq, emoji(number), now));
        }
        Step::Reply(n, room, seq) => {
            *sends += 1;
            let (id, text) = (conversation_id(room), format!("reply {sends}"));
            if let Ok((_, told)) = world.server.reply(user(n).id, id, client_id(900_000 + *sends), &text, Some(seq)) {
                world.tell(told);
            }
        }
        Step::WriteReply(room, seq) => {
            let id = conversation_id(room);
            // Nobody replies to what they do not see.
            if world.peer(1).client.message(id, seq).is_some() {
                world.act(1, |client, now| client.reply_to(id, Some(seq), now));
                world.write(1, id);
            }
        }
        Step::Forward(n, room, seq, to) => {
            *sends += 1;
            let message = MessageRef { conversation: conversation_id(room), seq };
            let sent = world.server.forward(user(n).id, conversation_id(to), client_id(900_000 + *sends), message);
            if let Ok((_, told)) = sent {
                world.tell(told);
            }
        }
        Step::AskForward(room, seq, to) => {
            *sends += 1;
            let message = world.peer(1).client.forwardable(conversation_id(room), &[seq]).pop();
            let (id, to) = (client_id(900_000 + *sends), conversation_id(to));
            // The dialog offers only conversations that the person is in.
            if let Some(message) = message.filter(|_| world.peer(1).client.conversation(to).is_some()) {
                world.act(1, |client, now| client.forward(message, to, id, now));
            }
        }
        Step::Schedule(room, at) => {
            *sends += 1;
            let (id, client_id, text) = (conversation_id(room), client_id(900_000 + *sends), format!("later {sends}"));
            let told = world.server.schedule(user(1).id, id, client_id, &text, None, Timestamp(at));
            world.tell(told.unwrap_or_default());
        }
        Step::EndScheduled(number, is_sent) => {
            let all = &world.server.own.get(&user(1).id).map(|own| own.scheduled.keys().copied().collect::<Vec<_>>());
            let id = all.iter().flatten().rev().nth(number as usize).copied();
            if let Some(Ok((_, told))) = id.map(|id| world.server.end_scheduled(user(1).id, id, is_sent)) {
                world.tell(told);
            }
        }
        Step::AskSchedule(room, at) => {
            *sends += 1;
            let (id, text) = (client_id(900_000 + *sends), Text::parse(&format!("later {sends}")).expect("it is one"));
            world.with(1, |client, now| client.schedule(conversation_id(room), id, text, Timestamp(at), now));
        }
        Step::AskEndScheduled(number, is_sent) => {
            if let Some((item, _)) = world.peer(1).client.all_scheduled().get(number) {
                let id = item.client_id;
                world.with(1, |client, now| match is_sent {
                    true => client.send_scheduled(id, now),
                    false => client.delete_scheduled(id, now),
                });
            }
        }
        Step::OpenThread(room, seq) => {
            let id = conversation_id(room);
            if let Some(root) = world.peer(1).client.message(id, seq).map(myna_protocol::Message::thread) {
                world.act(1, |client, now| client.open_thread(id, root, now));
            }
        }
        Step::CloseThread => world.act(1, |client, _| {
            client.close_thread();
            Vec::new()
        }),
        Step::OlderReplies(room) => world.act(1, |client, now| client.older_replies(conversation_id(room), now)),
        Step::AskEdit(room, place) => {
            *sends += 1;
            let (id, text) =
                (conversation_id(room), Text::parse(&format!("edited here: {sends}")).expect("it is a text"));
            if let Some(seq) = world.server.own_message(user(1).id, id, place) {
                world.with(1, |client, now| client.edit(id, seq, text, now));
            }
        }
        Step::AskUnsend(room, place) => {
            let id = conversation_id(room);
            if let Some(seq) = world.server.own_message(user(1).id, id, place) {
                world.with(1, |client, now| client.unsend(id, seq, now));
            }
        }
        Step::Write(room) => {
            world.write(1, conversation_id(room));
        }
        Step::See(room) => world.act(1, |client, now| client.read(conversation_id(room), now)),
        Step::Open(room) => world.act(1, |client, now| client.open(conversation_id(room), now)),
        Step::Newer(room) => world.act(1, |client, now| client.newer(conversation_id(room), now)),
        Step::GoTo(room, target) => world.act(1, |client, now| client.go_to(conversation_id(room), target, now)),
        Step::Newest(room) => {
            world.act(1, |client, _| {
                client.newest(conversation_id(room));
                Vec::new()
            });
        }
        Step::Older(room) => world.act(1, |client, now| client.older(conversation_id(room), now)),
        Step::AskJoin(room) => {
            let conversation = conversation_id(room);
            world.with(1, |client, now| client.ask(|request| Command::Join { request, conversation }, now));
        }
        Step::AskLeave(room) => {
            let conversation = conversation_id(room);
            world.with(1, |client, now| client.ask(|request| Command::Leave { request, conversation }, now));
        }
        Step::Hear => {
            world.hear(1);
        }
        Step::Refuse => world.refuse(1),
        Step::Deliver(place) => {
            let place = if world.peer(1).inbox.len() > place { place } else { 0 };
            world.deliver(1, place);
        }
        Step::Repeat(place) => {
            let inbox = &mut world.peer(1).inbox;
            if let Some(group) = inbox.get(place).cloned() {
                inbox.push_back(group);
            }
        }
        // The store's word on a request always arrives while the socket lives; what comes over the bus may be lost.
        Step::Lose(place) => {
            let inbox = &mut world.peer(1).inbox;
            let live = |group: &Vec<myna_protocol::Event>| matches!(group.as_slice(), [myna_protocol::Event::Rows(rows)] if rows.rev == rows.from + 1 && rows.from > 0);
            if inbox.get(place).is_some_and(live) {
                inbox.remove(place);
            }
        }
        Step::Swap(a, b) => {
            let inbox = &mut world.peer(1).inbox;
            if a < inbox.len() && b < inbox.len() {
                inbox.swap(a, b);
            }
        }
        Step::Cut => world.cut(1),
        Step::Reload => world.reload(1),
        Step::Connect => {
            world.act(1, myna_client::Client::connect);
            world.open(1);
        }
        Step::Tick(millis) => {
            world.pass(millis);
            world.act(1, myna_client::Client::tick);
        }
    }
}

/// Makes everything known: either by reconnecting, or by one more event in each feed that arrives.
fn make_known(world: &mut World, by_reconnecting: bool) {
    if by_reconnecting {
        world.cut(1);
        world.settle();
        return;
    }
    world.settle();
    for room in 1..=5 {
        let id = conversation_id(room);
        // Where nobody else is left, it is another device of one's own.
        let sender = (2..=4).chain([1]).find(|n| world.server.rooms.get(&id).is_some_and(|room| room.has(user(*n).id)));
        let sent =
            sender.map(|n| world.server.send(user(n).id, id, client_id(990_000 + u64::from(room)), "the last word"));
        if let Some(Ok((_, told))) = sent {
            world.tell(told);
        }
        let last = world.server.rooms.get(&id).map_or(0, |room| room.messages.len() as Seq);
        let told = world.server.read(user(1).id, id, last).unwrap_or_default();
        world.tell(told);
    }
    let told = world.server.set_name(user(4).id, "Last");
    world.tell(told.unwrap_or_default());
    let told = world.server.create(conversation_id(9), Kind::Group, None, &[1, 4], true);
    world.tell(told);
    world.settle();
}

fn emoji(number: u8) -> Option<String> {
    ["", "👍", "🎉"].get(usize::from(number)).filter(|emoji| !emoji.is_empty()).map(|&emoji| emoji.to_owned())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn old_state_and_rows_make_a_fresh_load(
        steps in prop::collection::vec(step(), 1..240),
        rooms in prop::collection::vec(1u8..=5, 0..5),
        by_reconnecting: bool,
        forgetful: bool,
        few: bool,
    ) {
        let mut world = World::default();
        (world.server.forgetful, world.server.few) = (forgetful, few);
        for room in rooms {
            create(&mut world, room);
        }
        world.add(1);
        world.act(1, myna_client::Client::connect);
        world.open(1);
        let mut sends = 0;
        let mut screen = Screen::default();
        for step in steps {
            take(&mut world, step, &mut sends);
            match step {
                Step::Reload => screen = Screen::default(),
                Step::Open(_) => screen.leave(),
                _ => {}
            }
            screen.draw(&mut world.peer(1).client);
        }
        make_known(&mut world, by_reconnecting);
        // What could not be sent, since one has left, is on no other device: it is given up.
        for unsent in std::mem::take(&mut world.peer(1).kept) {
            world.act(1, |client, _| client.discard(unsent.client_id));
        }
        // Pages would bring all people and members afresh: before them, what is held has to be true by itself.
        for row in world.peer(1).client.sidebar() {
            let view = world.peer(1).client.conversation(row.id).expect("what is listed can be shown");
            for person in view.people {
                prop_assert_eq!(&person.name, &world.server.person(person.id).name);
                prop_assert!(world.server.rooms[&row.id].has(person.id), "{} has left", person.name);
            }
        }
        // What is on the page is as the server has it, an excerpt too.
        for room in 1..=5 {
            let id = conversation_id(room);
            let lines = world.peer(1).client.lines(id);
            let shown: Vec<_> = lines
                .iter()
                .filter_map(|line| if let Line::Bubble(bubble) = line { Some((bubble.seq?, bubble.text.clone())) } else { None })
                .collect();
            prop_assert!(shown.windows(2).all(|pair| pair[1].0 == pair[0].0 + 1), "no hole in {:?}", shown);
            for (seq, text) in shown {
                prop_assert_eq!(&text, &world.server.rooms[&id].messages[seq as usize - 1].text);
            }
        }
        // An open thread shows what it begins with, and its last replies without a hole.
        for room in 1..=5 {
            let id = conversation_id(room);
            let Some(thread) = world.peer(1).client.thread(id) else { continue };
            prop_assert!(!thread.loading);
            let messages = world.server.rooms[&id].messages.clone();
            let replies: Vec<_> = messages
                .iter()
                .filter(|message| message.reply().is_some_and(|reply| reply.thread == thread.root))
                .collect();
            let texts = |message: &myna_protocol::Message| (Some(message.seq), message.text.clone());
            let shown: Vec<_> = world.peer(1).client.thread_lines(id)
                .into_iter()
                .filter_map(|line| if let Line::Bubble(bubble) = line { Some((bubble.seq, bubble.text)) } else { None })
                .collect();
            prop_assert_eq!(shown.first(), Some(&texts(&messages[thread.root as usize - 1])));
            let whole: Vec<_> = replies.into_iter().map(texts).collect();
            prop_assert!(whole.ends_with(&shown[1..]), "{:?} of {:?}", shown, whole);
            prop_assert!(thread.has_older || whole.len() == shown.len() - 1, "{:?} of {:?}", shown, whole);
        }
        // What is scheduled is as the server has it.
        let scheduled: Vec<_> = world.peer(1).client.all_scheduled().into_iter()
            .map(|(item, _)| (item.client_id, item.conversation, item.text, item.send_at))
            .collect();
        let theirs: Vec<_> = world.server.scheduled(user(1).id).into_iter()
            .map(|(id, message)| (id, message.conversation, message.text, message.send_at))
            .collect();
        prop_assert_eq!(scheduled, theirs);
        world.load_all(1);
        // What had been read when a conversation was opened is only known to the page that opened it.
        world.act(1, |client, now| client.open(conversation_id(250), now));
        let lived = world.shows(1);
        world.add(1);
        world.settle();
        world.load_all(1);
        prop_assert_eq!(lived, world.shows(1));
        for row in world.peer(1).client.sidebar() {
            let room = &world.server.rooms[&row.id];
            let read = room.reads[&user(1).id].0;
            prop_assert_eq!(row.unread, room.messages.len() as Seq - read, "unread is arithmetic");
        }
    }
}
