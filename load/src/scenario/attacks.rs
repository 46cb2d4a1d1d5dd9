//! Attacks: what hostile people can do with the protocol alone, what each attack costs the server, and the most that it may
//! cost.

mod departures;
mod finding;
mod guesses;
mod http_client;
mod large_groups;
mod memory;
mod raw_socket;
mod sign_ups;
mod slow_bodies;
mod unread_pages;
mod unread_sockets;

pub use finding::Finding;

use super::EMBEDDED;
use crate::harness::Tools;
use crate::table::{Outcome, Table};
use anyhow::ensure;

/// Attack the server as hostile people would, and measure what that costs it
#[derive(Debug, Clone, clap::Args)]
pub struct Attacks {
    /// Only these attacks, by their names, with commas between
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub only: Vec<String>,
}

/// Runs an attack against servers of its own, and returns what it found.
type Attack = fn(&Tools) -> anyhow::Result<Vec<Finding>>;

const ATTACKS: &[(&str, Attack)] = &[
    ("unread-sockets", unread_sockets::attack),
    ("unread-pages", unread_pages::attack),
    ("large-groups", large_groups::attack),
    ("parallel-sign-ups", sign_ups::in_parallel),
    ("slow-bodies", slow_bodies::attack),
    ("many-sign-ups", sign_ups::in_numbers),
    ("parallel-guesses", guesses::attack),
    ("departures", departures::attack),
];

impl Attacks {
    /// Runs the attacks and prints their table. An attack that cannot be carried out to its end is a finding too.
    ///
    /// Returns the figures, and the names of the attacks that cost more than they may.
    pub fn run(&self, tools: &Tools) -> anyhow::Result<(Outcome, Vec<String>)> {
        let unknown = self.only.iter().find(|name| ATTACKS.iter().all(|(known, _)| known != name));
        ensure!(unknown.is_none(), "there is no attack {unknown:?}");
        // Cheap hashing would hide what sign-ups cost.
        ensure!(std::env::var_os("MYNA_WEAK_PASSWORDS").is_none(), "unset MYNA_WEAK_PASSWORDS first");
        let _ = rlimit::increase_nofile_limit(u64::MAX);
        let mut outcome = Outcome::new("attacks", EMBEDDED);
        let mut table = Table::new(["attack", "measured", "asked", "verdict", "more"]);
        let mut failed = Vec::new();
        for (name, attack) in ATTACKS {
            if !self.only.is_empty() && !self.only.iter().any(|only| only == name) {
                continue;
            }
            eprintln!("{name} …");
            let findings = attack(tools).unwrap_or_else(|error| vec![Finding::broken(name, &error)]);
            for finding in &findings {
                // The table comes at the end; until then this shows how far it is.
                eprintln!("  {}", finding.row().join(" | "));
                table.row(finding.row());
                outcome.figure(finding.attack.as_str(), finding.value, finding.unit);
            }
            if !findings.iter().all(|finding| finding.met) {
                failed.push((*name).to_owned());
            }
        }
        outcome.end();
        println!("{table}");
        Ok((outcome, failed))
    }
}
