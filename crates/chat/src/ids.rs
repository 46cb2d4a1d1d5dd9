//! Random bytes and the ids made of them, injected.

use crate::Clock;
use crate::rules::JobId;
use myna_protocol::{ConversationId, SessionId, UserId};

/// Where the rules get ids and secrets from.
pub trait Ids: Send + Sync {
    /// Fills the buffer with bytes that nobody can guess.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's random bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomIds;

impl Ids for RandomIds {
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system always has random bytes once it has started");
    }
}

/// The parts of a UUIDv7: milliseconds of now and ten random bytes.
fn parts(ids: &dyn Ids, clock: &dyn Clock) -> (u64, [u8; 10]) {
    let mut random = [0; 10];
    ids.fill(&mut random);
    (u64::try_from(clock.now().millis()).unwrap_or(0), random)
}

pub(crate) fn job_id(ids: &dyn Ids) -> JobId {
    let mut id = JobId::default();
    ids.fill(&mut id);
    id
}

pub(crate) fn user_id(ids: &dyn Ids, clock: &dyn Clock) -> UserId {
    let (millis, random) = parts(ids, clock);
    UserId::from_parts(millis, random)
}

pub(crate) fn session_id(ids: &dyn Ids, clock: &dyn Clock) -> SessionId {
    let (millis, random) = parts(ids, clock);
    SessionId::from_parts(millis, random)
}

pub(crate) fn conversation_id(ids: &dyn Ids, clock: &dyn Clock) -> ConversationId {
    let (millis, random) = parts(ids, clock);
    ConversationId::from_parts(millis, random)
}
