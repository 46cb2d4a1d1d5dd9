//! Invisible characters.

/// Whether none of these characters can be seen.
pub(crate) fn is_blank(text: &str) -> bool {
    let joiner = |c: char| matches!(c, '\u{200c}' | '\u{200d}');
    text.chars().all(|c| c.is_whitespace() || joiner(c) || is_ignorable(c))
}

/// `Default_Ignorable_Code_Point` of Unicode without the joiners, which are spelling in some scripts, and the blank of Braille.
pub(crate) fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}
