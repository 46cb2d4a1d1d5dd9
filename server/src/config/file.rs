//! The TOML file of settings: read as if its keys were flags, where neither a flag nor a variable says otherwise.

use clap::Command;
use clap::error::ErrorKind;
use std::ffi::OsString;
use std::path::Path;

/// The file's settings as flags, without those that a variable sets.
pub(super) fn as_args(path: &Path, command: &Command) -> Result<Vec<OsString>, clap::Error> {
    let refuse = |text: String| command.clone().error(ErrorKind::InvalidValue, text);
    let text = std::fs::read_to_string(path)
        .map_err(|error| refuse(format!("the settings file {} cannot be read: {error}", path.display())))?;
    let table: toml::Table = text.parse().map_err(|error| refuse(not_toml(path, &text, &error)))?;
    let mut args = Vec::new();
    for (key, value) in table {
        let flag = key.replace('_', "-");
        let known = command.get_arguments().find(|arg| arg.get_long() == Some(&flag) && flag != "config");
        let Some(arg) = known else {
            return Err(refuse(format!("the settings file {} has an unknown key '{key}'", path.display())));
        };
        if arg.get_env().is_some_and(|name| std::env::var_os(name).is_some()) {
            continue;
        }
        let value = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Boolean(true) if !arg.get_action().takes_values() => {
                args.push(format!("--{flag}").into());
                continue;
            }
            toml::Value::Boolean(false) if !arg.get_action().takes_values() => continue,
            toml::Value::Boolean(whether) => whether.to_string(),
            toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Array(_) | toml::Value::Table(_) => {
                return Err(refuse(format!(
                    "the key '{key}' in the settings file {} has to be a text, a whole number, true or false",
                    path.display()
                )));
            }
        };
        args.push(format!("--{flag}={value}").into());
    }
    Ok(args)
}

/// What is wrong and in which line. The line itself, which the library's own sentence shows, may hold a password.
fn not_toml(path: &Path, text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    format!("the settings file {} is not TOML: line {line}: {}", path.display(), error.message())
}
