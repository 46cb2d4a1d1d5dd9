//! The connection: when to open and close it, when it is taken for dead, how long to wait before the next attempt.

use crate::backoff::Backoff;
use crate::{Action, Status};
use myna_protocol::{ByeReason, Command, Timestamp, close};

/// An attempt to connect that takes longer has failed.
const CONNECT_MILLIS: i64 = 10_000;
/// After so much silence the server is asked whether it is there.
const SILENCE_MILLIS: i64 = 25_000;
/// A server that says nothing for so long after being asked is not there.
const PONG_MILLIS: i64 = 20_000;
/// The same where there is reason for doubt: the device has slept, or its network has changed.
const DOUBT_MILLIS: i64 = 5_000;
/// A connection that lasted so long was healthy: the failures before it are forgotten. Short enough for a link that is cut
/// every few seconds, whose people would else wait longer and longer for a server that is well.
const HEALTHY_MILLIS: i64 = 4_000;
/// The longest wait that a stopping server may ask for.
const RETRY_AFTER_MILLIS_MAX: i64 = 60_000;
/// The wait after a stopping server that asked for none.
const RETRY_AFTER_MILLIS: i64 = 5_000;
/// The close code of a client that has its reasons.
pub(crate) const NORMAL: u16 = 1_000;

/// How the connection stands, and since when.
#[derive(Debug)]
pub(crate) struct Session {
    status: Status,
    /// When the present status began to count: the attempt, or the open socket.
    since: Timestamp,
    /// When something was last heard on the open socket.
    heard: Timestamp,
    /// The question to the server whether it is there, until it has answered.
    ping: Option<Ping>,
    /// The device says that it has no network. It may be wrong.
    is_offline: bool,
    /// Failures in a row.
    failures: u32,
    /// What the server said before closing: the wait it asks for in milliseconds, or that the session is over.
    bye: Option<(ByeReason, i64)>,
}

/// When the server was asked whether it is there, and how long it has for its answer.
#[derive(Debug, Clone, Copy)]
struct Ping {
    at: Timestamp,
    patience: i64,
}

impl Ping {
    fn is_over(self, now: Timestamp) -> bool {
        is_due(self.at, self.patience, now)
    }
}

impl Session {
    pub(crate) fn new() -> Self {
        let zero = Timestamp::default();
        let (status, is_offline) = (Status::Idle, false);
        Self { status, since: zero, heard: zero, ping: None, is_offline, failures: 0, bye: None }
    }

    pub(crate) fn status(&self) -> Status {
        self.status
    }

    /// Whether there is an open socket.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.status, Status::CatchingUp | Status::Live)
    }

    /// Begins an attempt, unless one is under way or has succeeded.
    pub(crate) fn connect(&mut self, now: Timestamp) -> Vec<Action> {
        match self.status {
            Status::Idle | Status::Waiting { .. } | Status::Offline { .. } => {
                (self.status, self.since) = (Status::Connecting, now);
                vec![Action::Connect]
            }
            Status::Connecting | Status::CatchingUp | Status::Live | Status::SignedOut => Vec::new(),
        }
    }

    /// The socket is open; whether it was waited for.
    pub(crate) fn opened(&mut self, now: Timestamp) -> bool {
        if self.status != Status::Connecting {
            return false;
        }
        self.status = Status::CatchingUp;
        (self.since, self.heard, self.ping, self.bye, self.is_offline) = (now, now, None, None, false);
        true
    }

    /// Something was heard: the server is there.
    pub(crate) fn heard(&mut self, now: Timestamp) {
        (self.heard, self.ping) = (now, None);
    }

    /// All that was missed has come in; whether that was waited for.
    pub(crate) fn caught_up(&mut self) -> bool {
        let waited = self.status == Status::CatchingUp;
        if waited {
            self.status = Status::Live;
        }
        waited
    }

    /// The server is about to close the socket.
    pub(crate) fn bye(&mut self, reason: ByeReason, retry_after: u32) {
        self.bye = Some((reason, i64::from(retry_after).min(RETRY_AFTER_MILLIS_MAX)));
    }

    /// The socket is closed, or could not be opened.
    pub(crate) fn closed(&mut self, code: Option<u16>, now: Timestamp, backoff: &mut Backoff) -> Vec<Action> {
        if !self.is_open() && self.status != Status::Connecting {
            return Vec::new();
        }
        let bye = self.bye.take();
        let over = matches!(bye, Some((ByeReason::SignedOut | ByeReason::Revoked, _)));
        if over || matches!(code, Some(close::SIGNED_OUT | close::REVOKED)) {
            return self.sign_out();
        }
        let failures = self.failed(now);
        let millis = match bye {
            Some((ByeReason::Stopping, retry_after)) => backoff.up_to(retry_after),
            Some((_, retry_after)) => backoff.after(failures).max(backoff.up_to(retry_after)),
            None if code == Some(close::STOPPING) => backoff.up_to(RETRY_AFTER_MILLIS),
            None => backoff.after(failures),
        };
        self.wait(millis, now);
        Vec::new()
    }

    /// The session is over; there is no way back.
    pub(crate) fn sign_out(&mut self) -> Vec<Action> {
        self.status = Status::SignedOut;
        vec![Action::SignedOut]
    }

    /// One more failure in a row, or the first after a healthy connection; how many that makes.
    fn failed(&mut self, now: Timestamp) -> u32 {
        let healthy = self.status == Status::Live && now.since(self.since) >= HEALTHY_MILLIS;
        self.failures = if healthy { 1 } else { self.failures.saturating_add(1) };
        self.failures
    }

    fn wait(&mut self, millis: i64, now: Timestamp) {
        self.since = now;
        let until = now.plus(millis);
        self.status =
            if self.is_offline { Status::Offline { until } } else { Status::Waiting { until, attempt: self.failures } };
    }

    /// The server is not there: the socket is given up.
    fn give_up(&mut self, now: Timestamp, backoff: &mut Backoff) -> Vec<Action> {
        let millis = backoff.after(self.failed(now));
        self.wait(millis, now);
        vec![Action::Close(NORMAL)]
    }

    /// The device says that it has no network. That is a reason for doubt only: a server on the same machine answers all the same.
    pub(crate) fn offline(&mut self, now: Timestamp) -> Vec<Action> {
        self.is_offline = true;
        if let Status::Waiting { until, .. } = self.status {
            self.status = Status::Offline { until };
        }
        self.doubt(now)
    }

    /// The device says that it has a network again.
    pub(crate) fn online(&mut self, now: Timestamp) -> Vec<Action> {
        let was_offline = std::mem::take(&mut self.is_offline);
        self.failures = 0;
        if was_offline && self.status == Status::Connecting {
            // An attempt from before may hang.
            self.since = now;
            return vec![Action::Close(NORMAL), Action::Connect];
        }
        self.nudge(now)
    }

    /// Something changed for the better: connects at once if an attempt is due later. While the device slept, or with its last network,
    /// the socket may have died without a word.
    pub(crate) fn nudge(&mut self, now: Timestamp) -> Vec<Action> {
        match self.status {
            Status::Waiting { .. } | Status::Offline { .. } => self.connect(now),
            Status::CatchingUp | Status::Live if is_due(self.heard, DOUBT_MILLIS, now) => self.doubt(now),
            Status::Idle | Status::Connecting | Status::CatchingUp | Status::Live | Status::SignedOut => Vec::new(),
        }
    }

    /// Asks the server whether it is there, with less patience than in a mere silence. A question whose time passed while the
    /// device slept counts for nothing: its answer may be here and not read yet.
    fn doubt(&mut self, now: Timestamp) -> Vec<Action> {
        let is_asking = self.ping.is_some_and(|ping| ping.patience == DOUBT_MILLIS && !ping.is_over(now));
        if !self.is_open() || is_asking {
            return Vec::new();
        }
        self.ping = Some(Ping { at: now, patience: DOUBT_MILLIS });
        vec![Action::Send(Command::Ping {})]
    }

    /// Does what is due at this moment. A clock that was set back makes nothing wait for longer than it should.
    pub(crate) fn tick(&mut self, now: Timestamp, backoff: &mut Backoff) -> Vec<Action> {
        match self.status {
            Status::Connecting if is_due(self.since, CONNECT_MILLIS, now) => self.give_up(now, backoff),
            Status::Waiting { until, .. } | Status::Offline { until } if now >= until || now < self.since => {
                self.connect(now)
            }
            Status::CatchingUp | Status::Live => self.listen(now, backoff),
            Status::Idle | Status::Connecting | Status::Waiting { .. } | Status::Offline { .. } | Status::SignedOut => {
                Vec::new()
            }
        }
    }

    fn listen(&mut self, now: Timestamp, backoff: &mut Backoff) -> Vec<Action> {
        match self.ping {
            Some(ping) if ping.is_over(now) => self.give_up(now, backoff),
            Some(_) => Vec::new(),
            None if is_due(self.heard, SILENCE_MILLIS, now) => {
                self.ping = Some(Ping { at: now, patience: PONG_MILLIS });
                vec![Action::Send(Command::Ping {})]
            }
            None => Vec::new(),
        }
    }

    /// When `tick` has something to do next.
    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        match self.status {
            Status::Connecting => Some(self.since.plus(CONNECT_MILLIS)),
            Status::Waiting { until, .. } | Status::Offline { until } => Some(until),
            Status::CatchingUp | Status::Live => {
                Some(self.ping.map_or(self.heard.plus(SILENCE_MILLIS), |ping| ping.at.plus(ping.patience)))
            }
            Status::Idle | Status::SignedOut => None,
        }
    }
}

/// Whether so much time has passed; a clock set back counts as if it had.
fn is_due(since: Timestamp, millis: i64, now: Timestamp) -> bool {
    !(0..millis).contains(&now.since(since))
}
