//! Myna's drivers: everything that lasts, behind the traits of `myna_chat::store`, picked by a URL at run time.
//!
//! No driver's type leaks: callers hold an `Arc<dyn Store>`. One contract suite (`tests/contract`) runs on each driver.
//! Tools that move or check a whole store hold an `Arc<dyn Archive>` instead.

pub mod archive;

mod embedded;
mod mongo;
mod open;
mod url;
mod words;

pub use open::{MongoError, OpenError, Purpose, open, open_archive};
pub use url::{InvalidMongoUrl, InvalidUrl, MongoParts, MongoUrl, StoreUrl, UrlPart};
