//! Why something failed, as text: a line that says it all, and behind it, when there is one, the
//! traceback.

use std::collections::HashSet;

/// The line, and the traceback. Rows and logs have the line; a person is told the traceback once.
pub fn split_reason(reason: &str) -> (&str, Option<&str>) {
    match reason.split_once('\n') {
        Some((line, traceback)) => (line, Some(traceback)),
        None => (reason, None),
    }
}

/// What reasons of the same fault have in common: the cause without words that have figures in
/// them, which tell which command or how many batches it was.
pub fn same_fault(line: &str) -> String {
    let cause = line.split_once(": ").map_or(line, |(_, cause)| cause);
    let words = cause.split_whitespace().map(|word| {
        let has_figures = word.contains(|letter: char| letter.is_ascii_digit());
        if has_figures { "#" } else { word }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The tracebacks that a person has been told. Each fault needs one.
#[derive(Clone, Debug, Default)]
pub struct Tracebacks(HashSet<String>);

impl Tracebacks {
    /// Whether a traceback is of a fault that none has been told of yet; it counts as told then.
    pub fn insert(&mut self, traceback: &str) -> bool {
        self.0.insert(same_fault(traceback))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_traceback_is_no_part_of_the_line() {
        assert_eq!(split_reason("ValueError: x"), ("ValueError: x", None));
        let reason = "ValueError: x\nTraceback:\n  File";
        assert_eq!(
            split_reason(reason),
            ("ValueError: x", Some("Traceback:\n  File"))
        );
    }

    #[test]
    fn a_fault_is_the_same_whichever_command_it_came_up_in() {
        let one =
            "a batch failed: the command 10.0.0.1:foo failed: false ended with exit status: 1";
        let many = "5 batches failed; the first: the command 10.0.0.7:bar failed: false ended with \
                    exit status: 1";
        assert_eq!(same_fault(one), same_fault(many));
        assert_ne!(
            same_fault(one),
            same_fault("not done within its time limit")
        );
        let other = "a batch failed: the command 10.0.0.1:foo failed: KeyError";
        assert_ne!(same_fault(one), same_fault(other));
    }
}
