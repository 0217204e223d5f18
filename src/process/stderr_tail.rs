//! The last words of a child.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::mem;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::tell;

/// What a child says on its standard error: its last lines, and all of it passed on to ours, if
/// that is asked for.
#[derive(Clone, Debug, Default)]
pub struct StderrTail {
    passes_on: bool,
    /// The line that has not come to its end.
    begun: Vec<u8>,
    last: VecDeque<String>,
}

impl StderrTail {
    /// How many lines are kept, and how many letters of each.
    const LINES: usize = 3;
    const LETTERS: usize = 200;
    /// A line that is longer, in bytes, is taken for several.
    const LONGEST: usize = 8 * 1024;
    /// How much is read at a time, in bytes: what a pipe holds, so nothing is left of a child that
    /// has ended, and one that never stops is not listened to for ever.
    const MOST_AT_ONCE: usize = 64 * 1024;

    /// Of a child whose words are for people, too: they are passed on to our standard error.
    pub fn passing_on() -> Self {
        StderrTail {
            passes_on: true,
            ..StderrTail::default()
        }
    }

    /// Reads what there is in a pipe that does not block; `false` when nothing more will come.
    ///
    /// # Errors
    /// When the pipe can't be read.
    pub fn take(&mut self, from: &mut impl Read) -> io::Result<bool> {
        let mut buffer = [0; 4096];
        let mut left = Self::MOST_AT_ONCE;
        while left > 0 {
            match from.read(&mut buffer) {
                Ok(0) => return Ok(false),
                Ok(length) => {
                    self.hear(&buffer[..length]);
                    left = left.saturating_sub(length);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(true),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    fn hear(&mut self, bytes: &[u8]) {
        for part in bytes.split_inclusive(|&byte| byte == b'\n') {
            self.begun.extend_from_slice(part);
            if part.ends_with(b"\n") || self.begun.len() >= Self::LONGEST {
                self.end_line();
            }
        }
    }

    /// Nothing more will come: what was begun is a line, too.
    pub fn end(&mut self) {
        if !self.begun.is_empty() {
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        // What is no text is shown as well as it can be.
        let line = mem::take(&mut self.begun);
        let text = String::from_utf8_lossy(&line);
        if self.passes_on {
            tell(text.trim_end());
        }
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        if self.last.len() == Self::LINES {
            self.last.pop_front();
        }
        self.last
            .push_back(text.chars().take(Self::LETTERS).collect());
    }

    /// Forgets the last lines: what comes from now on is about something else.
    pub fn forget(&mut self) {
        self.last.clear();
    }

    /// The last line that is not empty, if there is one.
    pub fn last_line(&self) -> Option<&str> {
        self.last.back().map(String::as_str)
    }

    /// The last lines as a clause behind how the child ended; empty when there are none.
    pub fn clause(&self) -> String {
        if self.last.is_empty() {
            String::new()
        } else {
            let lines: Vec<&str> = self.last.iter().map(String::as_str).collect();
            format!("; its last words: {}", lines.join(" | "))
        }
    }
}

/// The tail of a child that nobody has time to listen to: a thread does, and passes all of it on.
#[derive(Debug)]
pub struct StderrThread {
    tail: Arc<Mutex<StderrTail>>,
    over: Receiver<()>,
}

impl StderrThread {
    /// Listens to a child's standard error.
    ///
    /// # Errors
    /// When the system is out of threads.
    pub fn start(stderr: Option<File>) -> io::Result<StderrThread> {
        let tail = Arc::new(Mutex::new(StderrTail::default()));
        let (ended, over) = channel();
        let kept = Arc::clone(&tail);
        let listen = move |mut stderr: File| {
            let mut tail = StderrTail::passing_on();
            let mut buffer = [0; 4096];
            // The lock is held for no longer than a copy takes: to pass it on may take for ever.
            let keep = |tail: &StderrTail| {
                *kept.lock().unwrap_or_else(PoisonError::into_inner) = tail.clone();
            };
            loop {
                match stderr.read(&mut buffer) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Ok(0) | Err(_) => break,
                    Ok(length) => tail.hear(&buffer[..length]),
                }
                keep(&tail);
            }
            tail.end();
            keep(&tail);
            // Nobody may wait for it.
            let _: Result<(), _> = ended.send(());
        };
        if let Some(stderr) = stderr {
            let thread = thread::Builder::new().name("words".to_owned());
            thread.spawn(move || listen(stderr))?;
        }
        Ok(StderrThread { tail, over })
    }

    /// What is known of a child that has ended.
    pub fn tail(&self) -> StderrTail {
        // It is on its way; but a child of the child could hold the pipe open.
        let _ = self.over.recv_timeout(Duration::from_millis(200));
        let tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        tail.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(parts: &[&[u8]]) -> StderrTail {
        let mut tail = StderrTail::default();
        parts.iter().for_each(|part| tail.hear(part));
        tail.end();
        tail
    }

    #[test]
    fn the_last_lines_are_kept_however_they_come() {
        let tail = after(&[b"one\ntw", b"o\n", b"\n  \nthree\r\nfo", b"ur \xff"]);
        assert_eq!(
            tail.clause(),
            "; its last words: two | three | four \u{fffd}"
        );
        assert_eq!(tail.last_line(), Some("four \u{fffd}"));
        assert_eq!(after(&[b"\n \n"]).clause(), "");
        assert_eq!(after(&[]).last_line(), None);
    }

    #[test]
    fn much_to_say_takes_little_memory() {
        let mut tail = StderrTail::default();
        (0..1000).for_each(|_| tail.hear(&[b'x'; 4096]));
        assert!(tail.begun.len() <= StderrTail::LONGEST);
        let most = StderrTail::LINES * (StderrTail::LETTERS + 3) + "; its last words: ".len();
        assert!(tail.clause().len() <= most);
    }

    #[test]
    fn one_that_never_stops_is_listened_to_for_a_turn() {
        let mut tail = StderrTail::default();
        assert!(tail.take(&mut io::repeat(b'\n')).unwrap());
        assert!(!tail.take(&mut io::empty()).unwrap());
    }

    #[test]
    fn what_is_forgotten_is_not_told() {
        let mut tail = after(&[b"before\n"]);
        tail.forget();
        tail.hear(b"after\n");
        assert_eq!(tail.clause(), "; its last words: after");
    }
}
