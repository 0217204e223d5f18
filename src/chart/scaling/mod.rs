//! Throughput over processes, threads and both, with what theory allows and the law that fits.
//!
//! * `line`: the measured throughput along one line, its ideal and its fit; `notes`: what is said.
//!
//! Must not know: how a law is fitted, which is for [`crate::stats`], and which trials lie on a
//! line, which is for [`crate::record`].

mod line;
mod notes;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use plotters::style::RGBColor;

use super::grammar::{
    Axis as ChartAxis, Chart, Datum, EndLabel, Extent, Facet, Layer, Mark, Ticks,
};
use super::order::Means;
use super::palette::Look;
use super::scale::{Scale, ends};
use super::scene::Stroke;
use super::symbol::Symbol;
use super::unit::{self, Unit};
use super::vocabulary::{self, Quantity};
use super::{Records, Sheet, theme};
use crate::model::ExecutorKind;
use crate::record::{Axis, ComparisonGroup, Trial, line_executor};
use crate::stats::Interval;
use line::{Line, Point};

/// Values of an axis that make a line worth drawing.
const FEWEST_VALUES: usize = 3;
/// Lines that a facet shows at most: each has a curve, a band, an ideal and a peak.
const MOST_LINES: usize = 4;
/// The height of a plot area, and of the row of a peak at its foot.
const HEIGHT: f64 = 190.0;
/// The same where points have names.
const SPLITS_HEIGHT: f64 = 250.0;
const PEAK_ROW: f64 = 16.0;

/// One picture for each work.
pub(super) fn draw(records: &Records<'_>, sheet: &mut Sheet<'_>) {
    for (work, of) in &sheet.comparison_groups(records.trials) {
        match Scaling::prepare(work) {
            Ok(scaling) => sheet.push(of, scaling.chart()),
            Err(reason) => sheet.leave_out(reason),
        }
    }
}

/// The lines through the fastest configuration of a work.
#[derive(Clone, Debug, PartialEq)]
struct Scaling {
    /// The experiment's name.
    experiment: String,
    /// The work, in words.
    work: String,
    /// The configuration through which the lines go.
    best: String,
    /// One for each axis along which enough was measured.
    views: Vec<View>,
    /// What a reader has to know so as not to be misled, one sentence each.
    notes: Vec<String>,
}

/// The lines along one axis.
#[derive(Clone, Debug, PartialEq)]
struct View {
    /// What varies.
    axis: Axis,
    /// Processes and threads of the configuration through which the lines go.
    through: (u32, u32),
    /// At least one, in the order of how their work is done.
    lines: Vec<Line>,
}

/// The trials along one line, before anything is computed.
struct Candidate<'a> {
    axis: Axis,
    means: Means,
    trials: Vec<&'a Trial>,
}

impl Scaling {
    /// Chooses the lines and fits them; else why there is none.
    fn prepare(work: &ComparisonGroup<'_>) -> Result<Scaling, String> {
        let fastest = work.fastest();
        let (best, name) =
            fastest.ok_or_else(|| format!("{} has no good run: see its errors", work.slug))?;
        let executor = line_executor(best, work.trials.iter().copied());
        let own = Means {
            executor,
            ..Means::of(best)
        };
        let mut lines = candidates(best, &own, &work.trials);
        let shown: BTreeSet<Means> = lines.iter().map(|line| line.means.clone()).collect();
        let mut notes = Vec::new();
        if shown.len() > MOST_LINES {
            lines.retain(|line| line.means == own);
            notes.push(format!(
                "Of {} combinations of runtime, executor and dispatch only that of the fastest \
                 configuration is shown (--only takes others).",
                shown.len()
            ));
        }
        if lines
            .iter()
            .any(|line| line::is_pooled(line.axis, &line.trials))
        {
            let most = line::MOST_SPLITS;
            notes.push(format!(
                "With more than {most} splits all of one product share a point."
            ));
        }
        if lines.iter().any(|line| line.values() > line::MOST_POINTS) {
            notes.push(format!(
                "Of more than {} values at most so many have a point, evenly by ratio; the law is of \
                 all.",
                line::MOST_POINTS
            ));
        }
        let views = views(best, &own, &lines);
        if views.is_empty() {
            return Err(format!(
                "{} has fewer than {FEWEST_VALUES} numbers of processes or threads, all else as in \
                 its fastest configuration: sweep them, as by -p 1..8:x2 -t 1..8:x2",
                work.slug
            ));
        }
        Ok(Scaling {
            experiment: work.experiment.to_owned(),
            work: vocabulary::work(&work.name, work.experiment).to_owned(),
            best: name,
            views,
            notes,
        })
    }

    /// All lines of all views.
    fn lines(&self) -> impl Iterator<Item = &Line> {
        self.views.iter().flat_map(|view| &view.lines)
    }

    fn chart(&self) -> Chart {
        Chart {
            title: self.title(),
            notes: self.all_notes(),
            facets: self.views.iter().map(View::facet).collect(),
        }
    }
}

/// The lines with enough values. `sequential` has none of its own beside others: it is what they
/// all are at one thread.
fn candidates<'a>(best: &Trial, own: &Means, trials: &[&'a Trial]) -> Vec<Candidate<'a>> {
    let mut means: BTreeMap<Means, Trial> = BTreeMap::new();
    let through = |executor: ExecutorKind, trial: &Trial| Trial {
        runtime: trial.runtime.clone(),
        switch_interval_s: trial.switch_interval_s,
        executor,
        dispatch: trial.dispatch,
        ..best.clone()
    };
    means.insert(own.clone(), through(own.executor, best));
    let alone = own.executor == ExecutorKind::Sequential;
    for trial in trials {
        if alone || trial.executor != ExecutorKind::Sequential {
            let key = Means {
                spawn: best.spawn,
                ..Means::of(trial)
            };
            means
                .entry(key)
                .or_insert_with(|| through(trial.executor, trial));
        }
    }
    let along = |axis: Axis| {
        means.iter().map(move |(means, through)| {
            let on_it = trials
                .iter()
                .copied()
                .filter(|trial| axis.holds(trial, through));
            Candidate {
                axis,
                means: means.clone(),
                trials: on_it.collect(),
            }
        })
    };
    let all = Axis::ALL.into_iter().flat_map(along);
    all.filter(|line| line.values() >= FEWEST_VALUES && !line.repeats_another())
        .collect()
}

impl Candidate<'_> {
    fn usable(&self) -> impl Iterator<Item = &Trial> {
        self.trials
            .iter()
            .copied()
            .filter(|trial| line::is_usable(trial))
    }

    fn values(&self) -> usize {
        count(
            self.usable()
                .map(|trial| self.axis.concurrency(trial) as u64),
        )
    }

    /// Over the product there is nothing new where processes or threads alone vary.
    fn repeats_another(&self) -> bool {
        let processes = count(self.usable().map(|trial| trial.processes));
        let threads = count(self.usable().map(|trial| trial.threads));
        self.axis == Axis::Product && (processes == 1 || threads == 1)
    }
}

fn count<T: Ord>(values: impl Iterator<Item = T>) -> usize {
    values.collect::<BTreeSet<T>>().len()
}

fn views(best: &Trial, own: &Means, candidates: &[Candidate<'_>]) -> Vec<View> {
    let means: BTreeSet<&Means> = candidates.iter().map(|line| &line.means).collect();
    let line = |one: &Candidate<'_>| Line {
        is_best: one.means == *own,
        ..Line::of(one.axis, name_among(&one.means, &means), &one.trials)
    };
    let view = |axis: Axis| View {
        axis,
        through: (best.processes, best.threads),
        lines: candidates
            .iter()
            .filter(|line| line.axis == axis)
            .map(line)
            .collect(),
    };
    let views = Axis::ALL.into_iter().map(view);
    views.filter(|view| !view.lines.is_empty()).collect()
}

/// What tells it from others, in words.
fn name_among(means: &Means, others: &BTreeSet<&Means>) -> String {
    let differ = |of: fn(&Means) -> String| {
        let own = of(means);
        others.iter().any(|other| of(other) != own).then_some(own)
    };
    let parts = [
        differ(|means| means.in_words.clone()),
        differ(|means| means.executor.to_string()),
        differ(|means| means.dispatch.to_string()),
    ];
    parts
        .into_iter()
        .flatten()
        .collect::<Vec<String>>()
        .join(", ")
}

impl View {
    /// The lines' bands, curves and ideals, then their peaks and points.
    fn facet(&self) -> Facet {
        let lines = || self.lines.iter();
        let points = || lines().flat_map(|line| &line.points);
        let mut concurrencies: Vec<f64> = points().map(|point| point.concurrency).collect();
        concurrencies.sort_unstable_by(f64::total_cmp);
        concurrencies.dedup();
        let ideals = lines().flat_map(|line| &line.ideal.points);
        let fitted = lines().filter_map(Line::law).flat_map(|curve| &curve.line);
        let expected = ideals.chain(fitted).map(|(_, throughput)| *throughput);
        let measured = points().flat_map(|point| point.throughput.values());
        let values: Vec<f64> = measured.chain(expected).collect();
        let y = Scale::suited(&values, Quantity::Throughput.unit(&values));
        let x = Scale::log_around(concurrencies.iter().copied(), Unit::named(""));
        let ticks = concurrencies.iter().map(|&n| (n, unit::tick(n))).collect();
        let title = notes::variable(self.axis).title();
        let x = ChartAxis::with(x, title, Ticks::measured(ticks));
        let height = if self.axis == Axis::Product {
            SPLITS_HEIGHT
        } else {
            HEIGHT
        };
        let mut facet = Facet::new(x, Quantity::Throughput.axis(y), height);
        facet.heading = notes::heading(self);
        facet.captions = lines().map(notes::caption).collect();
        facet.beside = true;
        let looks = Look::series(&lines().map(|line| &line.runtime).collect::<Vec<_>>());
        let looked = || lines().zip(&looks);
        for (curve, look) in looked().filter_map(|(line, look)| Some((line.law()?, look))) {
            let band = curve
                .band
                .iter()
                .map(|&(n, low, high)| Datum::new(n, (low, high)));
            facet.add_layer(Layer::new(Mark::Band, look.colour, band).opacity(0.15));
            let curve = curve
                .line
                .iter()
                .map(|&(n, throughput)| Datum::new(n, throughput));
            facet.add(Mark::Line(1.5, Stroke::Solid), look.colour, curve);
        }
        let first = &self.lines[0].ideal;
        if lines().all(|line| line.ideal.is_that_of(first)) {
            facet.add_ideal(theme::IDEAL, &first.points, true)
        } else {
            looked()
                .for_each(|(line, look)| facet.add_ideal(look.colour, &line.ideal.points, false))
        }
        let peaks = looked().filter_map(|(line, look)| Some((line.law()?, look)));
        let peaks: Vec<_> = peaks
            .filter_map(|(curve, look)| Some((curve, curve.peak()?, look)))
            .collect();
        let ends = ends(concurrencies).unwrap_or((1.0, 1.0));
        for (row, (curve, (at, interval), look)) in peaks.iter().enumerate() {
            let top = (*at, curve.fit.scaling.throughput(*at));
            draw_peak(&mut facet, top, (*interval, ends), (row, look.colour));
        }
        facet.foot = peaks.len() as f64 * PEAK_ROW + if peaks.is_empty() { 0.0 } else { 6.0 };
        // The first line lies above the others, and its points answer first.
        for (line, look) in looked().rev() {
            let points = line.points.iter().map(|point| self.point(line, point));
            facet.add(Mark::Point(look.symbol, 3.5), look.colour, points);
        }
        let labels = looked().filter_map(|(line, look)| label(line, *look));
        facet.labels.extend(labels);
        facet
    }

    /// Named by how its product is split, on the line of the fastest configuration.
    fn point(&self, line: &Line, point: &Point) -> Datum {
        let is_named = line.is_best && self.axis == Axis::Product;
        let split = point.split.filter(|_| is_named).map(vocabulary::shape);
        let failed = vocabulary::failed(point.failed.0, point.failed.1);
        let text: Vec<String> = split.into_iter().chain(failed).collect();
        let words = notes::tooltip(self, line, point);
        let datum = Datum::new(point.concurrency, &point.throughput);
        datum.tooltip(words).text(text.join(", "))
    }
}

/// A ring at the peak of a curve, and its interval in a row at the foot of the plot area.
fn draw_peak(
    facet: &mut Facet,
    (at, top): (f64, f64),
    (interval, (low, high)): (Interval, (f64, f64)),
    (row, colour): (usize, RGBColor),
) {
    let (lift, foot) = (10.0 + row as f64 * PEAK_ROW, f64::NEG_INFINITY);
    let from = if interval.low < low {
        foot
    } else {
        interval.low
    };
    let to = if interval.high > high {
        f64::INFINITY
    } else {
        interval.high
    };
    let rule = Datum::new(
        at,
        Extent {
            low: foot,
            at: top,
            high: top,
        },
    );
    facet.add(Mark::Rule(1.0, Stroke::Dotted), colour, [rule]);
    facet.add(
        Mark::Point(Symbol::Ring, 4.0),
        colour,
        [Datum::new(at, top)],
    );
    let whole = Datum::new(
        Extent {
            low: from,
            at,
            high: to,
        },
        foot,
    );
    facet.add_layer(Layer::new(Mark::Point(Symbol::Disc, 2.5), colour, [whole]).lift(lift));
    // Its name is beside the end of the interval that has more room.
    let beside = if facet.x.scale.position(at) > 0.5 {
        from
    } else {
        to
    };
    let name = Datum::new(beside, foot).text(notes::peak(at, interval));
    facet.add_layer(Layer::new(Mark::Point(Symbol::Disc, 0.0), colour, [name]).lift(lift));
}

/// The label of a line: its name at the end of its curve. A line that is alone has none, and is
/// known by its points.
fn label(line: &Line, look: Look) -> Option<EndLabel> {
    let curve = line.law().and_then(|curve| curve.line.last());
    match (line.name.as_str(), curve) {
        ("", None) => None,
        ("", Some((_, end))) => Some(EndLabel::line(*end, "USL", Stroke::Solid, look.colour)),
        (name, Some((_, end))) => Some(EndLabel::points(*end, name, look)),
        (name, None) => Some(EndLabel::points(
            line.points.last()?.throughput.median,
            name,
            look,
        )),
    }
}
