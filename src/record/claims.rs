//! What was published beside the timings: the claims, and what would count as reproduced.

use serde::Deserialize;

/// One claim of the published text, in words of this project.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Its number, from 1.
    pub number: u32,
    /// What it says, in a sentence.
    pub says: String,
    /// What counts as reproduced, in words.
    pub counts: String,
    /// What else is to be known about it.
    #[serde(default)]
    pub note: Option<String>,
    /// Cores of the machine, at the most, that it can be told on; none when it holds on any.
    #[serde(default)]
    pub cores: Option<f64>,
    /// Whether one of its ratios is enough for a verdict.
    #[serde(default)]
    pub any_will_do: bool,
    /// What to say when the rows that it needs are not there.
    #[serde(default)]
    pub missing: Option<String>,
    /// What it is judged by.
    pub ratio: Vec<Ratio>,
}

/// A ratio of two makespans, what was published of it, and how a measured one is judged.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ratio {
    /// It in a few words, for a table.
    pub short: String,
    /// The label of the published row whose makespan is divided.
    pub of: String,
    /// What it is divided by.
    pub to: Against,
    /// The figure of the claim.
    #[serde(default)]
    pub published: Option<f64>,
    /// What the published timings themselves give.
    #[serde(default)]
    pub timings: Option<f64>,
    /// What counts as reproduced; nothing does without it.
    #[serde(default)]
    pub reproduced: Option<Bounds>,
    /// What says the opposite.
    pub contradicted: Bounds,
}

/// What a makespan is divided by.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Against {
    /// The makespan of the published row of this label, on the same runtime.
    Row(String),
    /// One wait of a command.
    Wait,
    /// The makespan of the same row on native threads, when this one is under a lock.
    NoLock,
    /// The makespan of the fastest pipelined configuration of one process on the same runtime, when
    /// that has a lock.
    NoBarrier,
}

/// A range that is open where no bound is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// The lower end, which belongs to it.
    #[serde(default)]
    pub at_least: Option<f64>,
    /// The upper end, which belongs to it.
    #[serde(default)]
    pub at_most: Option<f64>,
}

impl Bounds {
    /// Whether all from `low` to `high` lies inside.
    pub fn hold_all(self, low: f64, high: f64) -> bool {
        self.at_least.is_none_or(|bound| low >= bound)
            && self.at_most.is_none_or(|bound| high <= bound)
    }

    /// Whether anything from `low` to `high` lies inside.
    pub fn hold_any(self, low: f64, high: f64) -> bool {
        self.at_least.is_none_or(|bound| high >= bound)
            && self.at_most.is_none_or(|bound| low <= bound)
    }
}

/// The file as a whole.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    claim: Vec<Claim>,
}

/// The claims of `data/claims.toml`.
pub fn claims() -> Vec<Claim> {
    // The file is part of the binary and a test reads it, so a bad one is not an event at run time.
    parse(include_str!("../../data/claims.toml")).unwrap_or_default()
}

fn parse(text: &str) -> Result<Vec<Claim>, toml::de::Error> {
    Ok(toml::from_str::<Claims>(text)?.claim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::published;
    use proptest::prelude::*;

    /// The seconds that were published for a label.
    fn seconds(label: &str) -> f64 {
        let rows = published();
        let row = rows.iter().find(|r| r.id == label && r.kind == "published");
        row.unwrap_or_else(|| panic!("{label}")).seconds
    }

    #[test]
    fn the_seven_are_read() {
        let claims = parse(include_str!("../../data/claims.toml")).unwrap();
        let numbers: Vec<u32> = claims.iter().map(|claim| claim.number).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7]);
        assert!(claims.iter().all(|claim| !claim.ratio.is_empty()));
    }

    #[test]
    fn what_the_published_timings_give_is_told_of_each_ratio() {
        for ratio in claims().iter().flat_map(|claim| &claim.ratio) {
            let by = match &ratio.to {
                Against::Row(label) => seconds(label),
                Against::Wait => 1.0,
                Against::NoLock | Against::NoBarrier => {
                    assert_eq!((ratio.published, ratio.timings), (None, None));
                    continue;
                }
            };
            let theirs = seconds(&ratio.of) / by;
            let told = ratio.timings.unwrap();
            assert!((theirs / told - 1.0).abs() < 0.005, "{ratio:?}: {theirs}");
        }
    }

    #[test]
    fn the_first_claims_own_timings_do_not_bear_it_out_and_all_others_do() {
        for claim in claims() {
            for ratio in &claim.ratio {
                let Some((bounds, theirs)) = ratio.reproduced.zip(ratio.timings) else {
                    continue;
                };
                assert_eq!(
                    bounds.hold_all(theirs, theirs),
                    claim.number != 1,
                    "{ratio:?}"
                );
            }
        }
        let note = claims()[0].note.clone().unwrap();
        assert!(note.contains("17 s / 1.35 s = 12.6") && note.contains("not 17"));
    }

    #[test]
    fn nothing_both_reproduces_and_contradicts() {
        for ratio in claims().iter().flat_map(|claim| &claim.ratio) {
            if let Some(reproduced) = ratio.reproduced {
                let low = reproduced.at_least.unwrap_or(f64::NEG_INFINITY);
                let high = reproduced.at_most.unwrap_or(f64::INFINITY);
                assert!(!ratio.contradicted.hold_any(low, high), "{ratio:?}");
            }
        }
    }

    #[test]
    fn a_word_that_the_file_does_not_know_is_refused() {
        let text = include_str!("../../data/claims.toml").replace("counts =", "count =");
        assert!(parse(&text).is_err());
    }

    proptest! {
        #[test]
        fn a_range_that_lies_inside_also_touches_and_a_point_does_both_or_neither(
            at_least in prop::option::of(0.1..10.0), at_most in prop::option::of(0.1..10.0),
            low in 0.1..10.0, width in 0.0..5.0,
        ) {
            let bounds = Bounds { at_least, at_most };
            let high = low + width;
            prop_assert!(!bounds.hold_all(low, high) || bounds.hold_any(low, high));
            prop_assert_eq!(bounds.hold_all(low, low), bounds.hold_any(low, low));
        }
    }
}
