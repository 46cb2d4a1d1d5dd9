//! The sentences of all languages, as the build has made them from `locales/`, and how their gaps are filled.

use std::borrow::Cow;

/// One language.
struct Language {
    /// Its ISO 639 code.
    code: &'static str,
    /// One for each sentence, with a character of [`ARGUMENT`] and after for each argument. One with cases begins with [`CASE`].
    lines: Vec<&'static str>,
}

/// What a line with cases begins with, and what separates its fields: the place of the argument that decides, then the number
/// or plural category and the text of each case. The last text is for all others.
const CASE: char = '\u{E0FF}';
/// A line break in a sentence.
const BREAK: char = '\u{E0FE}';

/// What stands for the first argument.
const ARGUMENT: u32 = 0xE000;

/// What goes into a sentence.
pub(crate) enum Argument<'a> {
    Text(Cow<'a, str>),
    Number(u64),
}

impl<'a> From<&'a str> for Argument<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Argument<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<u64> for Argument<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Argument<'_> {
    fn from(number: u32) -> Self {
        Self::Number(u64::from(number))
    }
}

/// The sentences in one language: a function for each, named like the sentence in `locales/en.ftl`.
#[derive(Clone, Copy)]
pub struct Words(&'static Language);

/// The server has all languages.
#[cfg(feature = "ssr")]
static LANGUAGES: std::sync::LazyLock<Vec<Language>> = std::sync::LazyLock::new(|| {
    let language = |(code, text): (&'static str, &'static str)| Language { code, lines: text.split('\n').collect() };
    CODES.into_iter().zip(TEXTS).map(language).collect()
});

/// The browser has the page's own, which the page brings: all of them would be three times as much to load.
#[cfg(not(feature = "ssr"))]
static LANGUAGES: std::sync::OnceLock<Language> = std::sync::OnceLock::new();

#[cfg(feature = "ssr")]
impl Default for Words {
    fn default() -> Self {
        Self(&LANGUAGES[0])
    }
}

#[cfg(not(feature = "ssr"))]
impl Default for Words {
    /// Without any words before `keep`: nothing is drawn before that.
    fn default() -> Self {
        Self(LANGUAGES.get_or_init(|| Language { code: CODES[0], lines: Vec::new() }))
    }
}

#[cfg(feature = "ssr")]
impl Words {
    /// `None` when there is no catalogue of this language, by its ISO 639 code.
    pub fn in_language(code: &str) -> Option<Self> {
        LANGUAGES.iter().find(|language| language.code == code).map(Self)
    }

    /// All sentences, as the page brings them to the browser.
    pub(crate) fn all(self) -> &'static str {
        CODES.into_iter().zip(TEXTS).find(|(code, _)| *code == self.0.code).map_or("", |(_, text)| text)
    }
}

#[cfg(not(feature = "ssr"))]
impl Words {
    /// Keeps the sentences of the page's language, for as long as the page lives; false if they are those of another version.
    pub(crate) fn keep(code: &str, text: String) -> bool {
        let text: &'static str = Box::leak(text.into_boxed_str());
        let lines: Vec<_> = text.split('\n').collect();
        let code = CODES.into_iter().find(|other| *other == code).unwrap_or(CODES[0]);
        lines.len() == LINES && LANGUAGES.set(Language { code, lines }).is_ok()
    }
}

impl Words {
    /// The codes of the languages that have a catalogue.
    pub fn languages() -> impl Iterator<Item = &'static str> {
        CODES.into_iter()
    }

    /// The language's ISO 639 code, as the `lang` attribute has it.
    pub fn language(self) -> &'static str {
        self.0.code
    }

    fn line(self, place: usize) -> &'static str {
        self.0.lines.get(place).copied().unwrap_or_default()
    }

    fn text(self, place: usize) -> &'static str {
        let line = self.line(place);
        line.strip_prefix(CASE).map_or(line, |cases| cases.rsplit(CASE).next().unwrap_or_default())
    }

    fn fill(self, place: usize, arguments: &[Argument]) -> String {
        let line = self.line(place);
        let text = line.strip_prefix(CASE).map_or(line, |cases| self.case(cases, arguments));
        let mut filled = String::with_capacity(text.len() + 16);
        for character in text.chars() {
            match u32::from(character).checked_sub(ARGUMENT).and_then(|at| arguments.get(at as usize)) {
                Some(Argument::Text(text)) => filled.push_str(text),
                Some(Argument::Number(number)) => filled.push_str(&number.to_string()),
                None if character == BREAK => filled.push('\n'),
                None => filled.push(character),
            }
        }
        filled
    }

    fn case(self, cases: &'static str, arguments: &[Argument]) -> &'static str {
        let mut fields = cases.split(CASE);
        let place = fields.next().and_then(|place| place.parse::<usize>().ok());
        let Some(Argument::Number(number)) = place.and_then(|place| arguments.get(place)) else { return "" };
        let (exact, category) = (number.to_string(), self.plural_category(*number));
        let mut last = "";
        while let (Some(key), Some(text)) = (fields.next(), fields.next()) {
            if key == exact || key == category {
                return text;
            }
            last = text;
        }
        last
    }

    /// "one", "few", "other" and so on, as CLDR has it.
    fn plural_category(self, number: u64) -> String {
        #[cfg(feature = "hydrate")]
        return crate::browser::locale::plural_category(self.language(), number);
        #[cfg(not(feature = "hydrate"))]
        super::plural::category(self.language(), number)
    }
}

include!(concat!(env!("OUT_DIR"), "/sentences.rs"));
