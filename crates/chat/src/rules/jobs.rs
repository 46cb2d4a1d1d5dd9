//! Changes that are due later.

use super::{Change, Effects, Facts, Verb, decide};
use myna_protocol::Rejection;

/// What tells one job from every other: random.
pub type JobId = [u8; 16];

/// What the job does and the end of the job are one commit, so it happens once, however many nodes try. A change that is
/// refused by then ends its job too.
pub(super) fn run(facts: &Facts, change: &Change, id: JobId) -> Result<Effects, Rejection> {
    let Some(job) = facts.job(id) else { return Ok(Effects::default()) };
    if job.due_at > change.at {
        return Ok(Effects::default());
    }
    let due = Change { at: change.at, ..job.change.clone() };
    let mut effects = match &due.verb {
        // A job runs no other job: its effects would be hidden behind those of this one.
        Verb::RunJob { .. } => Effects::default(),
        _ => decide(facts, &due).unwrap_or_else(Effects::refused),
    };
    effects.jobs.push((id, None));
    Ok(effects)
}
