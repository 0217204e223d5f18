//! Text files line by line, with the lines that can't be used.

/// A line that could not be used, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// The line's number in its file, from 1.
    pub line: usize,
    /// What is wrong with it, in words.
    pub reason: String,
}

/// What a text of one entry per line held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed<T> {
    /// The good lines, in order, each with its number.
    pub good: Vec<(usize, T)>,
    /// The bad ones, in order.
    pub bad: Vec<BadLine>,
}

/// Parses a text line by line (LF or CRLF), without the blanks around each. Blank lines are passed
/// over; a line that `parse` refuses is kept as bad, with the reason.
pub fn parse_lines<T, E: ToString>(
    text: &str,
    mut parse: impl FnMut(&str) -> Result<T, E>,
) -> Parsed<T> {
    let mut parsed = Parsed {
        good: Vec::new(),
        bad: Vec::new(),
    };
    // `str::lines` takes both LF and CRLF.
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        match parse(line) {
            Ok(value) => parsed.good.push((number, value)),
            Err(reason) => {
                parsed.bad.push(BadLine {
                    line: number,
                    reason: reason.to_string(),
                });
            }
        }
    }
    parsed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_lines_are_told_by_number_and_the_good_ones_kept() {
        let parsed = parse_lines("1\r\nx\n \t\n3 ", str::parse::<u8>);
        assert_eq!(parsed.good, [(1, 1), (4, 3)]);
        assert_eq!(parsed.bad.len(), 1);
        assert_eq!(parsed.bad[0].line, 2);
    }
}
