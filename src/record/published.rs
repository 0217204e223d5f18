//! The timings of the first system, published and run again.

use serde::Deserialize;

/// One published or earlier measured timing of the first system.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Published {
    /// The configuration's name, such as `io-mpmt-32x16`.
    pub id: String,
    /// `published` or `measured`.
    pub kind: String,
    /// `io` or `cpu`.
    pub workload: String,
    /// Worker processes.
    pub processes: u32,
    /// Threads in each.
    pub threads: u32,
    /// Commands per batch.
    pub batch: u32,
    /// How a worker's threads run a batch.
    pub executor: String,
    /// Makespan in seconds.
    pub seconds: f64,
    /// Where the figure comes from.
    pub source: String,
}

/// The text of `data/seed_timings.csv`.
pub const fn seed_timings_csv() -> &'static str {
    include_str!("../../data/seed_timings.csv")
}

/// The rows of `data/seed_timings.csv`: the nine published figures, and those of the same Python
/// system on another machine.
pub fn published() -> Vec<Published> {
    // The file is part of the binary and a test reads it, so a bad row is not an event at run time.
    csv::Reader::from_reader(seed_timings_csv().as_bytes())
        .deserialize()
        .flatten()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_and_the_nine_published_ones_are_there() {
        let rows = published();
        assert_eq!(
            rows.len(),
            seed_timings_csv().trim_end().lines().count() - 1
        );
        assert_eq!(rows.iter().filter(|row| row.kind == "published").count(), 9);
    }
}
