//! Numbers and lists as people write them.

/// `1 run`, `6 runs`, `2 processes`.
pub fn counted(count: usize, thing: &str) -> String {
    let plural = match count {
        1 => "",
        _ if thing.ends_with(['s', 'h']) => "es",
        _ => "s",
    };
    format!("{} {thing}{plural}", with_commas(count as u64))
}

/// `4,000,000`.
pub fn with_commas(number: u64) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups: Vec<_> = groups.map(String::from_utf8_lossy).collect();
    groups.join(",")
}

/// `a`, `a and b`, `a, b and c`.
pub fn listed(words: &[String]) -> String {
    match words {
        [all @ .., last] if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        _ => words.concat(),
    }
}

/// The first of a list, and how many more there are: `a, b and 3 more`.
pub fn first_of(words: &[String], most: usize) -> String {
    match words.len().checked_sub(most) {
        None | Some(0) => words.join(", "),
        Some(more) => format!("{} and {more} more", words[..most].join(", ")),
    }
}

/// A share of the whole in percent, without its sign: `5` of 0.05, `0.1` of 0.001.
pub fn percent(share: f64) -> f64 {
    // What was typed is shown as it was: 100 × 0.07 is no 7.
    (share * 1e8).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_lists_are_as_people_write_them() {
        assert_eq!(counted(1, "run"), "1 run");
        assert_eq!(counted(10_000, "run"), "10,000 runs");
        assert_eq!(counted(2, "process"), "2 processes");
        assert_eq!(counted(2, "batch"), "2 batches");
        assert_eq!(
            [0, 999, 1000, 4_000_000].map(with_commas),
            ["0", "999", "1,000", "4,000,000"]
        );
        let words = ["a", "b", "c"].map(str::to_owned);
        let all = [&words[..0], &words[..1], &words[..2], &words].map(listed);
        assert_eq!(all, ["", "a", "a and b", "a, b and c"]);
        assert_eq!(first_of(&words, 3), "a, b, c");
        assert_eq!(first_of(&words, 2), "a, b and 1 more");
        assert_eq!([0.05, 0.07, 0.001].map(percent), [5.0, 7.0, 0.1]);
    }
}
