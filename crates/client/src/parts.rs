//! The parts of a message's text: words, and links in them.

use linkify::{LinkFinder, LinkKind};

/// A part of a text. All parts together are the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part<'a> {
    Text(&'a str),
    /// An address on the web, or of a mailbox. `href` begins with `http://`, `https://` or `mailto:`.
    Link {
        text: &'a str,
        href: String,
    },
}

/// The parts of a text, in order. Punctuation and brackets around an address do not belong to it.
pub fn parts(text: &str) -> Vec<Part<'_>> {
    let part = |span: linkify::Span<'_>| {
        let text = &text[span.start()..span.end()];
        match href(span.kind(), text) {
            Some(href) => Part::Link { text, href },
            None => Part::Text(text),
        }
    };
    LinkFinder::new().spans(text).map(part).collect()
}

/// Other schemes could run scripts, or start programs.
fn href(kind: Option<&LinkKind>, text: &str) -> Option<String> {
    let begins = |scheme: &str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    match kind? {
        LinkKind::Email => Some(format!("mailto:{text}")),
        // With such a character the link would show another address than the one it opens.
        LinkKind::Url if text.contains(turns_direction) => None,
        LinkKind::Url if begins("https://") || begins("http://") => Some(text.to_owned()),
        _ => None,
    }
}

/// Whether the character changes the direction of writing.
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with its links in brackets.
    fn sketch(text: &str) -> String {
        let part = |part: &Part<'_>| match part {
            Part::Text(text) => (*text).to_owned(),
            Part::Link { text, .. } => format!("[{text}]"),
        };
        parts(text).iter().map(part).collect()
    }

    #[test]
    fn addresses_are_links_without_the_punctuation_around_them() {
        for (text, expected) in [
            ("", ""),
            ("no link, a.b or 1.2.3", "no link, a.b or 1.2.3"),
            ("see https://example.org.", "see [https://example.org]."),
            ("(https://en.wikipedia.org/wiki/Myna_(bird))", "([https://en.wikipedia.org/wiki/Myna_(bird)])"),
            ("HTTP://EXAMPLE.ORG/a?b=c#d!", "[HTTP://EXAMPLE.ORG/a?b=c#d]!"),
            ("https://münchen.example/straße, ok", "[https://münchen.example/straße], ok"),
            ("mail ada@example.org, please", "mail [ada@example.org], please"),
            ("\"https://a.example\" https://b.example", "\"[https://a.example]\" [https://b.example]"),
            ("javascript:alert(1) data:text/html,x", "javascript:alert(1) data:text/html,x"),
            ("javascript://example.org/%0aalert(1)", "javascript://example.org/%0aalert(1)"),
            ("ftp://example.org file:///etc/passwd", "ftp://example.org file:///etc/passwd"),
            ("https://example.org/\u{202e}gpj.exe", "https://example.org/\u{202e}gpj.exe"),
        ] {
            assert_eq!(sketch(text), expected, "{text}");
        }
    }

    #[test]
    fn a_mailbox_gets_its_scheme_and_nothing_is_lost() {
        let text = "a@b.example\nhttps://c.example\u{202e}x";
        let found = parts(text);
        assert_eq!(found[0], Part::Link { text: "a@b.example", href: "mailto:a@b.example".to_owned() });
        let whole: String = found
            .iter()
            .map(|part| match part {
                Part::Text(text) | Part::Link { text, .. } => *text,
            })
            .collect();
        assert_eq!(whole, text);
    }
}
