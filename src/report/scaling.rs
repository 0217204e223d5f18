//! Amdahl's law and the Universal Scalability Law, fitted to throughput along the lines that go
//! through the best configuration.

mod words;

use super::table::Filled;
use super::{Cell, Column, Table};
use crate::record::{Axis, Trial, line_executor};
use crate::stats::{Bootstrap, Fit, Interval, Law, NoFit, fit};

/// The fits of one question.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Scalings(pub(super) Vec<Scaled>);

/// One law along one line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scaled {
    /// Experiment and work.
    question: String,
    axis: Axis,
    /// What stays the same along the line.
    fixed: String,
    law: Law,
    /// Trials on the line.
    trials: usize,
    fit: Result<Fit, NoFit>,
}

impl Scalings {
    /// Both laws along each line through the best, from its trials that are ok.
    pub(super) fn through(
        question: &str,
        best: &Trial,
        trials: &[&Trial],
        bootstrap: &Bootstrap,
    ) -> Scalings {
        let best = &Trial {
            executor: line_executor(best, trials.iter().copied()),
            ..best.clone()
        };
        let laws = [Law::Amdahl, Law::Usl];
        let pairs = Axis::ALL
            .into_iter()
            .flat_map(|axis| laws.map(|law| (axis, law)));
        let scaled = pairs.map(|(axis, law)| {
            let points: Vec<(f64, f64)> = (trials.iter())
                .filter(|trial| axis.holds(trial, best))
                .filter_map(|trial| axis.point(trial))
                .collect();
            Scaled {
                question: question.to_owned(),
                axis,
                fixed: axis.fixed(best),
                law,
                trials: points.len(),
                fit: fit(law, &points, bootstrap),
            }
        });
        Scalings(scaled.collect())
    }
}

impl Scaled {
    fn fit(&self) -> Option<&Fit> {
        self.fit.as_ref().ok()
    }

    /// What speaks against it, in words; empty when nothing does.
    fn doubts(&self) -> String {
        match &self.fit {
            Err(why) => why.to_string(),
            Ok(fit) => {
                let doubts: Vec<String> = fit.doubts.iter().map(ToString::to_string).collect();
                doubts.join("; ")
            }
        }
    }

    fn verdict(&self) -> String {
        match self.doubts() {
            none if none.is_empty() => "supported".to_owned(),
            doubts => format!("not supported: {doubts}"),
        }
    }

    fn figure(&self, show: fn(&Fit) -> Option<String>) -> Cell {
        Cell::maybe(self.fit().and_then(show), Cell::Text)
    }

    fn number(&self, of: impl Fn(&Fit) -> Option<f64>) -> Cell {
        Cell::maybe(self.fit().and_then(of), Cell::Times)
    }
}

/// For people, with the intervals in brackets.
pub(super) fn people(fits: &[Scaled]) -> Table {
    let columns: Vec<Filled<Scaled>> = vec![
        (Column::left("over"), |s| {
            Cell::Text(format!("{} {}", s.axis.as_str(), in_brackets(&s.fixed)))
        }),
        (Column::left("law"), |s| Cell::Text(short(s.law).to_owned())),
        (Column::right("trials"), |s| Cell::Count(s.trials as u64)),
        (Column::right("one does, per s"), |s| {
            s.figure(|fit| Some(around(fit.scaling.lambda, fit.lambda, 4)))
        }),
        (Column::right("contention"), |s| {
            s.figure(|fit| Some(around(fit.scaling.sigma, fit.sigma, 2)))
        }),
        (Column::right("coherency"), |s| {
            s.figure(|fit| {
                let usl = fit.law == Law::Usl;
                usl.then(|| around(fit.scaling.kappa, fit.kappa, 2))
            })
        }),
        (Column::right("peak at"), |s| {
            s.figure(|fit| {
                let (peak, interval) = fit.measured_peak()?;
                let high = if interval.high.is_finite() {
                    format!("{:.0}", interval.high)
                } else {
                    "∞".to_owned()
                };
                Some(format!("{peak:.0} [{:.0}, {high}]", interval.low))
            })
        }),
        (Column::right("R²"), |s| {
            s.figure(|fit| Some(format!("{:.3}", fit.r_squared)))
        }),
        (Column::left("verdict"), |s| Cell::Text(s.verdict())),
    ];
    Table::of(fits, columns)
}

/// For programs, a row for each law and line.
pub(super) fn programs(fits: &[Scaled]) -> Table {
    let columns: Vec<Filled<Scaled>> = vec![
        (Column::left("question"), |s| Cell::Text(s.question.clone())),
        (Column::left("over"), |s| {
            Cell::Text(s.axis.as_str().replace('×', "x"))
        }),
        (Column::left("fixed"), |s| Cell::Text(s.fixed.clone())),
        (Column::left("law"), |s| Cell::Text(short(s.law).to_owned())),
        (Column::right("trials"), |s| Cell::Count(s.trials as u64)),
        (Column::right("lambda_per_s"), |s| {
            s.number(|f| Some(f.scaling.lambda))
        }),
        (Column::right("lambda_low_per_s"), |s| {
            s.number(|f| Some(f.lambda.low))
        }),
        (Column::right("lambda_high_per_s"), |s| {
            s.number(|f| Some(f.lambda.high))
        }),
        (Column::right("sigma"), |s| {
            s.number(|f| Some(f.scaling.sigma))
        }),
        (Column::right("sigma_low"), |s| {
            s.number(|f| Some(f.sigma.low))
        }),
        (Column::right("sigma_high"), |s| {
            s.number(|f| Some(f.sigma.high))
        }),
        (Column::right("kappa"), |s| {
            s.number(|f| Some(f.scaling.kappa))
        }),
        (Column::right("kappa_low"), |s| {
            s.number(|f| Some(f.kappa.low))
        }),
        (Column::right("kappa_high"), |s| {
            s.number(|f| Some(f.kappa.high))
        }),
        (Column::right("peak"), |s| {
            s.number(|f| Some(f.measured_peak()?.0))
        }),
        (Column::right("peak_low"), |s| {
            s.number(|f| Some(f.measured_peak()?.1.low))
        }),
        (Column::right("peak_high"), |s| {
            s.number(|f| Some(f.measured_peak()?.1.high))
        }),
        (Column::right("r_squared"), |s| {
            s.number(|f| Some(f.r_squared))
        }),
        (Column::right("residual_error"), |s| {
            s.number(|f| Some(f.residual_error))
        }),
        (Column::left("supported"), |s| {
            Cell::Flag(s.doubts().is_empty())
        }),
        (Column::left("doubts"), |s| {
            let doubts = s.doubts();
            Cell::maybe((!doubts.is_empty()).then_some(doubts), Cell::Text)
        }),
    ];
    Table::of(fits, columns)
}

fn short(law: Law) -> &'static str {
    match law {
        Law::Amdahl => "Amdahl",
        Law::Usl => "USL",
    }
}

fn in_brackets(text: &str) -> String {
    match text {
        "" => String::new(),
        text => format!("({text})"),
    }
}

/// A value and its interval, to so many significant digits.
fn around(value: f64, interval: Interval, digits: i32) -> String {
    let shown = |value: f64| {
        let magnitude = match value.abs() {
            size if size > 1e-9 => size.log10().floor() as i32,
            _ => return "0".to_owned(),
        };
        let decimals = (digits - 1 - magnitude).clamp(0, 9) as usize;
        format!("{value:.decimals$}")
    };
    let (low, high) = (shown(interval.low), shown(interval.high));
    format!("{} [{low}, {high}]", shown(value))
}
