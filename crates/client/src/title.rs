//! What a conversation is called, as data: the UI says it in the reader's language.

/// A conversation's title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Title {
    /// Its own name, or the name of the other person in a direct conversation.
    Name(String),
    /// A direct conversation with oneself.
    NoteToSelf,
    /// A direct conversation with a person whose name is not known yet.
    Unknown,
    /// A group without a name and without other members.
    JustYou,
    /// A group without a name: at most three names of other members, and how many others there are. A name is empty while it
    /// is not known.
    Members { names: Vec<String>, others: usize },
}

/// Names that a title lists when there are more members than that.
const LISTED: usize = 2;

impl Title {
    /// The title of a group without a name, by the sorted names of other members that are known, and the number of all others.
    pub(crate) fn of_members(names: &[&str], count: usize) -> Self {
        if names.is_empty() {
            return Self::JustYou;
        }
        let listed = if names.len() == count && count == LISTED + 1 { count } else { names.len().min(LISTED) };
        let names: Vec<String> = names[..listed].iter().map(|name| (*name).to_owned()).collect();
        Self::Members { others: count - names.len(), names }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_lists_three_members_or_two_and_the_number_of_the_others() {
        let members = |names: &[&str], others| Title::Members {
            names: names.iter().map(|&name| name.to_owned()).collect(),
            others,
        };
        for (known, count, title) in [
            (&[][..], 0, Title::JustYou),
            (&["A"], 1, members(&["A"], 0)),
            (&["A", "B"], 2, members(&["A", "B"], 0)),
            (&["A", "B", "C"], 3, members(&["A", "B", "C"], 0)),
            (&["A", "B", "C", "D"], 4, members(&["A", "B"], 2)),
            (&["A"], 9, members(&["A"], 8)),
            (&["A", "B", "C"], 9, members(&["A", "B"], 7)),
        ] {
            assert_eq!(Title::of_members(known, count), title, "{known:?} of {count}");
        }
    }
}
