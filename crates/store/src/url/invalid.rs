//! What is wrong with a MongoDB address: which part, and why.

use std::borrow::Cow;
use std::fmt;

/// A part of a MongoDB address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UrlPart {
    Scheme,
    User,
    Password,
    /// The host at this position, counted from 1.
    Host(usize),
    /// The port of the host at this position.
    Port(usize),
    Database,
    /// The option with this name, as MongoDB spells it, or as it was written if MongoDB knows no such option.
    Option(String),
    /// Something among the options that has no name.
    Options,
}

impl fmt::Display for UrlPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheme => f.write_str("scheme"),
            Self::User => f.write_str("user"),
            Self::Password => f.write_str("password"),
            Self::Host(nth) => write!(f, "host {nth}"),
            Self::Port(nth) => write!(f, "port of host {nth}"),
            Self::Database => f.write_str("database name"),
            Self::Option(name) => write!(f, "option {name}"),
            Self::Options => f.write_str("options"),
        }
    }
}

/// A MongoDB address that cannot be used. It says which part is wrong and what was expected. It repeats nothing of the
/// address but the names of options, because anything else may be a piece of a password in the wrong place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {part} of the MongoDB address {why}")]
pub struct InvalidMongoUrl {
    pub part: UrlPart,
    why: Cow<'static, str>,
}

impl UrlPart {
    /// The error for this part. `why` completes the sentence "the … of the MongoDB address …".
    pub(super) fn refused(self, why: impl Into<Cow<'static, str>>) -> InvalidMongoUrl {
        InvalidMongoUrl { part: self, why: why.into() }
    }

    /// The option with this name.
    pub(super) fn option(name: &str) -> Self {
        Self::Option(name.to_owned())
    }
}
