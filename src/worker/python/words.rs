//! The last words of a child.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::process::tell;

/// How many lines are kept, and how many letters of each.
const LINES: usize = 3;
const LETTERS: usize = 200;

/// What a child says on its standard error: passed on to ours, and its last lines kept.
#[derive(Debug)]
pub struct Words {
    last: Arc<Mutex<VecDeque<String>>>,
    over: Receiver<()>,
}

impl Words {
    /// Listens, on a thread of its own.
    ///
    /// # Errors
    /// When the system is out of threads.
    pub fn of(stderr: Option<File>) -> io::Result<Words> {
        let last = Arc::new(Mutex::new(VecDeque::new()));
        let (ended, over) = channel();
        let kept = Arc::clone(&last);
        let listen = move |stderr| {
            let mut lines = BufReader::new(stderr);
            let mut line = Vec::new();
            // What is no text is shown as well as it can be.
            while lines
                .read_until(b'\n', &mut line)
                .is_ok_and(|length| length > 0)
            {
                let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                tell(&text);
                keep(
                    &mut kept.lock().unwrap_or_else(PoisonError::into_inner),
                    &text,
                );
                line.clear();
            }
            // Nobody may wait for it.
            let _: Result<(), _> = ended.send(());
        };
        if let Some(stderr) = stderr {
            let thread = thread::Builder::new().name("words".to_owned());
            thread.spawn(move || listen(stderr))?;
        }
        Ok(Words { last, over })
    }

    /// The last lines of a child that has ended, as a clause behind what is said of it; empty when
    /// there are none.
    pub(super) fn last(&self) -> String {
        let lines = self.lines();
        match lines.is_empty() {
            true => String::new(),
            false => format!("; its last words: {}", lines.join(" | ")),
        }
    }
}

impl Words {
    /// The last line of a child that has ended, if it said any.
    pub fn last_line(&self) -> Option<String> {
        self.lines().pop()
    }

    fn lines(&self) -> Vec<String> {
        // They are on their way; but a child of the child could hold the pipe open.
        let _ = self.over.recv_timeout(Duration::from_millis(200));
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.iter().cloned().collect()
    }
}

fn keep(last: &mut VecDeque<String>, line: &str) {
    if line.trim().is_empty() {
        return;
    }
    if last.len() == LINES {
        last.pop_front();
    }
    last.push_back(line.trim().chars().take(LETTERS).collect());
}
