//! A comparison of two records in words and tables.

use super::{Change, Changes, Finding, Regression, Side};
use crate::model::{counted, percent};
use crate::report::columns::{Asked, Timed, asked_columns, timed_columns};
use crate::report::table::Filled;
use crate::report::{Cell, Column, Report, Table};
use crate::stats::{Bootstrap, Difference, Outcome, fewest_runs_to_compare};

impl Finding {
    /// In a few words.
    fn words(&self) -> String {
        match self {
            Finding::Compared { outcome, .. } => outcome.to_string(),
            Finding::OnlyOld => "only in old".to_owned(),
            Finding::OnlyNew => "only in new".to_owned(),
            Finding::Broken => "broken: no run of new is ok".to_owned(),
            Finding::NoBaseline => "no run of old is ok".to_owned(),
        }
    }
}

impl Change<'_> {
    fn words(&self) -> String {
        let words = self.finding.words();
        match self.failing {
            Some(failing) if failing.is_more => format!("{words}, more failures"),
            _ => words,
        }
    }
}

impl Changes<'_> {
    /// All of it in a few sentences.
    pub fn summary(&self) -> String {
        let mut counts: Vec<(String, usize)> = Vec::new();
        for change in &self.changes {
            let words = change.words();
            match counts.iter_mut().find(|(known, _)| *known == words) {
                Some((_, count)) => *count += 1,
                None => counts.push((words, 1)),
            }
        }
        let counts: Vec<String> = (counts.iter())
            .map(|(words, count)| format!("{count} {words}"))
            .collect();
        let sentences = [
            Some(format!(
                "{}: {}",
                counted(self.changes.len(), "configuration"),
                counts.join(", ")
            )),
            self.left_out(),
            self.too_few(),
            Some(self.regressions_in_words()),
        ];
        let sentences: Vec<String> = sentences.into_iter().flatten().collect();
        sentences.join("\n")
    }

    fn regressions_in_words(&self) -> String {
        let percent = percent(self.terms.threshold);
        let kinds: Vec<String> = (Regression::ALL.into_iter())
            .filter_map(|kind| {
                let changes = self.changes.iter();
                let count = changes.filter(|change| self.is(kind, change)).count();
                let words = match kind {
                    Regression::Slower => format!("slower beyond {percent} %"),
                    Regression::Failing => "with more failures".to_owned(),
                    Regression::Broken => "broken".to_owned(),
                    Regression::Missing => "missing in new".to_owned(),
                };
                (count > 0).then(|| format!("{count} {words}"))
            })
            .collect();
        match self.regressions() {
            0 => format!("no regression beyond {percent} %"),
            some => format!("{}: {}", counted(some, "regression"), kinds.join(", ")),
        }
    }

    /// What rows were left out, if any.
    fn left_out(&self) -> Option<String> {
        let total = |of: fn(&Change<'_>) -> usize| self.changes.iter().map(of).sum::<usize>();
        let parts = [
            (total(|c| c.old.warmups), "warming up in old"),
            (total(|c| c.old.failed().failed), "not ok in old"),
            (total(|c| c.new.warmups), "warming up in new"),
            (total(|c| c.new.failed().failed), "not ok in new"),
        ];
        let parts: Vec<String> = (parts.iter())
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        (!parts.is_empty()).then(|| format!("runs left out: {}", parts.join(", ")))
    }

    /// What to do about too few runs, when there are too few anywhere.
    fn too_few(&self) -> Option<String> {
        let too_few = |change: &Change<'_>| {
            let outcome = Outcome::TooFewRuns;
            matches!(change.finding, Finding::Compared { outcome: found, .. } if found == outcome)
        };
        let needed = fewest_runs_to_compare(self.family.max(self.compared()), self.terms.alpha);
        (self.changes.iter().any(too_few))
            .then(|| format!("to see a difference, run each side {needed} times or more"))
    }

    /// The table.
    pub fn report(&self) -> Report {
        let rows: Vec<ChangeRow<'_>> = (self.changes.iter())
            .map(|change| ChangeRow {
                change,
                is_regression: self.is_regression(change),
            })
            .collect();
        Report {
            for_people: Table::of(&rows, people_columns()),
            for_programs: self.for_programs(&rows).into(),
            ..Report::default()
        }
    }

    fn for_programs(&self, rows: &[ChangeRow<'_>]) -> Table {
        let bootstrap = Bootstrap::seeded(self.terms.seed);
        let asked: Vec<Asked> = (self.changes.iter())
            .map(|change| match change.new.trial().or(change.old.trial()) {
                Some(trial) => Asked::of(&change.name, trial),
                None => Asked::default(),
            })
            .collect();
        let timed = |of: &str, sides: &mut dyn Iterator<Item = &Side<'_>>| {
            let timed: Vec<Timed> = sides.map(|side| side.timed(&bootstrap)).collect();
            timed_columns(of, &timed)
        };
        let changes = || self.changes.iter();
        asked_columns(&asked)
            .beside(timed("old_", &mut changes().map(|change| &change.old)))
            .beside(timed("new_", &mut changes().map(|change| &change.new)))
            .beside(Table::of(rows, program_columns()))
    }
}

struct ChangeRow<'a> {
    change: &'a Change<'a>,
    is_regression: bool,
}

fn people_columns<'a>() -> Vec<Filled<ChangeRow<'a>>> {
    vec![
        (Column::left("configuration"), name),
        (Column::right("old"), |row| median(&row.change.old)),
        (Column::right("failed"), |row| failed(&row.change.old)),
        (Column::right("new"), |row| median(&row.change.new)),
        (Column::right("failed"), |row| failed(&row.change.new)),
        (Column::right("new / old"), |row| {
            Cell::maybe(row.difference(), |d| Cell::Text(format!("{:.3}", d.ratio)))
        }),
        (Column::right("95 % interval"), |row| {
            Cell::maybe(row.change.finding.interval(), |i| {
                Cell::Text(format!("{:.3} to {:.3}", i.low, i.high))
            })
        }),
        (Column::right("p (Holm)"), |row| {
            Cell::maybe(row.adjusted_p(), |p| Cell::Text(p_in_words(p)))
        }),
        (Column::left("outcome"), |row| {
            let words = row.change.words();
            Cell::Text(
                if row.is_regression && row.change.finding != Finding::Broken {
                    format!("{words}: regression")
                } else {
                    words
                },
            )
        }),
    ]
}

fn program_columns<'a>() -> Vec<Filled<ChangeRow<'a>>> {
    vec![
        (Column::right("old_warmups"), |r| {
            count(r.change.old.warmups)
        }),
        (Column::right("new_warmups"), |r| {
            count(r.change.new.warmups)
        }),
        (Column::right("ratio"), |r| {
            Cell::maybe(r.difference(), |d| Cell::Times(d.ratio))
        }),
        (Column::right("ratio_low"), |r| {
            Cell::maybe(r.change.finding.interval(), |i| Cell::Times(i.low))
        }),
        (Column::right("ratio_high"), |r| {
            Cell::maybe(r.change.finding.interval(), |i| Cell::Times(i.high))
        }),
        (Column::right("p"), |r| {
            Cell::maybe(r.difference(), |d| Cell::Share(d.p))
        }),
        (Column::right("p_holm"), |r| {
            Cell::maybe(r.adjusted_p(), Cell::Share)
        }),
        (Column::right("p_failures"), |r| {
            Cell::maybe(r.change.failing, |failing| Cell::Share(failing.p))
        }),
        (Column::right("p_failures_holm"), |r| {
            Cell::maybe(r.change.failing, |failing| Cell::Share(failing.adjusted_p))
        }),
        (Column::left("outcome"), |r| Cell::Text(r.change.words())),
        (Column::left("regression"), |r| Cell::Flag(r.is_regression)),
    ]
}

impl ChangeRow<'_> {
    fn difference(&self) -> Option<Difference> {
        self.change.finding.difference()
    }

    fn adjusted_p(&self) -> Option<f64> {
        match self.change.finding {
            Finding::Compared { adjusted_p, .. } => adjusted_p,
            _ => None,
        }
    }
}

fn name(row: &ChangeRow<'_>) -> Cell {
    Cell::Text(row.change.name.clone())
}

fn median(side: &Side<'_>) -> Cell {
    Cell::maybe(side.median_s(), Cell::Seconds)
}

fn failed(side: &Side<'_>) -> Cell {
    side.failed().into()
}

fn count(number: usize) -> Cell {
    Cell::Count(number as u64)
}

fn p_in_words(p: f64) -> String {
    match p {
        p if p < 0.0001 => "< 0.0001".to_owned(),
        p => format!("{p:.4}"),
    }
}
