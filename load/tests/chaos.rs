//! A short form of the fault matrix: a few faults, each once, in seconds. `make chaos` has all of it.
//!
//! Faults need a server in a process of its own, and this package has no server's program: called as one is called, this
//! test is one. So it has a `main` of its own, which says what it did as other tests do.

#[path = "../examples/faulty_server/panicking_store.rs"]
mod panicking_store;
#[path = "../examples/faulty_server/program.rs"]
mod program;

use myna_load::chaos::{Chaos, Load, MATRIX};
use myna_load::harness::Tools;
use std::ffi::OsString;
use std::process::ExitCode;
use tempfile::TempDir;

/// What is tried here.
const SHORT: &[&str] = &[
    "kill",
    "kill-flush",
    "power",
    "power-unflushed",
    "task-panics",
    "consumer-killed",
    "cuts",
    "half-open",
    "ack-lost",
    "pause",
    "flush-error",
];
const LOAD: Load = Load { people: 12, rate: 40.0, seconds: 0.7, half_open: 0.7 };

fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let is_server = arguments.get(1).is_some_and(|first| first == "--listen" || first == "store");
    if is_server { program::run(arguments) } else { test(&arguments) }
}

/// Inflicts each fault once; those whose names have a word of the command line in them, if there is one.
fn test(arguments: &[OsString]) -> anyhow::Result<ExitCode> {
    let words: Vec<&str> = arguments.iter().skip(1).filter_map(|word| word.to_str()).collect();
    let filters: Vec<&str> = words.iter().copied().filter(|word| !word.starts_with('-')).collect();
    let wanted = |name: &str| filters.is_empty() || filters.iter().any(|filter| name.contains(filter));
    let names: Vec<&str> = SHORT.iter().copied().filter(|name| wanted(name)).collect();
    if words.contains(&"--list") {
        names.iter().for_each(|name| println!("{name}: test"));
        return Ok(ExitCode::SUCCESS);
    }
    assert!(SHORT.iter().all(|name| MATRIX.iter().any(|fault| fault.name == *name)), "all of them are faults");
    let (mut passed, mut failed) = (0, 0);
    if !names.is_empty() {
        let (program, folder) = (std::env::current_exe()?, TempDir::new()?);
        let tools = Tools::with(program.clone(), folder.path().to_owned(), None)?;
        let only = names.iter().map(|name| (*name).to_owned()).collect();
        let chaos = Chaos { only, repetitions: Some(1), seed: None, faulty_program: Some(program.clone()), load: LOAD };
        for row in chaos.run(&tools, &program)? {
            let is_clean = row.is_clean();
            passed += u32::from(is_clean);
            failed += u32::from(!is_clean);
        }
    }
    println!("\ntest result: {}. {passed} passed; {failed} failed", if failed == 0 { "ok" } else { "FAILED" });
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
