//! Batches that are sent when they are due.

use std::process::Command;

use crate::common::{Stage, rows};

/// The CPU time that a command line's process took, in seconds, without that of the server, which
/// is no child of it.
fn cpu_s(stage: &Stage, line: &str) -> f64 {
    let mut shell = Command::new("sh");
    let program = env!("CARGO_BIN_EXE_mpmt");
    shell.args(["-c", &format!("{program} {line} >out.txt || exit; times")]);
    let done = stage.start_command(&mut shell).finish().expect(0);
    // Its own, and then that of its children: user and system, each as `0m0.01s`.
    let children = done.stdout.lines().last().unwrap();
    let seconds = |time: &str| {
        let (minutes, seconds) = time.trim_end_matches('s').split_once('m').unwrap();
        60.0 * minutes.parse::<f64>().unwrap() + seconds.parse::<f64>().unwrap()
    };
    children.split_whitespace().map(seconds).sum()
}

#[test]
fn a_client_that_waits_does_not_compute() {
    // The last answers come three seconds after the last batch was due; and with a window of one, each
    // batch is due long before there is room for it.
    for (wait_s, pacing) in [(3.0, "--rate 20"), (0.1, "--rate 1000 --window 1")] {
        let stage = Stage::with_512_commands(wait_s);
        let server = stage.start("server table.txt ipc://batches ipc://results 32 -t 16");
        let client = format!("client commands.txt 16 ipc://results ipc://batches {pacing}");
        let spent_s = cpu_s(&stage, &client);
        let said = stage.read("out.txt");
        assert!(said.contains("total: 512"));
        let took_s = said
            .lines()
            .find_map(|line| line.strip_prefix("time taken: ")?.strip_suffix(" s"));
        let took_s: f64 = took_s.unwrap().parse().unwrap();
        // 0.2 s in 8 s. One that spins takes more than half of a core.
        let most_s = took_s * 0.2 / 8.0;
        assert!(spent_s < most_s, "{pacing}: {spent_s} s of {took_s} s");
        server.interrupt().expect(0);
    }
}

#[test]
fn the_ideal_and_the_achieved_rate_know_the_schedule() {
    let stage = Stage::with_512_commands(0.02);
    let work = "run --commands commands.txt --table table.txt -w io -t 16";
    let done = stage.run(&format!("{work} -p 4 --rate 40 -o calm"));
    let done = done.expect(0);
    let row = &rows(&stage.path("calm/trials.csv"))[0];
    let figure = |name: &str| row[name].parse::<f64>().unwrap();
    let (ideal, makespan) = (figure("ideal_s"), figure("makespan_s"));
    assert!((ideal - (31.0 / 40.0 + 0.02)).abs() < 1e-6, "{row:?}");
    assert!(makespan >= ideal, "{row:?}");
    let achieved = figure("achieved_rate_per_s");
    assert!((20.0..=40.0).contains(&achieved), "{row:?}");
    assert!(done.stdout.contains("batches achieved"), "{done:?}");

    let done = stage.run(&format!("{work} -p 1 --rate 1000 -o busy"));
    let done = done.expect(0);
    let row = &rows(&stage.path("busy/trials.csv"))[0];
    let achieved: f64 = row["achieved_rate_per_s"].parse().unwrap();
    assert!(achieved < 60.0, "one batch takes 20 ms: {row:?}");
    assert!(done.stderr.contains("is overloaded: "), "{done:?}");

    stage.run(&format!("{work} -p 4 -o closed")).expect(0);
    let row = &rows(&stage.path("closed/trials.csv"))[0];
    assert_eq!(row["achieved_rate_per_s"], "");
}
