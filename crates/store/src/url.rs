//! The URL of a store, as a setting names it.

mod address;
mod harmony;
mod invalid;
mod mongo;
mod options;
mod percent;

pub use invalid::{InvalidMongoUrl, UrlPart};
pub use mongo::{MongoParts, MongoUrl};

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// The URL of a store. Neither `Display` nor `Debug` shows a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// `memory:`: embedded; the data ends with the process.
    Memory,
    /// `sqlite:<path to file>`: embedded, in this file.
    Sqlite(PathBuf),
    /// `mongodb://…` or `mongodb+srv://…`.
    Mongo(MongoUrl),
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

/// The text is not a store's URL. The error does not repeat it, because it may contain a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUrl {
    #[error("not a store: expected sqlite:<path to file>, memory:, mongodb://… or mongodb+srv://…")]
    Unknown,
    #[error(transparent)]
    Mongo(#[from] InvalidMongoUrl),
}

impl FromStr for StoreUrl {
    type Err = InvalidUrl;

    fn from_str(text: &str) -> Result<Self, InvalidUrl> {
        let text = text.trim();
        if text == "memory:" {
            return Ok(Self::Memory);
        }
        if let Some(path) = text.strip_prefix("sqlite:") {
            // Other programs write sqlite://file and sqlite:///folder/file. The slashes of the URL are not part of the
            // path.
            let path = path.strip_prefix("//").unwrap_or(path);
            return if path.is_empty() || path.contains('\0') {
                Err(InvalidUrl::Unknown)
            } else {
                Ok(Self::Sqlite(path.into()))
            };
        }
        match text.split_once("://") {
            Some(("mongodb" | "mongodb+srv", _)) => Ok(Self::Mongo(text.parse()?)),
            _ => Err(InvalidUrl::Unknown),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{InvalidUrl, StoreUrl, UrlPart};

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
        for text in ["mongodb://ann:secret@one:27017/myna", "mongodb+srv://ann:secret@one.example/myna?appName=secret"]
        {
            let url: StoreUrl = text.parse().unwrap();
            assert!(!format!("{url} {url:?}").contains("sec"), "{url}");
            assert!(url.to_string().contains("***@one"), "{url}");
        }
        for text in
            ["postgres://ann:secret@one/db", "mongo://ann:secret@one", "ann:secret@one", "mongodb://ann:sec@ret@one"]
        {
            let error = text.parse::<StoreUrl>().unwrap_err();
            assert!(!format!("{error} {error:?}").contains("sec"), "{error}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_what_was_expected() {
        for text in ["", "sqlite:", "sqlite://", "memory", "memory:x", "/data/myna.db", "mongodb:one", "redis://one"] {
            assert_eq!(text.parse::<StoreUrl>(), Err(InvalidUrl::Unknown), "{text}");
        }
        assert!(InvalidUrl::Unknown.to_string().contains("sqlite:<path to file>"));
        let error = "mongodb://".parse::<StoreUrl>().unwrap_err();
        assert!(matches!(&error, InvalidUrl::Mongo(error) if error.part == UrlPart::Host(1)), "{error}");
    }
}
