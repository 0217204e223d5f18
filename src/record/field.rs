//! One field of a CSV as the value that its column has: `TRUE` is true as well, `32.0` is a whole
//! number, as data frames write it beside empty cells, and decimals may follow a comma.

use std::str::FromStr;

use serde::de::value::Error;
use serde::de::{Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

/// The text of a field.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'a>(pub &'a str);

/// The largest number up to which a float tells all whole ones apart.
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

impl Field<'_> {
    fn refused(self, wanted: &str) -> Error {
        Error::custom(format!("'{}' is no {wanted}", self.0))
    }

    fn flag(self) -> Result<bool, Error> {
        match self.0 {
            text if text.eq_ignore_ascii_case("true") => Ok(true),
            text if text.eq_ignore_ascii_case("false") => Ok(false),
            text => Err(Error::custom(format!("'{text}' is neither true nor false"))),
        }
    }

    fn number(self) -> Result<f64, Error> {
        let number = self.0.parse();
        let number = number.or_else(|_| self.0.replacen(',', ".", 1).parse());
        number.map_err(|_| self.refused("number"))
    }

    fn whole<T: FromStr + TryFrom<i64>>(self) -> Result<T, Error> {
        let decimals = || {
            let number = self.number().ok()?;
            let is_whole = number.fract() == 0.0 && number.abs() <= LARGEST_EXACT;
            is_whole.then(|| T::try_from(number as i64).ok())?
        };
        let number = self.0.parse().ok().or_else(decimals);
        number.ok_or_else(|| self.refused("whole number that this column can hold"))
    }
}

impl<'de> IntoDeserializer<'de> for Field<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Numbers of some types, each read by a method of [`Field`] and given to one of the visitor.
macro_rules! numbers {
    ($($deserialize:ident $read:ident $visit:ident)*) => {$(
        fn $deserialize<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.$visit(self.$read()?)
        }
    )*};
}

impl<'de> Deserializer<'de> for Field<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_empty() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(self.0.into_deserializer())
    }

    numbers! {
        deserialize_bool flag visit_bool
        deserialize_u32 whole visit_u32
        deserialize_u64 whole visit_u64
        deserialize_i64 whole visit_i64
        deserialize_f64 number visit_f64
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u128 f32 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_flags_are_read_as_programs_write_them() {
        let whole = |text| Field(text).whole::<u32>().ok();
        assert_eq!(
            [
                "32",
                "32.0",
                "3.2e1",
                "32,0",
                "32.5",
                "-1",
                "4294967296",
                "",
                "x"
            ]
            .map(whole),
            [
                Some(32),
                Some(32),
                Some(32),
                Some(32),
                None,
                None,
                None,
                None,
                None
            ]
        );
        let exact = i64::MAX.to_string();
        assert_eq!(Field(&exact).whole(), Ok(i64::MAX));
        assert_eq!(Field("0,25").number(), Ok(0.25));
        assert_eq!(Field("1,234,5").number().ok(), None);
        let flag = |text| Field(text).flag().ok();
        assert_eq!(
            ["true", "TRUE", "False", "1", ""].map(flag),
            [Some(true), Some(true), Some(false), None, None]
        );
    }
}
