//! Small things that are said in many places.

use std::time::Duration;

use crate::model::with_commas;

/// `6`, or `4 to 64` when they differ.
pub(super) fn range(numbers: impl Iterator<Item = u64> + Clone) -> String {
    match (numbers.clone().min(), numbers.max()) {
        (Some(least), Some(most)) if least != most => {
            format!("{} to {}", with_commas(least), with_commas(most))
        }
        (least, _) => with_commas(least.unwrap_or(0)),
    }
}

/// A duration that somebody chose, such as `20 ms` or `1 s 500 ms`; 0 when it is none.
pub(super) fn short_seconds(seconds: f64) -> String {
    let duration = Duration::try_from_secs_f64(seconds).unwrap_or_default();
    let to_the_microsecond = Duration::from_micros((duration.as_secs_f64() * 1e6).round() as u64);
    let words = humantime::format_duration(to_the_microsecond).to_string();
    let mut spaced = String::with_capacity(words.len() + 4);
    for letter in words.chars() {
        let ends_number = spaced.ends_with(|last: char| last.is_ascii_digit());
        if ends_number && letter.is_alphabetic() {
            spaced.push(' ');
        }
        spaced.push(letter);
    }
    spaced
}

/// A text in which no number is parted from its unit at the end of a line: the space between them
/// becomes one that does not break.
pub(super) fn with_units_kept(text: &str) -> String {
    const UNITS: [&str; 9] = ["%", "s", "ms", "µs", "ns", "KiB", "MiB", "GiB", "cores"];
    let mut kept = String::with_capacity(text.len() + 16);
    for (index, word) in text.split(' ').enumerate() {
        let unit = word.trim_end_matches([',', '.', ';', ':', ')']);
        let follows_number = kept.ends_with(|last: char| last.is_ascii_digit());
        if index > 0 {
            kept.push(if follows_number && UNITS.contains(&unit) {
                '\u{a0}'
            } else {
                ' '
            });
        }
        kept.push_str(word);
    }
    kept
}

/// The paragraphs of a text: an empty line lies between two, and line ends within one are spaces.
pub(super) fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs = vec![Vec::new()];
    for line in text.lines().map(str::trim) {
        match (line.is_empty(), paragraphs.last_mut()) {
            (false, Some(words)) => words.push(line),
            _ => paragraphs.push(Vec::new()),
        }
    }
    paragraphs.retain(|words| !words.is_empty());
    paragraphs.iter().map(|words| words.join(" ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_as_people_write_them() {
        assert_eq!(range([6, 6].into_iter()), "6");
        assert_eq!(range([64, 4].into_iter()), "4 to 64");
        assert_eq!(short_seconds(0.02), "20 ms");
        assert_eq!(short_seconds(f64::NAN), "0 s");
    }

    #[test]
    fn a_number_stays_with_its_unit() {
        assert_eq!(
            with_units_kept("27.3 ms (26.3 ms to 27.8 ms), 5 % of 6 runs so"),
            "27.3\u{a0}ms (26.3\u{a0}ms to 27.8\u{a0}ms), 5\u{a0}% of 6 runs so"
        );
    }

    #[test]
    fn an_empty_line_ends_a_paragraph() {
        assert_eq!(paragraphs("one\n two\n\n\nthree\n"), ["one two", "three"]);
        assert!(paragraphs("\n").is_empty());
    }
}
