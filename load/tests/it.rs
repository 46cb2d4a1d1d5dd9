//! Short runs of each scenario against a server in this process, each with the checker.

use myna_load::checker::Verdict;
use myna_load::dataset::Plan;
use myna_load::harness::{Harness, Host, Tools};
use myna_load::history::History;
use myna_load::scenario::Span;
use myna_load::scenario::abuser::Abuser;
use myna_load::scenario::flaky::Flaky;
use myna_load::scenario::history::HistoryPages;
use myna_load::scenario::idle::Idle;
use myna_load::scenario::lone::Lone;
use myna_load::scenario::pairs::Pairs;
use myna_load::scenario::restart::Restart;
use myna_load::scenario::room::Room;
use myna_load::scenario::rooms::Rooms;
use myna_load::scenario::slow::Slow;
use myna_load::table::Outcome;
use myna_server::config::Config;
use myna_server::serve::Server;
use std::ffi::OsString;
use std::net::SocketAddr;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

/// A server in this process, on threads of its own: without them nothing of it is left.
struct Here {
    server: Server,
    runtime: Runtime,
}

impl Here {
    fn start(args: &[String]) -> anyhow::Result<Box<dyn Host>> {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let args = std::iter::once("myna".to_owned()).chain(args.iter().cloned()).map(OsString::from).collect();
        let server = runtime.block_on(Server::start(&Config::read(args)?))?;
        Ok(Box::new(Self { server, runtime }))
    }
}

impl Host for Here {
    fn address(&self) -> SocketAddr {
        self.server.address()
    }

    fn pid(&self) -> u32 {
        std::process::id()
    }

    fn stop(self: Box<Self>) -> anyhow::Result<()> {
        self.runtime.block_on(self.server.stop());
        Ok(())
    }

    fn kill(self: Box<Self>) {}
}

/// What runs need, and the folder that goes with them.
fn tools() -> (Tools, TempDir) {
    let folder = TempDir::new().expect("there is a folder for temporary files");
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("threads can be started");
    (Tools { runtime, folder: folder.path().to_owned(), start: Box::new(Here::start) }, folder)
}

/// A run that has come to something, with a clean verdict.
#[track_caller]
fn clean(run: impl FnOnce(&Tools) -> anyhow::Result<Outcome>) -> (Outcome, Verdict) {
    let (tools, _folder) = tools();
    let outcome = run(&tools).expect("the run comes to its end");
    let verdict = outcome.verdict.clone().expect("the checker has looked");
    assert!(verdict.is_clean(), "{outcome}");
    (outcome, verdict)
}

const SPAN: Span = Span { warm: 0.2, seconds: 1.0 };

#[test]
fn pairs_talk_by_a_schedule_and_as_fast_as_they_can() {
    let pairs = Pairs { pairs: 10, rate: Some(100.0), window: 4, span: SPAN };
    let (_, verdict) = clean(|tools| pairs.run(tools));
    assert_eq!((verdict.sent, verdict.shown), (120, 240), "an open loop says what is due, however slow the server is");
    let (outcome, verdict) = clean(|tools| Pairs { rate: None, ..pairs }.run(tools));
    assert_eq!(verdict.acked, verdict.sent);
    assert!(outcome.value("durable sends a second").unwrap() > 0.0);
}

#[test]
fn one_says_one_thing_after_another() {
    let (outcome, verdict) = clean(|tools| Lone { messages: 20 }.run(tools));
    assert_eq!(verdict.sent, 20);
    assert_eq!(outcome.summary("said to acknowledged").unwrap().count, 20);
}

#[test]
fn rooms_and_a_large_room_talk() {
    let rooms = Rooms { rooms: 3, each: 5, rate: None, window: 6, span: SPAN };
    let (_, verdict) = clean(|tools| rooms.run(tools));
    assert_eq!(verdict.shown, verdict.stored * 5);
    let room = Room { members: 30, rate: Some(20.0), senders: 2, window: 4, rounds: 0, span: SPAN };
    let (outcome, _) = clean(|tools| room.run(tools));
    assert_eq!(outcome.summary("due to the last member").unwrap().count, 20);
    clean(|tools| Room { rate: None, ..room }.run(tools));
}

#[test]
fn idle_people_stay() {
    let (outcome, _) = clean(|tools| Idle { people: 50, rest: 0.5 }.run(tools));
    assert_eq!(outcome.summary("start on an empty folder until /health answers").unwrap().count, 7);
}

#[test]
fn pages_of_history_come_whole() {
    let history = HistoryPages { messages: 4_000, pages: 50, people: 2 };
    let (outcome, _) = clean(|tools| history.run(tools));
    assert_eq!(outcome.summary("page, 2 asking at a time").unwrap().count, 50);
}

#[test]
fn everybody_comes_back_when_the_server_does_and_nothing_is_lost() {
    let (outcome, verdict) = clean(|tools| Restart { people: 20, rate: 20.0, before: 0.5 }.run(tools));
    assert!(verdict.sent > 10 && verdict.shown == verdict.stored * 10, "{outcome}");
}

#[test]
fn links_that_are_cut_lose_nothing_and_double_nothing() {
    let flaky = Flaky { people: 20, rate: 40.0, seconds: 4.0, cut: 0.3 };
    let (outcome, verdict) = clean(|tools| flaky.run(tools));
    assert!(outcome.value("cuts").unwrap() >= 20.0, "{outcome}");
    assert_eq!(verdict.shown, verdict.stored * 10);
}

#[test]
fn who_reads_nothing_comes_to_know_everything() {
    let slow = Slow { readers: 5, slow: 3, rate: 200.0, bytes: 1_000, span: SPAN };
    let (_, verdict) = clean(|tools| slow.run(tools));
    assert_eq!(verdict.shown, verdict.stored * 8);
}

#[test]
fn others_talk_beside_one_who_abuses_the_server() {
    let (outcome, _) = clean(|tools| Abuser { others: 20, rate: 50.0, span: SPAN }.run(tools));
    assert!(outcome.value("frames that the abuser has said").unwrap() > 100.0, "{outcome}");
}

#[test]
fn a_promise_that_the_store_does_not_keep_is_found() {
    let (tools, _folder) = tools();
    let harness = Harness::set(&tools, &Plan::pairs(1), &[]).unwrap();
    let mut history = History::new(2);
    let number = history.send(0, 0, 0);
    history.acked(number, 1, 1);
    let verdict = harness.check(&history).unwrap();
    assert_eq!((verdict.lost, verdict.is_clean()), (1, false), "{verdict}");
}
