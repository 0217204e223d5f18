//! Addresses that can't be bound.

use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::Command;

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
            "mpmt: can't listen on tcp://127.0.0.1:PORT: the address is in use; end the process that uses it, or choose another address\n"
        );
    }
    stage.assert_nothing_left();
}

#[test]
fn an_ipc_path_that_is_in_use_is_an_error_and_stays_its_owners() {
    let stage = Stage::with_512_commands(0.0);
    let taken = UnixListener::bind(stage.path("taken")).unwrap();
    for line in BINDS {
        let done = stage.run(&line.replace("PATH", "taken")).expect(2);
        assert_eq!(
            done.stderr,
            "mpmt: can't listen on ipc://taken: the address is in use; end the process that uses it, or choose another address\n"
        );
    }
    assert!(UnixStream::connect(stage.path("taken")).is_ok());
    drop(taken);
    stage.assert_nothing_left();
}

/// Every command that listens at an address that a person gives.
const BINDS: [&str; 3] = [
    "server table.txt ipc://PATH - 1",
    "server table.txt ipc://batches - 1 --control ipc://PATH",
    "client commands.txt 16 ipc://PATH ipc://batches",
];

#[test]
fn a_file_at_an_ipc_path_is_left_as_it_is() {
    let stage = Stage::with_512_commands(0.0);
    let table = stage.read("table.txt");
    stage.write("notes", "mine");
    let on_notes = BINDS.map(|line| line.replace("PATH", "notes"));
    let on_table = BINDS[0].replace("PATH", "table.txt");
    for line in on_notes.into_iter().chain([on_table]) {
        let done = stage.run(&line).expect(2);
        assert!(
            done.stderr.ends_with(
                ": a file lies there, and stays; move it away or choose another address\n"
            ),
            "{line}: {}",
            done.stderr
        );
        assert_eq!(stage.read("notes"), "mine", "{line}");
        assert_eq!(stage.read("table.txt"), table, "{line}");
    }
    stage.assert_nothing_left();
}

#[test]
fn whatever_lies_at_an_ipc_path_is_left_as_it_is_and_named() {
    let stage = Stage::with_512_commands(0.0);
    drop(UnixListener::bind(stage.path("dead")).unwrap());
    stage.write("notes", "mine");
    std::fs::create_dir(stage.path("folder")).unwrap();
    for (link, target) in [
        ("to-dead", "dead"),
        ("to-notes", "notes"),
        ("to-none", "none"),
    ] {
        symlink(target, stage.path(link)).unwrap();
    }
    let fifo = Command::new("mkfifo").arg(stage.path("fifo")).status();
    assert!(fifo.unwrap().success());
    for (path, what) in [
        ("folder", "a folder"),
        ("fifo", "a named pipe"),
        ("to-dead", "a symbolic link"),
        ("to-notes", "a symbolic link"),
        ("to-none", "a symbolic link"),
    ] {
        let before = std::fs::symlink_metadata(stage.path(path)).unwrap();
        for line in BINDS {
            let done = stage.run(&line.replace("PATH", path)).expect(2);
            let says = format!("can't listen on ipc://{path}: {what} lies there, and stays");
            assert!(done.stderr.contains(&says), "{line}: {}", done.stderr);
        }
        let after = std::fs::symlink_metadata(stage.path(path)).unwrap();
        assert_eq!(before.file_type(), after.file_type(), "{path}");
        assert_eq!(before.ino(), after.ino(), "{path}");
    }
    assert_eq!(stage.read("notes"), "mine");
    assert!(stage.path("dead").exists() && !stage.path("none").exists());
    stage.assert_nothing_left();
}

#[test]
fn a_path_below_a_file_or_a_missing_folder_is_an_error_that_names_it() {
    let stage = Stage::with_512_commands(0.0);
    for path in ["table.txt/socket", "no/such/folder"] {
        for line in BINDS {
            let done = stage.run(&line.replace("PATH", path)).expect(2);
            let says = format!("mpmt: can't listen on ipc://{path}: ");
            assert!(done.stderr.starts_with(&says), "{line}: {}", done.stderr);
        }
    }
    stage.assert_nothing_left();
}

#[test]
fn a_socket_that_nobody_answers_any_more_is_no_obstacle() {
    let stage = Stage::with_512_commands(0.0);
    for path in ["batches", "control"] {
        drop(UnixListener::bind(stage.path(path)).unwrap());
    }
    let (server, _) = stage.serve("table.txt ipc://batches - 1 --control ipc://control");
    let client = stage.run("client commands.txt 16 --control ipc://control");
    assert_eq!(client.expect(0).total(), 512);
    server.interrupt().expect(0);
    stage.assert_nothing_left();
}

#[test]
fn an_abstract_address_takes_no_file_of_its_name_away() {
    let stage = Stage::with_512_commands(0.0);
    // Names of this kind are the whole machine's.
    let name = format!("@mpmt-test-{}", std::process::id());
    stage.write(&name, "mine");
    let (server, ready) = stage.serve(&format!(
        "table.txt ipc://{name} - 1 --control ipc://control"
    ));
    assert_eq!(ready.batches, format!("ipc://{name}"));
    let client = stage.run("client commands.txt 16 --control ipc://control");
    assert_eq!(client.expect(0).total(), 512);
    let second = stage
        .run(&format!("server table.txt ipc://{name} - 1"))
        .expect(2);
    assert!(
        second.stderr.contains("the address is in use"),
        "{second:?}"
    );
    server.interrupt().expect(0);
    assert_eq!(stage.read(&name), "mine");
    stage.assert_nothing_left();
}
