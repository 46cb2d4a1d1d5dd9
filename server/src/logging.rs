//! Logs on stderr: pretty on a terminal, JSON otherwise. Bodies, tokens and passwords are never given to them.

use crate::config::{Config, LogFormat};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Libraries that tell, at their finest, whole frames, headers or queries: they are kept to what went wrong, whatever the
/// filter says.
const WIRES: [&str; 4] = ["tungstenite=warn", "tokio_tungstenite=warn", "hyper=info", "hyper_util=info"];

/// Starts logging for the rest of the process.
pub fn start(config: &Config) {
    // What a command does it prints: the log adds what stands in its way.
    let usual = if config.command.is_some() { "warn" } else { "info" };
    let wanted = config.log.as_deref().unwrap_or(usual);
    let mut filter = EnvFilter::try_new(wanted).unwrap_or_else(|_| EnvFilter::new(usual));
    for wire in WIRES {
        filter = filter.add_directive(wire.parse().expect("this is a directive"));
    }
    let pretty = match config.log_format {
        LogFormat::Auto => std::io::stderr().is_terminal(),
        LogFormat::Pretty => true,
        LogFormat::Json => false,
    };
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if pretty {
        lines.with_target(false).init();
    } else {
        lines.json().init();
    }
}

/// Checks a filter when the settings are read.
pub(crate) fn filter(text: &str) -> Result<String, String> {
    let wrong = |error| format!("{error}; expected a filter such as info or info,myna_store=debug");
    EnvFilter::try_new(text).map(|_| text.to_owned()).map_err(wrong)
}
