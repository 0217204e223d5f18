//! Addresses that can't be had.

use std::net::TcpListener;
use std::os::unix::net::UnixListener;

use insta::assert_snapshot;

use crate::common::Stage;

#[test]
fn an_address_that_other_machines_can_reach_is_refused() {
    let stage = Stage::with_512_commands(0.0);
    for line in [
        "server table.txt tcp://0.0.0.0:* ipc://results 1",
        "server table.txt tcp://*:* ipc://results 1",
        "server table.txt ipc://batches tcp://10.0.0.1:5000 1",
        "server table.txt ipc://batches - 1 --control tcp://0.0.0.0:*",
        "client commands.txt 16 tcp://0.0.0.0:* ipc://batches",
        "client commands.txt 16 --control tcp://10.0.0.1:5000",
    ] {
        let done = stage.run(line).expect(2);
        assert!(
            done.stderr.contains("is not on this machine"),
            "{line}: {}",
            done.stderr
        );
    }
}

#[test]
fn a_person_can_ask_for_a_remote_address_and_is_warned() {
    let stage = Stage::with_512_commands(0.0);
    let (server, _) = stage.serve("table.txt tcp://0.0.0.0:* - 1 --allow-remote");
    let done = server.interrupt().expect(0);
    assert!(
        done.stderr.contains("nothing is encrypted"),
        "{}",
        done.stderr
    );
}

#[test]
fn a_path_that_does_not_fit_a_socket_is_refused() {
    let stage = Stage::with_512_commands(0.0);
    let long = "x".repeat(108);
    let done = stage
        .run(&format!("server table.txt ipc://{long} ipc://results 1"))
        .expect(2);
    assert_snapshot!(done.stderr.replace(&long, "<108 bytes>"), @r#"
error: invalid value 'ipc://<108 bytes>' for '<BIND_URL>': the path of 'ipc://<108 bytes>' is longer than the 107 bytes that a socket can have; choose a shorter folder

For more information, try '--help'.
"#);
}

#[test]
fn what_is_no_address_is_refused() {
    let stage = Stage::with_512_commands(0.0);
    let done = stage.run("server table.txt 5555 ipc://results 1").expect(2);
    assert_snapshot!(done.stderr, @r#"
error: invalid value '5555' for '<BIND_URL>': '5555' is not an address; use tcp://HOST:PORT (a port of * takes a free one) or ipc://PATH

For more information, try '--help'.
"#);
}

#[test]
fn a_port_that_is_in_use_is_an_error_that_names_it() {
    let stage = Stage::with_512_commands(0.0);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for line in [
        format!("server table.txt tcp://127.0.0.1:{port} - 1"),
        format!("server table.txt ipc://batches - 1 --control tcp://127.0.0.1:{port}"),
        format!("client commands.txt 16 tcp://127.0.0.1:{port} ipc://batches"),
    ] {
        let done = stage.run(&line).expect(2);
        assert_eq!(
            done.stderr.replace(&port, "PORT"),
            "mpmt: can't listen on tcp://127.0.0.1:PORT: the address is in use; stop who uses it or choose another\n"
        );
    }
    stage.assert_nothing_left();
}

#[test]
fn an_ipc_path_that_is_in_use_is_an_error_and_stays_its_owners() {
    let stage = Stage::with_512_commands(0.0);
    let taken = UnixListener::bind(stage.path("taken")).unwrap();
    for line in [
        "server table.txt ipc://taken - 1",
        "server table.txt ipc://batches - 1 --control ipc://taken",
        "client commands.txt 16 ipc://taken ipc://batches",
    ] {
        let done = stage.run(line).expect(2);
        assert_eq!(
            done.stderr,
            "mpmt: 'ipc://taken' is in use by another process; stop it or choose another address\n"
        );
    }
    assert!(stage.path("taken").exists());
    drop(taken);
}
