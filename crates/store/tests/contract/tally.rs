//! How many rules have run on a driver: said when it was all of them, and when it was none.

use super::Skipped;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The count of one driver.
pub(crate) struct Tally {
    driver: &'static str,
    rules: usize,
    ran: AtomicUsize,
    skipped: AtomicUsize,
}

impl Tally {
    pub(crate) const fn new(driver: &'static str, rules: usize) -> Self {
        Self { driver, rules, ran: AtomicUsize::new(0), skipped: AtomicUsize::new(0) }
    }

    /// One more rule holds. `server` is what it ran on, where the driver does not say it.
    pub(crate) fn ran(&self, server: Option<&str>) {
        let ran = self.ran.fetch_add(1, Ordering::Relaxed) + 1;
        if ran == self.rules {
            let server = server.map(|server| format!(" ({server})")).unwrap_or_default();
            say(&format!("contract_rules: {ran} on {}{server}", self.driver));
        }
    }

    /// One more rule did not run. The first time it is said for all of them.
    pub(crate) fn skipped(&self, skipped: &Skipped) {
        if self.skipped.fetch_add(1, Ordering::Relaxed) == 0 {
            say(&format!("contract_rules: 0 on {} (SKIPPED: {})", self.driver, skipped.0));
        }
    }
}

/// Past the test runner, which keeps what a test that passes prints.
fn say(line: &str) {
    // Nobody may be listening.
    let _ = writeln!(std::io::stderr(), "{line}");
}
