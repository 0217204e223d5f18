//! What holds for the charts of every kind.

use super::*;
use crate::record::{fixtures, published};

#[test]
fn the_same_records_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let trials = fixtures::repeated(&fixtures::nine(), 6);
    let published = published();
    let records = Records {
        published: &published,
        ..testing::records(&trials)
    };
    let bytes = |name: &str| {
        let into = folder.path().join(name);
        std::fs::create_dir(&into).unwrap();
        let drawings = draw(&Kind::ALL, &records);
        let saved = drawings
            .drawn
            .iter()
            .map(|drawing| drawing.save(&into, Style::default()));
        let files: Vec<_> = saved.flat_map(Result::unwrap).collect();
        let read = |path: PathBuf| (path.file_name().unwrap().to_owned(), std::fs::read(&path));
        files
            .into_iter()
            .map(read)
            .map(|(name, bytes)| (name, bytes.unwrap()))
            .collect::<Vec<_>>()
    };
    let (first, second) = (bytes("run-0.1"), bytes("run-0.2"));
    assert!(!first.is_empty() && first == second);
}

#[test]
fn no_two_drawings_share_a_name() {
    let mut trials = fixtures::repeated(&fixtures::nine(), 2);
    trials.extend(fixtures::nine().into_iter().map(|trial| Trial {
        experiment: "another".to_owned(),
        ..trial
    }));
    let drawings = draw(&Kind::ALL, &testing::records(&trials));
    let mut stems: Vec<&str> = drawings.drawn.iter().map(|d| d.stem.as_str()).collect();
    stems.sort_unstable();
    let all = stems.len();
    stems.dedup();
    assert_eq!(stems.len(), all);
}

#[test]
fn without_trials_every_chart_is_left_out_with_a_reason() {
    let drawings = draw(&Kind::ALL, &testing::records(&[]));
    assert!(drawings.drawn.is_empty());
    for kind in Kind::ALL {
        assert!(drawings.left_out.iter().any(|left| left.kind == kind));
    }
}

#[test]
fn an_error_names_the_file() {
    let trials = fixtures::nine();
    let drawings = draw(&[Kind::Comparison], &testing::records(&trials));
    let error = drawings.drawn[0].save(std::path::Path::new("/nowhere/at/all"), Style::default());
    let message = error.unwrap_err().to_string();
    assert!(
        message.starts_with("/nowhere/at/all/comparison.svg: "),
        "{message}"
    );
}

#[test]
fn dark_colours_are_written_as_an_svg_writes_them() {
    assert!(dark_colours().contains(&("#FFFFFF".to_owned(), "#16191D".to_owned())));
}
