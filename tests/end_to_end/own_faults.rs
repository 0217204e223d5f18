//! What a person is told, once, of work of their own that fails or can't do what was meant.

use std::process::Command;

use crate::common::{Finished, Stage, rows};

const FILES: &str = "--commands commands.txt --table table.txt";

fn stage() -> Stage {
    let stage = Stage::with_512_commands(0.001);
    stage.write(
        "tasks.py",
        "def inner(address):\n    return {}[address]\n\ndef outer(it):\n    return inner(it['address'])\n",
    );
    stage.write("late.py", "import json\nimport not_there\n");
    stage
}

/// How often each of these stands in a text.
fn counts<const N: usize>(text: &str, words: [&str; N]) -> [usize; N] {
    words.map(|word| text.matches(word).count())
}

#[test]
fn a_traceback_is_told_whole_and_once() {
    let stage = stage();
    let line =
        format!("sweep --runtime python --task tasks.py:outer -p 1,2 -t 1,2 -r 3 {FILES} -o out");
    let finished = stage.run(&line).expect(1);
    let told = counts(
        &finished.stderr,
        [
            "Traceback (most",
            "in outer",
            "in inner",
            "return {}[address]",
            "agent.py",
        ],
    );
    assert_eq!(told, [1, 1, 1, 1, 0], "{}", finished.stderr);
    for row in rows(&stage.path("out/trials.csv")) {
        assert!(row["error"].contains("failed: KeyError: "), "{row:?}");
        assert!(row["error"].ends_with("(tasks.py, line 2)"), "{row:?}");
    }
    stage.assert_nothing_left();
}

#[test]
fn a_file_that_can_not_be_loaded_is_told_with_its_traceback_and_nothing_runs() {
    let stage = stage();
    let line = format!("run --runtime python --task late.py:x -p 2 {FILES} -o out");
    let finished = stage.run(&line).expect(2);
    let told = counts(
        &finished.stderr,
        [
            "Traceback (most",
            "line 2, in <module>",
            "import not_there",
            "agent.py",
        ],
    );
    assert_eq!(told, [1, 1, 1, 0], "{}", finished.stderr);
}

#[test]
fn a_client_is_told_a_traceback_once_however_many_batches_fail() {
    let stage = stage();
    let (server, _) = stage.serve(
        "table.txt ipc://batches - 2 --control ipc://control --runtime python --task tasks.py:outer",
    );
    let finished = stage.run("client commands.txt 16 --control ipc://control");
    let finished = finished.expect(1);
    let told = counts(&finished.stderr, ["Traceback (most", "in inner"]);
    assert_eq!(told, [1, 1], "{}", finished.stderr);
    let [batches] = counts(&finished.stderr, ["failed: KeyError"]);
    assert!(batches > 1, "{}", finished.stderr);
    let server = server.interrupt().expect(0);
    assert_eq!(counts(&server.stderr, ["Traceback"]), [0]);
    stage.assert_nothing_left();
}

/// Runs programs.
fn exec(stage: &Stage, line: &str, exec: &str) -> Finished {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mpmt"));
    command.args(line.split_whitespace()).args(["--exec", exec]);
    command.args(FILES.split_whitespace());
    stage.start_command(&mut command).finish()
}

#[test]
fn a_sweep_whose_trials_all_fail_alike_stops_after_its_first_block() {
    let stage = stage();
    let finished = exec(&stage, "sweep -p 1,2 -t 1,2 -r 5 -o out", "false").expect(1);
    assert_eq!(rows(&stage.path("out/trials.csv")).len(), 4);
    let told = counts(&finished.stderr, ["failed alike, and no other block"]);
    assert_eq!(told, [1], "{}", finished.stderr);
    stage.assert_nothing_left();
}

#[test]
fn a_sweep_that_failed_alike_goes_on_once_it_is_mended() {
    let stage = stage();
    let mut resume = Command::new(env!("CARGO_BIN_EXE_mpmt"));
    resume.args(["sweep", "--resume", "out"]);
    let failed = exec(&stage, "sweep -p 1,2 -r 4 -o out", "test -e mended").expect(1);
    assert!(
        failed.stderr.contains("mpmt sweep --resume out"),
        "{failed:?}"
    );
    let rows = || rows(&stage.path("out/trials.csv"));
    assert_eq!(rows().len(), 2);
    // Nothing was mended: one block more tells.
    stage.start_command(&mut resume).finish().expect(1);
    assert_eq!(rows().len(), 4);
    stage.write("mended", "");
    stage.start_command(&mut resume).finish().expect(1);
    let ok = rows().iter().filter(|row| row["status"] == "ok").count();
    assert_eq!((rows().len(), ok), (8, 4));
    stage.assert_nothing_left();
}

#[test]
fn a_sweep_in_which_one_trial_works_goes_on() {
    let stage = stage();
    stage.write("commands.txt", "10.0.0.1:foo\n");
    stage.write("table.txt", "10.0.0.1:foo:1:0\n");
    // Whoever makes the folder first works, and nobody after.
    let finished = exec(&stage, "sweep -p 1,2 -r 2 -o out", "mkdir once").expect(1);
    assert_eq!(rows(&stage.path("out/trials.csv")).len(), 4);
    assert_eq!(counts(&finished.stderr, ["failed alike"]), [0]);
}

#[test]
fn what_a_program_prints_goes_nowhere_or_where_messages_go() {
    let stage = stage();
    for (output, times) in [
        ("", 0),
        ("--exec-output null", 0),
        ("--exec-output inherit", 512),
    ] {
        let line = format!("run -p 2 {output}");
        let finished = exec(&stage, &line, "echo printed").expect(0);
        let told = counts(&finished.stderr, ["printed\n"]);
        assert_eq!(told, [times], "{output}");
        assert_eq!(counts(&finished.stdout, ["printed"]), [0]);
    }
    let refused = stage.run("run --exec-output inherit").expect(2);
    assert!(refused.stderr.contains("add --exec"), "{}", refused.stderr);
    stage.assert_nothing_left();
}

#[test]
fn what_was_meant_for_a_shell_is_warned_of_before_it_runs() {
    let stage = stage();
    let warned = |line: &str| {
        let finished = exec(&stage, "sweep -p 1 -t 1 -r 1", line);
        counts(&finished.stderr, ["without a shell, so echo is given"])
    };
    assert_eq!(warned("echo x | cat"), [1]);
    assert_eq!(warned("echo 'x | cat'"), [0]);
}
