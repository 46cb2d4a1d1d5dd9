//! The fault matrix: every fault, by name. A new fault is a function in a module beside this one, and an entry here.

use super::needs::Need::{self, Device, Faketime, FaultyServer, Mongo, Mount, Strace};
use super::{FaultHarness, Row};
use super::{clocks, consumers, disk, kill, links, nodes, panics, pause, points, power, readers, starts};

/// A kind of fault.
pub struct Fault {
    pub name: &'static str,
    /// What happens, in a few words.
    pub what: &'static str,
    pub repetitions: u64,
    pub(super) needs: &'static [Need],
    pub(super) run: Run,
}

/// Causes the fault once and checks what came of it. An error is a failure of this repetition.
type Run = fn(&FaultHarness<'_>, &mut Row) -> anyhow::Result<()>;

/// A fault that every machine can run, so many times.
const fn fault(name: &'static str, what: &'static str, repetitions: u64, run: Run) -> Fault {
    Fault { name, what, repetitions, needs: &[], run }
}

impl Fault {
    /// The same, for a machine that has these things.
    const fn needing(self, needs: &'static [Need]) -> Self {
        Self { needs, ..self }
    }
}

/// Every fault, in the order in which they run.
pub const MATRIX: &[Fault] = &[
    fault("kill", "kill -9 at a random time", 20, kill::at_random),
    fault("kill-write", "kill -9 inside a commit, before a write to the log", 10, points::before_a_write_to_the_log)
        .needing(&[Strace]),
    fault(
        "kill-flush",
        "kill -9 inside a commit, between its writes and its flush",
        10,
        points::before_the_flush_of_the_log,
    )
    .needing(&[Strace]),
    fault("kill-told", "kill -9 after a commit, before a client receives it", 10, points::before_somebody_is_told)
        .needing(&[Strace]),
    fault(
        "kill-checkpoint",
        "kill -9 inside a checkpoint, before a write to the file",
        5,
        points::before_a_write_to_the_file,
    )
    .needing(&[Strace]),
    fault(
        "kill-checkpoint-flush",
        "kill -9 inside a checkpoint, between its writes and its flush",
        5,
        points::before_the_flush_of_the_file,
    )
    .needing(&[Strace]),
    fault("power", "the power fails: what was not flushed is gone", 10, power::fails).needing(&[Device]),
    fault(
        "power-unflushed",
        "a test of the fault before: the checker finds that flushes were skipped",
        1,
        power::unflushed,
    )
    .needing(&[Device, Strace]),
    fault("kill-first-start", "kill -9 at each step of the first start of a new store", 1, starts::of_a_new_store)
        .needing(&[Strace]),
    fault("kill-migration", "kill -9 at each step of the migration of an older store", 1, starts::of_an_older_store)
        .needing(&[Strace]),
    fault("task-panics", "tasks of the server panic at random", 5, panics::at_random).needing(&[FaultyServer]),
    fault("consumer-killed", "kill -9 of the process of a change-log consumer", 5, consumers::killed)
        .needing(&[FaultyServer]),
    fault("cuts", "links cut every 0.5 to 1.5 s, with a close frame, without, or dead before", 3, links::cuts),
    fault("half-open", "nothing passes for a while, one way or both", 5, links::half_open),
    fault("slices", "each byte in a segment of its own, both ways", 3, links::slices),
    fault("latency", "500 ms each way, and up to 500 ms more at random", 3, links::latency),
    fault("ack-lost", "links cut after the commit, before its acknowledgement arrives", 10, links::lost_acks),
    fault("pause", "SIGSTOP, and SIGCONT after a while", 5, pause::pause),
    fault("flush-error", "each flush fails with EIO for a while; the server is started again", 5, disk::flush_error)
        .needing(&[Strace]),
    fault("flush-slow", "each flush takes 500 ms longer", 3, disk::flush_slow).needing(&[Strace]),
    fault("disk-full", "no space is left on the disk for a while", 3, disk::full).needing(&[Mount]),
    fault("clock", "the server's clock jumps a day ahead, and an hour back", 3, clocks::jumps).needing(&[Faketime]),
    fault("readers", "50 people read nothing for a while", 1, readers::fifty_read_nothing),
    fault("node-killed", "MongoDB, two nodes: one is killed, its people connect to the other", 3, nodes::killed)
        .needing(&[Mongo]),
    fault("node-consumer-killed", "the same of one of two nodes with a change-log consumer", 2, nodes::consumer_killed)
        .needing(&[Mongo, FaultyServer]),
    fault("mongo-paused", "MongoDB answers nothing for a while, under two nodes", 3, nodes::paused).needing(&[Mongo]),
    fault("mongo-killed", "MongoDB is killed and started again, under two nodes", 3, nodes::database_killed)
        .needing(&[Mongo]),
    fault("mongo-slow", "each packet to MongoDB takes 100 ms longer, under two nodes", 1, nodes::slow)
        .needing(&[Mongo]),
];
