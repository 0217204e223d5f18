//! `mpmt plot` and `mpmt report`: pictures and pages from records alone.

use crate::common::{Stage, rows};

/// A small grid with a trace beside another run.
fn swept() -> Stage {
    let stage = Stage::with_512_commands(0.0);
    let line = "sweep -w noop -p 1,2 -t 1,2 -b 64 --runs 2 --commands commands.txt \
                --table table.txt -o out";
    stage.run(line).expect(0);
    stage
}

#[test]
fn a_sweep_leaves_charts_and_a_page_and_says_where() {
    let stage = Stage::with_512_commands(0.0);
    let done = stage
        .run("sweep -w noop -p 1,2 -t 1 -b 64 --commands commands.txt --table table.txt -o out")
        .expect(0);
    assert!(done.stderr.contains("report: out/report.html"), "{done:?}");
    let page = stage.read("out/report.html");
    assert!(page.contains("<title>") && page.contains("class=\"tips\""));
    assert!(stage.path("out/comparison.svg").exists());
    stage.assert_nothing_left();
}

#[test]
fn charts_can_be_chosen_and_what_is_missing_is_said() {
    let stage = swept();
    let done = stage
        .run("plot out/trials.csv --chart spread,timeline -o charts")
        .expect(0);
    assert_eq!(done.stdout, "charts/spread.svg\ncharts/spread.png\n");
    assert!(
        done.stderr
            .contains("left out: timeline: there is no trace")
    );
    let none = stage.run("plot out/trials.csv --chart timeline").expect(1);
    assert_eq!(none.stdout, "");
    let wrong = stage.run("plot out/trials.csv --chart pie").expect(2);
    assert!(wrong.stderr.contains("heat-map"), "{wrong:?}");
}

#[test]
fn a_trace_beside_the_records_becomes_a_timeline() {
    let stage = Stage::with_512_commands(0.0);
    let run = "run -w io --wait 1ms -p 2 -t 4 --commands commands.txt --table table.txt --trace";
    stage.run(&format!("{run} -o a")).expect(0);
    stage
        .run(&format!("{run} --dispatch pipelined -o b"))
        .expect(0);
    stage
        .run("plot a/trials.csv --trace b/trace.csv --chart timeline")
        .expect(0);
    let picture = stage.read("a/timeline.svg");
    for name in ["io-mpmt-2x4, barrier", "io-mpmt-2x4, pipelined"] {
        assert!(picture.contains(name), "{name}");
    }
}

#[test]
fn a_part_of_the_trials_makes_a_page_of_that_part() {
    let stage = swept();
    stage
        .run("report out/trials.csv --only processes=2,threads>=2 -o part.html")
        .expect(0);
    let page = stage.read("part.html");
    assert!(page.contains("noop-mpmt-2x2") && !page.contains("noop-mp-1x1"));
    let none = stage
        .run("report out/trials.csv --only processes=9")
        .expect(2);
    assert!(none.stderr.contains("none of the 8 trials"), "{none:?}");
    let wrong = stage.run("plot out/trials.csv --only proceses=1").expect(2);
    assert!(
        wrong.stderr.contains("did you mean 'processes'?"),
        "{wrong:?}"
    );
}

#[test]
fn the_page_is_the_same_each_time_and_goes_into_pipes() {
    let stage = swept();
    assert_eq!(rows(&stage.path("out/trials.csv")).len(), 8);
    let first = stage.read("out/report.html");
    let done = stage.run("report out/trials.csv").expect(0);
    assert_eq!(done.stdout, "out/report.html\n");
    // A page is too long for a message.
    assert!(stage.read("out/report.html") == first);
    let piped = stage.run("report out/trials.csv -o -").expect(0);
    assert!(piped.stdout.trim_end() == first.trim_end());
}
