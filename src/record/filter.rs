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
    /// The column has words, which have no order.
    #[error("'{0}' asks for an order, but '{1}' is no number")]
    NoOrder(String, String),
}

impl Filter {
    /// The trials that meet it, in their order.
    ///
    /// # Errors
    /// When it names a column that trials do not have.
    pub fn choose(&self, trials: Vec<Trial>) -> Result<Vec<Trial>, FilterError> {
        let mut chosen = Vec::new();
        for trial in trials {
            if self.takes(&trial)? {
                chosen.push(trial);
            }
        }
        Ok(chosen)
    }

    fn takes(&self, trial: &Trial) -> Result<bool, FilterError> {
        let mut columns = None;
        for term in &self.0 {
            let meets = match term {
                Term::Word(word) => trial.label.contains(word) || trial.experiment.contains(word),
                Term::Column(name, comparison, wanted) => {
                    let columns: &Value = columns
                        .get_or_insert_with(|| serde_json::to_value(trial).unwrap_or_default());
                    let found = columns.get(name).ok_or_else(|| no_column(name, columns))?;
                    comparison.holds(found, wanted)
                }
            };
            if !meets {
                return Ok(false);
            }
        }
        Ok(true)
    }
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
    /// Numbers are compared as numbers, all else as text; what was not measured meets nothing but
    /// `!=`.
    fn holds(self, found: &Value, wanted: &str) -> bool {
        if found.is_null() && !wanted.is_empty() {
            return self == Comparison::NotEqual;
        }
        if let (Some(found), Ok(wanted)) = (found.as_f64(), wanted.parse::<f64>()) {
            return match self {
                Comparison::Equal => found == wanted,
                Comparison::NotEqual => found != wanted,
                Comparison::AtLeast => found >= wanted,
                Comparison::AtMost => found <= wanted,
                Comparison::More => found > wanted,
                Comparison::Less => found < wanted,
            };
        }
        let text = match found {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        (text == wanted) == (self == Comparison::Equal)
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
    let ordered = !matches!(comparison, Comparison::Equal | Comparison::NotEqual);
    if ordered && value.parse::<f64>().is_err() {
        return Err(match value.is_empty() {
            true => FilterError::Incomplete(text.to_owned()),
            false => FilterError::NoOrder(text.to_owned(), value.to_owned()),
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
        for (index, term) in self.0.iter().enumerate() {
            let gap = if index > 0 { " " } else { "" };
            match term {
                Term::Word(word) => write!(f, "{gap}{word}")?,
                Term::Column(name, comparison, value) => {
                    let sign = SIGNS.iter().find(|(_, other)| other == comparison);
                    write!(f, "{gap}{name}{}{value}", sign.map_or("", |(sign, _)| sign))?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::samples;

    fn chosen(filter: &str) -> Vec<String> {
        let filter: Filter = filter.parse().unwrap();
        let trials = filter.choose(samples::nine()).unwrap();
        trials.into_iter().map(|trial| trial.label).collect()
    }

    fn refused(filter: &str) -> String {
        match filter.parse::<Filter>() {
            Err(error) => error.to_string(),
            Ok(filter) => filter.choose(samples::nine()).unwrap_err().to_string(),
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
    fn it_is_shown_as_it_was_typed() {
        let filter: Filter = "io, processes>=4  dispatch!=barrier".parse().unwrap();
        assert_eq!(filter.to_string(), "io processes>=4 dispatch!=barrier");
    }
}
