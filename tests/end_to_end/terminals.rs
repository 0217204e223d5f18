//! What a terminal gets and a pipe does not.

use crate::common::Stage;

const SWEEP: &str = "sweep -w noop -p 1,2 -t 1,2 --repeat 4";

/// The widest line, in letters: all of them are one column wide.
fn widest(text: &str) -> usize {
    let widths = text.lines().map(|line| line.chars().count());
    widths.max().unwrap_or(0)
}

fn has_bars(text: &str) -> bool {
    text.contains('█')
}

fn has_colours(text: &str) -> bool {
    text.contains('\x1b')
}

#[test]
fn a_terminal_gets_bars_and_a_map_within_its_width_and_a_pipe_the_table_alone() {
    let stage = Stage::new();
    let terminal = stage.run_on_terminal(&format!("{SWEEP} -o one"), 72, &[("NO_COLOR", "1")]);
    let terminal = terminal.expect(0).stdout;
    assert!(has_bars(&terminal) && !has_colours(&terminal), "{terminal}");
    assert!(terminal.contains("* fastest"), "{terminal}");
    assert!(widest(&terminal) <= 72, "{terminal}");

    let pipe = stage.run(&format!("{SWEEP} -o two")).expect(0).stdout;
    assert!(!has_bars(&pipe) && !has_colours(&pipe), "{pipe}");
    assert!(!pipe.contains("* fastest"), "{pipe}");
    stage.assert_nothing_left();
}

#[test]
fn colours_are_for_terminals_whose_user_wants_them() {
    let stage = Stage::new();
    stage.run(&format!("{SWEEP} -o out")).expect(0);
    let coloured = |variables: &[(&str, &str)]| {
        let done = stage.run_on_terminal("recommend out/trials.csv", 100, variables);
        let map = done.expect(0).stdout;
        assert!(map.contains("* fastest"), "{map}");
        has_colours(&map)
    };
    assert!(coloured(&[]));
    assert!(!coloured(&[("NO_COLOR", "1")]));
    assert!(!coloured(&[("TERM", "dumb")]));
}

#[test]
fn other_formats_are_the_same_on_a_terminal() {
    let stage = Stage::new();
    stage.run(&format!("{SWEEP} -o out")).expect(0);
    for format in ["csv", "json", "markdown"] {
        let line = format!("recommend out/trials.csv --format {format}");
        let terminal = stage.run_on_terminal(&line, 100, &[]).expect(0);
        assert_eq!(terminal.stdout, stage.run(&line).expect(0).stdout);
    }
}
