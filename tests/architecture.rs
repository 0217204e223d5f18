//! The rooms of src/ and what they may know of each other: imports run downwards only.
//!
//! The table is that of docs/architecture.md. What is read are the words after `crate::`, in
//! imports (grouped ones too) and in the midst of code, outside of comments and unit tests.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
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
    let paths = paths(code, &["crate::", "mpmt::"]).into_iter();
    paths.filter_map(|path| path.into_iter().nth(1)).collect()
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

/// How a path within the library begins.
const IN_LIBRARY: [&str; 2] = ["super::", "crate::"];

/// The paths that code names after one of these, each from there on, groups taken apart.
fn paths(code: &str, prefixes: &[&str]) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    for prefix in prefixes {
        for (at, _) in code.match_indices(prefix) {
            // The second `super` of a path is found with the first.
            if !code[..at].ends_with("::") {
                flatten(&code[at..], &mut Vec::new(), &mut paths);
            }
        }
    }
    paths
}

/// Reads a path, or a group of them, and gives how long it is.
fn flatten(text: &str, before: &mut Vec<String>, paths: &mut Vec<Vec<String>>) -> usize {
    let depth = before.len();
    let mut at = 0;
    loop {
        at += text[at..].len() - text[at..].trim_start().len();
        if text[at..].starts_with('{') {
            at += 1;
            loop {
                at += flatten(&text[at..], before, paths);
                at += text[at..].len() - text[at..].trim_start().len();
                match text.as_bytes().get(at) {
                    Some(b',') => at += 1,
                    _ => break at += 1,
                }
            }
            break;
        }
        let Some(name) = word(&text[at..]) else { break };
        at += name.len();
        before.push(name);
        if !text[at..].starts_with("::") {
            paths.push(before.clone());
            break;
        }
        at += 2;
    }
    before.truncate(depth);
    at
}

/// A module by its names from the library's root on.
type Module = Vec<String>;

fn module_of(path: &Path) -> Module {
    let path = path.with_extension("");
    let names = path.iter().map(|name| name.to_string_lossy().into_owned());
    names.filter(|name| name != "mod").collect()
}

/// Which file a path leads to: the module that it names last, or the one from which that takes the
/// item (`pub use`). An item of a room's entrance itself leads nowhere.
fn target(from: &Module, path: &[String], modules: &BTreeMap<Module, &Source>) -> Option<Module> {
    let mut module = from.clone();
    for (place, name) in path.iter().enumerate() {
        match &**name {
            "super" => drop(module.pop()),
            "crate" => module.clear(),
            "self" => {}
            name => {
                let child = [module.clone(), vec![name.to_owned()]].concat();
                if modules.contains_key(&child) {
                    module = child;
                    continue;
                }
                let entrance = modules.get(&module)?;
                let taken = exports(&entrance.code)
                    .into_iter()
                    .find(|export| export.last() == path.get(place));
                let Some(taken) = taken else { break };
                return target(&module, &taken[..taken.len() - 1], modules);
            }
        }
    }
    modules.contains_key(&module).then_some(module)
}

/// The paths that a module's `pub use` give to others.
fn exports(code: &str) -> Vec<Vec<String>> {
    let mut exports = Vec::new();
    for start in ["pub use ", "pub(super) use ", "pub(crate) use ", "pub(in "] {
        for (at, _) in code.match_indices(start) {
            let rest = &code[at..];
            let Some(path) = rest.find("use ").map(|at| &rest[at + 4..]) else {
                continue;
            };
            flatten(path, &mut Vec::new(), &mut exports);
        }
    }
    exports
}

#[test]
fn no_files_of_a_room_need_each_other() {
    let sources = sources();
    let modules: BTreeMap<Module, &Source> = (sources.iter())
        .map(|source| (module_of(&source.path), source))
        .collect();
    // A room's entrance names all that is behind it, and is not looked at.
    let files = modules
        .iter()
        .filter(|(_, source)| !source.path.ends_with("mod.rs"));
    let mut needs: BTreeMap<&Module, BTreeSet<Module>> = BTreeMap::new();
    for (module, source) in files {
        let targets = paths(&source.code, &IN_LIBRARY).into_iter();
        let targets = targets.filter_map(|path| target(module, &path, &modules));
        let is_file = |other: &Module| !modules[other].path.ends_with("mod.rs");
        let others = targets
            .filter(|other| other != module && is_file(other) && other.first() == module.first());
        needs.insert(module, others.collect());
    }
    let edges: usize = needs.values().map(BTreeSet::len).sum();
    assert!(edges > 200, "imports were not found: {edges}");
    // Whoever needs nobody, or is needed by nobody, stands in no circle.
    loop {
        let needed: BTreeSet<Module> = needs.values().flatten().cloned().collect();
        let before = needs.len();
        needs.retain(|&module, others| !others.is_empty() && needed.contains(module));
        let left: BTreeSet<Module> = needs.keys().map(|&module| module.clone()).collect();
        needs
            .values_mut()
            .for_each(|others| others.retain(|other| left.contains(other)));
        if needs.len() == before {
            break;
        }
    }
    let name = |module: &Module| module.join("/");
    let circles = (needs.iter()).map(|(module, others)| {
        let others: Vec<String> = others.iter().map(name).collect();
        format!("{} needs {}", name(module), others.join(", "))
    });
    let circles: Vec<String> = circles.collect();
    assert!(circles.is_empty(), "circles:\n{}", circles.join("\n"));
}

#[test]
fn paths_are_found_in_groups_and_across_lines() {
    let code = "use super::{a::{B, c::D}, E};\nuse super::super::f::G;\nlet x = crate::h::i();";
    let found: Vec<String> = paths(code, &IN_LIBRARY)
        .iter()
        .map(|path| path.join("."))
        .collect();
    let expected = [
        "super.a.B",
        "super.a.c.D",
        "super.E",
        "super.super.f.G",
        "crate.h.i",
    ];
    assert_eq!(found, expected);
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

/// All that a document names between backticks.
fn named_in(document: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(document);
    let text = fs::read_to_string(path).unwrap();
    // Blocks of code begin and end with three.
    let prose = text.split("```").step_by(2);
    let names: Vec<String> = prose
        .flat_map(|prose| prose.split('`').skip(1).step_by(2))
        .map(str::to_owned)
        .collect();
    assert!(names.len() > 30, "{document} was not read");
    names
}

/// The documents that tell where in the code things are.
const DOCUMENTS: [&str; 2] = ["docs/architecture.md", "CONTRIBUTING.md"];

#[test]
fn every_file_that_the_documents_name_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let is_file = |name: &&String| {
        let ending = Path::new(name)
            .extension()
            .and_then(|ending| ending.to_str());
        // `mod.rs` is any room's, NAME a file that is to be made.
        matches!(ending, Some("rs" | "py" | "toml" | "md"))
            && !name.contains([' ', '*'])
            && *name != "mod.rs"
            && !name.contains("NAME")
    };
    for document in DOCUMENTS {
        let named = named_in(document);
        let files: Vec<&String> = named.iter().filter(is_file).collect();
        assert!(files.len() > 15, "files were not found: {files:?}");
        let is_there = |name: &str| {
            ["", "src"]
                .iter()
                .any(|folder| root.join(folder).join(name).exists())
        };
        let missing: Vec<_> = files.iter().filter(|name| !is_there(name)).collect();
        assert!(missing.is_empty(), "{document}: {missing:?}");
    }
}

/// All code, of the program and of its tests.
fn all_code() -> String {
    let mut paths = Vec::new();
    for folder in ["src", "tests"] {
        collect(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
            &mut paths,
        );
    }
    paths
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect()
}

#[test]
fn every_item_that_the_documents_name_is_there() {
    let code = all_code();
    for document in DOCUMENTS {
        let named = named_in(document);
        // `Type::item`, and not a path that begins with a crate or a room.
        let items: Vec<(&str, &str)> = named
            .iter()
            .filter(|name| !name.contains(' '))
            .filter_map(|name| name.split_once("::"))
            .filter(|(owner, _)| owner.starts_with(|c: char| c.is_ascii_uppercase()))
            .collect();
        assert!(items.len() > 2, "items were not found: {items:?}");
        let is_there = |&&(owner, item): &&(&str, &str)| {
            let words = ["fn", "const"].map(|kind| format!("{kind} {item}"));
            code.contains(owner) && words.iter().any(|word| code.contains(word))
        };
        let missing: Vec<_> = items.iter().filter(|item| !is_there(item)).collect();
        assert!(missing.is_empty(), "{document}: {missing:?}");
    }
}

#[test]
fn every_test_that_the_document_names_is_there() {
    let code = all_code();
    // A test's name is a sentence.
    let is_test = |name: &&String| {
        !name.starts_with('_')
            && name.matches('_').count() >= 3
            && name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let named = named_in(DOCUMENTS[0]);
    let tests: Vec<&String> = named.iter().filter(is_test).collect();
    assert!(tests.len() > 20, "tests were not found: {tests:?}");
    let missing: Vec<_> = tests
        .iter()
        .filter(|name| !code.contains(&format!("fn {name}(")))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
