//! `mpmt tune` with real processes: it ends within its budget with an answer, goes on where it stopped,
//! and an interruption gives the answer so far.

use rustix::process::{Signal, kill_process};

use crate::common::{Stage, rows};

/// Waits short enough that a search takes seconds.
const SEARCH: &str = "tune --wait 5ms --max-processes 4 --max-threads 16 -o out";

#[test]
fn a_search_ends_with_an_answer_a_page_and_rows() {
    let stage = Stage::new();
    let done = stage
        .run(&format!("{SEARCH} --budget 20s --p99 1h"))
        .expect(0);
    let holds = "the cheapest whose p99 batch latency";
    assert!(done.stdout.contains(holds), "{}", done.stdout);
    let page = stage.read("out/report.html");
    assert!(page.contains(holds), "the page has another answer");
    assert!(
        done.stdout.contains("\n  mpmt run -w io -p "),
        "{}",
        done.stdout
    );
    assert!(done.stderr.contains("best so far: "), "{}", done.stderr);
    let rows = rows(&stage.path("out/trials.csv"));
    assert!(rows.len() >= 6, "{}", rows.len());
    assert!(
        rows.iter()
            .all(|row| row["experiment"] == "tune" && row["status"] == "ok")
    );
    let too_much = |row: &std::collections::HashMap<String, String>| {
        row["processes"].parse::<u32>().unwrap() > 4 || row["threads"].parse::<u32>().unwrap() > 16
    };
    assert!(!rows.iter().any(too_much), "more than was allowed");
    assert!(stage.path("out/report.html").exists());
    stage.assert_nothing_left();
}

#[test]
fn an_interrupted_search_gives_the_answer_so_far_and_goes_on() {
    let stage = Stage::new();
    let search = stage.start(&format!("{SEARCH} --budget 10m"));
    let count = || {
        let text = std::fs::read_to_string(stage.path("out/trials.csv"));
        text.map_or(0, |text| text.lines().count())
    };
    stage.wait_until("some trials have ended", || count() > 5);
    kill_process(search.pid(), Signal::INT).unwrap();
    let done = search.finish().expect(130);
    assert!(done.stdout.contains("Take ") || done.stdout.contains("The choice lies among"));
    assert!(
        done.stderr.contains("to go on: mpmt tune --resume out"),
        "{}",
        done.stderr
    );
    let before = rows(&stage.path("out/trials.csv")).len();
    stage.run("tune --resume out --budget 5s").expect(0);
    let after = rows(&stage.path("out/trials.csv"));
    assert!(after.len() > before, "{} after {before}", after.len());
    let keys: std::collections::HashSet<&String> = after.iter().map(|row| &row["key"]).collect();
    assert_eq!(keys.len(), after.len(), "no trial twice");
    let refused = stage.run("sweep --resume out").expect(2).stderr;
    assert!(refused.contains("mpmt tune --resume out"), "{refused}");
    stage.assert_nothing_left();
}

#[test]
fn what_is_searched_for_is_not_given_and_one_kind_of_work_is_asked_about() {
    let stage = Stage::new();
    let refused = |line: &str| stage.run(line).expect(2).stderr;
    assert!(refused("tune -p 2").contains("are what is searched for"));
    assert!(refused("tune -w io,cpu").contains("is about one kind of work"));
    let long = stage
        .run("tune --wait 1h --budget 2s --max-processes 1 -o long")
        .expect(1);
    assert!(long.stderr.contains("a larger --budget"), "{}", long.stderr);
}
