//! How long a run takes that was asked for in few words, and what it says meanwhile.

use std::time::{Duration, Instant};

use crate::common::Stage;

#[test]
fn run_alone_ends_in_seconds_with_the_published_shape() {
    let stage = Stage::new();
    let begun = Instant::now();
    let done = stage.run("run").expect(0);
    assert!(done.stdout.starts_with("io-mpmt-32x16"), "{done:?}");
    // It sleeps for 1 s; one thread alone would for 512.
    assert!(begun.elapsed() < Duration::from_secs(60));
    stage.assert_nothing_left();
}

#[test]
fn a_long_run_without_a_terminal_says_where_it_is() {
    let stage = Stage::new();
    // 512 commands one after the other: about 13 s.
    let done = stage.run("run -p 1 -t 1 --wait 25ms").expect(0);
    let mut lines = done.stderr.lines();
    let first = lines.next().unwrap();
    assert!(first.starts_with("1/1 io-mp-1x1: 1"), "{done:?}");
    assert!(first.contains(" s of about 13 s"), "{done:?}");
    assert!(
        done.stderr
            .lines()
            .last()
            .unwrap()
            .starts_with("1/1 io-mp-1x1")
    );
    stage.assert_nothing_left();
}
