//! Sign-ups as an attack: many at a time, while others want to sign in, and many in all, for the memory that hashing takes.

use super::finding::Finding;
use super::http_client::{Answer, HttpClient, PASSWORD, source};
use super::memory::MemoryWatch;
use crate::dataset::Plan;
use crate::harness::{Harness, Tools};
use anyhow::ensure;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

/// Sign-ups that one address has under way at any moment.
const AT_ONCE: usize = 200;
/// People who sign in meanwhile, from another address, one each so many milliseconds.
const OTHERS: usize = 10;
const EVERY: Duration = Duration::from_millis(100);
/// How long the attacker waits after a refusal.
const PAUSE: Duration = Duration::from_millis(50);

/// Sign-ups in all, and how many are under way at a time.
const ALL: usize = 1_000;
const FEW_AT_ONCE: usize = 8;
/// How long they may take: with the real cost of hashing it is not certain that all fit in.
const LASTS: Duration = Duration::from_secs(90);
/// How long the server has nothing to do before its memory is read.
const REST: Duration = Duration::from_secs(5);

/// The slowest right sign-in of ten people, while one address keeps 200 sign-ups under way.
pub(super) fn in_parallel(tools: &Tools) -> anyhow::Result<Vec<Finding>> {
    let harness = Harness::set(tools, &Plan::strangers(0), &[])?;
    tools.runtime.block_on(beside_others(harness.address)).map(|finding| vec![finding])
}

async fn beside_others(server: SocketAddr) -> anyhow::Result<Finding> {
    for person in 0..OTHERS {
        let client = HttpClient::new(source(person), server)?;
        let answer = client.sign_up(&format!("Friend {person}"), PASSWORD).await;
        ensure!(answer == Answer::SignedIn, "somebody cannot sign up before the attack: {answer:?}");
    }
    let (attacker, others) =
        (HttpClient::new(Ipv4Addr::LOCALHOST, server)?, HttpClient::new(Ipv4Addr::new(127, 0, 0, 2), server)?);
    let (over, made, refused) = (Arc::new(AtomicBool::new(false)), Counter::default(), Counter::default());
    let mut attackers = JoinSet::new();
    for worker in 0..AT_ONCE {
        let (client, over, made, refused) = (attacker.clone(), over.clone(), made.clone(), refused.clone());
        attackers.spawn(async move {
            let mut turn = 0;
            while !over.load(Ordering::Relaxed) {
                turn += 1;
                if client.sign_up(&format!("Hostile {worker} {turn}"), PASSWORD).await == Answer::SignedIn {
                    made.add();
                } else {
                    refused.add();
                    sleep(PAUSE).await;
                }
            }
        });
    }
    let mut people = JoinSet::new();
    for person in 0..OTHERS {
        sleep(EVERY).await;
        let client = others.clone();
        people.spawn(async move {
            let start = Instant::now();
            let answer = client.sign_in(&format!("Friend {person}"), PASSWORD).await;
            (answer, start.elapsed().as_secs_f64())
        });
    }
    let answers = people.join_all().await;
    over.store(true, Ordering::Relaxed);
    attackers.join_all().await;
    let times: Vec<f64> =
        answers.iter().filter(|(answer, _)| *answer == Answer::SignedIn).map(|(_, took)| *took).collect();
    let slowest = times.iter().copied().fold(0.0, f64::max);
    let name =
        format!("{AT_ONCE} parallel sign-ups of one address: the slowest right sign-in of {OTHERS} from another");
    Ok(Finding::at_most(name, slowest, 1.0, "s", "all within 1 s").only_if(times.len() == OTHERS).with_note(format!(
        "{} of {OTHERS} got in; {} sign-ups made, {} refused",
        times.len(),
        made.get(),
        refused.get()
    )))
}

/// The growth of the server's memory after a thousand sign-ups.
pub(super) fn in_numbers(tools: &Tools) -> anyhow::Result<Vec<Finding>> {
    let harness = Harness::set(tools, &Plan::strangers(0), &[])?;
    let memory = MemoryWatch::begin(&harness)?;
    let (made, refused, seconds) = tools.runtime.block_on(sign_up_all(harness.address))?;
    tools.runtime.block_on(async { sleep(REST).await });
    let name = format!("{ALL} sign-ups, {FEW_AT_ONCE} at a time, from many addresses: growth of RSS 5 s later");
    let finding = memory.finding(name, 40.0, "40 MB")?;
    Ok(vec![finding.with_note(format!("{made} made in {seconds:.0} s, {refused} refused"))])
}

/// Signs up as many as are asked for, as fast as the server lets them: how many it made and refused, and the seconds.
async fn sign_up_all(server: SocketAddr) -> anyhow::Result<(usize, usize, f64)> {
    let start = Instant::now();
    let (made, refused, next) = (Counter::default(), Counter::default(), Counter::default());
    let mut workers = JoinSet::new();
    for _ in 0..FEW_AT_ONCE {
        let (made, refused, next) = (made.clone(), refused.clone(), next.clone());
        workers.spawn(async move {
            while made.get() + FEW_AT_ONCE <= ALL && start.elapsed() < LASTS {
                let n = next.add();
                let answer = HttpClient::new(source(n), server)?.sign_up(&format!("Newcomer {n}"), PASSWORD).await;
                if answer == Answer::SignedIn {
                    made.add();
                } else {
                    refused.add();
                    sleep(PAUSE).await;
                }
            }
            anyhow::Ok(())
        });
    }
    workers.join_all().await.into_iter().collect::<anyhow::Result<()>>()?;
    Ok((made.get(), refused.get(), start.elapsed().as_secs_f64()))
}

/// A count that several tasks share.
#[derive(Debug, Clone, Default)]
struct Counter(Arc<AtomicUsize>);

impl Counter {
    /// Counts one more; how many there were before.
    fn add(&self) -> usize {
        self.0.fetch_add(1, Ordering::Relaxed)
    }

    fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}
