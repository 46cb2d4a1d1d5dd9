//! Who is online, for as long as the socket tells.

use crate::set::Set;
use myna_protocol::UserId;

/// The people known to be online. It holds until the next word on them or the end of the socket.
#[derive(Debug, Default)]
pub(crate) struct Presence {
    online: Set<UserId>,
}

impl Presence {
    /// These people came, or went.
    pub(crate) fn signal(&mut self, users: &[UserId], online: bool) {
        for user in users {
            if online {
                self.online.insert(*user);
            } else {
                self.online.remove(user);
            }
        }
    }

    pub(crate) fn is_online(&self, user: UserId) -> bool {
        self.online.contains(&user)
    }

    /// Nothing is known any more; who was online.
    pub(crate) fn clear(&mut self) -> Vec<UserId> {
        std::mem::take(&mut self.online).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::user;

    #[test]
    fn people_are_online_until_the_next_word_on_them_or_the_end_of_the_socket() {
        let mut presence = Presence::default();
        presence.signal(&[user(1), user(2)], true);
        presence.signal(&[user(2), user(3)], false);
        assert!(presence.is_online(user(1)) && !presence.is_online(user(2)));
        assert_eq!((presence.clear(), presence.clear()), (vec![user(1)], vec![]));
        assert!(!presence.is_online(user(1)));
    }
}
