//! Changes that are due later.

use super::{Change, Effects, Facts, JobRow, Verb, decide};
use myna_protocol::{Rejection, Timestamp};

/// What tells one job from every other. Whoever schedules it chooses the id, so that a retry makes no second job.
pub type JobId = [u8; 16];

pub(super) fn schedule(
    facts: &Facts,
    change: &Change,
    id: JobId,
    due_at: Timestamp,
    verb: &Verb,
) -> Result<Effects, Rejection> {
    let mut effects = Effects::default();
    if facts.job(id).is_none() {
        effects.jobs.push((id, Some(new_job(change, id, due_at, verb))));
    }
    Ok(effects)
}

fn new_job(change: &Change, id: JobId, due_at: Timestamp, verb: &Verb) -> JobRow {
    JobRow { id, due_at, change: Change { actor: change.actor, at: due_at, verb: verb.clone() } }
}

/// What the job does and the end of the job are one commit, so it happens once, however many nodes try. A change that is
/// refused by then ends its job too.
pub(super) fn run(facts: &Facts, change: &Change, id: JobId) -> Result<Effects, Rejection> {
    let Some(job) = facts.job(id) else { return Ok(Effects::default()) };
    if job.due_at > change.at {
        return Ok(Effects::default());
    }
    // A job runs no other job: its effects would be hidden behind those of this one.
    let due = Change { at: change.at, ..job.change.clone() };
    let mut effects = match &due.verb {
        Verb::RunJob { .. } => Effects::default(),
        // It takes the place of the one that ends now.
        Verb::Schedule { id: again, due_at, verb } if *again == id => {
            let next = new_job(&due, id, *due_at, verb);
            return Ok(Effects { jobs: vec![(id, Some(next))], ..Effects::default() });
        }
        _ => decide(facts, &due).unwrap_or_else(Effects::refused),
    };
    effects.jobs.push((id, None));
    Ok(effects)
}
