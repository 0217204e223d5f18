use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressStyle};

use crate::harness::{Observer, Planned};
use crate::record::{Status, Trial, TrialWriter};

/// A bar of answered batches on stderr, when that is a terminal.
pub(super) fn batches_bar(total: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = "{bar:40} {pos}/{len} batches, {per_sec}, {eta} left";
    ProgressBar::new(total).with_style(style_of(style))
}

fn style_of(template: &str) -> ProgressStyle {
    // The templates are literals of this file; a wrong one is only less pretty.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// Shows how far an experiment is, and keeps its rows: a bar with the time that is left when
/// stderr is a terminal, a line for each trial when it is not.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    rows: Option<TrialWriter>,
    /// Predicted seconds of each trial, in order.
    predicted_s: Vec<f64>,
    done: usize,
}

/// What each trial takes beside its makespan, roughly: starting and ending processes.
const OVERHEAD_S: f64 = 0.1;

impl Progress {
    pub(super) fn new(rows: Option<TrialWriter>, predicted_s: Vec<f64>) -> Self {
        let predicted_s: Vec<f64> = predicted_s.into_iter().map(|s| s + OVERHEAD_S).collect();
        let bar = std::io::stderr().is_terminal().then(|| {
            let total_ms = predicted_s.iter().sum::<f64>() * 1000.0;
            let bar = ProgressBar::new(total_ms as u64)
                .with_style(style_of("{bar:30} {msg}, {elapsed} gone, {prefix} left"));
            bar.enable_steady_tick(std::time::Duration::from_millis(250));
            bar
        });
        Progress {
            bar,
            rows,
            predicted_s,
            done: 0,
        }
    }

    fn left_s(&self) -> f64 {
        self.predicted_s[self.done..].iter().sum()
    }

    fn say(&self, line: String) {
        match &self.bar {
            Some(bar) => bar.println(line),
            None => eprintln!("{line}"),
        }
    }
}

impl Observer for Progress {
    fn begins(&mut self, planned: &Planned) {
        let Some(bar) = &self.bar else { return };
        let position = format!("{}/{}", planned.order, self.predicted_s.len());
        bar.set_message(format!("{position} {}", planned.configuration.label));
        bar.set_prefix(format!("{:.0} s", self.left_s()));
    }

    fn ended(&mut self, trial: &Trial) -> anyhow::Result<()> {
        if let Some(rows) = &mut self.rows {
            rows.write(trial)?;
        }
        self.done += 1;
        let of = self.predicted_s.len();
        let outcome = match (trial.status, trial.makespan_s) {
            (Status::Ok, Some(makespan_s)) => format!("{makespan_s:.3} s"),
            (status, _) => format!(
                "{status}: {}",
                trial.error.as_deref().unwrap_or("no reason")
            ),
        };
        self.say(format!("{}/{of} {:<14} {outcome}", self.done, trial.label));
        if let Some(bar) = &self.bar {
            bar.inc((self.predicted_s[self.done - 1] * 1000.0) as u64);
        }
        Ok(())
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
