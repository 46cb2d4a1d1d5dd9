//! The options of a MongoDB address, and the values that each accepts.

use super::invalid::{InvalidMongoUrl, UrlPart};
use super::percent;

/// The values that an option accepts.
#[derive(Debug, Clone, Copy)]
enum Takes {
    Flag,
    /// A number of milliseconds, at least this one.
    Millis(u64),
    /// A whole number, at least this one.
    Count(u32),
    /// Any text that is not empty.
    Text,
    OneOf(&'static [&'static str]),
    /// Only this value, for that reason; it may be left out.
    Only(&'static str, &'static str),
    /// No value: MongoDB knows the option, but here it would have no effect or do harm.
    Nothing(&'static str),
}
use Takes::{Count, Flag, Millis, Nothing, OneOf, Only, Text};

/// The longest time that an option may set: a day. Much longer times overflow the driver's clock.
const LONGEST_MILLIS: u64 = 24 * 60 * 60 * 1_000;
/// The longest text that an option may set. The server refuses longer application names.
const LONGEST_TEXT: usize = 1_024;
const LONGEST_APP_NAME: usize = 128;

const FROM_PRIMARY: &str = "Myna reads from the primary, so that everybody sees all acknowledged writes";
const NO_PROXY: &str = "Myna reaches MongoDB without a proxy";

/// Every option, as MongoDB spells it.
const OPTIONS: [(&str, Takes); 43] = [
    ("appName", Text),
    ("authMechanism", OneOf(&["SCRAM-SHA-256", "SCRAM-SHA-1", "MONGODB-X509", "PLAIN"])),
    ("authMechanismProperties", Nothing("no mechanism that Myna supports needs it")),
    ("authSource", Text),
    ("compressors", Nothing("Myna does not compress its messages to MongoDB")),
    ("connectTimeoutMS", Millis(1)),
    ("directConnection", Flag),
    ("heartbeatFrequencyMS", Millis(500)),
    ("journal", Only("true", "what Myna acknowledges is on disk")),
    ("loadBalanced", Flag),
    ("localThresholdMS", Millis(0)),
    ("maxConnecting", Count(1)),
    ("maxIdleTimeMS", Millis(0)),
    ("maxPoolSize", Count(1)),
    ("maxStalenessSeconds", Nothing(FROM_PRIMARY)),
    ("minPoolSize", Count(0)),
    ("proxyHost", Nothing(NO_PROXY)),
    ("proxyPassword", Nothing(NO_PROXY)),
    ("proxyPort", Nothing(NO_PROXY)),
    ("proxyUsername", Nothing(NO_PROXY)),
    ("readConcernLevel", Only("majority", "what Myna shows cannot be rolled back")),
    ("readPreference", Only("primary", FROM_PRIMARY)),
    ("readPreferenceTags", Nothing(FROM_PRIMARY)),
    ("replicaSet", Text),
    ("retryReads", Only("true", "Myna repeats a read that an election interrupts")),
    ("retryWrites", Only("true", "a write that an election interrupts must happen exactly once")),
    ("serverMonitoringMode", OneOf(&["auto", "poll", "stream"])),
    ("serverSelectionTimeoutMS", Millis(1)),
    ("socketTimeoutMS", Nothing("the driver has no such timeout; Myna gives each operation a deadline of its own")),
    ("srvMaxHosts", Count(0)),
    ("srvServiceName", Text),
    ("timeoutMS", Nothing("Myna gives each operation a deadline of its own")),
    ("tls", Flag),
    ("tlsAllowInvalidCertificates", Flag),
    ("tlsAllowInvalidHostnames", Nothing("Myna checks a certificate in full or, with tlsInsecure, not at all")),
    ("tlsCAFile", Text),
    ("tlsCertificateKeyFile", Text),
    ("tlsCertificateKeyFilePassword", Nothing("Myna reads only unencrypted keys")),
    ("tlsInsecure", Flag),
    ("uuidRepresentation", Nothing("Myna writes standard UUIDs only")),
    ("w", Only("majority", "what Myna acknowledges is held by a majority")),
    ("waitQueueTimeoutMS", Nothing("the driver has no such timeout; Myna gives each operation a deadline of its own")),
    ("wtimeoutMS", Millis(0)),
];

/// The option with this name, in any case. `ssl` is the old name of `tls`.
fn find(name: &str) -> Option<(&'static str, Takes)> {
    let name = if name.eq_ignore_ascii_case("ssl") { "tls" } else { name };
    OPTIONS.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name))
}

/// The options of an address, each once, in their order. Their values are decoded and checked by themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Options(Vec<(&'static str, String)>);

impl Options {
    /// Parses the text after the `?`.
    pub(super) fn parse(text: &str) -> Result<Self, InvalidMongoUrl> {
        let mut options = Self::default();
        for pair in text.split('&').filter(|_| !text.is_empty()) {
            let (name, value) = pair.split_once('=').ok_or_else(|| {
                UrlPart::Options.refused("contain one without a value: write each as name=value, separated by &")
            })?;
            let Some((known, takes)) = find(name) else { return Err(unknown(name)) };
            let part = || UrlPart::option(known);
            let value = percent::decode(value)
                .ok_or_else(|| part().refused("is not percent-encoded: two hexadecimal digits must follow a %"))?;
            check(known, takes, &value)?;
            match options.get(known) {
                Some(earlier) if *earlier == value => {}
                Some(_) => return Err(part().refused("is there twice, with different values")),
                None => options.0.push((known, value)),
            }
        }
        Ok(options)
    }

    /// The value of an option, by the name that MongoDB uses.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Whether this flag is set to true.
    pub(super) fn is_on(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }

    /// The value of a numeric option.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.parse().ok()
    }

    /// Sets an option, and replaces an earlier value.
    pub(super) fn set(&mut self, name: &str, value: &str) -> Result<(), InvalidMongoUrl> {
        let Some((known, takes)) = find(name) else { return Err(unknown(name)) };
        check(known, takes, value)?;
        match self.0.iter_mut().find(|(other, _)| *other == known) {
            Some((_, old)) => value.clone_into(old),
            None => self.0.push((known, value.to_owned())),
        }
        Ok(())
    }

    /// Sets an option unless it is set already.
    pub(super) fn complete(&mut self, name: &'static str, value: &str) {
        if self.get(name).is_none() {
            self.0.push((name, value.to_owned()));
        }
    }

    /// The text after the `?`.
    pub(super) fn to_text(&self) -> String {
        let pairs: Vec<_> = self.0.iter().map(|(name, value)| format!("{name}={}", percent::encode(value))).collect();
        pairs.join("&")
    }
}

/// Whether the option takes this value.
fn check(name: &str, takes: Takes, value: &str) -> Result<(), InvalidMongoUrl> {
    let whole = |least, most| value.bytes().all(|byte| byte.is_ascii_digit()) && number_in(value, least, most);
    let longest = if name == "appName" { LONGEST_APP_NAME } else { LONGEST_TEXT };
    let (fits, why) = match takes {
        Flag => (matches!(value, "true" | "false"), "has to be true or false".to_owned()),
        Millis(least) => (
            whole(least, LONGEST_MILLIS),
            format!("has to be a whole number of milliseconds from {least} to {LONGEST_MILLIS}"),
        ),
        Count(least) => (whole(least.into(), u32::MAX.into()), format!("must be a whole number, {least} or greater")),
        Text => (
            !value.is_empty() && value.len() <= longest && !value.contains(char::is_control),
            format!("must be a text of 1 to {longest} bytes"),
        ),
        OneOf(values) => (values.contains(&value), format!("must be one of {}", values.join(", "))),
        Only(only, why) => (value == only, format!("must be {only} or left out: {why}")),
        Nothing(why) => (false, format!("must be left out: {why}")),
    };
    if fits { Ok(()) } else { Err(UrlPart::option(name).refused(why)) }
}

fn number_in(text: &str, least: u64, most: u64) -> bool {
    text.parse().is_ok_and(|number: u64| (least..=most).contains(&number))
}

/// The error for an option that MongoDB does not know, with the closest known name if there is one.
fn unknown(name: &str) -> InvalidMongoUrl {
    // Repeat it only if it looks like the name of an option.
    if name.is_empty() || name.len() > 40 || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return UrlPart::Options.refused("contain an invalid name: write each as name=value, separated by &");
    }
    let near = OPTIONS.into_iter().map(|(known, _)| (distance(known, name), known)).min();
    UrlPart::option(name).refused(match near {
        Some((distance, known)) if distance <= 3 => format!("is unknown: did you mean {known}?"),
        _ => "is unknown".to_owned(),
    })
}

/// The edit distance of two names, ignoring case: how many letters to insert, delete or change.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<u8> = other.bytes().map(|byte| byte.to_ascii_lowercase()).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, a) in one.bytes().map(|byte| byte.to_ascii_lowercase()).enumerate() {
        let mut corner = line;
        row[0] = line + 1;
        for (column, b) in other.iter().enumerate() {
            let changed = corner + usize::from(a != *b);
            corner = row[column + 1];
            row[column + 1] = changed.min(corner + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_far_apart_as_they_are_misspelt() {
        for (one, other, far) in [("", "", 0), ("w", "W", 0), ("tls", "", 3), ("maxPoolSize", "maxpolsizes", 2)] {
            assert_eq!((distance(one, other), distance(other, one)), (far, far), "{one} {other}");
        }
    }

    #[test]
    fn the_table_has_each_option_once_in_the_order_of_the_alphabet() {
        let names = OPTIONS.map(|(name, _)| name.to_ascii_lowercase());
        assert!(names.is_sorted_by(|one, other| one < other), "{names:?}");
    }
}
