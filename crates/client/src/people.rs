//! The people this client knows by name, and how far it knows the server's feed, which brings their changes.

use crate::set::Set;
use litemap::LiteMap;
use myna_protocol::limits::PEOPLE_MAX;
use myna_protocol::{FeedRows, Person, Rev, UserId};

/// People by id. Learning a person is an idempotent upsert: the one with the greater rev stays.
#[derive(Debug, Default)]
pub(crate) struct People {
    known: LiteMap<UserId, Person>,
    /// The server's feed is known up to here.
    cursor: Rev,
    /// The server's feed is known to have come at least so far.
    behind: Rev,
    /// The server said to forget its feed: the next rows from 0 replace it.
    renew: bool,
    /// Known people who may have changed without a row: to be asked for again.
    stale: Set<UserId>,
    /// People who were seen in a row and whose own row has not come: to be asked for.
    unknown: Set<UserId>,
    /// Unknown people whom the server does not know either: asked for once, and not again.
    absent: Set<UserId>,
    /// Whom the request under way asks for.
    asked: Vec<UserId>,
}

impl People {
    /// The name of this person; empty while it is not known.
    pub(crate) fn name(&self, user: UserId) -> &str {
        self.get(user).unwrap_or_default()
    }

    /// The name of this person, if it is known.
    pub(crate) fn get(&self, user: UserId) -> Option<&str> {
        self.known.get(&user).map(|person| person.name.as_str())
    }

    /// Takes what rows say of people; whose names that changed where they may be in sight.
    pub(crate) fn learn(&mut self, people: impl IntoIterator<Item = Person>) -> Set<UserId> {
        let mut changed = Set::default();
        for person in people {
            let held = self.known.get(&person.id);
            if held.is_none_or(|held| person.rev >= held.rev) {
                let renamed = held.is_some_and(|held| held.name != person.name);
                let was_unknown = self.unknown.remove(&person.id) | self.absent.remove(&person.id);
                if renamed || was_unknown {
                    changed.insert(person.id);
                }
                self.known.insert(person.id, person);
            }
        }
        changed
    }

    /// These people were seen in rows: the ones whose names are not known are to be asked for, once.
    pub(crate) fn saw(&mut self, users: impl IntoIterator<Item = UserId>) {
        let new = users.into_iter().filter(|user| !self.known.contains_key(user) && !self.absent.contains(user));
        let new: Vec<_> = new.collect();
        self.unknown.extend(new);
    }

    /// Moves the cursor of the server's feed by these rows, whose people are learned already; false when something before
    /// them is missing.
    pub(crate) fn advance(&mut self, FeedRows { from, rev, rows, .. }: &FeedRows) -> bool {
        let (from, rev) = (*from, *rev);
        if from > self.cursor {
            self.behind = self.behind.max(from);
            return false;
        }
        if std::mem::take(&mut self.renew) {
            // The server may have gone back to an older state: any answer is newer than what is held.
            self.known.iter_mut().for_each(|(_, person)| person.rev = 0);
            self.stale.extend(self.known.keys().copied());
        } else if from == 0
            && rows.iter().filter(|row| row.rev() > self.cursor).count() as u64 != rev.saturating_sub(self.cursor)
        {
            // A fresh feed names few people. Without a row for each change since the cursor, anybody may have another name.
            self.stale.extend(self.known.keys().copied());
        }
        self.cursor = self.cursor.max(rev);
        true
    }

    /// The server's feed as a page brings it, together with the people in the page: nobody in it is stale.
    pub(crate) fn start(&mut self, rev: Rev) {
        self.cursor = self.cursor.max(rev);
    }

    /// The server's feed is to be forgotten. Names stay in sight until newer ones are here.
    pub(crate) fn reset(&mut self) {
        (self.cursor, self.behind, self.renew) = (0, 0, true);
    }

    pub(crate) fn cursor(&self) -> Rev {
        self.cursor
    }

    /// How far the feed is known, and how far it is known to have come at least.
    pub(crate) fn progress(&self) -> (Rev, Rev) {
        (self.cursor, self.behind)
    }

    /// Whether there are people to ask for.
    pub(crate) fn are_wanted(&self) -> bool {
        !self.stale.is_empty() || !self.unknown.is_empty()
    }

    /// The next people to ask for; none when there are none.
    pub(crate) fn portion(&self) -> Vec<UserId> {
        self.unknown.iter().chain(&self.stale).take(PEOPLE_MAX).copied().collect()
    }

    /// The request under way asks for these.
    pub(crate) fn portion_asked(&mut self, users: Vec<UserId>) {
        self.asked = users;
    }

    /// The request under way is answered, or refused for good. Call it after `learn`.
    pub(crate) fn portion_answered(&mut self) {
        for user in std::mem::take(&mut self.asked) {
            self.stale.remove(&user);
            if self.unknown.remove(&user) {
                self.absent.insert(user);
            }
        }
    }

    /// The request under way will not be answered.
    pub(crate) fn portion_lost(&mut self) {
        self.asked.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::user;
    use myna_protocol::{Feed, Row};

    fn person(n: u8, name: &str, rev: Rev) -> Person {
        Person { id: user(n), name: name.to_owned(), rev }
    }

    fn feed(from: Rev, rev: Rev, people: impl IntoIterator<Item = Person>) -> FeedRows {
        FeedRows { feed: Feed::Server, from, rev, rows: people.into_iter().map(Row::Person).collect() }
    }

    fn ask(people: &mut People) -> Vec<UserId> {
        let portion = people.portion();
        people.portion_asked(portion.clone());
        portion
    }

    #[test]
    fn the_name_with_the_greater_rev_stays() {
        for order in [[(3, "old"), (4, "new")], [(4, "new"), (3, "old")]] {
            let mut people = People::default();
            for (rev, name) in order {
                people.learn([person(1, name, rev)]);
            }
            assert_eq!(people.name(user(1)), "new");
        }
    }

    #[test]
    fn learning_says_whose_names_changed() {
        let mut people = People::default();
        people.saw([user(1)]);
        assert_eq!(people.learn([person(1, "Ada", 0), person(2, "Bea", 0)]), Set::from([user(1)]));
        assert_eq!(people.learn([person(1, "Ada", 0), person(2, "Beatrice", 1)]), Set::from([user(2)]));
    }

    #[test]
    fn an_unknown_person_is_asked_for_once() {
        let mut people = People::default();
        people.learn([person(1, "Ada", 0)]);
        people.saw([user(1), user(2), user(3)]);
        assert_eq!(ask(&mut people), [user(2), user(3)]);
        people.learn([person(2, "Bea", 0)]);
        people.portion_answered();
        people.saw([user(2), user(3)]);
        assert_eq!((ask(&mut people), people.name(user(3))), (vec![], ""));
    }

    #[test]
    fn a_question_that_was_lost_is_asked_again() {
        let mut people = People::default();
        people.saw([user(2)]);
        ask(&mut people);
        people.portion_lost();
        assert_eq!(ask(&mut people), [user(2)]);
    }

    #[test]
    fn a_gap_in_the_servers_feed_moves_no_cursor() {
        let mut people = People::default();
        people.start(3);
        assert!(!people.advance(&feed(4, 5, [person(1, "Ada", 5)])));
        assert_eq!(people.progress(), (3, 4));
        assert!(people.advance(&feed(3, 5, [person(1, "Ada", 5)])));
        assert_eq!((people.cursor(), people.are_wanted()), (5, false));
    }

    #[test]
    fn after_a_reset_everybody_known_is_asked_for_again_in_portions() {
        let mut people = People::default();
        let id = |n: u16| UserId::from_bytes([(n >> 8) as u8, n as u8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        people.learn((0..450).map(|n| Person { id: id(n), name: "old".to_owned(), rev: 9 }));
        people.start(9);
        people.reset();
        assert!(!people.are_wanted(), "the rows from 0 are not here yet");
        people.advance(&feed(0, 4, []));
        let mut portions = Vec::new();
        while people.are_wanted() {
            let users = ask(&mut people);
            portions.push(users.len());
            // The server was restored from a backup: its revs are smaller now.
            people.learn(users.into_iter().map(|id| Person { id, name: "new".to_owned(), rev: 0 }));
            people.portion_answered();
        }
        assert_eq!(portions, [200, 200, 50]);
        assert!((0..450).all(|n| people.name(id(n)) == "new"));
        assert_eq!(people.cursor(), 4);
    }

    #[test]
    fn a_feed_from_0_without_a_row_for_each_change_leaves_everybody_to_be_asked_for() {
        for (rows, complete) in [
            (vec![], false),
            (vec![person(1, "Ada", 0)], false),
            (vec![person(1, "Ada", 1)], false),
            (vec![person(2, "Bea", 2)], false),
            (vec![person(1, "Ada", 1), person(2, "Bea", 2)], true),
        ] {
            let mut people = People::default();
            people.learn([person(1, "Ada", 0), person(2, "Bea", 0)]);
            assert!(people.advance(&feed(0, 2, rows.clone())));
            assert_eq!(people.are_wanted(), !complete, "{rows:?}");
        }
    }
}
