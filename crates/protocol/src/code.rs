//! Enums that travel as a word: `TooMany` as `"too_many"`.
//!
//! serde's own code for them can read numbers and bytes as well, is several times as large, and is there once for each way in
//! which it is called: the browser would load all of that.

/// Writes each variant of an enum as its word, and reads it. With `else`, a word that is not known is that variant.
macro_rules! codes {
    ($enum:ident { $($variant:ident = $code:literal),+ $(,)? } $(else $other:ident)?) => {
        impl $enum {
            /// Its word.
            fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            fn from_code(code: &str) -> Option<Self> {
                match code {
                    $($code => Some(Self::$variant),)+
                    _ => $crate::code::codes!(@unknown $($other)?),
                }
            }
        }

        impl serde::Serialize for $enum {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.code())
            }
        }

        impl<'de> serde::Deserialize<'de> for $enum {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let code = String::deserialize(deserializer)?;
                Self::from_code(&code).ok_or_else(|| serde::de::Error::custom("unknown word"))
            }
        }
    };
    (@unknown) => { None };
    (@unknown $other:ident) => { Some(Self::$other) };
}
pub(crate) use codes;
