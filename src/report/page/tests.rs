//! What a page holds, by value, and that nothing in it is taken for markup.

use std::path::PathBuf;

use super::answer::Answer;
use super::fixtures::{Sample, heat_map};
use super::view::View;
use super::*;
use crate::model::Runtime;
use crate::record::{Trial, fixtures};

/// Six runs around a makespan in seconds, with a peak memory in MiB.
fn runs(label: &str, makespan_s: f64, mib: u64) -> Vec<Trial> {
    let one = |run: u32| {
        let makespan_s = makespan_s * (1.0 + 0.002 * f64::from(run * 7 % 6));
        let mut trial = fixtures::trial(label, (makespan_s, 1.0));
        (trial.run, trial.order, trial.peak_pss_kib) = (run, run, Some(1024 * mib));
        trial
    };
    (1..=6).map(one).collect()
}

/// The fastest is not the cheapest of those that are fast enough.
fn grid() -> Sample {
    let trials = [
        runs("io-mp-1x1", 30.0, 6),
        runs("io-mpmt-32x16", 1.0, 90),
        runs("io-mpmt-24x16", 1.02, 50),
    ];
    Sample::of("A grid", trials.concat())
}

fn answers(sample: &Sample) -> Vec<Answer> {
    View::of(&sample.page()).unwrap().answers
}

#[test]
fn the_head_compares_runtimes_where_several_were_measured() {
    assert!(View::of(&grid().page()).unwrap().across.is_empty());
    let mut locked = runs("cpu-mt-1x2", 1.9, 8);
    for trial in &mut locked {
        trial.runtime = Runtime::Gil;
    }
    let sample = Sample::of("Locked", [runs("cpu-mt-1x2", 1.0, 8), locked].concat());
    let view = View::of(&sample.page()).unwrap();
    assert!(
        view.across[0].starts_with("Native threads are 1.9 times as fast as threads under"),
        "{:?}",
        view.across
    );
    let page = page(&sample.page()).unwrap();
    let (head, answers) = (page.find("class=\"across\""), page.find("<article"));
    assert!(head.unwrap() < answers.unwrap(), "{page}");
}

#[test]
fn the_top_says_what_won_by_how_much_how_surely_and_how_to_run_it() {
    let answer = &answers(&grid())[0];
    assert_eq!(answer.headline, "24 processes of 16 threads each");
    assert_eq!(
        answer.question,
        "How many processes and threads for this io work?"
    );
    assert_eq!(
        answer.work,
        "512 commands, which each sleep 1 s, in batches of 16. 3 configurations on the native \
         runtime, 6 runs each."
    );
    let facts: Vec<(&str, &str, &str)> = (answer.facts.iter())
        .map(|fact| (fact.term, fact.figure.as_str(), fact.note.as_str()))
        .collect();
    assert_eq!(
        facts,
        [
            (
                "median makespan",
                "1.025 s",
                "95 % interval 1.021 s to 1.029 s"
            ),
            ("speed against slowest", "29.4×", "io-mp-1x1 takes 30.15 s"),
            ("efficiency", "97.6 %", "ideal 1.000 s"),
            ("peak memory", "50.0 MiB", "PSS, all processes"),
        ]
    );
    assert_eq!(answer.confidence, [""; 0], "nothing speaks against it");
    assert_eq!(
        answer.command.as_deref(),
        Some("mpmt run -w io -p 24 -t 16")
    );
    let take = "Take 24 processes of 16 threads (io-mpmt-24x16, 1.025 s): the cheapest";
    assert!(answer.reason[0].starts_with(take), "{:?}", answer.reason);
    assert_eq!(answer.reason[3], "It takes 50.0 MiB and 24 processes.");
}

/// A run that failed, in batches as those of [`runs`].
fn failure(label: &str) -> Trial {
    fixtures::failed(label, "worker 3 died")
}

#[test]
fn failed_of_total_stands_beside_each_median() {
    let mut trials = grid().trials;
    trials.extend(["io-mp-1x1", "io-mpmt-24x16", "io-mpmt-32x16"].map(failure));
    let answer = &answers(&Sample::of("All fail", trials))[0];
    assert_eq!(answer.headline, "24 processes of 16 threads each");
    let words: Vec<String> = [&answer.brief]
        .into_iter()
        .chain(&answer.reason)
        .chain(&answer.confidence)
        .chain(&answer.findings)
        .chain(answer.facts.iter().map(|fact| &fact.note))
        .filter(|words| {
            ["1.025 s", "1.005 s", "30.15 s", "interval"]
                .iter()
                .any(|m| words.contains(m))
        })
        .cloned()
        .collect();
    assert_eq!(words.len(), 8, "{words:#?}");
    for words in words {
        assert!(words.contains("1 of 7 runs failed"), "{words}");
    }
}

/// Six open-loop runs of the grid's answer, of which the last so many got through a share of their
/// batches.
fn overloaded(count: usize) -> Sample {
    let mut trials = grid().trials;
    for (place, trial) in trials.iter_mut().enumerate() {
        let late = trial.processes == 24 && place % 6 >= 6 - count;
        trial.rate_per_s = Some(100.0);
        trial.achieved_rate_per_s = Some(if late { 81.5 } else { 95.0 });
    }
    Sample::of("An open loop", trials)
}

#[test]
fn an_overloaded_trial_has_its_word() {
    let sample = overloaded(2);
    let view = View::of(&sample.page()).unwrap();
    let told = "io-mpmt-24x16 is overloaded: in 2 of 6 good runs less than 95 % of the 100 batches \
                per second were got through, at the least 81.5 %, so latencies are those of the queue";
    assert!(
        view.answers[0].confidence.contains(&format!("{told}.")),
        "{:#?}",
        view.answers[0].confidence
    );
    let html = sample.html();
    assert!(html.contains("2 of 6 good runs"));
    let notes = view
        .configurations
        .heads
        .iter()
        .position(|head| head.key == "note")
        .unwrap();
    let note = |row: usize| view.configurations.rows[row].cells[notes].text.as_str();
    assert_eq!(note(1), "recommended, on the front, overloaded");
    assert_eq!(note(0), "fastest, on the front");
    let calm = overloaded(0).html();
    assert!(!calm.contains("overloaded"));
}

#[test]
fn what_has_failures_is_no_answer_while_something_has_none() {
    let mut trials = grid().trials;
    trials.extend(["io-mpmt-24x16", "io-mpmt-32x16"].map(failure));
    let answer = &answers(&Sample::of("Two fail", trials))[0];
    assert_eq!(answer.headline, "1 process of 1 thread");
    assert!(
        answer
            .confidence
            .iter()
            .any(|words| words.starts_with("Passed over"))
    );
}

#[test]
fn findings_are_sentences_with_numbers() {
    insta::assert_snapshot!(answers(&grid())[0].findings.join("\n"), @"
    io-mpmt-32x16 is the fastest of 3 (1.005 s); io-mp-1x1 is the slowest (30.15 s) and takes 30.0× as long.
    The median of the recommended io-mpmt-24x16 is 2.0 % longer than that of the fastest, for 44 % less memory (50.0 MiB against 90.0 MiB).
    io-mpmt-24x16 reaches 97.6 % of the ideal: in theory it could take 1.000 s.
    As fast as published: 1.34× (io-mpmt-32x16: 1.005 s against 1.350 s). The published makespans are of another machine and of Python.
    3 of 3 are on the Pareto front, where none other beats them in time, memory (PSS) and processes at once: io-mpmt-32x16, io-mpmt-24x16, io-mp-1x1.
    These records support no scaling law over processes (N, with M = 16), threads in each (M, with N = 32) and all threads together (N×M).
    ");
}

#[test]
fn the_compared_stand_side_by_side_fastest_first() {
    let answer = &answers(&grid())[0];
    let rows: Vec<[&str; 4]> = (answer.compared.iter())
        .map(|row| [&row.name, &row.median, &row.times, &row.note].map(String::as_str))
        .collect();
    assert_eq!(
        rows,
        [
            ["io-mpmt-32x16", "1.005 s", "1.00×", "fastest"],
            ["io-mpmt-24x16", "1.025 s", "1.02×", "recommended"],
            ["io-mp-1x1", "30.15 s", "30.0×", "slowest"],
        ]
    );
}

#[test]
fn what_ran_once_each_is_answered_and_said_to_be_so() {
    let sample = Sample::of("Once each", fixtures::nine());
    let answers = answers(&sample);
    assert_eq!(answers.len(), 2);
    let io = &answers[0];
    assert_eq!(io.headline, "32 processes of 16 threads each");
    assert_eq!(io.brief, "1.052 s, 30.5× as fast as the slowest");
    assert!(
        io.reason[1].starts_with("That is on one run each"),
        "{:?}",
        io.reason
    );
    assert!(io.measure_on.as_ref().unwrap().contains(" -r 6"));
    let published = io
        .findings
        .iter()
        .find(|f| f.contains("published makespan"));
    assert_eq!(
        published.map(String::as_str),
        Some(
            "All 5 configurations with a published makespan were faster here: as fast as that from \
             1.00× (io-mpmt-2x16: 16.05 s against 16.11 s) to 1.28× (io-mpmt-32x16: 1.052 s \
             against 1.350 s). The published makespans are of another machine and of Python."
        )
    );
}

#[test]
fn the_table_shows_what_differs_and_sorts_by_plain_numbers() {
    let sample = grid();
    let view = View::of(&sample.page()).unwrap();
    let grid = &view.configurations;
    let keys: Vec<&str> = grid.heads.iter().map(|head| head.key).collect();
    assert_eq!(
        keys,
        [
            "configuration",
            "processes",
            "threads",
            "runs",
            "makespan",
            "failed",
            "interval",
            "note",
            "published",
            "efficiency",
            "throughput",
            "cpu",
            "switches",
            "memory",
            "status"
        ]
    );
    let shown: Vec<&str> = grid.rows[1]
        .cells
        .iter()
        .map(|cell| cell.text.as_str())
        .collect();
    assert_eq!(
        shown,
        [
            "io-mpmt-24x16",
            "24",
            "16",
            "6",
            "1.025 s",
            "0 of 6",
            "1.021 s to 1.029 s",
            "recommended, on the front",
            "",
            "97.6 %",
            "499.5/s",
            "0.375 s",
            "1290",
            "50.0 MiB",
            "ok"
        ]
    );
    let memory = &grid.rows[1].cells[13];
    assert_eq!(memory.value, Some(51_200.0));
}

#[test]
fn the_published_experiment_has_verdicts_near_the_head_and_another_has_none() {
    assert!(View::of(&grid().page()).unwrap().claims.is_none());
    let mut trials = fixtures::nine();
    for trial in &mut trials {
        trial.experiment = "published".to_owned();
        trial.capacity_cores = Some(2.0);
    }
    let sample = Sample::of("Published", trials);
    let claims = View::of(&sample.page()).unwrap().claims.unwrap();
    assert_eq!(
        claims.summary,
        "5 reproduced, 1 not reproduced, 1 can't tell"
    );
    assert_eq!(
        claims.in_short,
        ["native: 1 not reproduced; 2, 3, 4, 6, 7 reproduced; 5 can't tell"]
    );
    let first = &claims.claims[0].on[0];
    assert_eq!((&*first.verdict, first.class), ("not reproduced", "fallen"));
    assert_eq!(
        first.why,
        "native: 15.2× measured (one run each), 17× published"
    );
    assert!(
        claims.claims[4].on[0]
            .why
            .contains("reproduce --runtime all")
    );
    let html = sample.html();
    let place = |text: &str| html.find(text).unwrap_or_else(|| panic!("{text}"));
    assert!(place("href=\"#claims\"") < place("id=\"answers\""));
    assert!(place("id=\"answers\"") < place("id=\"claims\""));
    assert!(place("id=\"claims\"") < place("id=\"configurations\""));
    assert!(html.contains("= 12.6, not 17"));
    assert!(!grid().html().contains("id=\"claims\""));
}

#[test]
fn nothing_that_is_shown_is_taken_for_html() {
    let html = Sample::hostile().html();
    // Three elements are the page's own: its style, its script, and the CSV.
    assert_eq!(html.matches("</script>").count(), 2);
    assert_eq!(html.matches("</style>").count(), 1);
    assert_eq!(html.matches("<script").count(), 2);
    assert!(html.contains("&lt;script&gt;document.title"));
}

#[test]
fn the_csv_is_in_the_page_byte_for_byte() {
    let sample = Sample::hostile();
    let html = sample.html();
    let start = html.split_once("id=\"csv\">").unwrap().1;
    let json = start.split_once("</script>").unwrap().0;
    assert_eq!(serde_json::from_str::<String>(json).unwrap(), sample.csv);
}

#[test]
fn warm_ups_alone_make_no_page() {
    let warmup = Trial {
        warmup: true,
        ..fixtures::trial("io-mp-1x1", (1.0, 1.0))
    };
    let sample = Sample::of("Nothing", vec![warmup]);
    let error = page(&sample.page()).unwrap_err();
    assert!(matches!(error, PageError::NoTrials), "{error}");
}

#[test]
fn the_parts_stand_in_their_order() {
    let sample = Sample {
        environment: Some(
            serde_json::json!({"cpu": "AMD EPYC", "mpmt": "0.1.0", "warnings": ["w"]}),
        ),
        experiments: vec![AskedExperiment {
            name: "test".to_owned(),
            question: "How many?".to_owned(),
            analysis: "Fewer.".to_owned(),
        }],
        charts: vec![heat_map()],
        left_out: vec![LeftOut {
            title: "Latency".to_owned(),
            reason: "no trial has a rate".to_owned(),
        }],
        ..grid()
    };
    insta::assert_snapshot!(outline(&sample.html()), @"
    header
    h1 A grid
    nav
    main
    noscript
    section
    h2 The answer
    article
    h3 How many?
    h4 What was found
    table
    details
    details
    table
    section
    h2 Charts
    figure
    h3 Makespan by processes and threads
    h3 Charts that these records can’t support
    section
    h2 Configurations
    table
    section
    h2 All trials
    details
    section
    h2 What was run where
    h3 The machine
    h3 The program
    section
    h2 Warnings and failures
    h3 The machine
    h3 Trials that did not end well
    section
    h2 How the figures are made
    h3 What the figures can’t say
    footer
    ");
}

/// Landmarks, headings, tables and figures, in the order of the page.
fn outline(html: &str) -> String {
    const SHOWN: [&str; 14] = [
        "header", "nav", "main", "noscript", "section", "article", "h1", "h2", "h3", "h4",
        "figure", "table", "details", "footer",
    ];
    let mut lines = Vec::new();
    for element in html.split('<').skip(1) {
        let (tag, text) = element.split_once('>').unwrap_or((element, ""));
        let name = tag.split([' ', '\n']).next().unwrap_or_default();
        if SHOWN.contains(&name) {
            lines.push(format!("{name} {}", text.trim()).trim().to_owned());
        }
    }
    lines.join("\n")
}

/// For the tests in a browser, which name the folder.
#[test]
#[ignore = "writes the pages that tests/report_page looks at in a browser"]
fn sample_pages_are_written() {
    let folder = PathBuf::from(std::env::var_os("MPMT_PAGES").expect("MPMT_PAGES names a folder"));
    let grids = Sample::committed("grids", "Processes against threads");
    grids.write(&folder, "grids");
    let published = Sample::committed("published", "The published comparison");
    published.write(&folder, "published");
    Sample::hostile().write(&folder, "hostile");
    Sample::large().write(&folder, "large");
}
