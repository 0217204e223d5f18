//! Replays the fuzzer's corpus: what it has found stays found.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use mpmt::wire::check;

fn replay(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let files: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    assert!(files.len() >= 10, "{} is nearly empty", folder.display());
    for file in files {
        check(&fs::read(&file).unwrap());
    }
}

#[test]
fn the_data_paths_decoder_takes_its_whole_corpus() {
    replay("data", check::data);
}

#[test]
fn the_control_conversations_decoder_takes_its_whole_corpus() {
    replay("control", check::control);
}

#[test]
fn the_workers_conversations_decoder_takes_its_whole_corpus() {
    replay("worker", check::worker);
}
