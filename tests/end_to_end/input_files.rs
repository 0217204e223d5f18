//! What is said about the lines of commands files and tables.

use insta::assert_snapshot;

use crate::common::Stage;

const RUN: &str = "run -w noop --commands commands.txt --table table.txt";

#[test]
fn a_bad_line_is_skipped_and_told_with_its_file_line_and_reason() {
    let stage = Stage::new();
    stage.write(
        "table.txt",
        "10.0.0.1:foo:1:0\r\n10.0.0.1:bar:x:0\n10.0.0.1:foo:1:-1\n10.0.0.1:bar:2:0\n",
    );
    stage.write(
        "commands.txt",
        "10.0.0.1:foo\n10.0.0.01:foo\n10.0.0.256:foo\n10.0.0.1:baz\nnonsense\n10.0.0.1:bar\r\n",
    );
    let done = stage.run(&format!("{RUN} --format json")).expect(0);
    let trials: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(trials[0]["responses_sum"], 3);
    let told: Vec<&str> = done
        .stderr
        .lines()
        .filter(|line| line.contains(".txt:"))
        .collect();
    assert_snapshot!(told.join("\n"), @r#"
commands.txt:2: '10.0.0.01' is not a dotted quad (four numbers of 0 to 255 without leading zeros, like 10.0.0.1)
commands.txt:3: '10.0.0.256' is not a dotted quad (four numbers of 0 to 255 without leading zeros, like 10.0.0.1)
commands.txt:4: 'baz' is not a command; it can be foo or bar
commands.txt:5: expected <ipv4>:<foo|bar>, found no ':'
table.txt:2: response 'x' is not an integer (64 bits)
table.txt:3: wait '-1' is not a finite number of seconds of at least 0 (and at most 3000000000)
"#);
}

#[test]
fn a_byte_order_mark_and_blank_lines_are_nothing() {
    let stage = Stage::new();
    stage.write(
        "table.txt",
        "\u{feff}10.0.0.1:foo:1:0\r\n \r\n10.0.0.1:bar:2:0 \n",
    );
    stage.write("commands.txt", "\u{feff}10.0.0.1:foo\n\t\n10.0.0.1:bar\n");
    let done = stage
        .run(&format!("{RUN} --strict --format json"))
        .expect(0);
    let trials: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(trials[0]["responses_sum"], 3);
    stage.write(
        "x.toml",
        "\u{feff}question = \"\"\nanalysis = \"\"\n[axes]\nworkload = \"noop\"\n",
    );
    stage.run("sweep x.toml --list").expect(0);
    let wide: Vec<u8> = "10.0.0.1:foo\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    std::fs::write(
        stage.path("commands.txt"),
        [b"\xFF\xFE".as_slice(), &wide].concat(),
    )
    .unwrap();
    let done = stage.run(RUN).expect(2);
    assert!(
        done.stderr
            .contains("commands.txt can't be read: it is UTF-16"),
        "{}",
        done.stderr
    );
}

#[test]
fn the_first_ten_bad_lines_are_told_and_the_others_counted() {
    let stage = Stage::with_512_commands(0.0);
    let bad: String = (1..=25).map(|n| format!("bad {n}\n")).collect();
    stage.write("commands.txt", &format!("{bad}10.0.0.1:foo\n"));
    let done = stage.run(RUN).expect(0);
    let told: Vec<&str> = done
        .stderr
        .lines()
        .filter(|line| line.starts_with("commands.txt:"))
        .collect();
    assert_eq!(told.len(), 11, "{}", done.stderr);
    assert!(told[9].starts_with("commands.txt:10: "));
    assert_eq!(told[10], "commands.txt: and 15 more");
}

#[test]
fn strict_makes_a_bad_line_an_error() {
    let stage = Stage::with_512_commands(0.0);
    stage.write("bad.txt", "10.0.0.1:foo\noops\n");
    for line in [
        "run --strict --commands bad.txt",
        "client bad.txt 16 ipc://results ipc://batches --strict",
    ] {
        let done = stage.run(line).expect(2);
        assert_eq!(
            done.stderr,
            "bad.txt:2: expected <ipv4>:<foo|bar>, found no ':'\n\
mpmt: bad.txt: 1 malformed line, which --strict does not allow; correct it, or leave --strict out\n"
        );
    }
    stage
        .run("server bad.txt ipc://batches ipc://results 1 --strict")
        .expect(2);
}

#[test]
fn a_file_that_is_missing_or_has_no_good_line_is_an_error_that_names_it() {
    let stage = Stage::with_512_commands(0.0);
    stage.write("empty.txt", "");
    stage.write("bad.txt", "oops\n");
    let said = |line: &str| format!("{line}\n{}", stage.run(line).expect(2).stderr);
    let all: Vec<String> = [
        "run --commands missing.txt",
        "run --table missing.txt",
        "run --commands empty.txt",
        "client bad.txt 16 ipc://results ipc://batches",
        "server empty.txt ipc://batches ipc://results 1",
        "server missing.txt ipc://batches ipc://results 1",
    ]
    .into_iter()
    .map(said)
    .collect();
    assert_snapshot!(all.join("\n"), @r#"
run --commands missing.txt
mpmt: missing.txt can't be read: No such file or directory (os error 2)

run --table missing.txt
mpmt: missing.txt can't be read: No such file or directory (os error 2)

run --commands empty.txt
mpmt: empty.txt has no good line; each has the form <ip>:<foo|bar>

client bad.txt 16 ipc://results ipc://batches
bad.txt:1: expected <ipv4>:<foo|bar>, found no ':'
mpmt: bad.txt has no good line; each has the form <ip>:<foo|bar>

server empty.txt ipc://batches ipc://results 1
mpmt: empty.txt has no good line; each has the form <ip>:<command>:<response>:<wait>

server missing.txt ipc://batches ipc://results 1
mpmt: missing.txt can't be read: No such file or directory (os error 2)
"#);
}

#[test]
fn of_a_repeated_key_the_last_stands_with_a_warning() {
    let stage = Stage::new();
    stage.write(
        "table.txt",
        "10.0.0.1:foo:1:0\n10.0.0.2:foo:5:0\n10.0.0.1:foo:7:0\n",
    );
    stage.write("commands.txt", "10.0.0.1:foo\n");
    let server = stage.start("server table.txt ipc://batches ipc://results 1");
    let client = stage.run("client commands.txt 16 ipc://results ipc://batches");
    assert_eq!(client.expect(0).total(), 7);
    let warning = server.interrupt().expect(0).stderr;
    assert_snapshot!(warning, @r#"
table.txt:3: this command is in the table already; the last one stands
"#);
}
