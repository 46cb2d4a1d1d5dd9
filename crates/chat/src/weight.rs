//! About how many bytes a row takes in memory and on the wire.

use myna_protocol::{FeedRows, Row};

/// About how many bytes a row takes.
pub fn row_weight(row: &Row) -> usize {
    match row {
        Row::Message(message) => {
            let earlier = message.earlier().iter().map(|earlier| 64 + earlier.text.len());
            256 + message.text.len() + earlier.sum::<usize>()
        }
        Row::Conversation(_) | Row::Member(_) | Row::Membership(_) => 256,
        Row::Person(_) => 128,
    }
}

/// About how many bytes rows take.
pub(crate) fn weight(rows: &FeedRows) -> usize {
    rows.rows.iter().map(row_weight).sum()
}
