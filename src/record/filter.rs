//! A choice among trials, as it is typed.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use super::Trial;

/// Terms that a trial must all meet, separated by spaces or commas: `workload=io`, `processes>=4`,
/// `status!=ok`, or a word that its label or experiment contains. Columns are named as in
/// `trials.csv`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter(Vec<Term>);

#[derive(Clone, Debug, PartialEq)]
enum Term {
    /// Part of the label or the experiment's name.
    Word(String),
    /// A column against a value.
    Column(String, Comparison, String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    AtLeast,
    AtMost,
    More,
    Less,
}

/// Longer signs first, so that `>=` is not taken for `>`.
const SIGNS: [(&str, Comparison); 6] = [
    ("!=", Comparison::NotEqual),
    (">=", Comparison::AtLeast),
    ("<=", Comparison::AtMost),
    ("=", Comparison::Equal),
    (">", Comparison::More),
    ("<", Comparison::Less),
];

/// Why a text is no filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// A term that is no comparison and no word.
    #[error("'{0}' lacks a column or a value; write it like processes>=4, without spaces")]
    Incomplete(String),
    /// No column has this name.
    #[error("trials.csv has no column '{name}'{hint}")]
    NoColumn {
        /// What was typed.
        name: String,
        /// A column of a similar name, as the end of the sentence.
        hint: String,
    },
    /// What has no order: an order is one of numbers.
    #[error("'{0}' asks for an order, but '{1}' is no number")]
    NoOrder(String, String),
    /// The column has words, which have no order.
    #[error("'{0}' asks for an order, but the column '{1}' holds words")]
    NoOrderOfWords(String, String),
    /// The column has another kind of values.
    #[error("'{term}': the column '{column}' holds {kind}")]
    OtherKind {
        /// The term.
        term: String,
        /// The column.
        column: String,
        /// What it holds, and what is wrong with what was typed.
        kind: String,
    },
}

impl Filter {
    /// The trials that meet it, in their order.
    ///
    /// # Errors
    /// When it names a column that trials do not have, or holds one against what it can't be.
    pub fn choose(&self, trials: Vec<Trial>) -> Result<Vec<Trial>, FilterError> {
        let rows: Vec<Value> = (trials.iter())
            .map(|trial| serde_json::to_value(trial).unwrap_or_default())
            .collect();
        // All terms before any trial: else those behind one that takes nothing would not be looked
        // at.
        self.0.iter().try_for_each(|term| term.check(&rows))?;
        let takes =
            |(trial, row): &(Trial, &Value)| self.0.iter().all(|term| term.takes(trial, row));
        let chosen = trials.into_iter().zip(&rows).filter(takes);
        Ok(chosen.map(|(trial, _)| trial).collect())
    }
}

impl Term {
    /// Whether it makes sense for the columns of these rows.
    fn check(&self, rows: &[Value]) -> Result<(), FilterError> {
        let (Term::Column(name, comparison, wanted), Some(columns)) = (self, rows.first()) else {
            return Ok(());
        };
        columns.get(name).ok_or_else(|| no_column(name, columns))?;
        let mut values = rows.iter().filter_map(|row| row.get(name));
        // In files all that is not empty in a column is of one kind.
        let Some(value) = values.find(|value| !value.is_null()) else {
            return Ok(());
        };
        if comparison.is_of_order() && !value.is_number() {
            return Err(FilterError::NoOrderOfWords(self.to_string(), name.clone()));
        }
        let is_right = match value {
            Value::Number(_) => wanted.is_empty() || number(wanted).is_some(),
            Value::Bool(_) => wanted.is_empty() || flag(wanted).is_some(),
            _ => true,
        };
        is_right
            .then_some(())
            .ok_or_else(|| FilterError::OtherKind {
                term: self.to_string(),
                column: name.clone(),
                kind: if value.is_number() {
                    format!("numbers, and '{wanted}' is none")
                } else {
                    "true or false".to_owned()
                },
            })
    }

    fn takes(&self, trial: &Trial, row: &Value) -> bool {
        match self {
            Term::Word(word) => trial.label.contains(word) || trial.experiment.contains(word),
            Term::Column(name, comparison, wanted) => comparison.holds(&row[name], wanted),
        }
    }
}

/// A number as it is typed; what is none in a comparison (NaN, infinity) is none here.
fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

fn flag(text: &str) -> Option<bool> {
    text.to_ascii_lowercase().parse().ok()
}

fn no_column(name: &str, columns: &Value) -> FilterError {
    let names = columns.as_object().into_iter().flatten();
    let near = names.map(|(column, _)| (strsim::jaro_winkler(name, column), column));
    let nearest = near.max_by(|a, b| a.0.total_cmp(&b.0));
    let hint = match nearest {
        Some((likeness, column)) if likeness > 0.8 => format!("; did you mean '{column}'?"),
        _ => "; docs/format.md lists them".to_owned(),
    };
    FilterError::NoColumn {
        name: name.to_owned(),
        hint,
    }
}

impl Comparison {
    fn is_of_order(self) -> bool {
        !matches!(self, Comparison::Equal | Comparison::NotEqual)
    }

    /// Numbers are compared as numbers, all else as text; what was not measured meets nothing but
    /// `!=`.
    fn holds(self, found: &Value, wanted: &str) -> bool {
        let is_equal = match (found, wanted) {
            (Value::Null, _) => wanted.is_empty(),
            (_, "") => false,
            (Value::Number(found), _) => {
                let (Some(found), Some(wanted)) = (found.as_f64(), number(wanted)) else {
                    return false;
                };
                match self {
                    Comparison::AtLeast => return found >= wanted,
                    Comparison::AtMost => return found <= wanted,
                    Comparison::More => return found > wanted,
                    Comparison::Less => return found < wanted,
                    Comparison::Equal | Comparison::NotEqual => found == wanted,
                }
            }
            (Value::Bool(found), _) => Some(*found) == flag(wanted),
            (Value::String(found), _) => found == wanted,
            // No column holds lists.
            (Value::Array(_) | Value::Object(_), _) => false,
        };
        match self {
            Comparison::Equal => is_equal,
            Comparison::NotEqual => !is_equal,
            // Nothing that has an order is left.
            _ => false,
        }
    }
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        let terms = text.split([' ', ',']).filter(|term| !term.is_empty());
        terms.map(term).collect::<Result<_, _>>().map(Filter)
    }
}

fn term(text: &str) -> Result<Term, FilterError> {
    let places = SIGNS
        .iter()
        .filter_map(|sign| Some((text.find(sign.0)?, sign)));
    // The first sign in the text; of two at one place, the longer.
    let Some((place, (sign, comparison))) = places.min_by_key(|(place, _)| *place) else {
        return Ok(Term::Word(text.to_owned()));
    };
    let (column, value) = (&text[..place], &text[place + sign.len()..]);
    if column.is_empty() {
        return Err(FilterError::Incomplete(text.to_owned()));
    }
    if comparison.is_of_order() && number(value).is_none() {
        return Err(if value.is_empty() {
            FilterError::Incomplete(text.to_owned())
        } else {
            FilterError::NoOrder(text.to_owned(), value.to_owned())
        });
    }
    Ok(Term::Column(
        column.to_owned(),
        *comparison,
        value.to_owned(),
    ))
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let terms: Vec<String> = self.0.iter().map(Term::to_string).collect();
        f.write_str(&terms.join(" "))
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Term::Word(word) => f.write_str(word),
            Term::Column(name, comparison, value) => {
                let sign = SIGNS.iter().find(|(_, other)| other == comparison);
                write!(f, "{name}{}{value}", sign.map_or("", |(sign, _)| sign))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::fixtures;

    fn chosen(filter: &str) -> Vec<String> {
        let filter: Filter = filter.parse().unwrap();
        let trials = filter.choose(fixtures::nine()).unwrap();
        trials.into_iter().map(|trial| trial.label).collect()
    }

    fn refused(filter: &str) -> String {
        match filter.parse::<Filter>() {
            Err(error) => error.to_string(),
            Ok(filter) => filter.choose(fixtures::nine()).unwrap_err().to_string(),
        }
    }

    #[test]
    fn all_terms_must_be_met() {
        assert_eq!(chosen("").len(), 9);
        assert_eq!(
            chosen("workload=cpu processes>=4"),
            ["cpu-mp-4x1", "cpu-mpmt-8x16"]
        );
        assert_eq!(chosen("io-mp-,threads=1"), ["io-mp-32x1"]);
        assert_eq!(chosen("makespan_s<0.132"), ["cpu-mp-2x1"]);
        assert_eq!(chosen("status!=ok").len(), 0);
    }

    #[test]
    fn what_was_not_measured_is_neither_more_nor_less() {
        assert_eq!(chosen("peak_threads<5").len(), 0);
        assert_eq!(chosen("peak_threads!=5").len(), 9);
        assert_eq!(chosen("peak_threads=").len(), 9);
    }

    #[test]
    fn a_bad_term_is_refused_with_the_remedy() {
        insta::assert_snapshot!(refused("proceses=4"), @"trials.csv has no column 'proceses'; did you mean 'processes'?");
        insta::assert_snapshot!(refused(">=4"), @"'>=4' lacks a column or a value; write it like processes>=4, without spaces");
        insta::assert_snapshot!(refused("processes>many"), @"'processes>many' asks for an order, but 'many' is no number");
        insta::assert_snapshot!(refused("colour=red"), @"trials.csv has no column 'colour'; docs/format.md lists them");
    }

    #[test]
    fn terms_are_held_against_what_their_column_holds() {
        insta::assert_snapshot!(refused("workload>=4"), @"'workload>=4' asks for an order, but the column 'workload' holds words");
        insta::assert_snapshot!(refused("warmup<1"), @"'warmup<1' asks for an order, but the column 'warmup' holds words");
        insta::assert_snapshot!(refused("processes!=many"), @"'processes!=many': the column 'processes' holds numbers, and 'many' is none");
        insta::assert_snapshot!(refused("processes>=nan"), @"'processes>=nan' asks for an order, but 'nan' is no number");
        insta::assert_snapshot!(refused("warmup=yes"), @"'warmup=yes': the column 'warmup' holds true or false");
        assert_eq!(chosen("warmup=FALSE").len(), 9);
    }

    #[test]
    fn a_misspelt_column_is_told_whatever_the_other_terms_take() {
        insta::assert_snapshot!(refused("processes=999 proceses=4"), @"trials.csv has no column 'proceses'; did you mean 'processes'?");
        insta::assert_snapshot!(refused("nothing-is-called-so proceses=4"), @"trials.csv has no column 'proceses'; did you mean 'processes'?");
    }

    #[test]
    fn it_is_shown_as_it_was_typed() {
        let filter: Filter = "io, processes>=4  dispatch!=barrier".parse().unwrap();
        assert_eq!(filter.to_string(), "io processes>=4 dispatch!=barrier");
    }
}
