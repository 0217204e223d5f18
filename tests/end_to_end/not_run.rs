//! What was not run, or has a sum that no result holds, is not ok.

use std::collections::HashMap;

use crate::common::{Stage, rows};

const FILES: &str = "--commands commands.txt --table table.txt";

/// 512 commands that the table has, and 3 more.
fn with_3_unknown() -> Stage {
    let stage = Stage::with_512_commands(0.0);
    let known = stage.read("commands.txt");
    let text = format!("1.1.1.1:foo\n{known}2.2.2.2:bar\n2.2.2.2:bar\n");
    stage.write("commands.txt", &text);
    stage
}

/// The rows that a command leaves in `out`.
fn left_by(stage: &Stage, line: &str, code: i32) -> Vec<HashMap<String, String>> {
    stage.run(line).expect(code);
    stage.assert_nothing_left();
    rows(&stage.path("out/trials.csv"))
}

#[test]
fn a_trial_of_commands_that_the_table_does_not_have_fails_with_their_number() {
    for command in [
        "run -w noop -r 2",
        "sweep -w noop -p 1,2",
        "reproduce --only cpu",
    ] {
        let stage = with_3_unknown();
        let rows = left_by(&stage, &format!("{command} {FILES} -o out"), 1);
        assert!(rows.len() >= 2);
        for row in rows {
            let told = (&*row["status"], &*row["unknown_commands"], &*row["error"]);
            let error = "the table does not have 3 of the 515 commands; mend the one or the \
                         other, or pass them over with --allow-unknown";
            assert_eq!(told, ("failed", "3", error));
            assert_eq!(row["throughput_per_s"], "", "nothing was measured");
        }
    }
}

#[test]
fn they_are_told_by_file_and_line_before_anything_is_run() {
    let stage = with_3_unknown();
    let done = stage.run(&format!("run -w noop {FILES}")).expect(1);
    let told: Vec<&str> = (done.stderr.lines())
        .filter(|line| line.starts_with("commands.txt:"))
        .collect();
    assert_eq!(
        told,
        [
            "commands.txt:1: the table does not have 1.1.1.1:foo",
            "commands.txt:514: the table does not have 2.2.2.2:bar",
            "commands.txt:515: the table does not have 2.2.2.2:bar",
        ]
    );
}

#[test]
fn with_leave_they_are_passed_over_and_counted() {
    let stage = with_3_unknown();
    let line = format!("run -w noop --repeat 2 {FILES} --allow-unknown -o out");
    let row = left_by(&stage, &line, 0).pop().unwrap();
    let told = (&*row["status"], &*row["unknown_commands"], &*row["error"]);
    assert_eq!(told, ("ok", "6", ""));
    assert_eq!(row["responses_sum"], "1024");
    let (rate, makespan): (f64, f64) = (
        row["throughput_per_s"].parse().unwrap(),
        row["makespan_s"].parse().unwrap(),
    );
    let run = rate * makespan;
    assert!((run - 1024.0).abs() < 0.01, "{run} commands were run");
}

#[test]
fn a_sweep_remembers_that_it_may_pass_them_over() {
    let stage = with_3_unknown();
    let line = format!("sweep -w noop -p 1,2 {FILES} --allow-unknown -o out");
    let all = left_by(&stage, &line, 0);
    let text = stage.read("out/trials.csv");
    let but_one: Vec<&str> = text.lines().take(all.len()).collect();
    stage.write("out/trials.csv", &(but_one.join("\n") + "\n"));
    stage.run("sweep --resume out --allow-unknown").expect(2);
    let again = left_by(&stage, "sweep --resume out", 0);
    assert_eq!(again.len(), all.len());
    assert!(again.iter().all(|row| row["status"] == "ok"), "{again:?}");
}

#[test]
fn a_client_whose_server_did_not_know_all_commands_fails_unless_it_may_not() {
    let stage = with_3_unknown();
    let (server, ready) = stage.serve("table.txt ipc://batches - 2");
    let line = format!("client commands.txt 16 --control {}", ready.control);
    for (option, code) in [("", 1), (" --allow-unknown", 0)] {
        let client = stage.run(&format!("{line}{option}")).expect(code);
        assert_eq!(client.total(), 512);
        assert_eq!(
            client.stderr,
            "mpmt: the server's table lacks 3 of the commands, which were not run\n"
        );
    }
    server.interrupt().expect(0);
    stage.assert_nothing_left();
}

/// Four commands with these responses.
fn with_responses(responses: [i64; 4]) -> Stage {
    let stage = Stage::new();
    let commands = [1, 2, 3, 4].map(|n| format!("10.0.0.{n}:foo"));
    stage.write("commands.txt", &(commands.join("\n") + "\n"));
    let entry = |(command, response)| format!("{command}:{response}:0\n");
    let entries: String = commands.iter().zip(responses).map(entry).collect();
    stage.write("table.txt", &entries);
    stage
}

const MOST: i64 = i64::MAX;
const LEAST: i64 = i64::MIN;

#[test]
fn a_total_beyond_64_bits_fails_and_one_that_comes_back_does_not() {
    let own = "-w task --runtime python --task task.py:work";
    for (responses, batch, what, reason) in [
        (
            [MOST, 1, 0, 0],
            1,
            "-w noop",
            "the responses add up to 9223372036854775808, beyond the 64 bits of a total; try smaller \
             responses, or fewer commands",
        ),
        (
            [MOST, 1, LEAST, 0],
            2,
            "-w noop",
            "a batch failed: the responses of its 2 commands add up to 9223372036854775808, beyond \
             the 64 bits of a result; try smaller batches, or smaller responses",
        ),
        (
            [1, 1, 3, 4],
            1,
            own,
            "the responses add up to 18446744073709551614, beyond the 64 bits of a total; try smaller \
             responses, or fewer commands",
        ),
        ([MOST, 1, LEAST, 0], 1, "-w noop", ""),
        ([MOST, 1, LEAST, 0], 4, "-w noop", ""),
        // What the table's would add up to is nothing to a task that returns others.
        ([MOST, MOST, 3, 3], 1, own, ""),
    ] {
        let stage = with_responses(responses);
        let task =
            "def work(instruction):\n    return 2**63 - 1 if instruction['response'] == 1 else 0\n";
        stage.write("task.py", task);
        let line = format!("run {what} -b {batch} {FILES} -o out");
        let code = i32::from(!reason.is_empty());
        let row = left_by(&stage, &line, code).pop().unwrap();
        assert_eq!(row["error"], reason, "{row:?}");
    }
}

#[test]
fn a_client_whose_total_is_beyond_64_bits_fails() {
    let stage = with_responses([MOST, 1, 0, 0]);
    let (server, ready) = stage.serve("table.txt ipc://batches ipc://results 2");
    for line in [
        "client commands.txt 1 ipc://results ipc://batches".to_owned(),
        format!("client commands.txt 1 --control {}", ready.control),
    ] {
        let client = stage.run(&line).expect(1);
        assert!(
            client.stdout.contains("total: 9223372036854775808\n"),
            "{client:?}"
        );
        assert_eq!(
            client.stderr,
            "mpmt: the total is beyond 64 bits; try smaller responses, or fewer commands\n"
        );
    }
    server.interrupt().expect(0);
    stage.assert_nothing_left();
}

#[test]
fn an_integer_beyond_64_bits_from_a_task_fails_its_trial() {
    let stage = with_responses([1, 2, 3, 4]);
    stage.write("task.py", "def work(instruction):\n    return 2**70\n");
    let line = format!("run --runtime python --task task.py:work -b 1 -p 1 {FILES} -o out");
    let row = left_by(&stage, &line, 1).pop().unwrap();
    assert_eq!(row["status"], "failed");
    let reason = "the command 10.0.0.1:foo failed: OverflowError: it returned an integer of 71 \
                  bits and a sign, where 63 and a sign fit";
    assert!(row["error"].contains(reason), "{row:?}");
}
