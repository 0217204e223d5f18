//! What the fits of one question say, in sentences.

use super::{Axis, Scaled, Scalings};
use crate::model::listed;
use crate::stats::{Fit, Law};

/// Contention surely above this leaves nothing that more concurrency could share.
const ALL_SERIAL: f64 = 0.9;

impl Scalings {
    /// A sentence for each line along which the data supports a law, and one for those along
    /// which it supports none.
    pub(in crate::report) fn findings(&self) -> Vec<String> {
        let mut findings = Vec::new();
        let mut without = Vec::new();
        for axis in Axis::ALL {
            let along: Vec<&Scaled> = self.0.iter().filter(|s| s.axis == axis).collect();
            match along.iter().rev().find_map(|scaled| scaled.finding()) {
                Some(finding) => findings.push(finding),
                None => without.extend(along.first().map(|scaled| scaled.line())),
            }
        }
        if !without.is_empty() {
            findings.push(format!(
                "These records support no scaling law over {}.",
                listed(&without)
            ));
        }
        findings
    }
}

impl Scaled {
    /// What is learned from a fit that the data supports; of a law that bends down, only when it
    /// does.
    fn finding(&self) -> Option<String> {
        let fit = self.fit().filter(|fit| fit.is_supported())?;
        let learned = match (fit.law, fit.measured_peak()) {
            (Law::Usl, Some((peak, interval))) => format!(
                "throughput peaks at {peak:.0} {} ({:.0} to {:.0}) and falls beyond (Universal \
                 Scalability Law, R² {:.3})",
                self.axis.unit(),
                interval.low,
                interval.high,
                fit.r_squared
            ),
            (Law::Usl, None) if fit.peak.is_some() => format!(
                "throughput was largest at {:.0} {}, and falls further on (Universal Scalability Law, \
                 R² {:.3})",
                fit.fastest,
                self.axis.unit(),
                fit.r_squared
            ),
            (Law::Usl, None) => return None,
            (Law::Amdahl, _) => limit(fit),
        };
        Some(format!("Over {}, {learned}.", self.line()))
    }

    /// The line in words, such as "processes (N, with M = 16)".
    fn line(&self) -> String {
        let fixed = &self.fixed;
        match self.axis {
            Axis::Processes => format!("processes (N, with {fixed})"),
            Axis::Threads => format!("threads in each (M, with {fixed})"),
            Axis::Product => "all threads together (N×M)".to_owned(),
        }
    }
}

impl Axis {
    fn unit(self) -> &'static str {
        match self {
            Axis::Processes => "processes",
            Axis::Threads | Axis::Product => "threads",
        }
    }
}

/// How far Amdahl's law lets the throughput rise: 1 / sigma times that of one.
fn limit(fit: &Fit) -> String {
    let speedup = |sigma: f64| format!("{:.*}", if sigma > 0.1 { 1 } else { 0 }, 1.0 / sigma);
    let (low, high) = (fit.sigma.low, fit.sigma.high);
    if low > ALL_SERIAL {
        return format!(
            "more of them bring nothing (Amdahl’s law: at least {:.0} % of the work is done one \
             after the other)",
            100.0 * low
        );
    }
    if fit.scaling.sigma < 1e-6 {
        return "throughput rises in proportion, as far as was measured (Amdahl’s law)".to_owned();
    }
    let most = if low < 1e-6 {
        "no known limit".to_owned()
    } else {
        speedup(low)
    };
    format!(
        "throughput can rise to {} times that of one ({} to {most}; Amdahl’s law, R² {:.3})",
        speedup(fit.scaling.sigma),
        speedup(high),
        fit.r_squared
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Trial, fixtures};
    use crate::stats::{Bootstrap, Scaling};

    /// Six runs with hardly any noise at each number of processes, as a law has it.
    fn trials(sigma: f64, kappa: f64) -> Vec<Trial> {
        trials_at(&[1, 2, 4, 8, 12, 16, 32], sigma, kappa)
    }

    fn trials_at(counts: &[u32], sigma: f64, kappa: f64) -> Vec<Trial> {
        let law = Scaling {
            lambda: 50.0,
            sigma,
            kappa,
        };
        let run = |processes: u32, run: u32| {
            let noise = 1.0 + 0.002 * f64::from(run % 3);
            let seconds = 512.0 / law.throughput(f64::from(processes)) * noise;
            fixtures::trial(&format!("cpu-mp-{processes}x1"), (seconds, 1.0))
        };
        let runs = counts.iter().flat_map(|&n| (1..=6).map(move |i| (n, i)));
        runs.map(|(n, i)| run(n, i)).collect()
    }

    fn findings(trials: &[Trial]) -> Vec<String> {
        let bootstrap = Bootstrap::seeded(1);
        Scalings::through(
            "test",
            &trials[0],
            &trials.iter().collect::<Vec<_>>(),
            &bootstrap,
        )
        .findings()
    }

    #[test]
    fn a_peak_a_limit_and_flatness_are_told() {
        let peak = findings(&trials(0.02, 0.01));
        assert_eq!(
            peak[0],
            "Over processes (N, with M = 1), throughput peaks at 10 processes (10 to 10) and \
             falls beyond (Universal Scalability Law, R² 1.000)."
        );
        // Of these 8 is the fastest: the law's peak at 10 was not seen.
        let unseen = findings(&trials_at(&[1, 2, 4, 8, 16, 32], 0.02, 0.01));
        assert_eq!(
            unseen[0],
            "Over processes (N, with M = 1), throughput was largest at 8 processes, and falls \
             further on (Universal Scalability Law, R² 1.000)."
        );
        let limit = findings(&trials(0.25, 0.0));
        assert!(
            limit[0].contains("can rise to 4.0 times that of one (4.0 to 4.0; Amdahl’s law"),
            "{limit:?}"
        );
        let flat = findings(&trials(1.0, 0.0));
        assert!(flat[0].contains("more of them bring nothing"), "{flat:?}");
    }

    #[test]
    fn where_no_law_is_supported_it_says_so_once() {
        let found = findings(&trials(0.1, 0.0)[..6]);
        assert_eq!(
            found,
            [
                "These records support no scaling law over processes (N, with M = 1), threads in \
                 each (M, with N = 1) and all threads together (N×M)."
            ]
        );
    }
}
