//! What a text says of itself: which message it is, and when it was due. So every server's deliveries can be told apart
//! and timed, whatever its protocol.

use crate::clock::Nanos;
use memchr::memmem;

/// How long the texts are that everything is measured with.
pub const TEXT_BYTES: usize = 200;
/// `~m`, the number in 12 digits, `-`, the moment in 16, `~`: letters that neither JSON nor XML writes otherwise.
pub const MARKER_BYTES: usize = 2 + 12 + 1 + 16 + 1;
const BEGIN: &[u8] = b"~m";

/// Which message of a run it is, and when it was to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marker {
    pub number: u64,
    pub due: Nanos,
}

impl Marker {
    /// A text of so many bytes, at least the marker's own.
    pub fn text(self, bytes: usize) -> String {
        self.filled(bytes, " about as long as what people say to each other")
    }

    /// The same, filled with these ASCII characters.
    pub fn filled(self, bytes: usize, filler: &str) -> String {
        let mut text = format!("~m{:012x}-{:016x}~", self.number, self.due);
        while text.len() < bytes {
            let rest = bytes - text.len();
            text.push_str(&filler[..rest.min(filler.len())]);
        }
        // What ends with a space would be trimmed.
        if text.ends_with(' ') {
            text.pop();
            text.push('.');
        }
        text
    }

    /// The marker that these bytes begin with.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let marker = bytes.get(..MARKER_BYTES)?;
        if !marker.starts_with(BEGIN) || marker[14] != b'-' || marker[31] != b'~' {
            return None;
        }
        Some(Self { number: hex(&marker[2..14])?, due: hex(&marker[15..31])? })
    }

    /// The first marker in these bytes, and where it ends.
    pub fn find(bytes: &[u8]) -> Option<(Self, usize)> {
        let mut from = 0;
        while let Some(place) = memmem::find(&bytes[from..], BEGIN) {
            let place = from + place;
            if let Some(marker) = Self::read(&bytes[place..]) {
                return Some((marker, place + MARKER_BYTES));
            }
            from = place + BEGIN.len();
        }
        None
    }
}

/// The number that these hexadecimal digits write.
pub fn hex(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |number, digit| {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(number << 4 | u64::from(value))
    })
}

/// The number that these bytes begin with, and how many digits it has.
pub fn decimal(bytes: &[u8]) -> Option<(u64, usize)> {
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = bytes[..digits]
        .iter()
        .try_fold(0_u64, |number, digit| number.checked_mul(10)?.checked_add(u64::from(digit - b'0')));
    number.filter(|_| digits > 0).map(|number| (number, digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_says_which_it_is_and_when_it_was_due() {
        let marker = Marker { number: 0xab_cdef, due: 12_345_678_901 };
        for bytes in [MARKER_BYTES, 100, TEXT_BYTES, 1_000] {
            let text = marker.text(bytes);
            assert_eq!((text.len(), text.trim().len()), (bytes, bytes));
            assert_eq!(Marker::read(text.as_bytes()), Some(marker));
            assert_eq!(Marker::find(format!("~m, he said: {text}").as_bytes()), Some((marker, 13 + MARKER_BYTES)));
        }
    }

    #[test]
    fn other_texts_say_nothing() {
        for text in ["", "~m", "~m00000000000g-0000000000000000~", "hello"] {
            assert_eq!(Marker::find(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn numbers_end_where_their_digits_do() {
        assert_eq!(decimal(b"123,"), Some((123, 3)));
        assert_eq!(decimal(b",1"), None);
        assert_eq!(decimal(b"99999999999999999999999"), None);
    }
}
