//! The rules of texts, names and passwords, on texts that nobody would think of.

use myna_protocol::limits::{NAME_CHARS, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, TEXT_CHARS};
use myna_protocol::{Name, Password, Rejection, Text};
use proptest::prelude::*;

/// Texts with a taste for what composes, joins, hides and breaks.
fn odd() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "\\PC{0,8}",
        "[a-z ]{0,8}",
        Just("e\u{301}".to_owned()),
        Just("\u{1100}\u{1161}\u{11a8}".to_owned()),
        Just("\r\n".to_owned()),
        Just("\u{0}".to_owned()),
        Just("\u{202e}".to_owned()),
        Just("\u{200d}".to_owned()),
        Just("\u{fb01}".to_owned()),
        Just("\u{344}\u{2126}\u{212b}".to_owned()),
        Just("\u{a0}\u{3000}".to_owned()),
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn parsing_a_text_again_changes_nothing(raw in odd()) {
        if let Ok(text) = Text::parse(&raw) {
            prop_assert_eq!(Text::parse(text.as_str()), Ok(text.clone()));
            prop_assert!((1..=TEXT_CHARS).contains(&text.as_str().chars().count()));
            prop_assert_eq!(text.as_str().trim_end(), text.as_str());
            prop_assert!(text.as_str().lines().next().is_some_and(|line| !line.trim().is_empty()), "no blank line begins it");
            prop_assert!(!text.as_str().contains(|c: char| c.is_control() && c != '\n' && c != '\t'));
        }
    }

    #[test]
    fn parsing_a_name_again_changes_nothing(raw in odd()) {
        if let Ok(name) = Name::parse(&raw) {
            let again = Name::parse(name.as_str());
            prop_assert_eq!(again.as_ref().map(Name::key), Ok(name.key()));
            prop_assert_eq!(again, Ok(name.clone()));
            prop_assert!((1..=NAME_CHARS).contains(&name.as_str().chars().count()));
            prop_assert!(!name.key().is_empty());
            prop_assert!(!name.as_str().contains(char::is_control) && !name.as_str().contains("  "));
        }
    }

    #[test]
    fn names_that_differ_in_case_have_one_key(raw in "[a-zA-Zäöüßéñ]{1,20}") {
        let key = |text: &str| Name::parse(text).map(|name| name.key());
        prop_assert_eq!(key(&raw.to_lowercase()), key(&raw));
    }

    #[test]
    fn a_key_is_a_key(raw in odd()) {
        let key = Name::search_key(&raw);
        prop_assert_eq!(Name::search_key(&key), key);
    }

    #[test]
    fn a_password_is_only_measured(raw in odd()) {
        let chars = raw.chars().count();
        match Password::parse(&raw) {
            Ok(password) => {
                prop_assert_eq!(password.expose(), raw.as_str());
                prop_assert_eq!(format!("{password:?}"), "Password(…)");
                prop_assert!((PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&chars));
            }
            Err(code) => {
                prop_assert_eq!(code, Rejection::PasswordTooShort);
                prop_assert!(chars < PASSWORD_CHARS_MIN);
            }
        }
    }
}

#[test]
fn a_text_may_have_as_many_characters_as_the_limit_says() {
    let text = |chars: usize| Text::parse(&"x".repeat(chars)).map(|_| ());
    assert_eq!(text(0), Err(Rejection::TextEmpty));
    assert_eq!(text(1), Ok(()));
    assert_eq!(text(TEXT_CHARS), Ok(()));
    assert_eq!(text(TEXT_CHARS + 1), Err(Rejection::TextTooLong));
    assert_eq!(text(10_000_000), Err(Rejection::TextTooLong));
}

#[test]
fn the_limit_counts_characters_after_they_are_composed() {
    assert!(Text::parse(&"e\u{301}".repeat(TEXT_CHARS)).is_ok());
    assert!(Text::parse(&"😀".repeat(TEXT_CHARS)).is_ok());
    assert_eq!(Text::parse(&"\u{fb2c}".repeat(TEXT_CHARS)), Err(Rejection::TextTooLong), "these come apart");
}

#[test]
fn line_breaks_are_one_kind_and_ends_are_not_blank() {
    let text = |raw| Text::parse(raw).map(Text::into_string);
    assert_eq!(text(" \r\na\r\nb\rc\td \n"), Ok("a\nb\nc\td".to_owned()));
    assert_eq!(text("  a \n"), Ok("a".to_owned()));
    assert_eq!(
        text("\n \n    if a {\n        b\n    }\n"),
        Ok("    if a {\n        b\n    }".to_owned()),
        "it is code"
    );
    assert_eq!(text(" \n\t "), Err(Rejection::TextEmpty));
    for nothing_to_see in ["\u{200b}", "\u{200d}\u{200c}", "\u{2800} \u{3164}", "\u{feff}\n\u{202e}", "\u{fe0f}"] {
        assert_eq!(text(nothing_to_see), Err(Rejection::TextEmpty), "{nothing_to_see:?}");
    }
    assert_eq!(text("\u{200f}a\u{200d}"), Ok("\u{200f}a\u{200d}".to_owned()), "what can be seen keeps them");
    assert_eq!(text("a\0b"), Err(Rejection::TextInvalid));
    assert_eq!(text("a\u{1b}[31m"), Err(Rejection::TextInvalid));
    assert_eq!(text("<script>alert(1)</script>"), Ok("<script>alert(1)</script>".to_owned()), "it is text");
}

#[test]
fn a_name_has_1_to_64_characters_that_can_be_seen() {
    let name = |raw: &str| Name::parse(raw).map(Name::into_string);
    assert_eq!(name("  Ada \u{3000} Lovelace "), Ok("Ada Lovelace".to_owned()));
    assert_eq!(name("e\u{301}"), Ok("é".to_owned()));
    assert_eq!(name(&"x".repeat(NAME_CHARS)).map(|name| name.len()), Ok(NAME_CHARS));
    for bad in [
        "",
        " ",
        "a\nb",
        "a\u{202e}b",
        "a\u{200b}b",
        "\u{200d}",
        "\u{3164}",
        "a\0",
        "\u{ad}",
        "a\u{1d159}",
        "a\u{fdd0}",
        "a\u{e000}",
        "a\u{378}",
    ] {
        assert_eq!(name(bad), Err(Rejection::NameInvalid), "{bad:?}");
    }
    assert_eq!(name(&"x".repeat(NAME_CHARS + 1)), Err(Rejection::NameInvalid));
    assert_eq!(name(&"x".repeat(10_000_000)), Err(Rejection::NameInvalid));
}

#[test]
fn a_password_has_8_to_256_characters() {
    let password = |chars: usize| Password::parse(&"é".repeat(chars)).map(|_| ());
    assert_eq!(password(PASSWORD_CHARS_MIN - 1), Err(Rejection::PasswordTooShort));
    assert_eq!(password(PASSWORD_CHARS_MIN), Ok(()));
    assert_eq!(password(PASSWORD_CHARS_MAX), Ok(()));
    assert_eq!(password(PASSWORD_CHARS_MAX + 1), Err(Rejection::PasswordTooLong));
}
