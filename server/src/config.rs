//! Settings: flags, then variables (`MYNA_*`, and `MONGO_*` for MongoDB), then a TOML file, then defaults.

mod file;
mod mongo;
mod proxies;

pub use proxies::TrustedProxies;

use crate::tools::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{CommandFactory, FromArgMatches, Parser, ValueEnum};
use mongo::MongoSettings;
use myna_store::StoreUrl;
use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

/// Self-hosted, Messages-style chat.
///
/// Each setting is a flag, a variable, or a key of the TOML file named by --config (the flag's name, with _ for -).
/// A flag wins over a variable, a variable over the file. Without a command, Myna serves.
#[derive(Debug, Clone, Parser)]
#[command(name = "myna", version, max_term_width = 100, args_override_self = true)]
pub struct Config {
    /// A TOML file with settings
    #[arg(long, env = "MYNA_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Where to listen
    #[arg(long, env = "MYNA_LISTEN", value_name = "ADDRESS:PORT", default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,

    /// Where everything is kept: sqlite:FILE, mongodb://…, mongodb+srv://…, or memory: (which forgets)
    #[arg(long, env = "MYNA_STORE", value_name = "URL", default_value = "sqlite:data/myna.db", hide_env_values = true)]
    pub store: StoreUrl,

    /// The address people type, as http(s)://host[:port]; with https the session cookie goes by nothing else
    #[arg(long, env = "MYNA_PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    pub public_url: Option<PublicUrl>,

    /// The proxies in front of Myna, as addresses or networks with commas between: for them X-Forwarded-For or Forwarded
    /// says where a request comes from
    #[arg(long, env = "MYNA_TRUSTED_PROXIES", value_name = "ADDRESSES", default_value = "", hide_default_value = true)]
    pub trusted_proxies: TrustedProxies,

    /// The folder of the page's files [default: `site` beside the program]
    #[arg(long, env = "MYNA_SITE", value_name = "FOLDER")]
    pub site: Option<PathBuf>,

    /// Frames a second that one socket may send on average; more are made to wait
    #[arg(long, env = "MYNA_FRAMES_PER_SECOND", value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub frames_per_second: u32,

    /// Frames that one socket may send at once before it is made to wait
    #[arg(long, env = "MYNA_FRAMES_BURST", value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    pub frames_burst: u32,

    /// Seconds for which a socket may be made to wait without a pause before it is closed
    #[arg(long, env = "MYNA_FRAMES_PATIENCE", value_name = "SECONDS", default_value_t = 30)]
    pub frames_patience: u32,

    /// Seconds after sending in which a message can be edited; 0: never
    #[arg(long, env = "MYNA_EDIT_SECONDS", value_name = "SECONDS", default_value_t = 900)]
    pub edit_seconds: u32,

    /// Seconds after sending in which a message can be unsent; 0: never
    #[arg(long, env = "MYNA_UNSEND_SECONDS", value_name = "SECONDS", default_value_t = 120)]
    pub unsend_seconds: u32,

    /// People who can have a reaction to one message, at most 500; 0: no reactions
    #[arg(long, env = "MYNA_REACTIONS", value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(0..=500))]
    pub reactions: u32,

    /// Whether messages can be sent in reply to others
    #[arg(long, env = "MYNA_REPLIES", value_name = "BOOL", default_value_t = true, action = clap::ArgAction::Set)]
    pub replies: bool,

    /// Whether messages can be forwarded
    #[arg(long, env = "MYNA_FORWARDS", value_name = "BOOL", default_value_t = true, action = clap::ArgAction::Set)]
    pub forwards: bool,

    /// Messages that a person can have scheduled to be sent later, at most 100; 0: messages cannot be scheduled
    #[arg(long, env = "MYNA_SCHEDULED", value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(0..=100))]
    pub scheduled: u32,

    /// What to log: off, error, warn, info, debug, trace, or rules such as info,myna_store=debug [default: info; for a
    /// command, warn]
    #[arg(long, env = "MYNA_LOG", value_name = "FILTER", value_parser = crate::logging::filter)]
    pub log: Option<String>,

    /// How to log
    #[arg(long, env = "MYNA_LOG_FORMAT", value_name = "FORMAT", default_value = "auto")]
    pub log_format: LogFormat,

    /// Make passwords cheap to hash: for tests and benchmarks only, never for people, and so on this machine's own
    /// addresses only. Hashes that are stored already stay as they are.
    #[arg(long, env = "MYNA_WEAK_PASSWORDS", hide = true)]
    pub weak_passwords: bool,

    #[command(flatten)]
    mongo: MongoSettings,

    /// What to do instead of serving.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Pretty on a terminal, JSON otherwise
    Auto,
    Pretty,
    Json,
}

/// The address that people type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    pub https: bool,
    /// Host and port, as browsers write them in `Origin`.
    pub authority: String,
}

impl PublicUrl {
    /// The host without its port.
    pub fn host(&self) -> &str {
        host_of(&self.authority)
    }

    fn is_of_this_machine(&self) -> bool {
        self.host() == "localhost" || address_of(self.host()).is_some_and(|address| address.is_loopback())
    }
}

/// The host of `host:port`, which may have no port.
pub(crate) fn host_of(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// The address that a host is; `None` for a name. IPv6 addresses stand in brackets.
pub(crate) fn address_of(host: &str) -> Option<IpAddr> {
    let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    inner.map_or_else(
        || host.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
        |inner| inner.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
    )
}

impl Config {
    /// The settings of this process. The error is the sentence to print and the exit code (see `clap::Error::exit`).
    pub fn from_machine() -> Result<Self, clap::Error> {
        Self::read(std::env::args_os().collect())
    }

    /// The settings of a command line, the environment, and the file they name.
    pub fn read(args: Vec<OsString>) -> Result<Self, clap::Error> {
        let command = Self::command();
        // The file's name has to be known before its settings can take their place under flags and variables.
        let first = command.clone().ignore_errors(true).get_matches_from(&args);
        let mut all: Vec<OsString> = args.iter().take(1).cloned().collect();
        if let Some(path) = first.get_one::<PathBuf>("config") {
            all.extend(file::as_args(path, &command)?);
        }
        all.extend(args.into_iter().skip(1));
        let mut command = command;
        let matches = command.try_get_matches_from_mut(all).map_err(|error| without_secrets(error, &command))?;
        let mut config = Self::from_arg_matches(&matches)?;
        let is_default = matches.value_source("store") == Some(ValueSource::DefaultValue);
        config.store =
            config.settled_store(is_default).map_err(|why| command.error(ErrorKind::ValueValidation, why))?;
        if config.weak_passwords && !config.is_for_this_machine() {
            let why = "--weak-passwords is for tests and benchmarks: it needs a --listen on 127.0.0.1 or [::1], and no \
                       --public-url of another machine";
            return Err(command.error(ErrorKind::ValueValidation, why));
        }
        Ok(config)
    }

    /// Whether only this machine reaches the server.
    fn is_for_this_machine(&self) -> bool {
        self.listen.ip().is_loopback() && self.public_url.as_ref().is_none_or(PublicUrl::is_of_this_machine)
    }

    /// The store that the settings mean together: `--store` where it was given, else the MongoDB that is named, else the
    /// default; and a MongoDB, however it was named, as it is to be reached.
    fn settled_store(&self, is_default: bool) -> Result<StoreUrl, String> {
        let named = if is_default { self.mongo.named()? } else { None };
        let store = named.map_or_else(|| self.store.clone(), StoreUrl::Mongo);
        match store {
            StoreUrl::Mongo(url) => Ok(StoreUrl::Mongo(self.mongo.on_top_of(&url)?)),
            StoreUrl::Memory | StoreUrl::Sqlite(_) => Ok(store),
        }
    }

    /// Settings for a server inside a test: any free port, a store that forgets.
    pub fn for_tests() -> Self {
        let args = ["myna", "--listen", "127.0.0.1:0", "--store", "memory:", "--weak-passwords"];
        Self::parse_from(args)
    }
}

/// What may hold a password is not repeated where it is refused: the value of a setting whose variable is hidden, whatever
/// looks like an address with a password, and what stands where no setting is expected, as after a stray space.
fn without_secrets(mut error: clap::Error, command: &clap::Command) -> clap::Error {
    let hidden = || ContextValue::String("…".to_owned());
    if let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand)
        && word.contains(['@', ':'])
    {
        error.insert(ContextKind::InvalidSubcommand, hidden());
        error.remove(ContextKind::Suggested);
    }
    let Some(ContextValue::String(named)) = error.get(ContextKind::InvalidArg).cloned() else { return error };
    let flag = named.split([' ', '=']).next().and_then(|flag| flag.strip_prefix("--"));
    if flag.is_none() && named.contains(['@', ':']) {
        error.insert(ContextKind::InvalidArg, hidden());
        error.remove(ContextKind::Suggested);
    }
    let is_hidden = command.get_arguments().any(|arg| arg.is_hide_env_values_set() && arg.get_long() == flag);
    if let Some(ContextValue::String(value)) = error.get(ContextKind::InvalidValue)
        && (is_hidden || value.contains('@') || value.contains("mongo"))
    {
        error.insert(ContextKind::InvalidValue, hidden());
    }
    error
}

fn public_url(text: &str) -> Result<PublicUrl, String> {
    let expected = || "expected http://host[:port] or https://host[:port], without a path".to_owned();
    let uri: ::http::Uri = text.parse().map_err(|_| expected())?;
    let https = match uri.scheme_str() {
        Some("https") => true,
        Some("http") => false,
        _ => return Err(expected()),
    };
    let authority = uri.authority().ok_or_else(expected)?;
    if authority.as_str().contains('@') || !matches!(uri.path(), "" | "/") || uri.query().is_some() {
        return Err(expected());
    }
    let port = authority.port_u16().filter(|port| *port != if https { 443 } else { 80 });
    let host = authority.host().to_ascii_lowercase();
    let authority = port.map_or(host.clone(), |port| format!("{host}:{port}"));
    Ok(PublicUrl { https, authority })
}

#[cfg(test)]
mod tests;
