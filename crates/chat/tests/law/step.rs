//! What may happen to a few people who talk, and plans of it.

use crate::simulated_bus::DeliveryFault;
use proptest::prelude::*;

/// One thing that somebody does, or that happens to them. Numbers that name nothing do nothing.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Send {
        who: usize,
        place: usize,
    },
    /// They reply to the message at this place of the conversation.
    Reply {
        who: usize,
        place: usize,
        seq: u64,
    },
    /// They forward the message at this place of one conversation to another.
    Forward {
        who: usize,
        place: usize,
        seq: u64,
        to: usize,
    },
    /// They give their message that is so many before their newest there another text.
    Edit {
        who: usize,
        place: usize,
        back: usize,
    },
    /// They unsend it.
    Unsend {
        who: usize,
        place: usize,
        back: usize,
    },
    /// They react to the message at this place of the conversation, or with 0 take it back.
    React {
        who: usize,
        place: usize,
        seq: u64,
        emoji: usize,
    },
    /// They schedule a message for so many minutes later.
    Schedule {
        who: usize,
        place: usize,
        minutes: i64,
    },
    /// They give the scheduled message of this number another text, and a time so many minutes later.
    EditScheduled {
        who: usize,
        number: usize,
        minutes: i64,
    },
    SendScheduled {
        who: usize,
        number: usize,
    },
    DeleteScheduled {
        who: usize,
        number: usize,
    },
    /// A minute passes, and the nodes do what is due.
    Minute,
    Read {
        who: usize,
        place: usize,
    },
    Direct {
        who: usize,
        with: usize,
    },
    Group {
        who: usize,
        with: Vec<usize>,
    },
    Channel {
        who: usize,
    },
    Join {
        who: usize,
        channel: usize,
    },
    Add {
        who: usize,
        place: usize,
        with: usize,
    },
    Leave {
        who: usize,
        place: usize,
    },
    /// They give themselves another name, which someone else may have by then.
    RenameMe {
        who: usize,
        number: u8,
    },
    /// They give a conversation another name, or none.
    Rename {
        who: usize,
        place: usize,
        number: u8,
    },
    /// What waits in the socket arrives.
    Hear {
        who: usize,
    },
    /// What waits in the socket is lost.
    Lose {
        who: usize,
    },
    /// What waits in the socket arrives twice, backwards.
    Repeat {
        who: usize,
    },
    /// The socket drops.
    Drop {
        who: usize,
    },
    /// The socket comes back.
    Return {
        who: usize,
    },
    /// The socket drops, and comes back on another node.
    Move {
        who: usize,
    },
    /// Something becomes of the notices that wait for a node.
    ChangeNotice {
        node: usize,
        fault: DeliveryFault,
    },
    /// The next commit of a node lands, and the node is told that it may not have.
    Uncertain {
        node: usize,
    },
    /// The next thing that somebody says meets with this.
    Mishap {
        who: usize,
        mishap: Mishap,
    },
    /// A node dies, and another takes its place on the same store.
    Crash {
        node: usize,
    },
}

/// What becomes of something that is said.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mishap {
    /// The socket drops before the server hears it.
    Unheard,
    /// The socket drops when the server has done it, before its answer arrives.
    Unanswered,
    /// The node dies while it does it, after so many looks at everything else that it has to do.
    NodeDies { looks: u8 },
}

/// What people do, and what becomes of it on its way to them.
pub(crate) fn any(people: usize) -> impl Strategy<Value = Step> {
    let who = 0..people;
    let place = 0..6_usize;
    prop_oneof![
        8 => (who.clone(), place.clone()).prop_map(|(who, place)| Step::Send { who, place }),
        4 => (who.clone(), place.clone(), 1..6_u64).prop_map(|(who, place, seq)| Step::Reply { who, place, seq }),
        2 => (who.clone(), place.clone(), 1..6_u64, place.clone())
            .prop_map(|(who, place, seq, to)| Step::Forward { who, place, seq, to }),
        3 => (who.clone(), place.clone(), 0..3_usize).prop_map(|(who, place, back)| Step::Edit { who, place, back }),
        1 => (who.clone(), place.clone(), 0..3_usize).prop_map(|(who, place, back)| Step::Unsend { who, place, back }),
        3 => (who.clone(), place.clone(), 1..6_u64, 0..3_usize)
            .prop_map(|(who, place, seq, emoji)| Step::React { who, place, seq, emoji }),
        3 => (who.clone(), place.clone(), 1..3_i64)
            .prop_map(|(who, place, minutes)| Step::Schedule { who, place, minutes }),
        1 => (who.clone(), 0..3_usize, 1..3_i64)
            .prop_map(|(who, number, minutes)| Step::EditScheduled { who, number, minutes }),
        1 => (who.clone(), 0..3_usize).prop_map(|(who, number)| Step::SendScheduled { who, number }),
        1 => (who.clone(), 0..3_usize).prop_map(|(who, number)| Step::DeleteScheduled { who, number }),
        1 => Just(Step::Minute),
        4 => (who.clone(), place.clone()).prop_map(|(who, place)| Step::Read { who, place }),
        2 => (who.clone(), who.clone()).prop_map(|(who, with)| Step::Direct { who, with }),
        2 => (who.clone(), prop::collection::vec(who.clone(), 1..4)).prop_map(|(who, with)| Step::Group { who, with }),
        1 => who.clone().prop_map(|who| Step::Channel { who }),
        3 => (who.clone(), 0..3_usize).prop_map(|(who, channel)| Step::Join { who, channel }),
        2 => (who.clone(), place.clone()).prop_map(|(who, place)| Step::Leave { who, place }),
        2 => (who.clone(), place.clone(), who.clone()).prop_map(|(who, place, with)| Step::Add { who, place, with }),
        1 => (who.clone(), 0..6_u8).prop_map(|(who, number)| Step::RenameMe { who, number }),
        2 => (who.clone(), place, 0..6_u8).prop_map(|(who, place, number)| Step::Rename { who, place, number }),
        6 => who.clone().prop_map(|who| Step::Hear { who }),
        2 => who.clone().prop_map(|who| Step::Lose { who }),
        2 => who.clone().prop_map(|who| Step::Repeat { who }),
        1 => who.clone().prop_map(|who| Step::Drop { who }),
        3 => (who.clone(), mishap()).prop_map(|(who, mishap)| Step::Mishap { who, mishap }),
        1 => (0..2_usize).prop_map(|node| Step::Crash { node }),
        4 => who.prop_map(|who| Step::Return { who }),
    ]
}

fn mishap() -> impl Strategy<Value = Mishap> {
    prop_oneof![
        2 => Just(Mishap::Unheard),
        2 => Just(Mishap::Unanswered),
        1 => (0..24_u8).prop_map(|looks| Mishap::NodeDies { looks }),
    ]
}

/// The same, and what becomes of the notices between two nodes.
pub(crate) fn any_on_two_nodes() -> impl Strategy<Value = Step> {
    let node = 0..2_usize;
    let fault = prop_oneof![
        5 => Just(DeliveryFault::None),
        1 => Just(DeliveryFault::Duplicated),
        2 => Just(DeliveryFault::Reordered),
        2 => Just(DeliveryFault::Lost),
    ];
    prop_oneof![
        12 => any(5),
        5 => (node.clone(), fault).prop_map(|(node, fault)| Step::ChangeNotice { node, fault }),
        1 => (0..5_usize).prop_map(|who| Step::Move { who }),
        1 => node.prop_map(|node| Step::Uncertain { node }),
    ]
}
