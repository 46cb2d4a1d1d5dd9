//! Logs on stderr: pretty on a terminal, JSON otherwise. Bodies, tokens and passwords are never given to them.

use crate::config::{Config, LogFormat};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Starts logging for the rest of the process.
pub fn start(config: &Config) {
    let filter = EnvFilter::try_new(&config.log).unwrap_or_else(|_| EnvFilter::new("info"));
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
