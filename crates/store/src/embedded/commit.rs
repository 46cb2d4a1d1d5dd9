//! Durable changes: load what the rules need, let them decide, write what changed.

mod load;
mod write;

use super::log;
use myna_chat::rules::{Change, Committed, Facts};
use myna_protocol::Rejection;
use rusqlite::{Connection, Result};

#[cfg(test)]
pub(super) const QUERIES: &[&[(&str, &str)]] = &[load::QUERIES, write::QUERIES];

/// Makes the changes in their order, in the transaction that the connection is in; see `CommitStore::commit`.
pub(super) fn commit(
    connection: &Connection,
    batch: &[Change],
) -> Result<Vec<std::result::Result<Committed, Rejection>>> {
    let mut facts = Facts::default();
    loop {
        let needs = facts.needs(batch);
        if needs.is_empty() {
            break;
        }
        load::load(connection, needs, &mut facts)?;
    }
    let outcomes = facts.decide_all(batch);
    log::append(connection, &facts.advances())?;
    write::write(connection, &facts.into_writes())?;
    Ok(outcomes)
}
