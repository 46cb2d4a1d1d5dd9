//! The order of the list of conversations: the newest activity first. It is kept up to date conversation by conversation, so
//! that one message costs the same in a list of ten and of a thousand.

use litemap::LiteMap;
use myna_protocol::{ConversationId, Timestamp};
use std::ops::Range;

/// Where a conversation stands, and whether something in it is unread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) at: Timestamp,
    pub(crate) is_unread: bool,
}

/// The conversations of the list in their order.
#[derive(Debug, Default)]
pub(crate) struct Order {
    /// Ascending: the list is this from its end.
    places: Vec<(Timestamp, ConversationId)>,
    standings: LiteMap<ConversationId, Standing>,
    unread: usize,
}

impl Order {
    /// A conversation stands somewhere else now, or nowhere.
    pub(crate) fn set(&mut self, id: ConversationId, standing: Option<Standing>) {
        let before = match standing {
            Some(standing) => self.standings.insert(id, standing),
            None => self.standings.remove(&id),
        };
        if before == standing {
            return;
        }
        let unread = |standing: Option<Standing>| usize::from(standing.is_some_and(|standing| standing.is_unread));
        self.unread = self.unread + unread(standing) - unread(before);
        if let Some(Ok(place)) = before.map(|before| self.places.binary_search(&(before.at, id))) {
            self.places.remove(place);
        }
        if let Some(standing) = standing
            && let Err(place) = self.places.binary_search(&(standing.at, id))
        {
            self.places.insert(place, (standing.at, id));
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// How many conversations have something unread.
    pub(crate) fn unread(&self) -> usize {
        self.unread
    }

    /// All in their order.
    pub(crate) fn all(&self) -> impl ExactSizeIterator<Item = ConversationId> {
        self.places.iter().rev().map(|(_, id)| *id)
    }

    /// Those from one place of the list to another, as far as there are so many.
    pub(crate) fn range(&self, range: Range<usize>) -> impl Iterator<Item = ConversationId> {
        self.all().skip(range.start).take(range.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::cmp::Reverse;

    fn id(n: u8) -> ConversationId {
        ConversationId::from_bytes([n; 16])
    }

    proptest! {
        #[test]
        fn the_order_is_that_of_sorting_anew(
            changes in prop::collection::vec((0..12_u8, prop::option::of((0..6_i64, any::<bool>()))), 0..60),
        ) {
            let (mut order, mut held) = (Order::default(), LiteMap::<_, Standing>::new());
            for (n, standing) in changes {
                let standing = standing.map(|(at, is_unread)| Standing { at: Timestamp(at), is_unread });
                order.set(id(n), standing);
                match standing {
                    Some(standing) => held.insert(id(n), standing),
                    None => held.remove(&id(n)),
                };
                let mut sorted: Vec<_> = held.iter().map(|(id, standing)| (standing.at, *id)).collect();
                sorted.sort_by_key(|place| Reverse(*place));
                let sorted: Vec<_> = sorted.into_iter().map(|(_, id)| id).collect();
                prop_assert_eq!(order.all().collect::<Vec<_>>(), sorted.clone());
                prop_assert_eq!(order.range(2..5).collect::<Vec<_>>(), sorted.iter().skip(2).take(3).copied().collect::<Vec<_>>());
                prop_assert_eq!((order.len(), order.unread()), (held.len(), held.values().filter(|held| held.is_unread).count()));
            }
        }
    }
}
