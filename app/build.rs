//! Turns the sentences in `locales/` into a text for each language, with a line for each sentence, and a function for each
//! sentence. A sentence that one language lacks, or an argument that differs, is an error of the build.

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey};
use fluent_syntax::parser;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

/// The languages, the default one first.
const LANGUAGES: [&str; 3] = ["en", "de", "es"];
/// Where arguments go in a text: this character is the first argument, the next one the second.
const ARGUMENT: u32 = 0xE000;
/// What a line with cases begins with, and what separates its fields: the place of the argument that decides, then a key and
/// a text for each case. See `src/i18n/catalogue.rs`.
const CASE: char = '\u{E0FF}';
/// A line break in a sentence.
const BREAK: char = '\u{E0FE}';

/// One sentence in one language: a text for each case, the last one for all others.
struct Sentence {
    /// The number that decides between the cases.
    selector: Option<String>,
    cases: Vec<(String, Vec<Part>)>,
}

#[derive(Clone)]
enum Part {
    Text(String),
    Argument(String),
}

impl Sentence {
    fn new(pattern: &Pattern<&str>) -> Result<Self, String> {
        let (mut selector, mut cases) = (None, vec![(String::new(), Vec::new())]);
        for element in &pattern.elements {
            let PatternElement::Placeable { expression: Expression::Select { selector: by, variants } } = element
            else {
                let part = part(element)?;
                cases.iter_mut().for_each(|(_, parts)| parts.push(part.clone()));
                continue;
            };
            if selector.replace(argument(by)?).is_some() {
                return Err("a sentence has one selector at most".to_owned());
            }
            let before = cases.remove(0).1;
            for variant in variants {
                let (VariantKey::Identifier { name: key } | VariantKey::NumberLiteral { value: key }) = variant.key;
                let parts = variant.value.elements.iter().map(part).collect::<Result<Vec<_>, _>>()?;
                cases.push((key.to_owned(), [before.clone(), parts].concat()));
            }
            if !variants.last().is_some_and(|variant| variant.default) {
                return Err("the last variant is the default".to_owned());
            }
        }
        Ok(Self { selector, cases })
    }

    fn arguments(&self) -> BTreeSet<String> {
        let parts = self.cases.iter().flat_map(|(_, parts)| parts);
        let named = parts.filter_map(|part| if let Part::Argument(name) = part { Some(name) } else { None });
        named.chain(&self.selector).cloned().collect()
    }

    /// The sentence as a line; its arguments are those of the default language.
    fn line(&self, arguments: &BTreeSet<String>) -> String {
        let place = |name: &String| arguments.iter().position(|other| other == name).unwrap_or_default();
        let text = |parts: &[Part]| -> String {
            let character =
                |name: &String| char::from_u32(ARGUMENT + place(name) as u32).expect("there are few arguments");
            let text = |part: &Part| match part {
                Part::Text(text) => text.replace('\n', &BREAK.to_string()),
                Part::Argument(name) => character(name).to_string(),
            };
            parts.iter().map(text).collect()
        };
        match &self.selector {
            None => text(&self.cases[0].1),
            Some(selector) => {
                let cases = self.cases.iter().map(|(key, parts)| format!("{CASE}{key}{CASE}{}", text(parts)));
                format!("{CASE}{}{}", place(selector), cases.collect::<String>())
            }
        }
    }
}

fn part(element: &PatternElement<&str>) -> Result<Part, String> {
    match element {
        PatternElement::TextElement { value } => Ok(Part::Text((*value).to_owned())),
        PatternElement::Placeable { expression: Expression::Inline(inline) } => argument(inline).map(Part::Argument),
        PatternElement::Placeable { .. } => Err("a selector stands in no variant".to_owned()),
    }
}

fn argument(expression: &InlineExpression<&str>) -> Result<String, String> {
    match expression {
        InlineExpression::VariableReference { id } => Ok(id.name.to_owned()),
        other => Err(format!("only arguments can be placed: {other:?}")),
    }
}

/// The sentences of one language, by id.
fn sentences(language: &str) -> Result<BTreeMap<String, Sentence>, Box<dyn Error>> {
    let file = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join(format!("locales/{language}.ftl"));
    let text = fs::read_to_string(file)?;
    let resource = parser::parse(text.as_str()).map_err(|(_, errors)| format!("{language}: {errors:?}"))?;
    let mut sentences = BTreeMap::new();
    for entry in &resource.body {
        let Entry::Message(message) = entry else { continue };
        let id = message.id.name;
        let pattern = message.value.as_ref().ok_or_else(|| format!("{language}: {id} has no text"))?;
        let sentence = Sentence::new(pattern).map_err(|error| format!("{language}: {id}: {error}"))?;
        if sentences.insert(id.replace('-', "_"), sentence).is_some() {
            return Err(format!("{language}: {id} stands there twice").into());
        }
    }
    Ok(sentences)
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=locales");
    let default = sentences(LANGUAGES[0])?;
    let out = env::var("OUT_DIR")?;
    let mut code = String::new();
    writeln!(code, "const CODES: [&str; {}] = {LANGUAGES:?};", LANGUAGES.len())?;
    writeln!(code, "#[cfg(not(feature = \"ssr\"))]\nconst LINES: usize = {};", default.len())?;
    for language in LANGUAGES {
        let own = sentences(language)?;
        if let Some(id) = own.keys().find(|id| !default.contains_key(*id)) {
            return Err(format!("{language}: {id} is in no other language").into());
        }
        let mut lines = Vec::new();
        for (id, sentence) in &default {
            let arguments = sentence.arguments();
            let sentence = own.get(id).ok_or_else(|| format!("{language}: {id} is missing"))?;
            if sentence.arguments() != arguments {
                return Err(format!("{language}: {id} has other arguments").into());
            }
            lines.push(sentence.line(&arguments));
        }
        fs::write(Path::new(&out).join(format!("{language}.txt")), lines.join("\n"))?;
    }
    let text = |language| format!("include_str!(concat!(env!(\"OUT_DIR\"), \"/{language}.txt\"))");
    let texts = LANGUAGES.map(text).join(", ");
    writeln!(code, "#[cfg(feature = \"ssr\")]\nstatic TEXTS: [&str; {}] = [{texts}];", LANGUAGES.len())?;
    writeln!(code, "\nimpl Words {{")?;
    for (place, (id, sentence)) in default.iter().enumerate() {
        let arguments: Vec<_> = sentence.arguments().into_iter().collect();
        if arguments.is_empty() {
            writeln!(code, "    pub(crate) fn {id}(self) -> &'static str {{ self.text({place}) }}")?;
            continue;
        }
        let taken = arguments.iter().fold(String::new(), |all, name| all + ", " + name + ": impl Into<Argument<'a>>");
        let given: Vec<_> = arguments.iter().map(|name| format!("{name}.into()")).collect();
        let given = given.join(", ");
        writeln!(code, "    pub(crate) fn {id}<'a>(self{taken}) -> String {{ self.fill({place}, &[{given}]) }}")?;
    }
    writeln!(code, "}}")?;
    fs::write(Path::new(&out).join("sentences.rs"), code)?;
    Ok(())
}
