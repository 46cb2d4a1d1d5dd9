//! Percent-encoding, as RFC 3986 defines it.

/// Encodes everything but letters, digits and `-._~` as `%XX`. Any part of a URL may contain the result.
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// Reverses `encode`. `None` if two hexadecimal digits do not follow a `%`, or if the result is not UTF-8.
pub(super) fn decode(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            decoded.push(digit(bytes.next()?)? * 16 + digit(bytes.next()?)?);
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_text_comes_back(text in ".*") {
            let encoded = encode(&text);
            prop_assert!(encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte)));
            prop_assert_eq!(decode(&encoded), Some(text));
        }

        #[test]
        fn no_text_is_too_odd_to_be_read(text in ".*%[0-9a-fé]{0,3}.*") {
            let _ = decode(&text);
        }
    }

    #[test]
    fn what_has_a_meaning_in_a_url_is_encoded() {
        assert_eq!(encode("a:/?#[]@%b é"), "a%3A%2F%3F%23%5B%5D%40%25b%20%C3%A9");
        assert_eq!(encode("A-z.0_9~"), "A-z.0_9~");
    }

    #[test]
    fn a_percent_sign_without_two_digits_is_refused() {
        for text in ["%", "a%2", "%zz", "%2é", "%é1", "%ff", "%%20"] {
            assert_eq!(decode(text), None, "{text}");
        }
        assert_eq!(decode("%C3%a9"), Some("é".to_owned()));
    }
}
