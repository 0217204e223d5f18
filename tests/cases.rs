//! Records as people, their programs and their accidents leave them (`tests/data/cases`), and what
//! each of them must give.

#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::Path;

use common::{Finished, Stage};

/// A stage with all cases on it.
fn stage() -> Stage {
    let stage = Stage::new();
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/cases");
    for case in fs::read_dir(cases).unwrap() {
        let case = case.unwrap();
        fs::copy(case.path(), stage.path(case.file_name().to_str().unwrap())).unwrap();
    }
    stage
}

impl Stage {
    fn recommended(&self, case: &str) -> Finished {
        self.run(&format!("recommend {case} --format csv"))
            .expect(0)
    }
}

/// The rows of one configuration in a table for programs.
fn row_of<'a>(table: &'a str, configuration: &str) -> &'a str {
    let is_its = |line: &&str| line.starts_with(&format!("{configuration},"));
    let mut rows = table.lines().filter(is_its);
    rows.next()
        .unwrap_or_else(|| panic!("no {configuration} in {table}"))
}

#[test]
fn a_record_reads_the_same_whatever_a_spreadsheet_made_of_it() {
    let stage = stage();
    let plain = fs::read_to_string(stage.path("excel.csv")).unwrap();
    let plain = plain.replace("TRUE", "true").replace("FALSE", "false");
    stage.write("plain.csv", &plain);
    stage.write("marked.csv", &format!("\u{feff}{plain}"));
    let wanted = stage.recommended("plain.csv").stdout;
    assert_eq!(wanted.matches(",6,0,").count(), 12, "{wanted}");
    for case in ["excel.csv", "semi.csv", "blank_rows.csv", "marked.csv"] {
        let done = stage.recommended(case);
        assert_eq!(done.stdout, wanted, "{case}");
        assert!(!done.stderr.contains("left out"), "{}", done.stderr);
    }
}

#[test]
fn a_torn_last_row_is_left_out_with_a_warning_by_every_reader() {
    let stage = stage();
    for line in [
        "recommend trunc.csv --format csv",
        "compare excel.csv trunc.csv --format csv",
        "plot trunc.csv --chart comparison",
        "report trunc.csv -o page.html",
    ] {
        let done = stage.run(line).expect(0);
        let warnings = done.stderr.matches("trunc.csv:73: the last row is cut off");
        assert_eq!(warnings.count(), 1, "{line}: {}", done.stderr);
    }
    let rows = stage.recommended("trunc.csv").stdout;
    assert!(
        row_of(&rows, "cpu-mp-1x1 (python)").contains(",5,0,"),
        "{rows}"
    );
}

#[test]
fn a_sweep_goes_on_behind_whole_rows_and_says_what_was_torn() {
    let stage = Stage::with_512_commands(0.0);
    let sweep = "sweep -w noop -p 1,2 --commands commands.txt --table table.txt -o out";
    stage.run(sweep).expect(0);
    let whole = stage.read("out/trials.csv");
    let rows: Vec<&str> = whole.lines().collect();
    for torn in [
        // Cut off, and cut off and then saved by an editor.
        rows[..2].join("\n") + "\n" + &rows[2][..rows[2].len() / 2],
        rows[..2].join("\n") + "\n" + &rows[2][..rows[2].len() / 2] + "\n",
    ] {
        stage.write("out/trials.csv", &torn);
        let done = stage.run("sweep --resume out").expect(0);
        let warning = "out/trials.csv:3: the last row is cut off";
        assert!(done.stderr.contains(warning), "{}", done.stderr);
        let rows = common::rows(&stage.path("out/trials.csv"));
        assert_eq!(rows.len(), 2);
        assert!(rows.iter().all(|row| row["status"] == "ok"));
    }
}

#[test]
fn a_makespan_that_is_no_time_above_zero_is_no_good_run_anywhere() {
    let stage = stage();
    for case in ["neg.csv", "nan.csv"] {
        let rows = stage.recommended(case).stdout;
        assert!(
            row_of(&rows, "cpu-mt-1x2 (gil)").contains(",6,1,"),
            "{rows}"
        );
        stage.run(&format!("plot {case} -o charts")).expect(0);
        for chart in [
            "comparison",
            "heat-map-gil-runtime",
            "scaling",
            "latency",
            "cost",
        ] {
            let svg = stage.read(&format!("charts/{chart}.svg"));
            assert!(svg.contains("in 5 runs"), "{case}, {chart}");
        }
        stage.run(&format!("report {case} -o page.html")).expect(0);
        let page = stage.read("page.html");
        assert!(page.contains(">1 of 6<"), "{case}");
        assert!(page.contains("is no time above 0"), "{case}");
    }
}

#[test]
fn what_is_wrong_in_a_record_is_told_by_file_line_and_column() {
    let stage = stage();
    let good = stage.read("n5a.csv");
    let wrong = good.replacen("cpu-mp-1x1,cpu,native,1,", "cpu-mp-1x1,cpu,native,one,", 1);
    stage.write("wrong.csv", &format!("\r\n{wrong}"));
    for line in [
        "recommend wrong.csv",
        "compare n5a.csv wrong.csv",
        "report wrong.csv",
    ] {
        let done = stage.run(line).expect(2);
        let said = "wrong.csv:3: processes: 'one' is no whole number";
        assert!(done.stderr.contains(said), "{}", done.stderr);
    }
}

#[test]
fn a_folder_stands_for_the_record_in_it() {
    let stage = stage();
    for folder in ["old", "new"] {
        fs::create_dir(stage.path(folder)).unwrap();
        fs::copy(stage.path("n5a.csv"), stage.path(folder).join("trials.csv")).unwrap();
    }
    stage.run("recommend new").expect(0);
    stage.run("compare old new/").expect(0);
    stage.run("plot new --chart comparison").expect(0);
    stage.run("report new").expect(0);
    assert!(stage.path("new/report.html").exists());
    assert!(stage.path("new/comparison.svg").exists());
    fs::create_dir(stage.path("empty")).unwrap();
    let done = stage.run("recommend empty").expect(2);
    assert!(
        done.stderr.contains("empty/trials.csv: "),
        "{}",
        done.stderr
    );
}

#[test]
fn a_trial_that_is_pasted_again_counts_once() {
    let stage = stage();
    let threes = stage
        .run("compare d_old3.csv d_new3.csv --format csv")
        .expect(0);
    let sixes = stage
        .run("compare d_old6.csv d_new6.csv --format csv")
        .expect(0);
    assert!(
        threes.stdout.contains("too few runs to see any"),
        "{}",
        threes.stdout
    );
    assert_eq!(sixes.stdout, threes.stdout);
    for file in ["d_old6.csv", "d_new6.csv"] {
        let warning = format!(
            "{file}: 3 of the rows are of trials that it has already (line 5 is of the same as line 2)"
        );
        assert!(sixes.stderr.contains(&warning), "{}", sixes.stderr);
        assert!(!threes.stderr.contains("already"), "{}", threes.stderr);
    }
    let common = "3 of the trials of d_new3.csv are in d_old3.csv too";
    assert!(threes.stderr.contains(common), "{}", threes.stderr);
}

#[test]
fn a_clear_winner_is_recommended_with_its_edge_and_the_command_that_measures_on() {
    let done = stage().run("recommend clear-winner.csv").expect(0);
    let said = [
        "Take 8 processes of 16 threads (io-mpmt-8x16, 0.103 s): the fastest.",
        "It lies at the edge of what was measured: time still fell up to 8 processes and up to 16 threads",
        "mpmt sweep -w io -p 8,16,32 -t 16,32,64 --dispatch pipelined --wait 20ms -r 6",
    ];
    for said in said {
        assert!(done.stdout.contains(said), "{}", done.stdout);
    }
}

#[test]
fn a_configuration_of_which_runs_fail_is_not_recommended() {
    let stage = stage();
    let done = stage.run("recommend flaky.csv").expect(0);
    let take = "Take 1 process of one thread (cpu-mp-1x1, 0.300 s)";
    assert!(done.stdout.contains(take), "{}", done.stdout);
    assert!(
        done.stdout.contains("14 of 20 runs failed"),
        "{}",
        done.stdout
    );
    let row = done
        .stdout
        .lines()
        .find(|line| line.starts_with("cpu-mp-2x1 "));
    assert!(row.unwrap().contains("14 of 20"), "{}", done.stdout);
    stage.run("report flaky.csv -o page.html").expect(0);
    let page = stage.read("page.html");
    assert!(page.contains("<td class=\"number\">14 of 20</td>"));
    assert!(page.contains("Passed over, for runs of theirs failed: cpu-mp-2x1"));
    assert!(page.contains("<span class=\"label\">Recommended</span> 1 process of 1 thread"));
}

#[test]
fn more_failures_and_missing_configurations_end_a_comparison_with_1() {
    let stage = stage();
    let done = stage.run("compare n5a.csv halffail.csv").expect(1);
    assert!(done.stdout.contains("0 of 5"), "{}", done.stdout);
    assert!(done.stdout.contains("20 of 25"), "{}", done.stdout);
    let outcome = "no difference seen, more failures: regression";
    assert!(done.stdout.contains(outcome), "{}", done.stdout);
    assert!(
        done.stderr
            .ends_with("1 regression: 1 with more failures\n"),
        "{}",
        done.stderr
    );
    stage.run("compare halffail.csv n5a.csv").expect(0);
    let done = stage.run("compare flaky.csv n5a.csv").expect(1);
    assert!(
        done.stderr.ends_with("2 regressions: 2 missing in new\n"),
        "{}",
        done.stderr
    );
    stage
        .run("compare flaky.csv n5a.csv --allow-missing")
        .expect(0);
}

#[test]
fn what_failed_has_no_throughput() {
    let stage = stage();
    stage.run("report flaky.csv -o page.html").expect(0);
    let page = stage.read("page.html");
    let csv = page.split_once("id=\"csv\">").unwrap().1;
    let csv: String = serde_json::from_str(csv.split_once("</script>").unwrap().0).unwrap();
    stage.write("embedded.csv", &csv);
    let rows = common::rows(&stage.path("embedded.csv"));
    let failed = rows.iter().filter(|row| row["status"] == "timeout");
    let throughputs: Vec<&str> = failed.map(|row| row["throughput_per_s"].as_str()).collect();
    assert_eq!(throughputs, [""; 14]);
}
