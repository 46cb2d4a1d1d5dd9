//! Myna's server with faults that only its own process can have; see `program`.

mod panicking_store;
mod program;

fn main() -> anyhow::Result<std::process::ExitCode> {
    program::run(std::env::args_os().collect())
}
