//! `mpmt run`, `reproduce` and `plot`.

use std::fs;

use crate::common::{Stage, rows};

#[test]
fn every_executor_dispatch_and_workload_gives_the_right_total() {
    let stage = Stage::with_512_commands(0.001);
    for workload in ["io", "cpu", "mixed", "noop"] {
        for (executor, threads) in [
            ("sequential", 1),
            ("spawn", 8),
            ("crossbeam", 8),
            ("rayon", 8),
        ] {
            for dispatch in ["barrier", "pipelined"] {
                let done = stage.run(&format!(
                    "run -w {workload} -e {executor} -t {threads} --dispatch {dispatch} -p 2 \
                     --loops 1000 --commands commands.txt --table table.txt --format csv"
                ));
                let done = done.expect(0);
                let mut reader = csv::Reader::from_reader(done.stdout.as_bytes());
                let rows: Vec<std::collections::HashMap<String, String>> =
                    reader.deserialize().map(Result::unwrap).collect();
                assert_eq!(rows.len(), 1, "{done:?}");
                stage.assert_nothing_left();
            }
        }
    }
}

#[test]
fn run_writes_a_row_for_each_trial_and_the_machine_beside_them() {
    let stage = Stage::with_512_commands(0.0);
    stage
        .run("run -w noop -p 2 -t 2 -b 10 -r 3 -o out")
        .expect(0);
    let rows = rows(&stage.path("out/trials.csv"));
    assert_eq!(rows.len(), 3);
    for (row, run) in rows.iter().zip(["1", "2", "3"]) {
        assert_eq!(row["status"], "ok");
        assert_eq!(row["run"], run);
        assert_eq!(row["responses_sum"], "512");
        assert_eq!(row["results"], "52", "512 commands in batches of 10");
        assert_eq!((&*row["processes"], &*row["threads"]), ("2", "2"));
        assert!(row["makespan_s"].parse::<f64>().unwrap() > 0.0);
    }
    let environment: serde_json::Value =
        serde_json::from_str(&stage.read("out/environment.json")).unwrap();
    assert!(
        environment
            .as_object()
            .is_some_and(|fields| !fields.is_empty())
    );
    stage.assert_nothing_left();
}

#[test]
fn a_trace_has_every_command_once() {
    let stage = Stage::new();
    stage
        .run("run -w noop -p 2 -t 4 -e crossbeam --repeat 20 --trace -o out")
        .expect(0);
    let mut commands: Vec<(u64, u64)> = (rows(&stage.path("out/trace.csv")).iter())
        .map(|row| (row["batch"].parse().unwrap(), row["index"].parse().unwrap()))
        .collect();
    commands.sort_unstable();
    let all = (0..640).flat_map(|batch| (0..16).map(move |index| (batch, index)));
    assert_eq!(commands, all.collect::<Vec<_>>());
}

#[test]
fn run_without_out_writes_nothing() {
    let stage = Stage::new();
    stage.run("run -w noop").expect(0);
    let names: Vec<_> = fs::read_dir(stage.path("")).unwrap().flatten().collect();
    assert_eq!(
        names.len(),
        1,
        "only the folder for temporary files: {names:?}"
    );
}

#[test]
fn a_folder_with_results_is_refused_and_left_as_it_was() {
    let stage = Stage::new();
    stage.run("run -w noop -o out").expect(0);
    let before = stage.read("out/trials.csv");
    for line in [
        "run -w noop -o out",
        "reproduce --only io --time-scale 0 -o out",
    ] {
        let done = stage.run(line).expect(2);
        assert_eq!(
            done.stderr,
            "mpmt: out holds results already, which are never overwritten; name another folder with -o\n"
        );
    }
    assert_eq!(stage.read("out/trials.csv"), before);
}

#[test]
fn reproduce_runs_the_published_io_table_and_draws_it() {
    let stage = Stage::new();
    let done = stage
        .run("reproduce --time-scale 0.01 --only io -o out")
        .expect(0);
    let rows = rows(&stage.path("out/trials.csv"));
    let labels: Vec<&str> = rows.iter().map(|row| &*row["label"]).collect();
    assert_eq!(
        labels,
        [
            "io-mp-32x1",
            "io-mpmt-32x16",
            "io-mpmt-8x16",
            "io-mpmt-2x16",
            "io-mt-1x16"
        ]
    );
    for row in &rows {
        assert_eq!(
            (&*row["status"], &*row["responses_sum"], &*row["error"]),
            ("ok", "512", "")
        );
        assert_eq!(
            (&*row["expected_sum"], &*row["lost"], &*row["wait_s"]),
            ("512", "0", "0.01")
        );
        let (makespan, ideal): (f64, f64) = (
            row["makespan_s"].parse().unwrap(),
            row["ideal_s"].parse().unwrap(),
        );
        assert!(makespan >= ideal, "{row:?}");
        assert!(done.stdout.contains(&row["label"]), "{}", done.stdout);
    }
    assert!(stage.path("out/environment.json").exists());
    let claims = "The published claims: 7 can't tell";
    assert!(done.stdout.contains(claims), "{}", done.stdout);
    let scaled = "Can't tell 1, 2, 3, 4: the waits were multiplied by 0.01.";
    assert!(done.stdout.contains(scaled), "{}", done.stdout);
    assert!(stage.read("out/report.html").contains("id=\"claims\""));
    stage.assert_nothing_left();
}

#[test]
fn plot_draws_the_same_chart_again_byte_for_byte() {
    let stage = Stage::new();
    stage
        .run("reproduce --time-scale 0 --only io -o out")
        .expect(0);
    let first = stage.read("out/comparison.svg");
    let png = fs::read(stage.path("out/comparison.png")).unwrap();
    assert!(png.starts_with(b"\x89PNG"));
    let again = "plot out/trials.csv --chart comparison";
    let done = stage.run(again).expect(0);
    assert_eq!(done.stdout, "out/comparison.svg\nout/comparison.png\n");
    assert_eq!(stage.read("out/comparison.svg"), first);
    assert_eq!(fs::read(stage.path("out/comparison.png")).unwrap(), png);
    stage.run("plot out/trials.csv -o charts").expect(0);
    assert_eq!(stage.read("charts/comparison.svg"), first);
}

#[test]
fn nothing_is_lost_although_workers_are_killed() {
    let stage = Stage::with_512_commands(0.005);
    let line = "run -p 4 -t 8 -b 8 --commands commands.txt --table table.txt -o out \
                --chaos kill-worker=0.12";
    stage.run(line).expect(0);
    let rows = rows(&stage.path("out/trials.csv"));
    assert_eq!(
        (&*rows[0]["responses_sum"], &*rows[0]["lost"]),
        ("512", "0")
    );
    assert_ne!(rows[0]["retried"], "0");
    stage.assert_nothing_left();
}

#[test]
fn generated_files_can_be_run() {
    let stage = Stage::new();
    stage
        .run("generate --count 100 --wait 0..2ms --response 3 --commands c.txt --table t.txt")
        .expect(0);
    let line = "run -p 2 -t 16 --commands c.txt --table t.txt --strict -o out";
    stage.run(line).expect(0);
    assert_eq!(
        rows(&stage.path("out/trials.csv"))[0]["responses_sum"],
        "300"
    );
}
