//! How long batches took: percentiles from the rows, and the whole distribution from traces.
//!
//! * `tails`: percentiles of the latency, by configuration; `distribution`: all latencies of a
//!   traced run.
//!
//! A distribution is never drawn from percentiles: between five points anything can be.

mod distribution;
mod tails;
#[cfg(test)]
mod tests;

use super::estimate::Estimate;
use super::grammar::{Axis, Chart, Datum, EndLabel, Facet, Mark, Ticks};
use super::palette::Look;
use super::scale::Scale;
use super::unit::Unit;
use super::vocabulary::{self, Quantity};
use super::{Records, Sheet};
use crate::model::Runtime;
use crate::record::comparison_groups;
use distribution::Distribution;
use tails::{Line, Tails};

/// The heights of both plot areas.
const TAILS_HEIGHT: f64 = 240.0;
const DISTRIBUTION_HEIGHT: f64 = 170.0;

/// What a picture shows: at least one of both.
#[derive(Clone, Debug, PartialEq)]
struct Latency {
    /// Percentiles by configuration.
    tails: Option<Tails>,
    /// All latencies of traced runs.
    distribution: Option<Distribution>,
}

/// One picture for each work. Traces go with the work where there is only one; else they have a
/// picture of their own, for they don't say which work they are of.
pub(super) fn draw(records: &Records<'_>, sheet: &mut Sheet<'_>) {
    let works = comparison_groups(records.trials);
    let mut distribution = Distribution::prepare(records.traces);
    if works.is_empty() && distribution.is_none() {
        sheet.leave_out("there is no trial to draw");
    }
    let several = works.len() > 1;
    for work in &works {
        match Tails::prepare(work) {
            Ok(tails) => {
                let distribution = distribution.take_if(|_| !several);
                let latency = Latency {
                    tails: Some(tails),
                    distribution,
                };
                sheet.push(if several { &work.slug } else { "" }, latency.chart());
            }
            Err(reason) => sheet.leave_out(reason),
        }
    }
    if distribution.is_some() {
        let latency = Latency {
            tails: None,
            distribution,
        };
        sheet.push("traces", latency.chart());
    }
}

impl Latency {
    /// Percentiles above, distributions below.
    fn chart(&self) -> Chart {
        let name = Quantity::Latency.name();
        let title = match &self.tails {
            Some(tails) => {
                vocabulary::title(&name, &tails.experiment, "by percentile, up to the longest")
            }
            None => vocabulary::title(
                &name,
                "traced runs",
                "by the share of batches that took no longer",
            ),
        };
        let facets = [
            self.tails.as_ref().map(Tails::facet),
            self.distribution.as_ref().map(Distribution::facet),
        ];
        Chart {
            title,
            notes: self.notes(),
            facets: facets.into_iter().flatten().collect(),
        }
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(tails) = &self.tails {
            notes.push(format!("For {}.", tails.work));
            notes.push(if tails.has_rate { "From when a batch was due to its result, both at the client; less is better." } else {
                "From the sending of a batch to its result, so with its wait for a worker; less \
                 is better."
            }.to_owned());
            let estimates = tails.lines.iter().flat_map(|line| &line.points);
            notes.extend(vocabulary::explained(
                estimates.map(|(_, estimate)| estimate),
            ));
            let rule = "the one with the shortest makespan, the one with the longest, and evenly by rank \
                        between";
            notes.extend(vocabulary::shown(
                tails.lines.len(),
                tails.configurations,
                "configurations",
                rule,
            ));
            if tails.few_batches {
                let rule = "Percentiles are of runs with enough batches for them: at least 100 for the \
                            99th, 1,000 for the 99.9th.";
                notes.push(rule.to_owned());
            }
        }
        match &self.distribution {
            Some(distribution) => {
                let (shown, all) = (distribution.runs.len(), distribution.traces);
                notes.extend(vocabulary::shown(shown, all, "traces", "the first ones"));
            }
            None => notes.push(
                "The whole distribution takes a trace of each batch, as mpmt run --trace leaves it."
                    .to_owned(),
            ),
        }
        notes
    }
}

impl Tails {
    fn facet(&self) -> Facet {
        let points = self.lines.iter().flat_map(|line| &line.points);
        let values: Vec<f64> = points.flat_map(|(_, of)| of.values()).collect();
        let scale = Scale::log(values.iter().copied(), Quantity::Latency.unit(&values));
        let x = Scale::log_around(self.places.iter().map(|(at, _)| *at), Unit::named(""));
        let ticks = self
            .places
            .iter()
            .map(|&(at, name)| (at, name.to_owned()))
            .collect();
        let x = Axis::with(x, "percentile of a run's batches", Ticks::At(ticks));
        let mut facet = Facet::new(x, Quantity::Latency.axis(scale), TAILS_HEIGHT);
        facet.heading = "Percentiles".to_owned();
        // Colours follow what configurations ask, and not how fast they are.
        let mut ranks: Vec<usize> = (0..self.lines.len()).collect();
        ranks.sort_by_key(|rank| &self.lines[*rank].order);
        let runtimes: Vec<&Runtime> = ranks
            .iter()
            .map(|rank| &self.lines[*rank].runtime)
            .collect();
        let mut looks: Vec<(usize, Look)> =
            ranks.into_iter().zip(Look::series(&runtimes)).collect();
        for (rank, look) in &looks {
            let line = &self.lines[*rank];
            let failed = vocabulary::failed(line.failed.0, line.failed.1);
            let failed = failed.map_or(String::new(), |failed| format!(" ({failed})"));
            let name = format!("{}{failed}", line.name);
            let label = |(_, end): &(f64, Estimate)| EndLabel::points(end.median, &name, *look);
            facet.labels.extend(line.points.last().map(label));
        }
        // The fastest lies above the others, and answers first.
        looks.sort_by_key(|(rank, _)| std::cmp::Reverse(*rank));
        for (rank, look) in looks {
            facet.add_series(look, self.points(&self.lines[rank]));
        }
        facet
    }

    fn points(&self, line: &Line) -> Vec<Datum> {
        let point = |(place, estimate): &(f64, Estimate)| {
            let name = self.places.iter().find(|(x, _)| x == place);
            let name = name.map_or("", |(_, name)| name);
            let seconds = Quantity::Latency.estimate(estimate);
            let words = format!("{}, {name}: {seconds}", line.name);
            Datum::new(*place, estimate).tooltip(words)
        };
        line.points.iter().map(point).collect()
    }
}

impl Distribution {
    /// A curve for each run, with its mark at the median, and at the ends of the middle eight tenths.
    fn facet(&self) -> Facet {
        let all = self.runs.iter().flat_map(|run| &run.steps);
        let latencies: Vec<f64> = all.map(|(seconds, _)| *seconds).collect();
        let unit = Quantity::Latency.unit(&latencies);
        let x = Quantity::Latency.axis(Scale::log(latencies, unit));
        let y = Scale::linear(0.0, 1.0, Unit::PERCENT);
        let y = Axis::new(y, "% of the batches took no longer");
        let mut facet = Facet::new(x, y, DISTRIBUTION_HEIGHT);
        facet.heading = "Every batch of a traced run".to_owned();
        let looks = Look::series(&vec![&Runtime::Native; self.runs.len()]);
        for (run, look) in self.runs.iter().zip(looks).rev() {
            let start = run.steps.first().map(|(seconds, _)| (*seconds, 0.0));
            let steps = start.into_iter().chain(run.steps.iter().copied());
            let steps = steps.map(|(seconds, share)| Datum::new(seconds, share));
            facet.add(Mark::Step(1.5), look.colour, steps);
            let point = |share: f64| {
                let seconds = run.quantile(share)?;
                let (percent, latency) = (share * 100.0, unit.with_name(seconds));
                let (name, batches) = (&run.name, run.batches);
                let words = format!(
                    "{name}: {percent:.0} % of {batches} batches took no longer than {latency}"
                );
                Some(Datum::new(seconds, share).tooltip(words))
            };
            let points = [0.1, 0.5, 0.9].into_iter().filter_map(point);
            facet.add(Mark::Point(look.symbol, 3.5), look.colour, points);
            facet
                .labels
                .insert(0, EndLabel::points(1.0, &run.name, look));
        }
        facet
    }
}
