//! The round picture of a person or a conversation: initials on a colour that is always theirs.

use leptos::prelude::*;
use myna_client::first_emoji;
use myna_protocol::Kind;

const HUES: u32 = 8;

/// Initials on a colour. Its name stands beside it, so it says nothing to a screen reader.
#[component]
pub(crate) fn Avatar(
    #[prop(into)] name: Signal<String>,
    /// What the colour is drawn from: an id.
    #[prop(into)]
    seed: String,
    #[prop(optional)] kind: Option<Kind>,
    #[prop(optional, into)] online: Signal<bool>,
    #[prop(optional)] beside_line: bool,
) -> impl IntoView {
    let is_channel = kind == Some(Kind::Channel);
    view! {
        <span
            class="avatar"
            class:line-avatar=beside_line
            class:channel=is_channel
            class=("online", move || online.get())
            data-hue=hue(seed)
            aria-hidden="true"
        >
            {move || if is_channel { "#".to_owned() } else { initials(&name.get()) }}
        </span>
    }
}

fn hue(seed: String) -> String {
    let sum = seed.into_bytes().into_iter().fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    (sum % HUES).to_string()
}

/// The first letters of the first and the last word, which the style writes as capitals; of a name without letters, its first emoji.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let Some(first) = words.next() else { return first_emoji(name).unwrap_or_default().to_owned() };
    [first].into_iter().chain(words.next_back()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_those_of_the_first_and_last_word() {
        for (name, expected) in [
            ("Lena", "L"),
            ("Lena Novak", "LN"),
            ("Bea, Chidi & Dana", "BD"),
            ("张 伟", "张伟"),
            ("🎻", "🎻"),
            ("~ 👩🏽‍🚀 🚀", "👩🏽‍🚀"),
            ("🎻 Lena", "L"),
            ("***", ""),
            ("ß", "ß"),
        ] {
            assert_eq!(initials(name), expected, "{name}");
        }
    }
}
