//! Where a store is, as a setting says it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Where a store is. Neither `Display` nor `Debug` shows a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// `memory:`: embedded, gone with the process.
    Memory,
    /// `sqlite:<path to file>`: embedded, in this file.
    Sqlite(PathBuf),
    /// `mongodb://…` or `mongodb+srv://…`.
    Mongo(MongoUrl),
}

/// A MongoDB connection string. It may hold a password, so it cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct MongoUrl(String);

impl MongoUrl {
    /// The connection string itself, for the driver.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MongoUrl {
    /// The hosts and the database, without who signs in and without options: both can hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, rest) = self.0.split_once("://").unwrap_or(("mongodb", ""));
        // The last @, not the first: somebody may have forgotten to escape one in their password.
        let (who, rest) = rest.rsplit_once('@').map_or(("", rest), |(_, rest)| ("***@", rest));
        let place = rest.split_once('?').map_or(rest, |(place, _)| place);
        write!(f, "{scheme}://{who}{place}")
    }
}

impl fmt::Debug for MongoUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("memory:"),
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Mongo(url) => url.fmt(f),
        }
    }
}

/// The text was not a store's URL. What was there instead is not repeated: it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidUrl;

impl fmt::Display for InvalidUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a store: expected sqlite:<path to file>, memory:, mongodb://… or mongodb+srv://…")
    }
}

impl std::error::Error for InvalidUrl {}

impl FromStr for StoreUrl {
    type Err = InvalidUrl;

    fn from_str(text: &str) -> Result<Self, InvalidUrl> {
        let text = text.trim();
        if text == "memory:" {
            return Ok(Self::Memory);
        }
        if let Some(path) = text.strip_prefix("sqlite:") {
            // Others write sqlite://file and sqlite:///folder/file: the slashes of a URL are no part of the path.
            let path = path.strip_prefix("//").unwrap_or(path);
            return if path.is_empty() || path.contains('\0') {
                Err(InvalidUrl)
            } else {
                Ok(Self::Sqlite(path.into()))
            };
        }
        match text.split_once("://") {
            Some(("mongodb" | "mongodb+srv", rest)) if !rest.is_empty() => Ok(Self::Mongo(MongoUrl(text.to_owned()))),
            _ => Err(InvalidUrl),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{InvalidUrl, StoreUrl};

    #[test]
    fn urls_are_read_and_written_alike() {
        for text in ["memory:", "sqlite:data/myna.db", "sqlite:/var/lib/myna/myna.db", "mongodb://one:27017,two/myna"] {
            assert_eq!(text.parse::<StoreUrl>().unwrap().to_string(), text);
        }
        assert_eq!("sqlite:///a/b.db".parse(), Ok(StoreUrl::Sqlite("/a/b.db".into())));
        assert_eq!("sqlite://a/b.db".parse(), Ok(StoreUrl::Sqlite("a/b.db".into())));
    }

    #[test]
    fn a_password_is_never_shown() {
        for text in [
            "mongodb://ann:secret@one:27017/myna",
            "mongodb+srv://ann:secret@one/myna?tlsCertificateKeyFilePassword=secret",
            "mongodb://ann:sec@secret@one/?a=b",
            "mongodb://ann:secret?secret@one",
        ] {
            let url: StoreUrl = text.parse().unwrap();
            assert!(!format!("{url} {url:?}").contains("sec"), "{url}");
            assert!(url.to_string().contains("***@one"), "{url}");
        }
        for text in ["postgres://ann:secret@one/db", "mongo://ann:secret@one", "ann:secret@one"] {
            assert!(!text.parse::<StoreUrl>().unwrap_err().to_string().contains("secret"));
        }
    }

    #[test]
    fn anything_else_is_refused_with_what_was_expected() {
        for text in [
            "",
            "sqlite:",
            "sqlite://",
            "memory",
            "memory:x",
            "/data/myna.db",
            "mongodb://",
            "mongodb:one",
            "redis://one",
        ] {
            assert_eq!(text.parse::<StoreUrl>(), Err(InvalidUrl), "{text}");
        }
        assert!(InvalidUrl.to_string().contains("sqlite:<path to file>"));
    }
}
