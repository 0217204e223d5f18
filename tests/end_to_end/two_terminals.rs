//! `mpmt server` in one terminal, `mpmt client` in another.

use mpmt::server::descriptors_needed;

use crate::common::{Process, Stage, free_tcp_url};

const SERVER: &str = "server table.txt ipc://batches ipc://results 4 -t 16";
const CLIENT: &str = "client commands.txt 16 ipc://results ipc://batches";

#[test]
fn a_client_that_is_started_after_the_server_over_ipc_gets_its_512() {
    let stage = Stage::with_512_commands(0.01);
    let mut server = stage.start(SERVER);
    assert!(
        server
            .line()
            .starts_with("ready: batches at ipc://batches, control at ipc://")
    );
    assert_eq!(stage.run(CLIENT).expect(0).total(), 512);
    let server = server.interrupt().expect(0);
    assert_eq!(server.stdout.lines().count(), 2, "{server:?}");
    assert!(
        server
            .stdout
            .contains("served 32 batches (0 retried, 0 failed, 0 commands not known)"),
        "{server:?}"
    );
    stage.assert_nothing_left();
}

#[test]
fn a_client_that_is_started_before_the_server_over_ipc_gets_its_512() {
    let stage = Stage::with_512_commands(0.01);
    let client = stage.start(CLIENT);
    let server = stage.start(SERVER);
    assert_eq!(client.finish().expect(0).total(), 512);
    server.interrupt().expect(0);
    stage.assert_nothing_left();
}

#[test]
fn a_client_that_is_started_after_the_server_over_tcp_gets_its_512() {
    let stage = Stage::with_512_commands(0.01);
    let results = free_tcp_url();
    let (server, ready) = stage.serve(&format!("table.txt tcp://127.0.0.1:* {results} 4 -t 16"));
    let client = stage.run(&format!(
        "client commands.txt 16 {results} {}",
        ready.batches
    ));
    assert_eq!(client.expect(0).total(), 512);
    server.interrupt().expect(0);
    stage.assert_nothing_left();
}

#[test]
fn a_client_that_is_started_before_the_server_over_tcp_gets_its_512() {
    let stage = Stage::with_512_commands(0.01);
    let (batches, results) = (free_tcp_url(), free_tcp_url());
    let client = stage.start(&format!("client commands.txt 16 {results} {batches}"));
    let (server, _) = stage.serve(&format!("table.txt {batches} {results} 4 -t 16"));
    assert_eq!(client.finish().expect(0).total(), 512);
    server.interrupt().expect(0);
    stage.assert_nothing_left();
}

#[test]
fn the_client_says_how_long_it_took_and_the_total() {
    let stage = Stage::with_512_commands(0.0);
    let server = stage.start(SERVER);
    let client = stage.run(CLIENT).expect(0);
    let said: Vec<&str> = client.stdout.lines().collect();
    assert!(
        said[0].starts_with("time taken: ") && said[0].ends_with(" s"),
        "{client:?}"
    );
    assert_eq!(said[1..], ["total: 512"]);
    assert_eq!(client.stderr, "");
    server.interrupt().expect(0);
}

#[test]
fn a_client_can_run_again_against_the_same_server() {
    let stage = Stage::with_512_commands(0.0);
    let (server, _) = stage.serve("table.txt ipc://batches ipc://results 4 -t 16");
    for _ in 0..5 {
        assert_eq!(stage.run(CLIENT).expect(0).total(), 512);
    }
    let report = server.interrupt().expect(0).report();
    assert_eq!(report["batches"], 5 * 32);
    assert_eq!(
        report["workers_started"], 4,
        "the workers of the first client are used again"
    );
    stage.assert_nothing_left();
}

#[test]
fn a_client_needs_only_the_control_address_and_can_ask_for_a_configuration() {
    let stage = Stage::with_512_commands(0.01);
    let (server, ready) = stage.serve("table.txt tcp://127.0.0.1:* - 8");
    let line = format!("client commands.txt 16 --control {}", ready.control);
    assert_eq!(
        stage.run(&format!("{line} -p 4 -t 16")).expect(0).total(),
        512
    );
    let cpu = format!("{line} -p 2 -w cpu --loops 100 -e rayon -t 3 --dispatch pipelined");
    assert_eq!(stage.run(&cpu).expect(0).total(), 512);
    assert_eq!(server.interrupt().expect(0).report()["batches"], 64);
    stage.assert_nothing_left();
}

#[test]
fn two_clients_share_a_server_over_the_control_channel() {
    let stage = Stage::with_512_commands(0.01);
    let (server, ready) = stage.serve("table.txt ipc://batches - 4 --control ipc://control");
    let line = format!("client commands.txt 16 --control {}", ready.control);
    let clients = [2, 2].map(|processes| stage.start(&format!("{line} -p {processes} -t 16")));
    for client in clients {
        assert_eq!(client.finish().expect(0).total(), 512);
    }
    server.interrupt().expect(0);
    stage.assert_nothing_left();
}

/// How many descriptors a process has.
fn descriptors(process: &Process) -> usize {
    let folder = format!("/proc/{}/fd", process.pid().as_raw_nonzero());
    std::fs::read_dir(folder).unwrap().count()
}

#[test]
fn workers_are_started_on_demand_and_eager_ones_before_the_server_is_ready() {
    let stage = Stage::with_512_commands(0.0);
    let (server, _) = stage.serve("table.txt ipc://batches ipc://results 8");
    assert_eq!(stage.processes().len(), 1, "no batch, no worker");
    let without = descriptors(&server);
    // A single batch of all commands.
    let one = "client commands.txt 512 ipc://results ipc://batches";
    assert_eq!(stage.run(one).expect(0).total(), 512);
    assert_eq!(server.interrupt().expect(0).report()["workers_started"], 1);

    let (server, _) = stage.serve("table.txt ipc://batches ipc://results 8 --spawn eager");
    assert_eq!(stage.processes().len(), 9);
    let (used, reserved) = (descriptors(&server) - without, descriptors_needed(8));
    assert!(used as u64 <= reserved - descriptors_needed(0), "{used}");
    assert_eq!(server.interrupt().expect(0).report()["workers_started"], 8);
    stage.assert_nothing_left();
}

#[test]
fn unknown_commands_are_dropped_and_counted() {
    let stage = Stage::with_512_commands(0.0);
    let known = stage.read("commands.txt");
    stage.write(
        "commands.txt",
        &format!("1.1.1.1:foo\n{known}2.2.2.2:bar\n2.2.2.2:bar\n"),
    );
    let (server, ready) = stage.serve("table.txt ipc://batches ipc://results 2");
    assert_eq!(stage.run(CLIENT).expect(0).total(), 512);
    let control = format!("client commands.txt 16 --control {}", ready.control);
    assert_eq!(stage.run(&control).expect(1).total(), 512);
    assert_eq!(server.interrupt().expect(0).report()["unknown_commands"], 6);
}

#[test]
fn a_batch_of_unknown_commands_alone_is_answered_with_0() {
    let stage = Stage::with_512_commands(0.0);
    stage.write("commands.txt", "1.1.1.1:foo\n1.1.1.1:bar\n10.0.0.1:foo\n");
    let (server, ready) = stage.serve("table.txt ipc://batches ipc://results 2");
    let old = "client commands.txt 2 ipc://results ipc://batches";
    assert_eq!(stage.run(old).expect(0).total(), 1);
    let control = format!("client commands.txt 2 --control {}", ready.control);
    assert_eq!(stage.run(&control).expect(1).total(), 1);
    let report = server.interrupt().expect(0).report();
    assert_eq!(
        (&report["batches"], &report["unknown_commands"]),
        (&4.into(), &4.into())
    );
}

#[test]
fn a_killed_worker_costs_no_answer() {
    let stage = Stage::with_512_commands(0.005);
    let (server, ready) = stage.serve("table.txt ipc://batches - 4 -t 16 --chaos kill-worker=0.12");
    let line = format!(
        "client commands.txt 8 --control {} -p 4 -t 8",
        ready.control
    );
    assert_eq!(stage.run(&line).expect(0).total(), 512);
    let report = server.interrupt().expect(0).report();
    assert!(report["workers_lost"].as_u64() > Some(0), "{report}");
    stage.assert_nothing_left();
}

#[test]
fn a_server_can_leave_when_its_last_client_has_been_served() {
    let stage = Stage::with_512_commands(0.0);
    let (server, ready) = stage.serve("table.txt ipc://batches - 2 --exit-when-idle");
    let line = format!("client commands.txt 16 --control {}", ready.control);
    assert_eq!(stage.run(&line).expect(0).total(), 512);
    server.finish().expect(0);
    stage.assert_nothing_left();
}
