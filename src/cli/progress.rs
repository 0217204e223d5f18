//! Bars and lines on stderr while something takes long.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::clock::{self, Tick};
use crate::harness::{Capacity, Experiment, Observer, Planned, advice, expected_s};
use crate::process::tell;
use crate::record::{Status, StoreError, Trial, TrialWriter};

/// A bar of answered batches on stderr, when that is a terminal which can show one.
pub(super) fn batches_bar(total: u64) -> ProgressBar {
    let style = "{bar:40} {pos}/{len} batches, {per_sec}, {eta} left";
    ProgressBar::new(total).with_style(style_of(style))
}

fn style_of(template: &str) -> ProgressStyle {
    // The templates are literals of this file; a wrong one is only less pretty.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// Shows how far an experiment is, and keeps its rows: a bar with the time that is left when
/// stderr is a terminal that can show one; when it is not, a line for each trial, and one every 10 s
/// while it lasts.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    rows: Option<TrialWriter>,
    outlook: Outlook,
    begun: Tick,
    /// Where there is no bar.
    pulse: Option<Pulse>,
}

/// How much is done, and how long the rest takes: what the ideal model predicts, corrected by how
/// it was wrong until now.
#[derive(Debug, Default)]
struct Outlook {
    /// Expected seconds of the trials to come, the next one first.
    coming_s: Vec<f64>,
    /// Those of the experiments after this one.
    later_s: Vec<f64>,
    done: usize,
    expected_s: f64,
    spent_s: f64,
}

impl Outlook {
    /// Replaces the trials to come.
    fn expect(&mut self, coming: impl Iterator<Item = f64>) {
        self.coming_s = coming.collect();
        self.coming_s.reverse();
    }

    /// The next trial has taken so long.
    fn pass(&mut self, spent_s: f64) {
        self.done += 1;
        self.expected_s += self.coming_s.pop().unwrap_or(spent_s);
        self.spent_s += spent_s;
    }

    fn left_s(&self) -> f64 {
        self.coming_s.iter().chain(&self.later_s).sum::<f64>() * self.ratio()
    }

    /// How many times as long as expected trials have taken until now.
    fn ratio(&self) -> f64 {
        if self.expected_s > 0.0 {
            self.spent_s / self.expected_s
        } else {
            1.0
        }
    }

    /// Where it is when the next trial has begun.
    ///
    /// `is_predicted`: whether anybody knows how long its work takes.
    fn at(&self, what: String, begun: Tick, is_predicted: bool) -> At {
        let expected_s = self.coming_s.last().map(|seconds| seconds * self.ratio());
        At {
            what,
            begun,
            expected_s: expected_s.filter(|_| is_predicted),
            is_last: self.done + 1 >= self.total(),
            left_s: self.left_s(),
        }
    }

    fn total(&self) -> usize {
        self.done + self.coming_s.len() + self.later_s.len()
    }
}

/// The trial that is running.
struct At {
    what: String,
    begun: Tick,
    /// Expected seconds of it, where anything is expected.
    expected_s: Option<f64>,
    is_last: bool,
    /// Expected seconds of it and all after it.
    left_s: f64,
}

impl At {
    /// `2/9 io-mp-32x1: 10 s of about 16 s, 35 s left in all`.
    fn line(&self, elapsed_s: f64) -> String {
        let mut line = format!("{}: {}", self.what, rounded(elapsed_s));
        match self.expected_s {
            Some(expected_s) => line.push_str(&format!(" of about {}", rounded(expected_s))),
            None => line.push_str(" so far"),
        }
        let left_s = self.left_s - elapsed_s;
        if !self.is_last && left_s > 0.0 {
            line.push_str(&format!(", {} left in all", rounded(left_s)));
        }
        line
    }
}

/// A thread that says where a trial is whenever nothing was said for a while.
struct Pulse {
    /// Ends it when it goes.
    at: Option<Sender<Option<At>>>,
    thread: Option<JoinHandle<()>>,
}

impl Pulse {
    const EVERY: Duration = Duration::from_secs(10);

    fn start(every: Duration, say: impl Fn(&str) + Send + 'static) -> Pulse {
        let (sender, told) = mpsc::channel::<Option<At>>();
        let run = move || {
            let mut at = None;
            loop {
                match told.recv_timeout(every) {
                    Ok(next) => at = next,
                    Err(RecvTimeoutError::Disconnected) => break,
                    Err(RecvTimeoutError::Timeout) => {
                        if let Some(at) = &at {
                            say(&at.line(at.begun.elapsed().as_secs_f64()));
                        }
                    }
                }
            }
        };
        // Without it a measurement is only more silent.
        let thread = thread::Builder::new()
            .name("progress".to_owned())
            .spawn(run);
        Pulse {
            at: Some(sender),
            thread: thread.ok(),
        }
    }

    /// What is running now, if anything.
    fn is_at(&self, at: Option<At>) {
        if let Some(sender) = &self.at {
            // It has no end as long as this lives, unless it could not be started.
            let _ = sender.send(at);
        }
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.at = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Progress {
    pub(super) fn new(rows: Option<TrialWriter>) -> Self {
        let bar = ProgressBar::new(0)
            .with_style(style_of("{bar:30} {msg}, {elapsed} elapsed, {prefix} left"));
        // One that is hidden swallows the lines as well.
        let is_shown = !bar.is_hidden();
        if is_shown {
            bar.enable_steady_tick(Duration::from_millis(250));
        }
        Progress {
            pulse: (!is_shown).then(|| Pulse::start(Pulse::EVERY, |line| tell(line))),
            bar: is_shown.then_some(bar),
            rows,
            outlook: Outlook::default(),
            begun: clock::now(),
        }
    }

    /// These trials follow on the experiment that is run next.
    pub(super) fn later(&mut self, later: &[Planned]) {
        self.outlook.later_s = later.iter().map(expected_s).collect();
    }

    /// Says what will be misleading about an experiment.
    pub(super) fn advise(&self, experiment: &Experiment, capacity: Capacity) {
        advice_on(experiment, capacity).for_each(|line| self.note_always(&line));
    }

    /// Says something, beside the bar when there is one.
    pub(super) fn note_always(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.println(line),
            None => tell(format_args!("{line}")),
        }
    }
}

/// What will be misleading about an experiment, a line each.
pub(super) fn advice_on(
    experiment: &Experiment,
    capacity: Capacity,
) -> impl Iterator<Item = String> {
    let lines = advice(
        &experiment.configurations,
        &experiment.predicted_s,
        capacity,
    )
    .into_iter();
    lines.map(|line| format!("{}: {line}", experiment.name))
}

/// Seconds as a person says them: `45 s`, `3m 20s`.
pub(super) fn rounded(seconds: f64) -> String {
    match seconds {
        under if under < 60.0 => format!("{under:.0} s"),
        more => humantime::format_duration(Duration::from_secs(more.round() as u64)).to_string(),
    }
}

impl Observer for Progress {
    fn expects(&mut self, coming: &[Planned]) {
        self.outlook.expect(coming.iter().map(expected_s));
    }

    fn begins(&mut self, planned: &Planned) {
        self.begun = clock::now();
        let position = format!("{}/{}", self.outlook.done + 1, self.outlook.total());
        let what = if planned.warmup { " (warm-up)" } else { "" };
        let what = format!("{position} {}{what}", planned.configuration.name());
        if let Some(pulse) = &self.pulse {
            let is_predicted = planned.predicted_s > 0.0;
            let at = self.outlook.at(what.clone(), self.begun, is_predicted);
            pulse.is_at(Some(at));
        }
        let Some(bar) = &self.bar else { return };
        bar.set_message(what);
        bar.set_prefix(rounded(self.outlook.left_s()));
        let left_ms = (self.outlook.left_s() * 1000.0) as u64;
        let spent_ms = (self.outlook.spent_s * 1000.0) as u64;
        bar.set_length(spent_ms + left_ms);
        bar.set_position(spent_ms);
    }

    fn ended(&mut self, trial: &Trial) -> Result<(), StoreError> {
        if let Some(rows) = &mut self.rows {
            rows.write(trial)?;
        }
        self.outlook.pass(self.begun.elapsed().as_secs_f64());
        if let Some(pulse) = &self.pulse {
            pulse.is_at(None);
        }
        let outcome = match (trial.status, trial.makespan_s) {
            (Status::Ok, Some(makespan_s)) => format!("{makespan_s:.3} s"),
            (status, _) => format!(
                "{status}: {}",
                trial.error.as_deref().unwrap_or("no reason")
            ),
        };
        let outlook = &self.outlook;
        let left = if outlook.done < outlook.total() {
            format!(", {} left", rounded(outlook.left_s()))
        } else {
            String::new()
        };
        if let (Some(share), Some(rate)) = (trial.overload(), trial.rate_per_s) {
            self.note_always(&format!(
                "{} is overloaded: {:.1} % of its {rate} batches per second were done, and the others \
                 waited, so its latencies are those of the queue; lower --rate, or use more processes \
                 or threads",
                trial.name(),
                100.0 * share
            ));
        }
        let warmup = if trial.warmup { " (warm-up)" } else { "" };
        self.note_always(&format!(
            "{}/{} {:<14} {outcome}{warmup}{left}",
            outlook.done,
            outlook.total(),
            trial.name()
        ));
        Ok(())
    }

    fn note(&mut self, text: &str) {
        self.note_always(text);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_corrected_by_what_was_measured() {
        let mut outlook = Outlook::default();
        outlook.expect([1.0, 2.0, 3.0].into_iter());
        assert_eq!((outlook.left_s(), outlook.total()), (6.0, 3));
        outlook.pass(2.0);
        assert_eq!(
            (outlook.left_s(), outlook.done, outlook.total()),
            (10.0, 1, 3)
        );
        outlook.pass(1.0);
        assert_eq!(outlook.left_s(), 3.0);
        outlook.later_s = vec![1.0, 1.0];
        assert_eq!((outlook.left_s(), outlook.total()), (5.0, 5));
    }

    #[test]
    fn a_trial_that_lasts_is_told_again_and_again_until_it_has_ended() {
        let (say, said) = mpsc::channel();
        let pulse = Pulse::start(Duration::from_millis(5), move |line| {
            let _ = say.send(line.to_owned());
        });
        let mut outlook = Outlook::default();
        outlook.expect([16.0, 20.0].into_iter());
        let at = outlook.at("1/2 io-mp-32x1".to_owned(), clock::now(), true);
        assert_eq!(
            at.line(10.0),
            "1/2 io-mp-32x1: 10 s of about 16 s, 26 s left in all"
        );
        pulse.is_at(Some(at));
        for _ in 0..3 {
            let line = said.recv_timeout(Duration::from_secs(60)).unwrap();
            assert!(
                line.starts_with("1/2 io-mp-32x1: 0 s of about 16 s"),
                "{line}"
            );
        }
        drop(pulse);
        assert!(said.into_iter().count() < 1000, "it has ended");
    }

    #[test]
    fn nothing_is_expected_of_unknown_work_nor_left_after_the_last() {
        let mut outlook = Outlook::default();
        outlook.expect([0.1].into_iter());
        let at = outlook.at("1/1 exec-mp-1x1".to_owned(), clock::now(), false);
        assert_eq!(at.line(70.0), "1/1 exec-mp-1x1: 1m 10s so far");
    }

    #[test]
    fn long_times_are_told_in_minutes() {
        assert_eq!(rounded(44.6), "45 s");
        assert_eq!(rounded(200.4), "3m 20s");
    }
}
