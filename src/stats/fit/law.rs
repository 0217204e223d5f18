//! The laws as formulas.
//!
//! Throughput at concurrency N:
//!
//! ```text
//!                      lambda N
//! X(N) = ------------------------------------------
//!         1 + sigma (N - 1) + kappa N (N - 1)
//! ```
//!
//! * lambda: the throughput at N = 1;
//! * sigma, 0 to 1: the share that only one can do at a time (contention);
//! * kappa, 0 or more: the cost for each pair that must agree (coherency). It bends the curve down
//!   again after a peak at sqrt((1 - sigma) / kappa).
//!
//! Amdahl's law is the case kappa = 0: Amdahl, "Validity of the Single Processor Approach to
//! Achieving Large Scale Computing Capabilities", AFIPS 30 (1967). With kappa it is the Universal
//! Scalability Law: Gunther, "Guerrilla Capacity Planning" (2007), chapters 4 to 6.
//!
//! The time that N at once take for N pieces, N / X(N), is a sum of three parts without a
//! negative one, and that is how it is fitted:
//!
//! ```text
//! N / X(N) = parallel + serial N + crosstalk N (N - 1)
//! lambda = 1 / (parallel + serial),  sigma = lambda serial,  kappa = lambda crosstalk
//! ```
//!
//! So the bounds 0 <= sigma <= 1, kappa >= 0 and lambda > 0 all follow from "no part is negative".

use std::fmt;

/// Which law to fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Law {
    /// Amdahl's law: contention only.
    Amdahl,
    /// The Universal Scalability Law: contention and coherency.
    Usl,
}

/// The parameters of a law; kappa is 0 for Amdahl's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scaling {
    /// Throughput at concurrency 1.
    pub lambda: f64,
    /// Contention, 0 to 1.
    pub sigma: f64,
    /// Coherency, 0 or more.
    pub kappa: f64,
}

/// The parts of N / X(N) at one concurrency, in the order parallel, serial, crosstalk.
pub(super) fn parts(n: f64) -> [f64; 3] {
    [1.0, n, n * (n - 1.0)]
}

impl Law {
    /// How many parameters it has.
    pub fn parameters(self) -> usize {
        match self {
            Law::Amdahl => 2,
            Law::Usl => 3,
        }
    }
}

impl Scaling {
    /// The throughput that the law gives at a concurrency of 1 or more.
    pub fn throughput(&self, n: f64) -> f64 {
        self.lambda * n / (1.0 + self.sigma * (n - 1.0) + self.kappa * n * (n - 1.0))
    }

    /// The concurrency of the largest throughput, not below 1; `None` when it rises for ever (or
    /// is flat).
    pub fn peak(&self) -> Option<f64> {
        /// What the arithmetic leaves where there is none; its peak would lie beyond a million.
        const NONE: f64 = 1e-12;
        let peak = ((1.0 - self.sigma).max(0.0) / self.kappa).sqrt();
        (self.kappa > NONE).then_some(peak.max(1.0))
    }

    /// The largest throughput, at the peak or in the limit; `None` when there is no limit.
    pub fn largest_throughput(&self) -> Option<f64> {
        match self.peak() {
            Some(peak) => Some(self.throughput(peak)),
            None => (self.sigma > 0.0).then(|| self.lambda / self.sigma),
        }
    }

    /// From the parts of N / X(N); `None` when nothing is left at N = 1.
    pub(super) fn from_coefficients(coefficients: [f64; 3]) -> Option<Scaling> {
        let [parallel, serial, crosstalk] = coefficients;
        let lambda = 1.0 / (parallel + serial);
        lambda.is_finite().then_some(Scaling {
            lambda,
            sigma: lambda * serial,
            kappa: lambda * crosstalk,
        })
    }

    /// Back to the parts of N / X(N).
    pub(super) fn coefficients(&self) -> [f64; 3] {
        [
            (1.0 - self.sigma) / self.lambda,
            self.sigma / self.lambda,
            self.kappa / self.lambda,
        ]
    }
}

impl fmt::Display for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Law::Amdahl => "Amdahl's law",
            Law::Usl => "the Universal Scalability Law",
        })
    }
}
