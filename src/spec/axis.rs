//! One axis: a value, a list, or a range.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;
use std::time::Duration;

use clap::ValueEnum;
use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::SpanError;
use super::nearest::did_you_mean;
use super::span::parse_wait_or_duration;
use crate::model::{
    Dispatch, ExecutorKind, Runtime, RuntimeError, Shape, ShapeError, SpawnMode, WorkloadKind,
};

/// Values on one axis, at the most. More is a slip, not a question.
const MOST_VALUES: usize = 4096;

const INTEGER_FORMS: &str = "write a whole number such as 8, a list such as 1,2,4, or a range such as 1..32, 1..32:x2 or 1..32:+4";

/// Why a text is not an axis.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AxisError {
    /// There is no value, or nothing between two commas.
    #[error("a value is missing; {0}")]
    Missing(&'static str),
    /// Something is not a whole number of 0 or more.
    #[error("'{0}' is not a whole number of 0 or more; {INTEGER_FORMS}")]
    NotAnInteger(String),
    /// The range's low end lies above its high end.
    #[error("range '{low}..{high}' is reversed, so nothing is in it; try '{high}..{low}'")]
    Reversed {
        /// The low end.
        low: u64,
        /// The high end.
        high: u64,
    },
    /// The range would never come to its end.
    #[error(
        "the step of range '{0}' leads nowhere; write x2 or more from 1 or more, or +1 or more"
    )]
    Step(String),
    /// The range has more values than anybody could measure.
    #[error("'{0}' has more than {MOST_VALUES} values; try fewer, or a step such as :x2")]
    TooMany(String),
    /// A word that is none of those that there are.
    #[error("'{word}' is not known here{hint}")]
    Word {
        /// What was written.
        word: String,
        /// What it could have been.
        hint: String,
    },
    /// Something is not a runtime, though it begins as one.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// Something is not a shape.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// Something is not a wait.
    #[error(transparent)]
    Wait(#[from] SpanError),
    /// Something is not a factor for waits.
    #[error("'{0}' is not a number from 0 to 1000000, like 0.1")]
    Factor(String),
}

/// What can stand on an axis.
pub trait AxisValue: Clone + PartialEq {
    /// What to write, for messages.
    const FORMS: &'static str;

    /// The values that a text without commas stands for; never none.
    ///
    /// # Errors
    /// When it stands for none.
    fn parse_part(part: &str) -> Result<Vec<Self>, AxisError>;

    /// A text that [`AxisValue::parse_part`] reads back.
    fn text(&self) -> String;
}

/// The values of one axis: at least one, none twice, in the order in which they were given.
///
/// Written as a single value, a list (`1,2,4`), or for whole numbers a range with both ends
/// included: `1..32`, `1..32:+4` (each 4 more), `1..32:x2` (each twice the last). In TOML it may
/// also be a number, or an array of any of these.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis<T>(Vec<T>);

impl<T: AxisValue> Axis<T> {
    /// An axis of a single value.
    pub fn of(value: T) -> Self {
        Axis(vec![value])
    }

    /// The values, in order.
    pub fn values(&self) -> &[T] {
        &self.0
    }

    fn from_parts(parts: Vec<Vec<T>>, text: impl Fn() -> String) -> Result<Self, AxisError> {
        let mut values: Vec<T> = Vec::new();
        for value in parts.into_iter().flatten() {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        match values.len() {
            0 => Err(AxisError::Missing(T::FORMS)),
            1..=MOST_VALUES => Ok(Axis(values)),
            _ => Err(AxisError::TooMany(text())),
        }
    }
}

impl<T: AxisValue> FromStr for Axis<T> {
    type Err = AxisError;

    fn from_str(text: &str) -> Result<Self, AxisError> {
        let parts = text.split(',').map(str::trim).map(parse_part);
        Axis::from_parts(parts.collect::<Result<_, _>>()?, || text.to_owned())
    }
}

fn parse_part<T: AxisValue>(part: &str) -> Result<Vec<T>, AxisError> {
    match part {
        "" => Err(AxisError::Missing(T::FORMS)),
        part => T::parse_part(part),
    }
}

impl<T: AxisValue> fmt::Display for Axis<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<String> = self.0.iter().map(AxisValue::text).collect();
        f.write_str(&texts.join(","))
    }
}

impl AxisValue for u64 {
    const FORMS: &'static str = INTEGER_FORMS;

    fn parse_part(part: &str) -> Result<Vec<u64>, AxisError> {
        match part.split_once("..") {
            Some((low, rest)) => parse_range(part, low, rest),
            None => Ok(vec![parse_integer(part)?]),
        }
    }

    fn text(&self) -> String {
        self.to_string()
    }
}

fn parse_integer(text: &str) -> Result<u64, AxisError> {
    text.trim()
        .parse()
        .map_err(|_| AxisError::NotAnInteger(text.to_owned()))
}

/// How a range goes on from one value to the next.
#[derive(Clone, Copy)]
enum Step {
    Plus(u64),
    Times(u64),
}

impl Step {
    fn parse(text: &str) -> Option<Step> {
        let step = match text.split_at_checked(1)? {
            ("+", by) => Step::Plus(by.parse().ok()?),
            ("x", by) => Step::Times(by.parse().ok()?),
            _ => return None,
        };
        let leads_on = match step {
            Step::Plus(by) => by >= 1,
            Step::Times(by) => by >= 2,
        };
        leads_on.then_some(step)
    }

    fn next(self, value: u64) -> Option<u64> {
        match self {
            Step::Plus(by) => value.checked_add(by),
            Step::Times(by) => value.checked_mul(by),
        }
    }
}

fn parse_range(part: &str, low: &str, rest: &str) -> Result<Vec<u64>, AxisError> {
    let nowhere = || AxisError::Step(part.to_owned());
    let (high, step) = match rest.split_once(':') {
        Some((high, step)) => (high, Step::parse(step.trim()).ok_or_else(nowhere)?),
        None => (rest, Step::Plus(1)),
    };
    let (low, high) = (parse_integer(low)?, parse_integer(high)?);
    if low > high {
        return Err(AxisError::Reversed { low, high });
    }
    if low == 0 && matches!(step, Step::Times(_)) {
        return Err(nowhere());
    }
    let values = std::iter::successors(Some(low), |&value| step.next(value))
        .take_while(|&value| value <= high)
        .take(MOST_VALUES + 1)
        .collect();
    Ok(values)
}

impl AxisValue for Shape {
    const FORMS: &'static str = "write a shape such as 8x16, or a list such as 1x1,8x16";

    fn parse_part(part: &str) -> Result<Vec<Shape>, AxisError> {
        Ok(vec![part.parse()?])
    }

    fn text(&self) -> String {
        self.to_string()
    }
}

/// A wait: seconds (`0.02`) or a duration (`20ms`).
impl AxisValue for Duration {
    const FORMS: &'static str = "write a wait such as 20ms, or a list such as 1ms,20ms";

    fn parse_part(part: &str) -> Result<Vec<Duration>, AxisError> {
        Ok(vec![Duration::from_nanos(parse_wait_or_duration(part)?)])
    }

    fn text(&self) -> String {
        humantime::format_duration(*self)
            .to_string()
            .replace(' ', "")
    }
}

/// A factor for waits.
impl AxisValue for f64 {
    const FORMS: &'static str = "write a factor such as 0.1, or a list such as 0.1,1";

    fn parse_part(part: &str) -> Result<Vec<f64>, AxisError> {
        let factor: Option<f64> = part.parse().ok();
        let factor = factor.filter(|factor| (0.0..=1e6).contains(factor));
        Ok(vec![
            factor.ok_or_else(|| AxisError::Factor(part.to_owned()))?,
        ])
    }

    fn text(&self) -> String {
        self.to_string()
    }
}

macro_rules! word_axes {
    ($($kind:ty),+) => {$(
        impl AxisValue for $kind {
            const FORMS: &'static str = "write a word, or words with commas between";

            fn parse_part(part: &str) -> Result<Vec<Self>, AxisError> {
                parse_word(part, <$kind>::ALL, <$kind>::as_str)
            }

            fn text(&self) -> String {
                self.as_str().to_owned()
            }
        }
    )+};
}

word_axes!(WorkloadKind, ExecutorKind, Dispatch, SpawnMode);

/// A runtime, or `all` for each of them.
impl AxisValue for Runtime {
    const FORMS: &'static str =
        "write native, gil, python or python:PATH, several with commas between, or all";

    fn parse_part(part: &str) -> Result<Vec<Runtime>, AxisError> {
        match (part, part.parse()) {
            ("all", _) => Ok(Runtime::all().to_vec()),
            (_, Ok(runtime)) => Ok(vec![runtime]),
            (word, Err(RuntimeError::Unknown(_))) => Err(AxisError::Word {
                word: word.to_owned(),
                hint: did_you_mean(word, Runtime::WORDS.into_iter().chain(["all"])),
            }),
            (_, Err(error)) => Err(error.into()),
        }
    }

    fn text(&self) -> String {
        self.to_string()
    }
}

fn parse_word<T: ValueEnum>(
    word: &str,
    all: &[T],
    as_str: fn(T) -> &'static str,
) -> Result<Vec<T>, AxisError> {
    let found = all.iter().find(|value| as_str((*value).clone()) == word);
    let found = found.ok_or_else(|| AxisError::Word {
        word: word.to_owned(),
        hint: did_you_mean(word, all.iter().map(|value| as_str(value.clone()))),
    })?;
    Ok(vec![found.clone()])
}

impl<T: AxisValue> Serialize for Axis<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, T: AxisValue> Deserialize<'de> for Axis<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AxisVisitor(PhantomData))
    }
}

struct AxisVisitor<T>(PhantomData<T>);

impl<'de, T: AxisValue> Visitor<'de> for AxisVisitor<T> {
    type Value = Axis<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a value, a list or a range ({})", T::FORMS)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Axis<T>, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Axis<T>, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Axis<T>, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Axis<T>, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Axis<T>, A::Error> {
        let mut parts = Vec::new();
        while let Some(Axis(values)) = seq.next_element::<Axis<T>>()? {
            parts.push(values);
        }
        Axis::from_parts(parts, || "this list".to_owned()).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn integers(text: &str) -> Vec<u64> {
        text.parse::<Axis<u64>>().unwrap().0
    }

    fn refusal(text: &str) -> String {
        text.parse::<Axis<u64>>().unwrap_err().to_string()
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Both {
        number: Axis<u64>,
        wait: Axis<Duration>,
    }

    #[test]
    fn values_lists_and_ranges_are_read() {
        assert_eq!(integers("8"), [8]);
        assert_eq!(integers("4, 1,2"), [4, 1, 2]);
        assert_eq!(integers("1..5"), [1, 2, 3, 4, 5]);
        assert_eq!(integers("1..32:x2"), [1, 2, 4, 8, 16, 32]);
        assert_eq!(integers("1..12:+4"), [1, 5, 9]);
        assert_eq!(integers("1..9:x3,16"), [1, 3, 9, 16]);
        assert_eq!(integers("7..7"), [7]);
    }

    #[test]
    fn a_value_stands_once_where_it_came_first() {
        assert_eq!(integers("4,1..4"), [4, 1, 2, 3]);
    }

    #[test]
    fn a_range_that_does_not_hit_its_end_stops_below_it() {
        assert_eq!(integers("1..33:x2"), [1, 2, 4, 8, 16, 32]);
        let high = u64::MAX;
        assert_eq!(integers(&format!("{high}..{high}:x2")), [high]);
    }

    #[test]
    fn what_is_refused_is_told_with_what_to_write() {
        assert!(refusal("four").contains("'four' is not a whole number"));
        assert!(refusal("1.5").contains("such as 1,2,4"));
        assert!(refusal("1,,2").contains("a value is missing"));
        assert!(refusal("").contains("a value is missing"));
        assert!(refusal("32..1").ends_with("try '1..32'"));
        for nowhere in ["1..8:x1", "1..8:+0", "0..8:x2", "1..8:2", "1..8:", "1..8:é"] {
            assert!(refusal(nowhere).contains("leads nowhere"), "{nowhere}");
        }
        assert!(refusal("1..100000").contains("more than 4096"));
    }

    #[test]
    fn a_mistyped_word_names_the_nearest() {
        let error = "crossbeem".parse::<Axis<ExecutorKind>>().unwrap_err();
        assert!(error.to_string().ends_with("did you mean 'crossbeam'?"));
        let axis: Axis<WorkloadKind> = "io,cpu".parse().unwrap();
        assert_eq!(axis.values(), [WorkloadKind::Io, WorkloadKind::Cpu]);
    }

    #[test]
    fn a_runtime_may_name_its_interpreter_and_all_stands_for_each() {
        let axis: Axis<Runtime> = "python:/a:b/python3,all".parse().unwrap();
        assert_eq!(axis.to_string(), "python:/a:b/python3,native,gil,python");
        let refusal = |text: &str| text.parse::<Axis<Runtime>>().unwrap_err().to_string();
        assert!(refusal("pyton").ends_with("did you mean 'python'?"));
        assert!(refusal("python:").contains("python:PATH"));
    }

    #[test]
    fn toml_may_hold_a_number_a_list_or_a_text() {
        let both = |text: &str| toml::from_str::<Both>(text);
        let expected = both("number = \"1..4:x2\"\nwait = [\"20ms\", 1]").unwrap();
        assert_eq!(expected.number.0, [1, 2, 4]);
        assert_eq!(
            expected.wait.0,
            [Duration::from_millis(20), Duration::from_secs(1)]
        );
        assert_eq!(
            both("number = [1, \"2..4:x2\"]\nwait = \"20ms,1s\"").unwrap(),
            expected
        );
        assert_eq!(both("number = 3\nwait = 0.5").unwrap().number.0, [3]);
        for bad in ["-1", "1.5", "true", "[]", "{}"] {
            assert!(both(&format!("number = {bad}\nwait = 1")).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn an_axis_goes_round_as_text_and_as_json(
            numbers in prop::collection::vec(any::<u64>(), 1..20),
            waits_us in prop::collection::vec(0..10_000_000_000_u64, 1..10),
        ) {
            let parts = numbers.iter().map(|&n| vec![n]).collect();
            let number = Axis::from_parts(parts, String::new).unwrap();
            let parts = waits_us.iter().map(|&us| vec![Duration::from_micros(us)]).collect();
            let both = Both { number, wait: Axis::from_parts(parts, String::new).unwrap() };
            prop_assert_eq!(&both.number.to_string().parse::<Axis<u64>>().unwrap(), &both.number);
            let json = serde_json::to_string(&both).unwrap();
            prop_assert_eq!(serde_json::from_str::<Both>(&json).unwrap(), both);
        }

        #[test]
        fn a_range_rises_from_its_low_end_within_its_ends(
            low in 1..1000_u64, more in 0..1000_u64, by in 2..9_u64, times: bool,
        ) {
            let sign = if times { 'x' } else { '+' };
            let values = integers(&format!("{low}..{}:{sign}{by}", low + more));
            prop_assert_eq!(values[0], low);
            prop_assert!(values.is_sorted() && values[values.len() - 1] <= low + more);
        }

        #[test]
        fn any_text_is_read_or_refused_without_panic(text in "[0-9x+:., é-]{0,24}") {
            let _ = text.parse::<Axis<u64>>();
            let _ = text.parse::<Axis<Duration>>();
            let _ = text.parse::<Axis<f64>>();
        }
    }
}
