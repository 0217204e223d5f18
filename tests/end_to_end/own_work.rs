//! Work of a person's own: Python functions and programs, and what becomes of those that fail.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};

use crate::common::{Process, Stage, command_line, parent, rows};

const TASKS: &str = r#"
import time

def double(instruction):
    return 2 * instruction["response"]

def nothing(instruction):
    pass

def address(instruction):
    first, *_, last = instruction["address"].split(".")
    assert instruction["command"] in ("foo", "bar")
    assert instruction["wait"] == 0.001
    return int(first) * 1000 + int(last)

def half(instruction):
    return 0.5

def refuses(instruction):
    if instruction["address"] == "10.0.0.77":
        raise ValueError("not this one")

def sticks(instruction):
    if instruction["address"] == "10.0.0.1":
        raise ValueError("not the first")
    time.sleep(1000)

no_function = 3

if __name__ == "__main__":
    raise SystemExit("it was run as the main program")
"#;

const FILES: &str = "--commands commands.txt --table table.txt";

fn stage() -> Stage {
    let stage = Stage::with_512_commands(0.001);
    stage.write("tasks.py", TASKS);
    stage.write("raises.py", "import nothing_of_this_name\n");
    stage
}

/// The sum of what a function returns, in every row of a sweep over all that runs it.
fn sums(stage: &Stage, function: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (out, shape) in [
        ("one", "-p 2 -e sequential"),
        ("four", "-t 4 -e spawn,crossbeam"),
    ] {
        let out = format!("{function}-{out}");
        let line = format!(
            "sweep --runtime python --task tasks.py:{function} {shape} --dispatch \
             barrier,pipelined {FILES} -o {out}"
        );
        stage.run(&line).expect(0);
        all.extend(rows(&stage.path(&format!("{out}/trials.csv"))));
    }
    for row in &all {
        assert_eq!((&*row["status"], &*row["workload"]), ("ok", "task"));
        assert_eq!(row["task"], format!("tasks.py:{function}"));
        assert_eq!((&*row["ideal_s"], &*row["wait_s"]), ("", "0.001"));
        assert!(row["label"].starts_with("tasks-m"), "{row:?}");
    }
    stage.assert_nothing_left();
    all.into_iter()
        .map(|row| row["responses_sum"].clone())
        .collect()
}

#[test]
fn what_a_task_returns_goes_into_the_sum_and_none_stands_for_the_response() {
    let stage = stage();
    assert_eq!(sums(&stage, "double"), vec!["1024"; 6]);
    assert_eq!(sums(&stage, "nothing"), vec!["512"; 6]);
}

#[test]
fn a_task_is_told_the_command() {
    let stage = stage();
    let commands = stage.read("commands.txt");
    let number = |line: &str| -> i64 {
        let octets: Vec<i64> = (line.split(':').next().unwrap().split('.'))
            .map(|octet| octet.parse().unwrap())
            .collect();
        octets[0] * 1000 + octets[3]
    };
    let sum: i64 = commands.lines().map(number).sum();
    assert_eq!(sums(&stage, "address"), vec![sum.to_string(); 6]);
}

/// Runs what fails, and gives the reason in the row.
fn failure(stage: &Stage, asked: &str) -> String {
    stage.run(&format!("run {asked} {FILES} -o out")).expect(1);
    stage.assert_nothing_left();
    let row = rows(&stage.path("out/trials.csv")).pop().unwrap();
    assert_eq!(row["status"], "failed");
    fs::remove_dir_all(stage.path("out")).unwrap();
    row["error"].clone()
}

#[test]
fn an_exception_fails_the_trial_with_its_words_and_the_rest_is_ended() {
    let stage = stage();
    stage.write(
        "commands.txt",
        "10.0.0.1:foo\n10.0.0.2:foo\n10.0.0.77:bar\n",
    );
    let table = "10.0.0.1:foo:1:0\n10.0.0.2:foo:1:0\n10.0.0.77:bar:1:0\n";
    stage.write("table.txt", table);
    for (shape, function, reason) in [
        (
            "-t 2",
            "refuses",
            "the command 10.0.0.77:bar failed: ValueError: not this one (tasks.py, line 21)",
        ),
        (
            "-e sequential --dispatch pipelined",
            "half",
            "the command 10.0.0.1:foo failed: TypeError: it returned a float where an integer or \
             None should be",
        ),
        (
            "-b 1 -p 2",
            "sticks",
            "the command 10.0.0.1:foo failed: ValueError: not the first (tasks.py, line 25)",
        ),
    ] {
        let task = format!("--runtime python --task tasks.py:{function} {shape}");
        assert!(failure(&stage, &task).contains(reason), "{reason}");
    }
}

#[test]
fn what_is_missing_is_refused_before_anything_is_run() {
    let stage = stage();
    let said = |line: &str| format!("$ mpmt {line}\n{}", stage.run(line).expect(2).stderr);
    let all: Vec<String> = [
        "run --task tasks.py:double",
        "run --runtime python -w task",
        "run --runtime python -w io --task tasks.py:double",
        "run --runtime python --task tasks.py",
        "run --runtime python --task tasks.py:2nd",
        "run --runtime python --task tasks.txt:double",
        "run --runtime python --task no/such.py:double",
        "run --runtime python --task tasks.py:no_such",
        "run --runtime python --task tasks.py:no_function",
        "run --runtime python --task raises.py:work",
        "sweep --task tasks.py:double",
        "sweep --runtime python -w io --task tasks.py:double",
        "sweep --runtime python --task no/such.py:double",
        "sweep --runtime python --task raises.py:work",
    ]
    .into_iter()
    .map(said)
    .collect();
    let folder = stage.path("").display().to_string();
    insta::assert_snapshot!(all.join("\n").replace(&folder, "FOLDER/"));
    stage.assert_nothing_left();
}

#[test]
fn a_task_of_an_experiment_counts_from_its_folder_and_a_changed_file_is_other_work() {
    let stage = stage();
    fs::create_dir(stage.path("mine")).unwrap();
    stage.write("mine/work.py", "def work(instruction):\n    return 3\n");
    let experiment = "question = \"?\"\nanalysis = \"!\"\n[input]\ncount = 8\n[axes]\n\
                      runtime = \"python\"\ntask = \"work.py:work\"\n";
    stage.write("mine/own.toml", experiment);
    stage.run("sweep mine/own.toml -o out").expect(0);
    let row = rows(&stage.path("out/trials.csv")).pop().unwrap();
    assert_eq!(
        (&*row["task"], &*row["responses_sum"]),
        ("mine/work.py:work", "24")
    );
    stage.run("sweep --resume out").expect(0);
    stage.write("mine/work.py", "def work(instruction):\n    return 4\n");
    let refused = stage.run("sweep --resume out").expect(2).stderr;
    assert!(
        refused.contains("the task of own are not what they were"),
        "{refused}"
    );
}

#[test]
fn clients_run_the_servers_task_and_bring_none() {
    let stage = stage();
    let task = "--runtime python --task tasks.py:double";
    let (server, ready) = stage.serve(&format!("table.txt ipc://batches - 2 {task}"));
    let line = format!("client commands.txt 16 --control {}", ready.control);
    assert_eq!(stage.run(&line).expect(0).total(), 1024);
    assert_eq!(stage.run(&format!("{line} -w noop")).expect(0).total(), 512);
    server.interrupt().expect(0);
    let (server, ready) = stage.serve("table.txt ipc://batches - 2");
    let line = format!("client commands.txt 16 -w task --control {}", ready.control);
    let refused = stage.run(&line).expect(1).stderr;
    assert!(
        refused.contains("this server has no task to run"),
        "{refused}"
    );
    server.interrupt().expect(0);
    stage.assert_nothing_left();
}

#[test]
fn a_client_that_can_not_be_told_of_a_failure_is_answered_without_the_batch() {
    let stage = stage();
    let task = "--runtime python --task tasks.py:refuses";
    let (server, _) = stage.serve(&format!("table.txt ipc://batches ipc://results 2 {task}"));
    let client = stage.run("client commands.txt 16 ipc://results ipc://batches");
    assert_eq!(client.expect(0).total(), 512 - 16);
    server.interrupt().expect(0);
    stage.assert_nothing_left();
}

/// Starts `mpmt` with a program of a person's own.
fn start_exec(stage: &Stage, line: &str, exec: &str) -> Process {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mpmt"));
    command.args(line.split_whitespace()).args(["--exec", exec]);
    stage.start_command(&mut command)
}

/// A program of the stage's folder, which is in its command line.
fn program(stage: &Stage, script: &str) {
    stage.write("a-program", &format!("#!/bin/sh\n{script}\n"));
    let mode = fs::Permissions::from_mode(0o755);
    fs::set_permissions(stage.path("a-program"), mode).unwrap();
}

/// Programs that run.
fn programs(stage: &Stage) -> Vec<Pid> {
    let mut all = stage.processes();
    all.retain(|&pid| command_line(pid).starts_with("/bin/sh ./a-program"));
    all
}

/// Leaves the first commands of the stage's alone.
fn take_commands(stage: &Stage, count: usize) {
    let text = stage.read("commands.txt");
    let first: Vec<&str> = text.lines().take(count).collect();
    stage.write("commands.txt", &(first.join("\n") + "\n"));
}

#[test]
fn a_program_is_run_for_each_command_by_every_executor_and_dispatch() {
    let stage = stage();
    take_commands(&stage, 40);
    program(&stage, "echo \"$@\" >> ran");
    let exec = "./a-program {address}:{command} '{response} {wait}'";
    for (out, asked) in [
        ("one", "-p 2 -e sequential"),
        ("four", "-t 4 -e spawn,crossbeam,rayon"),
        ("gil", "-t 4 -e spawn --runtime gil"),
    ] {
        let line = format!("sweep {asked} --dispatch barrier,pipelined {FILES} -o {out}");
        start_exec(&stage, &line, exec).finish().expect(0);
        for row in rows(&stage.path(&format!("{out}/trials.csv"))) {
            assert_eq!((&*row["status"], &*row["responses_sum"]), ("ok", "40"));
            assert_eq!((&*row["workload"], &*row["ideal_s"]), ("exec", ""));
            assert_eq!(row["exec"], exec);
        }
        stage.assert_nothing_left();
    }
    let ran = stage.read("ran");
    let mut ran: Vec<&str> = ran.lines().collect();
    assert_eq!(ran.len(), 40 * 2 * (1 + 3 + 1));
    ran.sort_unstable();
    ran.dedup();
    let commands = stage.read("commands.txt");
    let mut expected: Vec<String> = (commands.lines())
        .map(|command| format!("{command} 1 0.001"))
        .collect();
    expected.sort_unstable();
    assert_eq!(ran, expected);
}

#[test]
fn the_time_and_memory_of_programs_are_the_trials() {
    let stage = stage();
    take_commands(&stage, 4);
    // A hundred MiB, and what it takes to fill them.
    let exec = "python3 -I -c 'x = bytearray(b\"x\") * (100 << 20)'";
    let line = format!("run -p 2 -b 1 {FILES} -o out");
    start_exec(&stage, &line, exec).finish().expect(0);
    let row = rows(&stage.path("out/trials.csv")).pop().unwrap();
    let figure = |name: &str| row[name].parse::<f64>().unwrap();
    assert!(figure("peak_rss_kib") > 100.0 * 1024.0, "{row:?}");
    assert!(
        figure("cpu_user_s") + figure("cpu_system_s") > 0.04,
        "{row:?}"
    );
}

#[test]
fn a_program_that_fails_fails_the_trial_with_its_status_and_last_line() {
    let stage = stage();
    for (script, shape, reason) in [
        (
            "echo out; echo one >&2; echo two >&2; exit 3",
            "-p 2",
            "failed: ./a-program ended with exit status: 3; its last words: two",
        ),
        (
            "kill -9 $$",
            "-t 4",
            "failed: ./a-program ended with signal: 9",
        ),
        (
            "test $1 != 10.0.0.1 || exit 4; exec sleep 1000",
            "-b 1 -p 4",
            "failed: ./a-program ended with exit status: 4",
        ),
        (
            "rm -f a-program",
            "-e sequential",
            "failed: ./a-program can't be started: No such file or directory",
        ),
    ] {
        program(&stage, script);
        let line = format!("run {shape} {FILES} -o out");
        start_exec(&stage, &line, "./a-program {address}")
            .finish()
            .expect(1);
        stage.assert_nothing_left();
        let row = rows(&stage.path("out/trials.csv")).pop().unwrap();
        assert_eq!(row["status"], "failed");
        assert!(row["error"].contains(reason), "{row:?}");
        fs::remove_dir_all(stage.path("out")).unwrap();
    }
}

#[test]
fn a_killed_worker_leaves_no_program_behind() {
    let stage = stage();
    program(&stage, "read forever < pipe");
    let made = Command::new("mkfifo").arg(stage.path("pipe")).status();
    assert!(made.unwrap().success());
    for executor in ["sequential", "spawn -t 4", "crossbeam -t 4"] {
        let line = format!("run -e {executor} {FILES}");
        let run = start_exec(&stage, &line, "./a-program");
        stage.wait_until("a program runs", || !programs(&stage).is_empty());
        let program = programs(&stage)[0];
        kill_process(parent(program).unwrap(), Signal::KILL).unwrap();
        stage.wait_until("it has ended", || !programs(&stage).contains(&program));
        run.interrupt().expect(130);
        stage.assert_nothing_left();
    }
}

#[test]
fn programs_that_can_not_be_run_are_refused_before_anything_is() {
    let stage = stage();
    stage.write("no-program", "");
    let said = |(line, exec): (&str, &str)| {
        let done = start_exec(&stage, line, exec).finish();
        format!("$ mpmt {line} --exec '{exec}'\n{}", done.expect(2).stderr)
    };
    let mut all: Vec<String> = [
        ("run", "no-such-program"),
        ("run", "./no-program"),
        ("run", "true {addres}"),
        ("run", "true \"{address}"),
        ("run", ""),
        ("run --runtime python", "true"),
        ("run -w cpu", "true"),
        ("run --runtime python --task tasks.py:double", "true"),
        ("sweep -p 1,2", "no-such-program"),
        ("sweep --runtime all", "true"),
    ]
    .into_iter()
    .map(said)
    .collect();
    all.push(stage.run("run -w exec").expect(2).stderr);
    insta::assert_snapshot!(all.join("\n"));
    stage.assert_nothing_left();
}

/// The path of an example.
fn example(name: &str) -> String {
    format!("{}/examples/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// Sweeps an example over one process and two threads, and two processes, on a few commands.
fn sweep_example(stage: &Stage, name: &str, variables: &[(&str, &str)]) {
    take_commands(stage, 8);
    let line = format!("sweep --runtime python -p 1,2 -t 1,2 -b 2 {FILES} -o out --task");
    let mut command = Command::new(env!("CARGO_BIN_EXE_mpmt"));
    command.args(line.split_whitespace());
    command.arg(format!("{}:work", example(name)));
    command.envs(variables.iter().copied());
    stage.start_command(&mut command).finish().expect(0);
    let rows = rows(&stage.path("out/trials.csv"));
    assert_eq!(rows.len(), 4);
    for row in rows {
        assert_eq!((&*row["status"], &*row["responses_sum"]), ("ok", "8"));
        assert!(row["task"].ends_with(&format!("/{name}:work")), "{row:?}");
    }
    let page = stage.read("out/report.html");
    assert!(page.contains("_work"), "the report names the work");
}

#[test]
fn the_json_example_runs() {
    let stage = stage();
    sweep_example(&stage, "json_work.py", &[]);
    stage.assert_nothing_left();
}

#[test]
fn the_zlib_example_runs() {
    let stage = stage();
    sweep_example(&stage, "zlib_work.py", &[]);
    stage.assert_nothing_left();
}

#[test]
fn the_http_example_runs_against_its_own_server() {
    let stage = stage();
    let mut python = Command::new("python3");
    let mut server = stage.start_command(python.arg(example("http_work.py")));
    let url = server.line();
    sweep_example(&stage, "http_work.py", &[("MPMT_EXAMPLE_URL", url.trim())]);
    server.signal(Signal::TERM);
    server.finish();
    stage.assert_nothing_left();
}

#[test]
fn the_http_example_says_what_it_lacks() {
    let stage = stage();
    let task = format!("--runtime python --task {}:work", example("http_work.py"));
    assert!(failure(&stage, &task).contains("MPMT_EXAMPLE_URL is not set"));
}
