//! What a stream is that text goes to.

use std::env;
use std::io::IsTerminal;
use std::os::fd::AsFd;

use rustix::termios::tcgetwinsize;

use crate::report::Style;

/// Columns of a terminal that does not tell how many it has.
const USUAL_WIDTH: u16 = 80;

/// How results look on a stream.
pub(super) fn style(stream: &(impl IsTerminal + AsFd)) -> Style {
    if !stream.is_terminal() {
        return Style::default();
    }
    let columns = tcgetwinsize(stream).map_or(0, |size| size.ws_col);
    Style {
        width: Some(if columns > 0 { columns } else { USUAL_WIDTH }),
        colour: has_colours(stream),
    }
}

/// Whether a stream takes colours: a terminal, unless it can't or a person asks for none
/// (<https://no-color.org>).
pub(super) fn has_colours(stream: &impl IsTerminal) -> bool {
    let asked_for_none = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let is_dumb = env::var_os("TERM").is_some_and(|name| name == "dumb");
    stream.is_terminal() && !asked_for_none && !is_dumb
}
