//! What the program says of itself, and of wrong arguments.

use insta::assert_snapshot;

use crate::common::Stage;

#[test]
fn help_tells_what_it_is_for_its_subcommands_and_exit_codes() {
    assert_snapshot!(Stage::new().run("--help").expect(0).stdout);
}

#[test]
fn help_of_run_tells_its_options_with_examples() {
    assert_snapshot!(Stage::new().run("run --help").expect(0).stdout);
}

#[test]
fn every_subcommand_has_examples_in_its_help() {
    let stage = Stage::new();
    for command in [
        "reproduce",
        "run",
        "sweep",
        "tune",
        "plot",
        "report",
        "server",
        "client",
        "generate",
    ] {
        let help = stage.run(&format!("{command} --help")).expect(0).stdout;
        assert!(help.contains("Examples:"), "{command}: {help}");
        assert!(
            help.contains(&format!("mpmt {command}")),
            "{command}: {help}"
        );
    }
}

#[test]
fn a_list_says_that_threads_can_never_run_and_not_among_its_rows() {
    let stage = Stage::with_512_commands(0.0);
    let work = "sweep --commands commands.txt --table table.txt -p 1 -b 16 --list --format csv";
    let listed = |threads: &str| stage.run(&format!("{work} -t {threads}")).expect(0);
    let idle = listed("8,32");
    assert!(
        idle.stderr
            .contains("sweep: io-mt-1x32 has threads that can never run"),
        "{idle:?}"
    );
    assert!(!idle.stdout.contains("never run"), "{idle:?}");
    assert_eq!(idle.stdout.lines().count(), 3, "{idle:?}");
    assert!(!listed("8").stderr.contains("never run"));
}

#[test]
fn figures_at_their_extremes_are_refused_in_words() {
    let stage = Stage::with_512_commands(0.5);
    stage.write("long.txt", "10.0.0.1:foo:1:4000\n");
    const MOST: u64 = u64::MAX;
    for line in [
        format!("run -w noop --repeat {MOST}"),
        format!("run -w noop --timeout {MOST}s"),
        format!("run --wait {MOST}s --timeout 1s"),
        "run --wait 3000000000s --time-scale 1000000 --timeout 1s".to_owned(),
        "run --table long.txt --time-scale 1000000 --timeout 1s".to_owned(),
        format!("run -r {MOST}"),
        format!("sweep -w noop --budget {MOST}s -o out"),
        format!("sweep -w noop --timeout {MOST}s -o out"),
        format!("sweep -w noop --repeat {MOST} --list"),
        "sweep --wait 3000000000s --time-scale 1000000 --list".to_owned(),
        "sweep -w noop -r 4294967295 --warmup 4294967295 --list".to_owned(),
        format!("client commands.txt 16 ipc://a ipc://b --window {MOST}"),
        format!("client commands.txt 16 ipc://a ipc://b --repeat {MOST}"),
        format!("client commands.txt 16 ipc://a ipc://b --connect-timeout {MOST}s"),
        "compare a b --threshold 1e300%".to_owned(),
        "sweep -w noop --precision 0.02 --list".to_owned(),
    ] {
        let done = stage.run(&line);
        assert!(!done.stderr.contains("panicked"), "{line}: {}", done.stderr);
        let done = done.expect(2);
        assert!(
            done.stderr.contains("error: invalid value") || done.stderr.contains("mpmt: "),
            "{line}: {}",
            done.stderr
        );
    }
}

#[test]
fn wrong_arguments_are_told_with_what_can_be_done_and_exit_2() {
    let stage = Stage::new();
    let said = |line: &str| format!("$ mpmt {line}\n{}", stage.run(line).expect(2).stderr);
    let all: Vec<String> = [
        "run -e sequential -t 4",
        "run -w disk",
        "run -p 0",
        "run --wait soon",
        "run --time-scale -1",
        "run --chaos kill-everyone",
        "client commands.txt 16",
        "plot missing.csv",
        "frobnicate",
    ]
    .into_iter()
    .map(said)
    .collect();
    assert_snapshot!(all.join("\n"), @r#"
$ mpmt run -e sequential -t 4
mpmt: the sequential executor has one thread, and --threads 4 asks for more; leave one of the two out

$ mpmt run -w disk
error: invalid value 'disk' for '--workload <WORKLOAD>'
  [possible values: io, cpu, mixed, noop, task, exec]

For more information, try '--help'.

$ mpmt run -p 0
error: invalid value '0' for '--processes <N>': 0 is not in 1..=4096

For more information, try '--help'.

$ mpmt run --wait soon
error: invalid value 'soon' for '--wait <DURATION>': expected number at 0

For more information, try '--help'.

$ mpmt run --time-scale -1
error: unexpected argument '-1' found

Usage: mpmt run [OPTIONS]

For more information, try '--help'.

$ mpmt run --chaos kill-everyone
error: invalid value 'kill-everyone' for '--chaos <FAULT>': 'kill-everyone' is not a fault to inject; use kill-worker=P with P from 0 to 1, like kill-worker=0.05

For more information, try '--help'.

$ mpmt client commands.txt 16
error: the following required arguments were not provided:
  <BIND_URL>
  <REMOTE_URL>

Usage: mpmt client <COMMANDS> <BATCH> <BIND_URL> <REMOTE_URL>

For more information, try '--help'.

$ mpmt plot missing.csv
mpmt: missing.csv: No such file or directory (os error 2)

$ mpmt frobnicate
error: unrecognized subcommand 'frobnicate'

Usage: mpmt <COMMAND>

For more information, try '--help'.
"#);
}
