//! No query scans, and none is planned twice: the plan of each is asked for.

use crate::embedded::{archive, commit, connection, conversations, feeds, history, jobs, log, sessions, users, writer};
use rusqlite::types::Null;
use rusqlite::{Connection, StatementStatus, params_from_iter};
use std::path::Path;

/// Those that walk an index in its order and stop at their limit.
const LISTS: &[&str] = &["ALL", "ALL_CHANNELS", "NEXT"];
/// Tables with a row for each of a few consumers, or for each table.
const SMALL: &[&str] = &["SCAN consumers", "SCAN sqlite_sequence"];
/// Those that sort what an index found: a search has to, since what it finds is ordered by something else, and so has
/// whoever is found by several ways and told once.
const SEARCHES: &[&str] = &["SEARCH", "SEARCH_CHANNELS", "PRESENCE_PEERS"];

fn queries() -> Vec<(&'static str, &'static str)> {
    let files = [
        users::QUERIES,
        sessions::QUERIES,
        conversations::QUERIES,
        feeds::QUERIES,
        history::QUERIES,
        writer::QUERIES,
        log::QUERIES,
        jobs::QUERIES,
    ];
    files.iter().chain(commit::QUERIES).flat_map(|queries| queries.iter().copied()).collect()
}

#[test]
fn every_query_finds_its_rows_by_an_index() {
    let connection = connection::in_memory().unwrap();
    let queries = queries();
    assert!(queries.len() > 40, "only {} queries are known here", queries.len());
    find_by_an_index(&connection, queries);
}

#[test]
fn every_query_of_an_archive_finds_its_rows_by_an_index() {
    let connection = connection::in_memory().unwrap();
    connection::forgo_references(&connection, Path::new(":memory:")).unwrap();
    find_by_an_index(&connection, archive::QUERIES.iter().flat_map(|queries| queries.iter().copied()));
}

#[test]
fn no_plan_is_made_anew_for_what_is_bound() {
    let connection = connection::in_memory().unwrap();
    for (name, sql) in queries() {
        let mut statement = connection.prepare(sql).expect(sql);
        let count = statement.parameter_count();
        for value in [1, 2] {
            // What comes of it does not matter: a plan is made anew before its first step.
            let _ = statement.query(params_from_iter(vec![value; count])).map(|mut rows| rows.next().is_ok());
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0, "{name}\n{sql}");
    }
}

fn find_by_an_index(connection: &Connection, queries: impl IntoIterator<Item = (&'static str, &'static str)>) {
    for (name, sql) in queries {
        let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect(sql);
        let values = vec![Null; plan.parameter_count()];
        let steps = plan.query_map(params_from_iter(values), |row| row.get::<_, String>(3)).unwrap();
        for step in steps.map(Result::unwrap) {
            let list = LISTS.contains(&name) && step.starts_with("SCAN") && step.contains(" INDEX ");
            // The few names that a search found are a table of their own, w.
            let search = SEARCHES.contains(&name) && (step == "SCAN w" || step.contains("TEMP B-TREE"));
            let small = SMALL.contains(&step.as_str()) || step.starts_with("SCAN CONSTANT ROW");
            let lookup = !step.contains("SCAN") && !step.contains("TEMP B-TREE") && !step.contains("AUTOMATIC");
            assert!(list || search || small || lookup, "{name}: {step}\n{sql}");
        }
    }
}
