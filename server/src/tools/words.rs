//! What the tools print, and how they write numbers.

use indicatif::HumanCount;
use myna_store::archive::Counts;
use std::fmt;
use std::io::{Write, stdout};

/// Prints a line. Where nobody reads any more (a pipe that was closed) it is lost, and the exit code still tells.
pub(super) fn say(line: impl fmt::Display) {
    let _ = writeln!(stdout(), "{line}");
}

/// A number as people read it: 1,000,000.
pub(super) fn amount(number: u64) -> HumanCount {
    HumanCount(number)
}

/// How many there are of each noun.
pub(super) struct Nouns(pub(super) Counts);

impl fmt::Display for Nouns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { users, sessions, conversations, members, messages, reactions, jobs, personal } = self.0;
        write!(f, "{} people, {} sessions, ", amount(users), amount(sessions))?;
        write!(f, "{} conversations, ", amount(conversations))?;
        write!(f, "{} members, {} messages, ", amount(members), amount(messages))?;
        write!(f, "{} reactions, {} due jobs, {} personal rows", amount(reactions), amount(jobs), amount(personal))
    }
}
