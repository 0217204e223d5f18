//! Which figure of memory some configurations can be held against each other by.

use super::Trial;

/// Which figure of memory all configurations of a comparison have, so that none is held against
/// another kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// Pages that processes share count once.
    Pss,
    /// They count for each process.
    Rss,
    /// Neither is known of all of them.
    Unknown,
}

impl Memory {
    /// The figure that every configuration has (proportional rather than resident), given the
    /// trials of each. A configuration without a usable run does not count.
    pub fn known_of<'a>(groups: impl Iterator<Item = &'a [&'a Trial]> + Clone) -> Memory {
        let usable = |trial: &&&Trial| trial.usable_makespan_s().is_some();
        let all_have = |memory: Memory| {
            groups.clone().all(|trials| {
                let good = || trials.iter().filter(usable);
                good().next().is_none() || good().any(|trial| memory.kib(trial).is_some())
            })
        };
        [Memory::Pss, Memory::Rss]
            .into_iter()
            .find(|memory| all_have(*memory))
            .unwrap_or(Memory::Unknown)
    }

    /// This figure of a trial, in KiB.
    pub fn kib(self, trial: &Trial) -> Option<f64> {
        let kib = match self {
            Memory::Pss => trial.peak_pss_kib,
            Memory::Rss => trial.peak_rss_kib,
            Memory::Unknown => None,
        };
        kib.map(|kib| kib as f64)
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Memory::Pss => "PSS",
            Memory::Rss => "RSS",
            Memory::Unknown => "not measured",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::fixtures;

    #[test]
    fn a_figure_counts_that_every_configuration_has() {
        let resident = fixtures::trial("io-mp-1x1", (1.0, 1.0));
        let mut both = fixtures::trial("io-mp-2x1", (1.0, 1.0));
        both.peak_pss_kib = Some(1234);
        let mut none = fixtures::trial("io-mp-4x1", (1.0, 1.0));
        none.peak_rss_kib = None;
        let known = |trials: &[&Trial]| Memory::known_of(trials.chunks(1));
        assert_eq!(known(&[&both, &both]), Memory::Pss);
        assert_eq!(known(&[&both, &resident]), Memory::Rss);
        assert_eq!(known(&[&both, &resident, &none]), Memory::Unknown);
        assert_eq!(Memory::Pss.kib(&both), Some(1234.0));
    }

    #[test]
    fn a_configuration_without_a_usable_run_hides_no_figure() {
        let mut both = fixtures::trial("io-mp-2x1", (1.0, 1.0));
        both.peak_pss_kib = Some(1234);
        let failed = fixtures::failed("io-mp-4x1", "no worker");
        let trials = [&both, &failed];
        assert_eq!(Memory::known_of(trials.chunks(1)), Memory::Pss);
    }
}
