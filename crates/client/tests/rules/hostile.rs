//! Frames that no honest server sends, at moments that no honest clock shows: nothing panics, nothing storms.

use crate::model::{client_id, conversation_id, user};
use crate::screen::Screen;
use myna_client::{Action, Client, Unsent};
use myna_protocol::limits::Limits;
use myna_protocol::{
    ByeReason, Command, Conversation, ConversationId, Event, Feed, FeedRows, Kind, ListPosition, Member, Membership,
    Message, Person, Rejection, ResetReason, Row, Scheduled, ScheduledMessage, Signal, Target, Text, Timestamp,
};
use proptest::prelude::*;

/// Small numbers, and those at the edges.
fn number() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 0u64..6, 1 => Just(u64::MAX), 1 => Just(u64::MAX - 1), 1 => any::<u64>()]
}

fn moment() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        4 => (0i64..100_000).prop_map(Timestamp),
        1 => Just(Timestamp(i64::MAX)),
        1 => Just(Timestamp(i64::MIN)),
        1 => any::<i64>().prop_map(Timestamp),
    ]
}

fn feed() -> impl Strategy<Value = Feed> {
    prop_oneof![
        3 => (1u8..4).prop_map(|n| Feed::Conversation(conversation_id(n))),
        1 => (1u8..3).prop_map(|n| Feed::User(user(n).id)),
        1 => Just(Feed::Server),
    ]
}

fn position() -> impl Strategy<Value = Option<ListPosition>> {
    prop::option::of(
        (1u8..4, moment()).prop_map(|(n, active_at)| ListPosition { active_at, conversation: conversation_id(n) }),
    )
}

fn person() -> impl Strategy<Value = Person> {
    (1u8..4, number()).prop_map(|(n, rev)| Person { id: user(n).id, name: format!("name {}", rev % 3), rev })
}

fn room_of() -> impl Strategy<Value = ConversationId> {
    (1u8..4).prop_map(conversation_id)
}

fn row() -> impl Strategy<Value = Row> {
    let room = (1u8..4).prop_map(conversation_id);
    let kind = prop_oneof![Just(Kind::Direct), Just(Kind::Group), Just(Kind::Channel)];
    prop_oneof![
        (room.clone(), kind, moment(), any::<u32>(), number()).prop_map(|(id, kind, created_at, members, rev)| {
            let (name, created_by) = (None, user(1).id);
            Row::Conversation(Conversation { id, kind, name, created_by, created_at, members, receipts: true, rev })
        }),
        (room.clone(), 1u8..4, number(), number(), number(), number()).prop_map(
            |(conversation, n, joined_seq, left, read_seq, rev)| {
                let (user, left_seq) = (user(n), (left > 3).then_some(left));
                Row::Member(Member { conversation, user: user.id, joined_seq, left_seq, read_seq, read_at: None, rev })
            }
        ),
        (room.clone(), number(), 1u8..4, 0u64..9, moment(), number()).prop_map(
            |(conversation, seq, n, id, sent_at, rev)| {
                let (sender, client_id, text) = (user(n).id, client_id(id), "text".to_owned());
                Row::Message(Message { conversation, seq, sender, client_id, text, sent_at, rev, extra: None })
            }
        ),
        (room, any::<bool>(), number(), number()).prop_map(|(conversation, joined, read_seq, rev)| {
            Row::Membership(Membership { conversation, joined, read_seq, rev })
        }),
        (room_of(), 0u64..9, any::<bool>(), moment(), number()).prop_map(
            |(conversation, id, is_there, send_at, rev)| {
                let (text, reply_to, failed) = ("text".to_owned(), Some(rev), None);
                let message = is_there.then_some(ScheduledMessage { conversation, text, reply_to, send_at, failed });
                Row::Scheduled(Scheduled { client_id: client_id(id), message, rev })
            }
        ),
        person().prop_map(Row::Person),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let rows = || prop::collection::vec(row(), 0..6);
    let room = (1u8..4).prop_map(conversation_id);
    let code = prop_oneof![Just(Rejection::Unavailable), Just(Rejection::NotFound), Just(Rejection::Unknown)];
    let reason = prop_oneof![Just(ByeReason::Stopping), Just(ByeReason::Lagging)];
    prop_oneof![
        8 => (feed(), number(), number(), rows()).prop_map(|(feed, from, rev, rows)| Event::Rows(FeedRows { feed, from, rev, rows })),
        2 => (prop::option::of(number()), position()).prop_map(|(request, next)| Event::CaughtUp { request, next }),
        1 => (number(), prop::collection::vec(person(), 0..4)).prop_map(|(request, people)| Event::People { request, people }),
        1 => (number(), room.clone(), rows(), prop::option::of(1u8..4)).prop_map(|(request, conversation, rows, next)| {
            Event::Members { request, conversation, rows, next: next.map(|n| user(n).id) }
        }),
        2 => feed().prop_map(|feed| Event::Reset { feed, reason: ResetReason::UnknownCursor }),
        2 => (number(), room.clone(), rows()).prop_map(|(request, conversation, rows)| Event::Page { request, conversation, rows }),
        2 => (number(), prop::option::of(number())).prop_map(|(request, seq)| Event::Ack { request, conversation: None, seq }),
        1 => number().prop_map(|request| Event::Found { request, people: Vec::new(), channels: Vec::new() }),
        2 => (prop::option::of(number()), code).prop_map(|(request, code)| Event::Rejected { request, code, text: String::new() }),
        2 => (room, any::<bool>(), any::<u32>()).prop_map(|(conversation, typing, ttl)| {
            Event::Signal(Signal::Typing { conversation, user: user(2).id, typing, ttl })
        }),
        1 => any::<bool>().prop_map(|online| Event::Signal(Signal::Presence { users: vec![user(2).id], online })),
        1 => (reason, any::<u32>()).prop_map(|(reason, retry_after)| Event::Bye { reason, retry_after }),
        1 => moment().prop_map(|server_time| {
            let limits = Limits { text_chars: 0, frame_bytes: 0, page_messages_max: 0, unanswered_sends: 0, edit_millis: 0, unsend_millis: 0, reactions: 0, replies: false, forwards: false, scheduled: 1, schedule_millis: 0 };
            Event::Welcome { user: user(1), server_time, limits }
        }),
    ]
}

#[derive(Debug, Clone)]
enum Step {
    Event(Event),
    Send(u8, u64),
    Read(u8),
    Type(u8, bool),
    Write(u8, bool),
    StopWriting(u8),
    LeaveAt(u8, u64),
    Close(u8),
    Beside(u8, bool),
    DraftFromOtherTab(u8),
    SettledInOtherTab(u64),
    Open(u8),
    Older(u8),
    Newer(u8),
    GoTo(u8, Target),
    Newest(u8),
    Follow(u8, bool),
    MoreList,
    MoreMembers(u8),
    SetName,
    Rename(u8),
    Ask,
    Schedule(u8, u64),
    EndScheduled(u64, bool),
    Retry(u64),
    Discard(u64),
    Restore(u64),
    Tick,
    Online,
    Offline,
    Connect,
    Opened,
    Closed(Option<u16>),
}

fn target() -> impl Strategy<Value = Target> {
    prop_oneof![number().prop_map(Target::Seq), moment().prop_map(Target::SentAt)]
}

fn step() -> impl Strategy<Value = Step> {
    let code = prop_oneof![Just(None), Just(Some(1_006)), Just(Some(4_008)), Just(Some(4_012))];
    prop_oneof![
        30 => event().prop_map(Step::Event),
        4 => (1u8..4, 0u64..9).prop_map(|(room, id)| Step::Send(room, id)),
        2 => (1u8..4).prop_map(Step::Read),
        2 => (1u8..4, any::<bool>()).prop_map(|(room, empty)| Step::Type(room, empty)),
        2 => (1u8..4, any::<bool>()).prop_map(|(room, empty)| Step::Write(room, empty)),
        1 => (1u8..4).prop_map(Step::StopWriting),
        1 => (1u8..4, number()).prop_map(|(room, seq)| Step::LeaveAt(room, seq)),
        1 => (1u8..4).prop_map(Step::Close),
        1 => (1u8..4, any::<bool>()).prop_map(|(room, unread)| Step::Beside(room, unread)),
        1 => (1u8..4).prop_map(Step::DraftFromOtherTab),
        1 => (0u64..9).prop_map(Step::SettledInOtherTab),
        2 => (1u8..4).prop_map(Step::Open),
        2 => (1u8..4).prop_map(Step::Older),
        2 => (1u8..4).prop_map(Step::Newer),
        3 => (1u8..4, target()).prop_map(|(room, target)| Step::GoTo(room, target)),
        1 => (1u8..4).prop_map(Step::Newest),
        1 => (1u8..4, any::<bool>()).prop_map(|(room, at_end)| Step::Follow(room, at_end)),
        1 => Just(Step::MoreList),
        1 => (1u8..4).prop_map(Step::MoreMembers),
        1 => Just(Step::SetName),
        1 => (1u8..4).prop_map(Step::Rename),
        1 => Just(Step::Ask),
        2 => (1u8..4, 0u64..9).prop_map(|(room, id)| Step::Schedule(room, id)),
        1 => (0u64..9, any::<bool>()).prop_map(|(id, is_sent)| Step::EndScheduled(id, is_sent)),
        1 => (0u64..9).prop_map(Step::Retry),
        1 => (0u64..9).prop_map(Step::Discard),
        1 => (0u64..9).prop_map(Step::Restore),
        2 => Just(Step::Tick),
        1 => Just(Step::Online),
        1 => Just(Step::Offline),
        3 => Just(Step::Connect),
        3 => Just(Step::Opened),
        1 => code.prop_map(Step::Closed),
    ]
}

fn take(client: &mut Client, step: Step, now: Timestamp) -> Vec<Action> {
    match step {
        Step::Event(event) => client.event(event, now),
        Step::Send(room, id) => {
            let text = Text::parse("text").expect("it is a plain text");
            client.send(conversation_id(room), client_id(id), text, now)
        }
        Step::Read(room) => client.read(conversation_id(room), now),
        Step::Type(room, empty) => client.type_in(conversation_id(room), empty, now),
        Step::Write(room, empty) => {
            client.start_writing(conversation_id(room));
            client.write(conversation_id(room), if empty { " ".to_owned() } else { "text".to_owned() }, now)
        }
        Step::StopWriting(room) => {
            client.stop_writing(conversation_id(room));
            Vec::new()
        }
        Step::LeaveAt(room, seq) => {
            client.leave_at(conversation_id(room), (seq > 3).then_some((seq, 7)));
            Vec::new()
        }
        Step::Close(room) => {
            client.close(conversation_id(room));
            Vec::new()
        }
        Step::Beside(room, only_unread) => {
            client.beside_in_list(Some(conversation_id(room)), true, only_unread);
            client.beside_in_list(None, false, only_unread);
            Vec::new()
        }
        Step::DraftFromOtherTab(room) => {
            client.draft_from_other_tab(conversation_id(room).into(), "text".to_owned());
            Vec::new()
        }
        Step::SettledInOtherTab(id) => {
            client.settled_in_other_tab(client_id(id));
            Vec::new()
        }
        Step::Open(room) => client.open(conversation_id(room), now),
        Step::Older(room) => client.older(conversation_id(room), now),
        Step::Newer(room) => client.newer(conversation_id(room), now),
        Step::GoTo(room, target) => client.go_to(conversation_id(room), target, now),
        Step::Newest(room) => {
            client.newest(conversation_id(room));
            Vec::new()
        }
        Step::Follow(room, at_end) => {
            client.follow(conversation_id(room), at_end);
            Vec::new()
        }
        Step::MoreList => client.more_list(now),
        Step::MoreMembers(room) => client.more_members(conversation_id(room), now),
        Step::SetName => client.set_name("Name".to_owned(), now).1,
        Step::Rename(room) => client.rename(conversation_id(room), None, now).1,
        Step::Ask => client.ask(|request| Command::Search { request, text: String::new() }, now).1,
        Step::Schedule(room, id) => {
            let text = Text::parse("text").expect("it is a plain text");
            client.schedule(conversation_id(room), client_id(id), text, now.plus(9), now).1
        }
        Step::EndScheduled(id, true) => client.send_scheduled(client_id(id), now).1,
        Step::EndScheduled(id, false) => client.delete_scheduled(client_id(id), now).1,
        Step::Retry(id) => client.retry(client_id(id), now),
        Step::Discard(id) => client.discard(client_id(id)),
        Step::Restore(id) => {
            let (conversation, client_id, text) = (conversation_id(1), client_id(id), "text".to_owned());
            client.restore(
                vec![Unsent { conversation, client_id, text, reply_to: None, forwards: None, at: now, failed: None }],
                now,
            )
        }
        Step::Tick => client.tick(now),
        Step::Online => client.online(now),
        Step::Offline => client.offline(now),
        Step::Connect => client.connect(now),
        Step::Opened => client.opened(now),
        Step::Closed(code) => client.closed(code, now),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn odd_frames_at_odd_moments_leave_the_client_in_one_piece(
        steps in prop::collection::vec((step(), moment()), 1..120),
    ) {
        let mut client = Client::new(1);
        client.start(user(1), Vec::new(), None);
        let (mut said, count) = (0, steps.len());
        let mut screen = Screen::default();
        for (step, now) in steps {
            if matches!(step, Step::Open(_)) {
                screen.leave();
            }
            let actions = take(&mut client, step, now);
            said += actions.iter().filter(|action| matches!(action, Action::Send(_))).count();
            screen.draw(&mut client);
            prop_assert_eq!(client.list(0..usize::MAX), client.sidebar());
            for row in client.sidebar() {
                let (all, part) = (client.transcript(row.id), client.lines(row.id));
                prop_assert!(part.is_empty() || all.windows(part.len()).any(|lines| lines == part));
                client.conversation(row.id).expect("what is listed can be shown");
                client.typing(row.id);
            }
        }
        prop_assert!(said <= 8 * count, "{said} frames said in {count} steps");
    }
}
