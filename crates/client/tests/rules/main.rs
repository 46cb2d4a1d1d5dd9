//! What the client promises, against a small server of the tests' own.

mod drafts;
mod driver;
mod editing;
mod hostile;
mod jumping;
mod law;
mod live;
mod model;
mod names;
mod outbox;
mod paging;
mod places;
mod scheduling;
mod screen;
mod session;
mod transcript;
