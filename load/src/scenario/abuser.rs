//! Somebody who asks for as much as they can, without a pause, beside people who talk: the others do not notice.

use super::{EMBEDDED, Span};
use crate::floor::Floor;
use crate::progress::Progress;
use crate::quick::{Crowd, Fate, Myna};
use crate::site::Plan;
use crate::stage::{Stage, Tools};
use crate::table::Outcome;
use myna_protocol::{Command, ConversationId};
use std::collections::BTreeMap;

/// One who abuses the server
#[derive(Debug, Clone, clap::Args)]
pub struct Abuser {
    /// How many others there are, in rooms of 10
    #[arg(long, default_value_t = 200)]
    pub others: usize,
    /// Messages a second of theirs
    #[arg(long, default_value_t = 100.0)]
    pub rate: f64,
    #[command(flatten)]
    pub span: Span,
}

impl Abuser {
    pub fn run(&self, tools: &Tools) -> anyhow::Result<Outcome> {
        let rooms = self.others.div_ceil(10);
        let mut outcome = Outcome::new(format!("one who abuses the server beside {} others", rooms * 10), EMBEDDED);
        outcome.setting(format!(
            "{} messages a second in rooms of 10; default limits; the abuser searches for everybody and loads pages of 200 \
             as fast as the server reads, and comes back when it is closed",
            self.rate
        ));
        let mut plan = Plan::rooms(rooms, 10);
        let others = plan.people;
        let mut last = plan.talks[rooms - 1].clone();
        last.members.push(others as u32);
        plan.talks[rooms - 1] = last;
        plan.people += 1;
        let stage = Stage::set(tools, &plan, &[])?;
        // What the abuser is told is looked at by nobody.
        let myna = Myna::quick(stage.site.clone(), stage.address).with_whole(others..others + 1);
        let mut crowd = Crowd::new(myna, others + 1, stage.address, stage.clock)?;
        crowd.connect_all(0..others, |_| ())?;
        let mut floor = stage.floor(&mut crowd).with_audience(vec![10; rooms]);
        floor.frail.insert(others);
        floor.ledger.journals[others].absent = true;
        let (rooms, room) = (rooms as u64, stage.site.talks[rooms - 1].id);
        let who = |turn: u64| ((turn % rooms * 10 + turn / rooms % 10) as usize, (turn % rooms) as u32);
        let mut abuser = Abuse { person: others, room, asked: 0, greeted: false };
        for (what, abuses) in [("nobody abuses", false), ("one abuses", true)] {
            for lasts in [self.span.warm(), self.span.measured()] {
                let end = floor.measure(lasts);
                let before = stage.usage()?;
                floor.open_loop_beside(self.rate, end, who, Progress::until(what, floor.clock(), end), |floor| {
                    if abuses { abuser.go_on(floor) } else { Ok(()) }
                })?;
                if lasts == self.span.measured() {
                    outcome.figure(format!("CPU of the server, {what}"), stage.usage()?.cpu_since(&before), "s");
                }
            }
            outcome.times(format!("due to acknowledged, {what}"), &floor.ledger.answers(floor.measured.start));
            outcome.times(format!("due to delivered, {what}"), &floor.deliveries);
        }
        outcome.figure("frames that the abuser has said", abuser.asked as f64, "");
        let ledger = floor.ledger;
        drop(crowd);
        outcome.verdict = Some(stage.check(&ledger)?);
        outcome.end();
        Ok(outcome)
    }
}

/// What the abuser is at.
struct Abuse {
    person: usize,
    room: ConversationId,
    asked: u64,
    greeted: bool,
}

impl Abuse {
    /// Asks for more wherever the connection takes it.
    fn go_on(&mut self, floor: &mut Floor<'_, Myna>) -> anyhow::Result<()> {
        const AT_ONCE: usize = 64;
        match floor.crowd.fate(self.person) {
            Fate::Closed => {
                self.greeted = false;
                return floor.crowd.connect(self.person);
            }
            Fate::Connecting | Fate::Asking => return Ok(()),
            Fate::Open => {}
        }
        if !self.greeted {
            self.greeted = true;
            self.say(floor, &Command::Hello { cursors: BTreeMap::new() })?;
        }
        for _ in 0..AT_ONCE {
            if !floor.crowd.is_clear(self.person) {
                break;
            }
            self.asked += 1;
            let (request, conversation) = (self.asked, self.room);
            let command = match request % 2 {
                0 => Command::Search { request, text: String::new() },
                _ => Command::Load { request, conversation, before: Some(u64::from(u32::MAX)), limit: 200 },
            };
            self.say(floor, &command)?;
        }
        Ok(())
    }

    fn say(&self, floor: &mut Floor<'_, Myna>, command: &Command) -> anyhow::Result<()> {
        floor.crowd.say(self.person, &serde_json::to_string(command)?)
    }
}
