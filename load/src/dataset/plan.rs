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
    pub texts: Texts,
}

/// The texts of the messages that are there to begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Texts {
    /// As long as people usually write.
    #[default]
    Usual,
    /// As long as a message may be, of a character that HTML and the JSON in a page have to escape.
    Hostile,
}

impl Plan {
    /// So many people with these conversations.
    pub fn new(people: usize, talks: Vec<TalkPlan>) -> Self {
        Self { people, talks, texts: Texts::Usual }
    }

    /// The same plan with these texts.
    #[must_use]
    pub fn with_texts(self, texts: Texts) -> Self {
        Self { texts, ..self }
    }

    /// So many people without any conversation.
    pub fn strangers(people: usize) -> Self {
        Self::new(people, Vec::new())
    }

    /// Two people with so many groups, each with so many messages.
    pub fn shared_by_two(groups: usize, messages: Seq) -> Self {
        let group = || TalkPlan { kind: Kind::Group, members: vec![0, 1], messages };
        Self::new(2, (0..groups).map(|_| group()).collect())
    }

    /// So many groups of so many people, nobody in two of them, but for one more person, who is in all of them: the last.
    pub fn groups_around_one(groups: usize, each: usize) -> Self {
        let mut plan = Self::rooms(groups, each);
        let one = plan.people as u32;
        plan.talks.iter_mut().for_each(|talk| talk.members.push(one));
        plan.people += 1;
        plan
    }

    /// So many pairs, each in their direct conversation: person 2n with person 2n + 1.
    pub fn pairs(pairs: usize) -> Self {
        let pair = |pair: u32| TalkPlan { kind: Kind::Direct, members: vec![2 * pair, 2 * pair + 1], messages: 0 };
        Self::new(2 * pairs, (0..pairs as u32).map(pair).collect())
    }

    /// So many groups of so many people, nobody in two of them.
    pub fn rooms(rooms: usize, each: usize) -> Self {
        let room = |room: u32| {
            let first = room * each as u32;
            TalkPlan { kind: Kind::Group, members: (first..first + each as u32).collect(), messages: 0 }
        };
        Self::new(rooms * each, (0..rooms as u32).map(room).collect())
    }

    /// One channel with everybody in it.
    pub fn room(people: usize) -> Self {
        let members = (0..people as u32).collect();
        Self::new(people, vec![TalkPlan { kind: Kind::Channel, members, messages: 0 }])
    }

    /// So many people, each in a note to self.
    pub fn notes(people: usize) -> Self {
        let note = |person| TalkPlan { kind: Kind::Direct, members: vec![person], messages: 0 };
        Self::new(people, (0..people as u32).map(note).collect())
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
        Self::new(PEOPLE as usize, (0..groups as u32).map(group).collect())
    }
}
