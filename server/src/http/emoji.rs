//! `/emoji.json`: all emoji, for the picker. The browser asks for them when it first opens.

use axum::response::IntoResponse;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use myna_app::emoji::{EmojiEntry, EmojiGroup, GroupName};
use std::sync::LazyLock;

static ALL: LazyLock<Bytes> = LazyLock::new(|| serde_json::to_vec(&groups()).unwrap_or_default().into());

pub(crate) async fn emoji() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=86400")], ALL.clone())
}

/// Systems draw new emoji years after Unicode has them: those after this version are not offered.
const NEWEST: emojis::UnicodeVersion = emojis::UnicodeVersion::new(15, 0);

fn groups() -> Vec<EmojiGroup> {
    emojis::Group::iter()
        .map(|group| EmojiGroup {
            name: name(group),
            emoji: group.emojis().filter(|emoji| emoji.unicode_version() <= NEWEST).map(entry).collect(),
        })
        .collect()
}

fn entry(emoji: &'static emojis::Emoji) -> EmojiEntry {
    let plain = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '+') { c } else { ' ' };
    let name: String = emoji.name().to_lowercase().chars().map(plain).collect();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut words: Vec<&str> = Vec::new();
    for word in emoji.shortcodes().flat_map(|code| code.split('_')) {
        if !word.is_empty() && !name.split(' ').chain(words.iter().copied()).any(|known| known == word) {
            words.push(word);
        }
    }
    // The two of a couple can differ: those are offered in one tone each.
    let tones = emoji.skin_tones().into_iter().flatten().skip(1).take(5).map(|tone| tone.as_str().to_owned());
    EmojiEntry { emoji: emoji.as_str().to_owned(), name, words: words.join(" "), tones: tones.collect() }
}

fn name(group: emojis::Group) -> GroupName {
    match group {
        emojis::Group::SmileysAndEmotion => GroupName::Smileys,
        emojis::Group::PeopleAndBody => GroupName::People,
        emojis::Group::AnimalsAndNature => GroupName::Animals,
        emojis::Group::FoodAndDrink => GroupName::Food,
        emojis::Group::TravelAndPlaces => GroupName::Travel,
        emojis::Group::Activities => GroupName::Activities,
        emojis::Group::Objects => GroupName::Objects,
        emojis::Group::Symbols => GroupName::Symbols,
        emojis::Group::Flags => GroupName::Flags,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use myna_protocol::Emoji;

    #[test]
    fn whatever_the_picker_offers_can_be_a_reaction() {
        let all: Vec<EmojiEntry> = groups().into_iter().flat_map(|group| group.emoji).collect();
        assert!(all.len() > 1_800, "only {} emoji", all.len());
        for entry in all {
            assert!(!entry.name.is_empty(), "{} has no name", entry.emoji);
            assert!(matches!(entry.tones.len(), 0 | 5), "{:?}", entry.tones);
            for emoji in entry.tones.iter().chain([&entry.emoji]) {
                assert_eq!(Emoji::parse(emoji).map(|emoji| emoji.as_str()), Ok(emoji.as_str()));
            }
        }
    }
}
