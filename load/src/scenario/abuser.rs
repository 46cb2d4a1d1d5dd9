//! Somebody who asks for as much as they can, without a pause, beside people who talk: the others do not notice.

use super::{EMBEDDED, Span};
use crate::dataset::Plan;
use crate::harness::{Harness, Tools};
use crate::load_loop::LoadLoop;
use crate::progress::Progress;
use crate::quick::{ClientPool, ConnectionState, Myna};
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
        let harness = Harness::set(tools, &plan, &[])?;
        // What the abuser is told is looked at by nobody.
        let myna = Myna::quick(harness.dataset.clone(), harness.address).with_whole(others..others + 1);
        let mut pool = ClientPool::new(myna, others + 1, harness.address, harness.clock)?;
        pool.connect_all(0..others, |_| ())?;
        let mut load_loop = harness.load_loop(&mut pool).with_audience(vec![10; rooms]);
        load_loop.frail.insert(others);
        load_loop.history.journals[others].absent = true;
        let (rooms, room) = (rooms as u64, harness.dataset.talks[rooms - 1].id);
        let who = |turn: u64| ((turn % rooms * 10 + turn / rooms % 10) as usize, (turn % rooms) as u32);
        let mut abuser = Abuse { person: others, room, asked: 0, greeted: false };
        for (what, abuses) in [("nobody abuses", false), ("one abuses", true)] {
            for lasts in [self.span.warm(), self.span.measured()] {
                let end = load_loop.measure(lasts);
                let before = harness.usage()?;
                load_loop.open_loop_beside(
                    self.rate,
                    end,
                    who,
                    Progress::until(what, load_loop.clock(), end),
                    |load_loop| {
                        if abuses { abuser.go_on(load_loop) } else { Ok(()) }
                    },
                )?;
                if lasts == self.span.measured() {
                    outcome.figure(format!("CPU of the server, {what}"), harness.usage()?.cpu_since(&before), "s");
                }
            }
            outcome.times(format!("due to acknowledged, {what}"), &load_loop.history.answers(load_loop.measured.start));
            outcome.times(format!("due to delivered, {what}"), &load_loop.deliveries);
        }
        outcome.figure("frames that the abuser has said", abuser.asked as f64, "");
        let history = load_loop.history;
        drop(pool);
        outcome.verdict = Some(harness.check(&history)?);
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
    fn go_on(&mut self, load_loop: &mut LoadLoop<'_, Myna>) -> anyhow::Result<()> {
        const AT_ONCE: usize = 64;
        match load_loop.pool.state(self.person) {
            ConnectionState::Closed => {
                self.greeted = false;
                return load_loop.pool.connect(self.person);
            }
            ConnectionState::Connecting | ConnectionState::Upgrading => return Ok(()),
            ConnectionState::Open => {}
        }
        if !self.greeted {
            self.greeted = true;
            self.say(load_loop, &Command::Hello { cursors: BTreeMap::new() })?;
        }
        for _ in 0..AT_ONCE {
            if !load_loop.pool.is_clear(self.person) {
                break;
            }
            self.asked += 1;
            let (request, conversation) = (self.asked, self.room);
            let command = match request % 2 {
                0 => Command::Search { request, text: String::new() },
                _ => Command::Load { request, conversation, before: Some(u64::from(u32::MAX)), limit: 200 },
            };
            self.say(load_loop, &command)?;
        }
        Ok(())
    }

    fn say(&self, load_loop: &mut LoadLoop<'_, Myna>, command: &Command) -> anyhow::Result<()> {
        load_loop.pool.say(self.person, &serde_json::to_string(command)?)
    }
}
