//! What an attack cost, beside the most that it may cost.

use crate::table::{amount, number};

/// One line of the table of attacks.
#[derive(Debug, Clone)]
pub struct Finding {
    /// What the attacker does, and what is measured.
    pub attack: String,
    pub value: f64,
    pub unit: &'static str,
    /// What else the measurement shows: what the server refused, or where the attack was stopped.
    pub note: String,
    /// The most that the value may be, in words.
    pub asked: &'static str,
    pub met: bool,
}

impl Finding {
    /// A finding of this value, which may be at most `most`.
    pub fn at_most(attack: impl Into<String>, value: f64, most: f64, unit: &'static str, asked: &'static str) -> Self {
        Self { attack: attack.into(), value, unit, note: String::new(), asked, met: value <= most }
    }

    /// An attack that ended with an error: nobody knows what it costs, so it is not met.
    pub fn broken(attack: &str, error: &anyhow::Error) -> Self {
        Self {
            attack: attack.to_owned(),
            value: f64::NAN,
            unit: "",
            note: format!("not measured: {error:#}"),
            asked: "",
            met: false,
        }
    }

    #[must_use]
    pub fn with_note(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }

    /// The same, but only met if this holds too.
    #[must_use]
    pub fn only_if(self, holds: bool) -> Self {
        Self { met: self.met && holds, ..self }
    }

    /// The cells of its line: the attack, what was measured, what was asked, the verdict, and what else there is to say.
    pub fn row(&self) -> [String; 5] {
        let value = if self.value.fract() == 0.0 { amount(self.value as u64) } else { number(self.value) };
        let measured = if self.value.is_nan() { String::new() } else { format!("{value} {}", self.unit) };
        let verdict = if self.met { "met" } else { "NOT MET" };
        let cells = [self.attack.as_str(), measured.trim_end(), self.asked, verdict, self.note.as_str()];
        cells.map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_beyond_what_was_asked_is_not_met() {
        let finding = |value| Finding::at_most("guesses", value, 5.0, "", "at most 5");
        assert_eq!(finding(5.0).row(), ["guesses", "5", "at most 5", "met", ""]);
        let beyond = finding(6.0).with_note("2 refused");
        assert_eq!(beyond.row(), ["guesses", "6", "at most 5", "NOT MET", "2 refused"]);
        assert!(!finding(1.0).only_if(false).met);
    }

    #[test]
    fn a_value_that_is_no_whole_number_has_as_many_digits_as_say_something() {
        let finding = Finding::at_most("time", 1.987_654, 1.0, "s", "1 s");
        assert_eq!(finding.row()[1], "1.99 s");
    }

    #[test]
    fn an_attack_that_failed_is_not_met() {
        let broken = Finding::broken("guesses", &anyhow::anyhow!("the server has ended"));
        assert_eq!(broken.row(), ["guesses", "", "", "NOT MET", "not measured: the server has ended"]);
    }
}
