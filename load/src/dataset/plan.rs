//! Who talks with whom in a run.

use myna_protocol::{Kind, Seq};

/// A conversation to be made.
#[derive(Debug, Clone)]
pub struct TalkPlan {
    pub kind: Kind,
    /// Places among the people, the maker first.
    pub members: Vec<u32>,
    /// Messages to begin with.
    pub messages: Seq,
}

/// How many people, and what they are in.
#[derive(Debug, Clone)]
pub struct Plan {
    pub people: usize,
    pub talks: Vec<TalkPlan>,
}

impl Plan {
    /// So many pairs, each in their direct conversation: person 2n with person 2n + 1.
    pub fn pairs(pairs: usize) -> Self {
        let pair = |pair: u32| TalkPlan { kind: Kind::Direct, members: vec![2 * pair, 2 * pair + 1], messages: 0 };
        Self { people: 2 * pairs, talks: (0..pairs as u32).map(pair).collect() }
    }

    /// So many groups of so many people, nobody in two of them.
    pub fn rooms(rooms: usize, each: usize) -> Self {
        let room = |room: u32| {
            let first = room * each as u32;
            TalkPlan { kind: Kind::Group, members: (first..first + each as u32).collect(), messages: 0 }
        };
        Self { people: rooms * each, talks: (0..rooms as u32).map(room).collect() }
    }

    /// One channel with everybody in it.
    pub fn room(people: usize) -> Self {
        let members = (0..people as u32).collect();
        Self { people, talks: vec![TalkPlan { kind: Kind::Channel, members, messages: 0 }] }
    }

    /// So many people, each in a note to self.
    pub fn notes(people: usize) -> Self {
        let note = |person| TalkPlan { kind: Kind::Direct, members: vec![person], messages: 0 };
        Self { people, talks: (0..people as u32).map(note).collect() }
    }

    /// The same, and all of them in one channel too.
    pub fn idle(people: usize) -> Self {
        let mut plan = Self::room(people);
        plan.talks.extend(Self::notes(people).talks);
        plan
    }

    /// Groups of 20 of 1,000 people, which share so many messages: the first has half of them.
    pub fn history(groups: usize, messages: u64) -> Self {
        const PEOPLE: u32 = 1_000;
        let share = messages / 2 / (groups as u64 - 1).max(1);
        let group = |place: u32| TalkPlan {
            kind: Kind::Group,
            members: (0..20).map(|member| (place * 7 + member) % PEOPLE).collect(),
            messages: if place == 0 { messages - share * (groups as u64 - 1) } else { share },
        };
        Self { people: PEOPLE as usize, talks: (0..groups as u32).map(group).collect() }
    }
}
