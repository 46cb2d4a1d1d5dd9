//! Whether a text is a few emoji and nothing else, which are drawn large and without a bubble.

const VARIATION: char = '\u{fe0f}';
const JOINER: char = '\u{200d}';
const KEYCAP: char = '\u{20e3}';

/// Whether the text is one to three emoji and nothing else.
pub(crate) fn is_emoji_only(text: &str) -> bool {
    let mut rest = text;
    for _ in 0..3 {
        let Some(after) = strip_emoji(rest) else { return false };
        if after.is_empty() {
            return true;
        }
        rest = after;
    }
    false
}

/// The first emoji in the text.
pub fn first_emoji(text: &str) -> Option<&str> {
    text.char_indices().find_map(|(at, _)| {
        let from = text.get(at..)?;
        let after = strip_emoji(from)?;
        from.get(..from.len() - after.len())
    })
}

/// The text after the emoji that it begins with.
fn strip_emoji(text: &str) -> Option<&str> {
    let mut rest = strip_element(text)?;
    while let Some(joined) = rest.strip_prefix(JOINER) {
        rest = strip_element(joined)?;
    }
    Some(rest)
}

/// The text after one emoji that is not joined from several.
fn strip_element(text: &str) -> Option<&str> {
    let mut chars = text.chars();
    let base = chars.next()?;
    let rest = chars.as_str();
    if matches!(base, '0'..='9' | '#' | '*') {
        return rest.strip_prefix(VARIATION).unwrap_or(rest).strip_prefix(KEYCAP);
    }
    if is_regional(base) {
        return rest.strip_prefix(is_regional);
    }
    let shown_as_emoji = rest.strip_prefix(VARIATION);
    let rest = match shown_as_emoji {
        Some(rest) if is_pictograph(base) || is_symbol(base) => rest,
        None if is_pictograph(base) => rest,
        // Some symbols are joined or coloured without the variation that would make an emoji of them alone.
        None if is_symbol(base) && rest.starts_with(|c| c == JOINER || is_skin(c)) => rest,
        _ => return None,
    };
    let rest = rest.strip_prefix(is_skin).unwrap_or(rest);
    Some(rest.trim_start_matches(is_tag))
}

fn is_regional(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

fn is_skin(c: char) -> bool {
    matches!(c, '\u{1f3fb}'..='\u{1f3ff}')
}

/// What spells the flags of parts of countries.
fn is_tag(c: char) -> bool {
    matches!(c, '\u{e0020}'..='\u{e007f}')
}

/// Characters that are drawn as emoji by themselves.
fn is_pictograph(c: char) -> bool {
    matches!(c,
        '\u{1f004}' | '\u{1f0cf}' | '\u{1f18e}' | '\u{1f191}'..='\u{1f19a}' | '\u{1f201}'..='\u{1f251}' | '\u{1f300}'..='\u{1f64f}'
        | '\u{1f680}'..='\u{1f6ff}' | '\u{1f7e0}'..='\u{1f7f0}' | '\u{1f90c}'..='\u{1f9ff}' | '\u{1fa70}'..='\u{1faff}'
        | '\u{231a}'..='\u{231b}' | '\u{23e9}'..='\u{23ec}' | '\u{23f0}' | '\u{23f3}' | '\u{25fd}'..='\u{25fe}' | '\u{2614}'..='\u{2615}'
        | '\u{2648}'..='\u{2653}' | '\u{267f}' | '\u{2693}' | '\u{26a1}' | '\u{26aa}'..='\u{26ab}' | '\u{26bd}'..='\u{26be}'
        | '\u{26c4}'..='\u{26c5}' | '\u{26ce}' | '\u{26d4}' | '\u{26ea}' | '\u{26f2}'..='\u{26f3}' | '\u{26f5}' | '\u{26fa}' | '\u{26fd}'
        | '\u{2705}' | '\u{270a}'..='\u{270b}' | '\u{2728}' | '\u{274c}' | '\u{274e}' | '\u{2753}'..='\u{2755}' | '\u{2757}'
        | '\u{2795}'..='\u{2797}' | '\u{27b0}' | '\u{27bf}' | '\u{2b1b}'..='\u{2b1c}' | '\u{2b50}' | '\u{2b55}')
}

/// Characters that become emoji with the variation selector.
fn is_symbol(c: char) -> bool {
    matches!(c,
        '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{2194}'..='\u{21aa}' | '\u{2300}'..='\u{23ff}'
        | '\u{24c2}' | '\u{25aa}'..='\u{25fe}' | '\u{2600}'..='\u{27bf}' | '\u{2934}'..='\u{2935}' | '\u{2b05}'..='\u{2b55}'
        | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}' | '\u{1f170}'..='\u{1f171}' | '\u{1f17e}'..='\u{1f17f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_to_three_emoji_are_emoji() {
        for text in ["😀", "👍🏽", "❤️", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "1️⃣", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "❤️‍🔥", "☝🏿", "😀😀😀", "🇩🇪🇫🇷", "⛹🏽‍♂️", "🫶"]
        {
            assert!(is_emoji_only(text), "{text}");
        }
    }

    #[test]
    fn anything_else_is_text() {
        for text in ["", "😀😀😀😀", "a", "1", "12", "😀 ", "😀 😀", "ok 👍", "©", "☺ ", "🇩", "👍\u{200d}", "✓", "#"]
        {
            assert!(!is_emoji_only(text), "{text}");
        }
    }
}
