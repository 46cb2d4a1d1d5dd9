//! Plural categories on the server. The browser has its own.

use intl_pluralrules::{PluralCategory, PluralRuleType, PluralRules};
use unic_langid::LanguageIdentifier;

/// "one", "few", "other" and so on; "other" for a language without rules.
pub(super) fn category(language: &str, number: u64) -> String {
    let rules = language
        .parse::<LanguageIdentifier>()
        .ok()
        .and_then(|id| PluralRules::create(id, PluralRuleType::CARDINAL).ok());
    let category = match rules.and_then(|rules| rules.select(number).ok()) {
        Some(PluralCategory::ZERO) => "zero",
        Some(PluralCategory::ONE) => "one",
        Some(PluralCategory::TWO) => "two",
        Some(PluralCategory::FEW) => "few",
        Some(PluralCategory::MANY) => "many",
        Some(PluralCategory::OTHER) | None => "other",
    };
    category.to_owned()
}

#[cfg(test)]
mod tests {
    use super::category;

    #[test]
    fn each_language_has_its_own_rules() {
        for (language, number, expected) in [
            ("en", 0, "other"),
            ("en", 1, "one"),
            ("de", 2, "other"),
            ("es", 1, "one"),
            ("ar", 3, "few"),
            ("??", 1, "other"),
        ] {
            assert_eq!(category(language, number), expected, "{number} in {language}");
        }
    }
}
