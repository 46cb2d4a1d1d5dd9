//! Many wrong passwords for one name at the same time: how many of them the server verifies.

use super::finding::Finding;
use super::http_client::{Answer, HttpClient, PASSWORD, source};
use crate::dataset::Plan;
use crate::harness::{Harness, Tools};
use anyhow::ensure;
use reqwest::StatusCode;
use std::net::SocketAddr;
use tokio::task::JoinSet;

const GUESSES: usize = 66;
const NAME: &str = "Guessed";
/// Wrong guesses that the limit lets through.
const ASKED: f64 = 5.0;

/// How many of the guesses were verified: those that were answered by neither "too many" nor "unavailable".
pub(super) fn attack(tools: &Tools) -> anyhow::Result<Vec<Finding>> {
    let harness = Harness::set(tools, &Plan::strangers(0), &[])?;
    tools.runtime.block_on(guess(harness.address)).map(|finding| vec![finding])
}

async fn guess(server: SocketAddr) -> anyhow::Result<Finding> {
    let answer = HttpClient::new(source(1), server)?.sign_up(NAME, PASSWORD).await;
    ensure!(answer == Answer::SignedIn, "nobody can sign up before the attack: {answer:?}");
    let client = HttpClient::new(source(2), server)?;
    let mut guesses = JoinSet::new();
    for n in 0..GUESSES {
        let client = client.clone();
        guesses.spawn(async move { client.sign_in(NAME, &format!("wrong guess number {n}")).await });
    }
    let answers = guesses.join_all().await;
    let count = |kind: Answer| answers.iter().filter(|answer| **answer == kind).count();
    let refused = count(Answer::Refused(StatusCode::TOO_MANY_REQUESTS));
    let unavailable = count(Answer::Refused(StatusCode::SERVICE_UNAVAILABLE)) + count(Answer::Unanswered);
    let verified = GUESSES - refused - unavailable;
    let name = format!("{GUESSES} parallel wrong guesses on one name: verified");
    Ok(Finding::at_most(name, verified as f64, ASKED, "", "at most 5")
        .with_note(format!("{refused} refused, {unavailable} not answered for want of time")))
}
