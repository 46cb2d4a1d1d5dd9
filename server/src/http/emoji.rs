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

fn groups() -> Vec<EmojiGroup> {
    emojis::Group::iter()
        .map(|group| EmojiGroup { name: name(group), emoji: group.emojis().map(entry).collect() })
        .collect()
}

fn entry(emoji: &'static emojis::Emoji) -> EmojiEntry {
    let shortcodes = emoji.shortcodes().flat_map(|code| code.split('_'));
    let mut words: Vec<String> = Vec::new();
    for word in emoji.name().split_whitespace().chain(shortcodes) {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        if !word.is_empty() && !words.contains(&word) {
            words.push(word);
        }
    }
    // The two of a couple can differ: those are offered in one tone each.
    let tones = emoji.skin_tones().into_iter().flatten().skip(1).take(5).map(|tone| tone.as_str().to_owned());
    EmojiEntry { emoji: emoji.as_str().to_owned(), words: words.join(" "), tones: tones.collect() }
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
            assert!(!entry.words.is_empty(), "{} has no words", entry.emoji);
            assert!(matches!(entry.tones.len(), 0 | 5), "{:?}", entry.tones);
            for emoji in entry.tones.iter().chain([&entry.emoji]) {
                assert_eq!(Emoji::parse(emoji).map(|emoji| emoji.as_str()), Ok(emoji.as_str()));
            }
        }
    }
}
