//! Lays timelines out, one above the other over the same time.

use super::bars::finest;
use super::key;
use super::lanes::{Size, Timeline};
use super::panel::{self, Panel, Time};
use crate::chart::axis::LinearAxis;
use crate::chart::figure::{Anchor, Figure, Text};
use crate::chart::unit::{Unit, mark};
use crate::chart::{ChartError, sheet, theme};

/// Room for the key above the first panel.
const KEY: f64 = 20.0;
/// Free space between two panels.
const GAP: f64 = 18.0;
/// The least distance of two marks of the axis.
const TICK_ROOM: f64 = 44.0;

/// The traces of one work, which are at least one.
pub(super) fn figure(timelines: &[Timeline], source: &str) -> Result<Figure, ChartError> {
    let longest_s = (timelines.iter()).fold(0.0, |longest, t| f64::max(longest, t.makespan_s));
    let unit = Unit::of_seconds(longest_s);
    let axis = LinearAxis::between(0.0, longest_s * unit.factor);
    let time = Time { axis, unit };
    let finest_s = finest(timelines, time.seconds_per_pixel() / 2.0);
    let panels: Vec<Panel<'_>> = (timelines.iter())
        .map(|timeline| Panel::new(timeline, timelines.len(), finest_s))
        .collect();

    let title = "What every thread did, and when";
    let (mut figure, top) = sheet::begin(title, &sentences(timelines, &panels, finest_s))?;
    key::draw(
        &mut figure,
        top + KEY - 6.0,
        panels.iter().any(Panel::has_mixed_bars),
    )?;
    let each_bar = panels.iter().map(Panel::bars).sum::<usize>() <= panel::MOST_TIPS;
    let mut bottom = top + KEY;
    for (index, panel) in panels.iter().enumerate() {
        let gap = if index == 0 { 8.0 } else { GAP };
        bottom = panel.draw(&mut figure, bottom + gap, &time, each_bar)?;
    }
    axis_below(&mut figure, bottom, &time);
    sheet::end(figure, source, bottom + 42.0)
}

fn axis_below(figure: &mut Figure, bottom: f64, time: &Time) {
    figure.horizontal((panel::LEFT, panel::RIGHT), bottom + 3.0, 1.0, theme::RULE);
    for tick in time.axis.ticks(TICK_ROOM / (panel::RIGHT - panel::LEFT)) {
        let x = panel::LEFT + time.axis.position(tick) * (panel::RIGHT - panel::LEFT);
        figure.vertical(x, (bottom + 3.0, bottom + 7.0), 1.0, theme::RULE);
        let label = Text::new(mark(tick), (x, bottom + 19.0), theme::SMALL, theme::QUIET);
        figure.text(label.anchored(Anchor::Middle));
    }
    let name = format!("time since the client's first send, {}", time.unit.name);
    let at = ((panel::LEFT + panel::RIGHT) / 2.0, bottom + 34.0);
    let name = Text::new(name, at, theme::SMALL, theme::QUIET);
    figure.text(name.anchored(Anchor::Middle));
}

fn sentences(timelines: &[Timeline], panels: &[Panel<'_>], finest_s: f64) -> Vec<String> {
    let Size { batches, commands } = timelines[0].size;
    let mut sentences = vec![format!(
        "{commands} commands in {batches} batches. A lane is a thread, a bar is a command that it \
         runs, its wait included; busy is the share of all lanes' time that is under bars."
    )];
    let workers = || timelines.iter().flat_map(|timeline| &timeline.workers);
    if workers().any(|worker| worker.spawns) {
        let words = "Where each command has a thread of its own, threads that follow each other \
                     share a lane.";
        sentences.push(words.to_owned());
    }
    if panels.iter().any(Panel::has_merged_bars) {
        sentences.push(format!(
            "What is shorter than {} is drawn together with what is beside it, the paler the more \
             of it is idle.",
            Unit::of_seconds(finest_s).with_name(finest_s)
        ));
    }
    sentences
}
