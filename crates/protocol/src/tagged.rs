//! Enums that travel as one object which names its variant first: `{"type": "ack", "request": 7}`.
//!
//! serde itself takes the tag at any place, and for that keeps a copy of all that stands before it. What a server says has
//! its tag first: it is read without a copy, and the code for copies (a twentieth of the browser's half) is not needed.

use serde::de::value::{MapAccessDeserializer, StringDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, IgnoredAny, IntoDeserializer, MapAccess, VariantAccess, Visitor,
};
use std::borrow::Cow;

/// Defines an enum that is written with serde's internal tag, and read where this tag comes first.
macro_rules! tagged {
    ($name:literal, tag = $tag:literal, $(#[$meta:meta])* pub enum $enum:ident { $($variants:tt)* }) => {
        $(#[$meta])*
        #[derive(serde::Serialize)]
        #[serde(tag = $tag, rename_all = "snake_case")]
        pub enum $enum { $($variants)* }

        const _: () = {
            /// The same variants, read from an access that knows which one it is.
            #[derive(serde::Deserialize)]
            #[serde(remote = $name, rename_all = "snake_case")]
            enum Variants { $($variants)* }

            struct Reader;

            impl<'de> serde::de::Visitor<'de> for Reader {
                type Value = $enum;

                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str(concat!("an object that begins with `", $tag, "`"))
                }

                fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<$enum, A::Error> {
                    Variants::deserialize($crate::tagged::Tagged::read($tag, map)?)
                }
            }

            impl<'de> serde::Deserialize<'de> for $enum {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    deserializer.deserialize_map(Reader)
                }
            }
        };
    };
}
pub(crate) use tagged;

/// An object whose tag has been read.
pub(crate) struct Tagged<A> {
    variant: String,
    fields: A,
}

impl<'de, A: MapAccess<'de>> Tagged<A> {
    /// Reads the tag.
    pub(crate) fn read(tag: &'static str, mut map: A) -> Result<Self, A::Error> {
        match map.next_key::<Cow<'_, str>>()? {
            Some(key) if key == tag => Ok(Self { variant: map.next_value()?, fields: map }),
            Some(_) => Err(A::Error::custom(format_args!("`{tag}` does not come first"))),
            None => Err(A::Error::missing_field(tag)),
        }
    }
}

impl<'de, A: MapAccess<'de>> Deserializer<'de> for Tagged<A> {
    type Error = A::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_enum(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de, A: MapAccess<'de>> EnumAccess<'de> for Tagged<A> {
    type Error = A::Error;
    type Variant = Fields<A>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Fields<A>), A::Error> {
        let name: StringDeserializer<A::Error> = self.variant.into_deserializer();
        Ok((seed.deserialize(name)?, Fields(self.fields)))
    }
}

/// The rest of the object.
pub(crate) struct Fields<A>(A);

impl<'de, A: MapAccess<'de>> VariantAccess<'de> for Fields<A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        IgnoredAny.visit_map(self.0).map(|_| ())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, A::Error> {
        seed.deserialize(MapAccessDeserializer::new(self.0))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_map(self.0)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, A::Error> {
        Err(A::Error::custom("an object has no tuples"))
    }
}
