//! The rooms of src/ and what they may know of each other: imports run downwards only.
//!
//! The table is that of docs/architecture.md. What is read are the words after `crate::`, in
//! imports (grouped ones too) and in the midst of code, outside of comments and unit tests.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Every room with its floor. A room may name those of lower floors, and itself.
const ROOMS: &[(&str, u32)] = &[
    ("main", 5),
    ("cli", 5),
    ("harness", 4),
    ("report", 4),
    ("chart", 4),
    ("client", 3),
    ("server", 3),
    ("worker", 3),
    ("executor", 2),
    ("net", 2),
    ("process", 2),
    ("workload", 1),
    ("wire", 1),
    ("spec", 1),
    ("record", 1),
    ("model", 0),
    ("stats", 0),
    ("clock", 0),
];

/// Elsewhere it would not be built anyway, but say so by a hundred errors.
#[test]
fn another_system_than_linux_is_refused_in_words() {
    let library = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs"));
    let refusal = "#[cfg(not(target_os = \"linux\"))]\ncompile_error!(";
    assert!(library.unwrap().contains(refusal));
}

struct Source {
    /// Relative to src/.
    path: PathBuf,
    /// The whole text.
    text: String,
    /// The code without comments and unit tests.
    code: String,
}

impl Source {
    /// How far below the library's root its module is: 1 for that of a room.
    fn depth(&self) -> usize {
        let components = self.path.components().count();
        if self.path.ends_with("mod.rs") {
            components - 1
        } else {
            components
        }
    }

    fn room(&self) -> String {
        let first = self.path.components().next().unwrap();
        Path::new(first.as_os_str())
            .file_stem()
            .unwrap()
            .to_string_lossy()
            .into_owned()
    }
}

fn sources() -> Vec<Source> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    collect(&src, &mut paths);
    paths.sort();
    let source = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let path = path.strip_prefix(&src).unwrap().to_owned();
        let code = if path.file_stem().is_some_and(|stem| stem == "tests") {
            String::new()
        } else {
            code_of(&text)
        };
        Source { path, text, code }
    };
    let sources: Vec<Source> = paths.into_iter().map(source).collect();
    assert!(
        sources.len() > 50,
        "src/ was not found: {} files",
        sources.len()
    );
    sources
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

/// A text without its comments, and without the items that only tests are built with.
fn code_of(text: &str) -> String {
    let mut code = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line == "#[cfg(test)]" {
            // The item ends with its line, or where a brace closes at the start of a line.
            let _ =
                lines.find(|line| line.ends_with(';') && !line.starts_with(' ') || *line == "}");
        } else {
            code.push_str(without_comment(line));
            code.push('\n');
        }
    }
    code
}

fn without_comment(line: &str) -> &str {
    match line.find("//") {
        // An address like tcp://… is no comment.
        Some(at) if !line[..at].ends_with(':') => &line[..at],
        _ => line,
    }
}

/// The rooms that a text names after `crate::`, or after `mpmt::` as the binary does.
fn named_rooms(code: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for prefix in ["crate::", "mpmt::"] {
        for (at, _) in code.match_indices(prefix) {
            let rest = &code[at + prefix.len()..];
            match rest.strip_prefix('{') {
                Some(group) => rooms.extend(heads_of_group(group)),
                None => rooms.extend(word(rest)),
            }
        }
    }
    rooms
}

/// The first word of each path of a group, of which the opening brace has been read.
fn heads_of_group(group: &str) -> Vec<String> {
    let (mut depth, mut start, mut heads) = (0, 0, Vec::new());
    for (at, byte) in group.bytes().enumerate() {
        let ends_path = depth == 0 && matches!(byte, b',' | b'}');
        if ends_path {
            heads.extend(word(group[start..at].trim_start()));
            start = at + 1;
        }
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => break,
            b'}' => depth -= 1,
            _ => {}
        }
    }
    heads
}

fn word(text: &str) -> Option<String> {
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    (end > 0).then(|| text[..end].to_owned())
}

fn floor(room: &str) -> Option<u32> {
    ROOMS
        .iter()
        .find(|(name, _)| *name == room)
        .map(|&(_, floor)| floor)
}

/// Whether code of `room` may name `other`.
fn may_name(room: &str, other: &str) -> bool {
    // main.rs is nothing but the call of the command line.
    room == other
        || (room, other) == ("main", "cli")
        || matches!((floor(room), floor(other)), (Some(mine), Some(its)) if its < mine)
}

#[test]
fn every_room_stands_in_the_table_and_in_the_library() {
    let lib = sources()
        .into_iter()
        .find(|source| source.path == Path::new("lib.rs"))
        .unwrap();
    let declared: BTreeSet<&str> = lib
        .code
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    let table: BTreeSet<&str> = ROOMS
        .iter()
        .map(|(room, _)| *room)
        .filter(|r| *r != "main")
        .collect();
    assert_eq!(declared, table);
}

#[test]
fn imports_run_downwards_only() {
    let mut wrong = Vec::new();
    for source in sources()
        .iter()
        .filter(|source| source.path != Path::new("lib.rs"))
    {
        let room = source.room();
        for other in named_rooms(&source.code) {
            if !may_name(&room, &other) {
                wrong.push(format!(
                    "src/{} names crate::{other}",
                    source.path.display()
                ));
            }
        }
        if source.code.contains(&"super::".repeat(source.depth())) {
            wrong.push(format!(
                "src/{} climbs out of its room by super::",
                source.path.display()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn zeromq_is_named_by_net_alone() {
    assert_only("net", &["zmq::", "use zmq", "extern crate zmq", "zmq_sys"]);
}

#[test]
fn errors_have_types_below_the_command_line() {
    assert_only("cli", &["anyhow::", "use anyhow", "anyhow!"]);
}

#[test]
fn the_clock_alone_reads_the_time() {
    assert_only(
        "clock",
        &[
            "Instant::now",
            "SystemTime::now",
            "Timestamp::now",
            "Zoned::now",
        ],
    );
}

/// Checks that of all rooms only one has any of these words, and that it has.
fn assert_only(room: &str, words: &[&str]) {
    let has_word = |source: &&Source| words.iter().any(|word| names(&source.code, word));
    let sources = sources();
    let rooms: BTreeSet<String> = sources.iter().filter(has_word).map(Source::room).collect();
    assert_eq!(
        rooms,
        BTreeSet::from([room.to_owned()]),
        "who has one of {words:?}"
    );
}

/// Whether a word stands in a text, and not as the end of a longer one.
fn names(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

#[test]
fn every_room_opens_with_what_it_is_for_and_what_it_must_not_know() {
    let sources = sources();
    for (room, _) in ROOMS.iter().filter(|(room, _)| *room != "main") {
        let paths = [format!("{room}/mod.rs"), format!("{room}.rs")].map(PathBuf::from);
        let source = sources
            .iter()
            .find(|source| paths.contains(&source.path))
            .unwrap();
        let opening: Vec<&str> = source
            .text
            .lines()
            .take_while(|line| line.starts_with("//!"))
            .collect();
        let opening = opening.join("\n");
        assert!(
            opening.contains("Must not know"),
            "src/{}:\n{opening}",
            source.path.display()
        );
    }
}

#[test]
fn every_file_opens_with_what_it_is_for() {
    let bare = (sources().into_iter()).filter(|source| !source.text.starts_with("//! "));
    let bare: Vec<PathBuf> = bare.map(|source| source.path).collect();
    assert!(bare.is_empty(), "without //!: {bare:?}");
}

#[test]
fn the_actors_do_not_know_each_other_and_what_is_shown_comes_from_records_alone() {
    for (room, other) in [
        ("client", "server"),
        ("server", "worker"),
        ("worker", "client"),
        ("report", "harness"),
        ("chart", "harness"),
        ("report", "chart"),
        ("model", "clock"),
        ("net", "process"),
    ] {
        assert!(!may_name(room, other), "{room} may name {other}");
    }
}

#[test]
fn rooms_are_found_in_groups_and_in_the_midst_of_code() {
    let code = "use crate::{model::{self, Job}, net, wire::data::{a, b::{c, d}}};\n\
                use crate::clock;\n\
                pub(in crate::server) fn f() -> crate::record::Trial { mpmt::cli::main() }\n";
    let found: Vec<String> = named_rooms(code).into_iter().collect();
    assert_eq!(
        found,
        ["cli", "clock", "model", "net", "record", "server", "wire"]
    );
}

#[test]
fn comments_and_unit_tests_are_not_looked_at() {
    let text = "use crate::net; // crate::cli\n/// [`crate::harness`]\nlet u = \"tcp://x\";\n\
                #[cfg(test)]\nmod tests;\nuse crate::wire;\n\
                #[cfg(test)]\nmod tests {\n    use crate::server;\n}\nuse crate::spec;\n";
    let code = "use crate::net; \n\nlet u = \"tcp://x\";\nuse crate::wire;\nuse crate::spec;\n";
    assert_eq!(code_of(text), code);
}

/// All that docs/architecture.md names between backticks.
fn named_in_the_document() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/architecture.md");
    let text = fs::read_to_string(path).unwrap();
    let names: Vec<String> = text
        .split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect();
    assert!(names.len() > 200, "the document was not read");
    names
}

#[test]
fn every_file_that_the_document_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let is_file = |name: &&String| {
        let ending = Path::new(name)
            .extension()
            .and_then(|ending| ending.to_str());
        matches!(ending, Some("rs" | "py" | "toml" | "md")) && !name.contains([' ', '*'])
    };
    let named = named_in_the_document();
    let files: Vec<&String> = named.iter().filter(is_file).collect();
    assert!(files.len() > 50, "files were not found: {files:?}");
    let is_there = |name: &str| {
        ["", "src", "src/worker/python"]
            .iter()
            .any(|folder| root.join(folder).join(name).exists())
    };
    let missing: Vec<_> = files.iter().filter(|name| !is_there(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_test_that_the_document_names_is_there() {
    let mut paths = Vec::new();
    for folder in ["src", "tests"] {
        collect(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
            &mut paths,
        );
    }
    let code: String = paths
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    // A test's name is a sentence.
    let is_test = |name: &&String| {
        !name.starts_with('_')
            && name.matches('_').count() >= 3
            && name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let named = named_in_the_document();
    let tests: Vec<&String> = named.iter().filter(is_test).collect();
    assert!(tests.len() > 20, "tests were not found: {tests:?}");
    let missing: Vec<_> = tests
        .iter()
        .filter(|name| !code.contains(&format!("fn {name}(")))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
