//! Clients whose links are cut and opened again while somebody speaks: how much of it reaches them in the end.

use super::SENDER;
use crate::clock::{MILLISECOND, Nanos, SECOND};
use crate::marker::{Marker, TEXT_BYTES};
use crate::quick::{ClientPool, ConnectionState, Heard, ProtocolAdapter, Told};
use serde::Serialize;
use std::ops::Range;

/// Messages a second meanwhile.
const RATE: u64 = 5;
/// How long a link lasts, and how long it is gone.
const LASTS: Range<Nanos> = 2 * SECOND..4 * SECOND;
const GONE: Range<Nanos> = 500 * MILLISECOND..SECOND;
/// Nothing new for so long, with every link open: nothing more will come.
const SILENCE: Nanos = 3 * SECOND;
/// For a server that never falls silent.
const PATIENCE: Nanos = 40 * SECOND;

/// What came of it.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Cuts {
    /// Links that were cut.
    pub(super) cut: u64,
    pub(super) sent: u64,
    /// Of so many deliveries…
    pub(super) due: u64,
    /// … so many came, each counted once.
    pub(super) arrived: u64,
}

/// The links of one room while they are cut.
struct Links {
    /// Whether somebody has this message: by person, then by message.
    has: Vec<Vec<bool>>,
    /// When somebody's link is cut, or opened again.
    turns: Vec<Nanos>,
    cut: u64,
    /// When something last came to somebody who did not have it.
    news: Nanos,
    /// The number of the first message.
    first: u64,
}

/// Cuts the links of all but the sender, who is the first of so many in this room, at random for some time. Messages are
/// numbered from `first`.
pub(super) fn cut<D: ProtocolAdapter>(
    pool: &mut ClientPool<D>,
    talk: u32,
    members: usize,
    seconds: u64,
    first: u64,
) -> anyhow::Result<Cuts> {
    let clock = pool.clock();
    let start = clock.now();
    let (end, sent) = (start + seconds * SECOND, seconds * RATE);
    let due = |message: u64| start + message * SECOND / RATE;
    let mut links = Links {
        has: vec![vec![false; sent as usize]; members],
        turns: (0..members).map(|_| start + fastrand::u64(0..LASTS.end)).collect(),
        cut: 0,
        news: end,
        first,
    };
    let (mut said, mut told) = (0, Vec::new());
    loop {
        let now = clock.now();
        while said < sent && due(said) <= now {
            let number = first + said;
            let text = Marker { number, due: due(said) }.text(TEXT_BYTES);
            let message = pool.adapter().message(SENDER, talk, number, &text);
            pool.say(SENDER, &message)?;
            said += 1;
        }
        links.turn(pool, now, now < end)?;
        let is_silent = now > links.news + SILENCE && pool.open() == pool.people();
        if now > end && (links.is_complete() || is_silent || now > end + PATIENCE) {
            break;
        }
        pool.turn(Some(now + 10 * MILLISECOND), &mut told)?;
        for Told { at, person, heard } in told.drain(..) {
            links.hear(at, person, &heard)?;
        }
    }
    let arrived = links.has[1..].iter().flatten().filter(|has| **has).count() as u64;
    Ok(Cuts { cut: links.cut, sent, due: sent * (members as u64 - 1), arrived })
}

impl Links {
    /// Cuts and opens what is to be; towards the end only opens.
    fn turn<D: ProtocolAdapter>(&mut self, pool: &mut ClientPool<D>, now: Nanos, cuts: bool) -> anyhow::Result<()> {
        for person in (1..self.turns.len()).filter(|person| *person != SENDER) {
            if now < self.turns[person] {
                continue;
            }
            if pool.state(person) == ConnectionState::Closed {
                pool.connect(person)?;
                self.turns[person] = now + fastrand::u64(LASTS);
            } else if cuts {
                pool.close(person, None)?;
                self.cut += 1;
                self.turns[person] = now + fastrand::u64(GONE);
            }
        }
        Ok(())
    }

    fn hear(&mut self, at: Nanos, person: usize, heard: &Heard) -> anyhow::Result<()> {
        match heard {
            Heard::Row { number, .. } => {
                let message = number.checked_sub(self.first).and_then(|message| usize::try_from(message).ok());
                let has = message.and_then(|message| self.has.get_mut(person)?.get_mut(message));
                if let Some(has) = has
                    && !std::mem::replace(has, true)
                {
                    self.news = self.news.max(at);
                }
            }
            // The server was not ready for them: they come again.
            Heard::Closed(_) if person != SENDER && person < self.turns.len() => {
                self.turns[person] = at + fastrand::u64(GONE);
            }
            Heard::Closed(code) => anyhow::bail!("the server has closed the connection of {person}: {code:?}"),
            _ => {}
        }
        Ok(())
    }

    fn is_complete(&self) -> bool {
        self.has[1..].iter().flatten().all(|has| *has)
    }
}
