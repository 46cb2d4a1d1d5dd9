//! Text that was pasted from terminals and editors.

use std::iter::Peekable;
use std::str::Chars;

/// Removes terminal escape sequences and control characters. Vertical tabs, form feeds and Unicode line separators become
/// line breaks.
pub fn clean_pasted(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => skip_escape(&mut chars),
            // Vertical tab, form feed, next line, line and paragraph separator.
            '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => cleaned.push('\n'),
            '\n' | '\r' | '\t' => cleaned.push(c),
            c if c.is_control() => {}
            c => cleaned.push(c),
        }
    }
    cleaned
}

/// Passes over what follows an ESC (ECMA-48): "[31m", "]0;title BEL", "(B".
fn skip_escape(chars: &mut Peekable<Chars<'_>>) {
    match chars.peek() {
        // A control sequence ends with a letter or one of a few signs.
        Some('[') => {
            chars.next();
            while chars.next_if(|c| matches!(c, ' '..='?')).is_some() {}
            chars.next_if(|c| matches!(c, '@'..='~'));
        }
        // A string ends with BEL, or with ESC and a backslash.
        Some(']' | 'P' | '^' | '_') => {
            chars.next();
            // Without an end on the same line it is no such string, and what follows is text.
            let mut rest = chars.clone();
            if let Some(end) = rest.find(|c| matches!(c, '\u{7}' | '\u{1b}' | '\n')).filter(|c| *c != '\n') {
                if end == '\u{1b}' {
                    rest.next_if_eq(&'\\');
                }
                *chars = rest;
            }
        }
        Some(' '..='/') => {
            while chars.next_if(|c| matches!(c, ' '..='/')).is_some() {}
            chars.next_if(|c| matches!(c, '0'..='~'));
        }
        Some('0'..='~') => {
            chars.next();
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_pasted_from_a_terminal_is_text() {
        for (pasted, meant) in [
            ("plain\ttext\n  kept", "plain\ttext\n  kept"),
            ("a\u{b}b\u{c}c\u{2028}d", "a\nb\nc\nd"),
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{1b}[38;5;196mred\u{1b}[m and \u{1b}[1;4mbold", "red and bold"),
            ("\u{1b}]0;title\u{7}after", "after"),
            ("\u{1b}]8;;https://example.org\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{1b}]0;no end\nand more", "0;no end\nand more"),
            ("\u{1b}Pno end", "no end"),
            ("\u{1b}(Bplain", "plain"),
            ("\u{1b}", ""),
            ("\u{1b}[", ""),
            ("bell\u{7} null\0 delete\u{7f}", "bell null delete"),
            ("👩\u{200d}💻 e\u{301}", "👩\u{200d}💻 e\u{301}"),
        ] {
            assert_eq!(clean_pasted(pasted), meant, "{pasted:?}");
        }
    }
}
