//! The sentences of all languages, as the build has made them from `locales/`, and how their gaps are filled.

use std::borrow::Cow;

/// One language.
struct Language {
    /// Its ISO 639 code.
    code: &'static str,
    sentences: &'static [Sentence],
}

/// One sentence, with a character of [`ARGUMENTS`] for each argument.
enum Sentence {
    Text(&'static str),
    /// The argument that decides, and the text for each number or plural category; the last text is for all others.
    Cases(usize, &'static [(&'static str, &'static str)]),
}

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

impl Default for Words {
    fn default() -> Self {
        Self(&LANGUAGES[0])
    }
}

impl Words {
    /// `None` when there is no catalogue of this language, by its ISO 639 code.
    pub fn in_language(code: &str) -> Option<Self> {
        LANGUAGES.iter().find(|language| language.code == code).map(Self)
    }

    /// The codes of the languages that have a catalogue.
    pub fn languages() -> impl Iterator<Item = &'static str> {
        LANGUAGES.iter().map(|language| language.code)
    }

    /// The language's ISO 639 code, as the `lang` attribute has it.
    pub fn language(self) -> &'static str {
        self.0.code
    }

    fn text(self, place: usize) -> &'static str {
        match &self.0.sentences[place] {
            Sentence::Text(text) => text,
            Sentence::Cases(_, cases) => cases.last().map_or("", |(_, text)| text),
        }
    }

    fn fill(self, place: usize, arguments: &[Argument]) -> String {
        let text = match &self.0.sentences[place] {
            Sentence::Text(text) => text,
            Sentence::Cases(by, cases) => self.case(&arguments[*by], cases),
        };
        let mut filled = String::with_capacity(text.len() + 16);
        for character in text.chars() {
            match u32::from(character).checked_sub(ARGUMENT).and_then(|at| arguments.get(at as usize)) {
                Some(Argument::Text(text)) => filled.push_str(text),
                Some(Argument::Number(number)) => filled.push_str(&number.to_string()),
                None => filled.push(character),
            }
        }
        filled
    }

    fn case(self, by: &Argument, cases: &[(&str, &'static str)]) -> &'static str {
        let Argument::Number(number) = by else { return "" };
        let (exact, category) = (number.to_string(), self.plural_category(*number));
        let found = cases.iter().find(|(key, _)| *key == exact || *key == category).or(cases.last());
        found.map_or("", |(_, text)| text)
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
