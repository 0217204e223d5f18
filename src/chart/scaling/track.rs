//! Which trials lie on a line, before anything is computed of them.

use std::collections::BTreeSet;

use super::way::Way;
use super::{FEWEST_VALUES, line};
use crate::record::{Axis, Trial};

/// The good trials along one line, before anything is computed.
pub(super) struct Track<'a> {
    pub axis: Axis,
    pub way: Way,
    pub trials: Vec<&'a Trial>,
}

/// Those with enough values.
pub(super) fn tracks<'a>(best: &Trial, ways: &[Way], trials: &[&'a Trial]) -> Vec<Track<'a>> {
    let mut tracks = Vec::new();
    for axis in Axis::ALL {
        for way in ways {
            let through = way.apply(best);
            let on_it = trials
                .iter()
                .copied()
                .filter(|trial| axis.holds(trial, &through));
            let trials: Vec<&Trial> = on_it.filter(|trial| line::is_usable(trial)).collect();
            let way = way.clone();
            let track = Track { axis, way, trials };
            if track.values() >= FEWEST_VALUES && !track.repeats_another() {
                tracks.push(track);
            }
        }
    }
    tracks
}

impl Track<'_> {
    fn values(&self) -> usize {
        let place = |trial: &&Trial| self.axis.concurrency(trial) as u64;
        count(self.trials.iter().map(place))
    }

    /// Over the product there is nothing new where processes or threads alone vary.
    fn repeats_another(&self) -> bool {
        let processes = count(self.trials.iter().map(|trial| trial.processes));
        let threads = count(self.trials.iter().map(|trial| trial.threads));
        self.axis == Axis::Product && (processes == 1 || threads == 1)
    }
}

fn count<T: Ord>(values: impl Iterator<Item = T>) -> usize {
    values.collect::<BTreeSet<T>>().len()
}

/// Says where not every value has a dot.
pub(super) fn thinned(tracks: &[Track<'_>]) -> Option<String> {
    let most = line::MOST_DOTS;
    let thinned = tracks.iter().any(|track| track.values() > most);
    thinned.then(|| {
        format!(
            "Of more than {most} values at most so many have a dot, evenly by ratio; the law is of \
             all."
        )
    })
}

/// Says where splits into processes and threads share a dot.
pub(super) fn pooled(tracks: &[Track<'_>]) -> Option<String> {
    let pooled = (tracks.iter()).any(|track| line::is_pooled(track.axis, &track.trials));
    pooled.then(|| {
        format!(
            "With more than {} splits all of one product share a dot.",
            line::MOST_SPLITS
        )
    })
}
