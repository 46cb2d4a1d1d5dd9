//! Emoji as reactions.

use crate::Rejection;
use serde::{Deserialize, Serialize};

/// One emoji in the form that Unicode calls fully qualified: with each U+FE0F that it can have, its skin tones kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Emoji(&'static str);

impl<'de> Deserialize<'de> for Emoji {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl Emoji {
    /// `EmojiInvalid` for anything but one emoji of Unicode's list.
    pub fn parse(raw: &str) -> Result<Self, Rejection> {
        emojis::get(raw).map(|emoji| Self(emoji.as_str())).ok_or(Rejection::EmojiInvalid)
    }

    pub fn as_str(&self) -> &'static str {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form_for_each_emoji() {
        for (raw, form) in [
            ("\u{2764}\u{fe0f}", "\u{2764}\u{fe0f}"),
            ("\u{2764}", "\u{2764}\u{fe0f}"),
            ("\u{1f44d}", "\u{1f44d}"),
            ("\u{1f44d}\u{1f3fe}", "\u{1f44d}\u{1f3fe}"),
            ("\u{203c}", "\u{203c}\u{fe0f}"),
            ("\u{1f1e9}\u{1f1ea}", "\u{1f1e9}\u{1f1ea}"),
            ("1\u{20e3}", "1\u{fe0f}\u{20e3}"),
            (
                "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f466}",
                "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f466}",
            ),
            ("\u{1f441}\u{200d}\u{1f5e8}", "\u{1f441}\u{fe0f}\u{200d}\u{1f5e8}\u{fe0f}"),
        ] {
            assert_eq!(Emoji::parse(raw).map(|emoji| emoji.as_str()), Ok(form), "{raw:?}");
        }
    }

    #[test]
    fn every_emoji_keeps_its_form() {
        let mut all =
            emojis::iter().flat_map(|emoji| std::iter::once(emoji).chain(emoji.skin_tones().into_iter().flatten()));
        assert!(all.all(|emoji| Emoji::parse(emoji.as_str()).map(|parsed| parsed.as_str()) == Ok(emoji.as_str())));
    }

    #[test]
    fn what_is_no_emoji_is_refused() {
        let joined = ["\u{1f468}"; 40].join("\u{200d}");
        for raw in [
            "",
            " ",
            "a",
            "1",
            "#",
            "ok",
            ":heart:",
            "\u{fe0f}",
            "\u{200d}",
            "\u{1f3fe}\u{1f3fe}",
            "\u{1f44d}\u{1f44d}",
            " \u{1f44d}",
            "\u{1f44d}a",
            "\u{1f1e9}",
            "\u{202e}\u{1f44d}",
            &joined,
        ] {
            assert_eq!(Emoji::parse(raw), Err(Rejection::EmojiInvalid), "{raw:?}");
        }
    }
}
