//! What a mistyped word was meant to be.

/// The candidate that a mistyped word most likely stands for, if any is near enough to be told.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const NEAR: f64 = 0.75;
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&word, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= NEAR)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// `; did you mean 'x'?`, or what there is to choose from when nothing is near.
pub fn did_you_mean<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str> + Clone,
) -> String {
    match nearest(word, candidates.clone()) {
        Some(candidate) => format!("; did you mean '{candidate}'?"),
        None => {
            let all: Vec<&str> = candidates.into_iter().collect();
            format!("; there is {}", all.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_put_right_and_another_word_is_not() {
        let words = ["processes", "threads", "batch", "io", "cpu"];
        assert_eq!(nearest("proceses", words), Some("processes"));
        assert_eq!(nearest("Thread", words), Some("threads"));
        assert_eq!(nearest("ioo", words), Some("io"));
        assert_eq!(nearest("zebra", words), None);
        assert!(
            did_you_mean("zebra", words).ends_with("there is processes, threads, batch, io, cpu")
        );
    }
}
