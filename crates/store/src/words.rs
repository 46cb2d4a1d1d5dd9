//! Finding names by the beginning of any of their words, on keys that are compared byte by byte.

/// A name's key from each of its words on: what is typed to find it begins one of these.
pub(crate) fn tails(key: &str) -> impl Iterator<Item = &str> {
    let starts = key.char_indices().filter(|(_, c)| *c == ' ').map(|(place, _)| place + 1);
    std::iter::once(0)
        .chain(starts)
        .map(|start| &key[start..])
        .filter(|tail| !tail.is_empty() && !tail.starts_with(' '))
}

/// The first text that is after all those that begin with `prefix`, in the order of their bytes.
///
/// With nothing after them it is a text after every name's: no key is as long.
pub(crate) fn after(prefix: &str) -> String {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        let next = (u32::from(last) + 1..=u32::from(char::MAX)).find_map(char::from_u32);
        if let Some(next) = next {
            chars.push(next);
            return chars.into_iter().collect();
        }
    }
    char::MAX.to_string().repeat(1_024)
}

#[cfg(test)]
mod tests {
    use super::{after, tails};

    #[test]
    fn a_name_is_found_from_each_of_its_words_on() {
        assert_eq!(tails("ann maria bo").collect::<Vec<_>>(), ["ann maria bo", "maria bo", "bo"]);
        assert_eq!(tails("ann").collect::<Vec<_>>(), ["ann"]);
    }

    #[test]
    fn texts_with_a_prefix_lie_before_what_is_after_it() {
        for prefix in ["a", "an", "\u{d7ff}", "\u{10ffff}", "a\u{10ffff}", "ß"] {
            for rest in ["", "a", "\u{10ffff}", "\u{10ffff}\u{10ffff}"] {
                assert!(format!("{prefix}{rest}") < after(prefix), "{prefix:?} {rest:?}");
            }
            assert!(!after(prefix).starts_with(prefix) || prefix == "\u{10ffff}");
        }
    }
}
