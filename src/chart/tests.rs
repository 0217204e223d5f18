use super::figure::{Figure, Shape, Text};
use super::*;
use crate::record::{PublishedFigure, Trial, published, samples};

const SOURCE: &str = "Source: 2-core AMD EPYC virtual machine, Linux 6.1; mpmt 0.1.0 (8594619), 2025-01-01; published: the first system on a two-core laptop, CPython.";

fn prepared(trials: &[Trial]) -> Comparison {
    Comparison::prepare(trials, &published())
}

fn hard_cases() -> Vec<Trial> {
    let mut trials = samples::repeated(&samples::nine(), 3);
    let mut bound = samples::trial("mixed-unequal-waits-and-a-very-long-label-16x8", (2.2, 1.7));
    bound.ideal_is_bound = true;
    trials.push(bound);
    trials.push(samples::failed(
        "io-mpmt-4x4",
        "worker 3 (pid 4711) ended with signal 9 and\nits batch could not be run again in time",
    ));
    trials.push(samples::failed("io-mp-32x1", "no worker"));
    trials
}

fn scaled() -> Vec<Trial> {
    let mut trials = samples::nine();
    for trial in trials.iter_mut().filter(|trial| trial.wait_s.is_some()) {
        trial.time_scale = 0.02;
        for seconds in [&mut trial.wait_s, &mut trial.makespan_s, &mut trial.ideal_s] {
            *seconds = seconds.map(|s| s * 0.02);
        }
    }
    trials
}

fn texts(figure: &Figure) -> Vec<&Text> {
    let mut texts = Vec::new();
    for shape in &figure.shapes {
        if let Shape::Text(text) = shape {
            texts.push(text);
        }
    }
    texts
}

fn words(figure: &Figure) -> Vec<&str> {
    texts(figure).iter().map(|t| t.words.as_str()).collect()
}

#[test]
fn the_nine_published_configurations_are_prepared_with_all_three_figures() {
    let comparison = prepared(&samples::nine());
    assert_eq!(comparison.rows.len(), 9);
    assert!(comparison.has_published());
    assert!(comparison.notes.is_empty(), "{:?}", comparison.notes);
    let last = &comparison.rows[8];
    assert_eq!(last.name, "cpu-mpmt-8x16");
    assert_eq!(last.published, PublishedFigure::Seconds(13.84));
    assert_eq!(
        (last.ideal_s, last.measured.unwrap().median),
        (Some(0.1214), 0.1503)
    );
}

#[test]
fn scaled_waits_drop_published_marks_of_sleeping_work_and_say_so() {
    let comparison = prepared(&scaled());
    let seconds =
        |row: &&crate::record::Summary| matches!(row.published, PublishedFigure::Seconds(_));
    assert_eq!(comparison.rows.iter().filter(seconds).count(), 4);
    insta::assert_snapshot!(comparison.notes.join("\n"), @"Waits are multiplied by 0.02; published seconds are for whole waits and not shown with them.");
    let figure = layout::comparison(&comparison, SOURCE).unwrap();
    assert!(words(&figure).join(" ").contains("multiplied by 0.02"));
}

#[test]
fn failures_bounds_and_other_work_are_told() {
    let mut trials = hard_cases();
    trials[0].commands = 64;
    insta::assert_snapshot!(prepared(&trials).notes.join("\n"), @r"
    Not the published work (512 commands, 1 s or 2 million loops each), so without its seconds: io-mp-32x1 (64 commands).
    ≥ marks an ideal that is only a lower bound.
    Runs that are not ok: io-mp-32x1 (512 commands) (1 of 3), io-mpmt-4x4 (1 of 1).
    ");
}

#[test]
fn no_text_touches_another_or_leaves_the_figure() {
    for trials in [samples::nine(), hard_cases(), scaled()] {
        let figure = layout::comparison(&prepared(&trials), SOURCE).unwrap();
        let texts = texts(&figure);
        for (index, text) in texts.iter().enumerate() {
            let (left, right) = text.extent().unwrap();
            assert!(
                left >= theme::MARGIN && right <= theme::WIDTH - theme::MARGIN,
                "{text:?}"
            );
            assert!(
                text.at.1 - text.em > 0.0 && text.at.1 + 3.0 < figure.height,
                "{text:?}"
            );
            for other in &texts[index + 1..] {
                let (other_left, other_right) = other.extent().unwrap();
                let beside = right + 3.0 < other_left || other_right + 3.0 < left;
                let apart = (text.at.1 - other.at.1).abs() >= text.em.max(other.em);
                assert!(beside || apart, "{text:?} and {other:?}");
            }
        }
    }
}

#[test]
fn a_chart_without_trials_is_refused() {
    let drawn = comparison_svg(&prepared(&[]), SOURCE);
    assert!(matches!(drawn, Err(ChartError::NoTrials)));
}

#[test]
fn the_svg_is_as_it_was() {
    let svg = comparison_svg(&prepared(&hard_cases()), SOURCE).unwrap();
    insta::assert_snapshot!("comparison.svg", svg);
}

#[test]
fn the_same_trials_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let draw = |name: &str| {
        let comparison = prepared(&samples::nine());
        let paths = draw_comparison(&comparison, SOURCE, &folder.path().join(name)).unwrap();
        paths
            .iter()
            .map(|path| std::fs::read(path).unwrap())
            .collect::<Vec<_>>()
    };
    assert!(draw("run-0.1") == draw("run-0.2"));
    let mut names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        ["run-0.1.png", "run-0.1.svg", "run-0.2.png", "run-0.2.svg"]
    );
}

#[test]
fn an_error_names_the_file() {
    let comparison = prepared(&samples::nine());
    let error = draw_comparison(&comparison, SOURCE, Path::new("/nowhere/at/all/comparison"));
    let message = error.unwrap_err().to_string();
    assert!(
        message.starts_with("/nowhere/at/all/comparison.svg: "),
        "{message}"
    );
}

/// `MPMT_CHARTS=/tmp cargo test --lib keep_the_pictures -- --ignored` leaves them to be looked at.
#[test]
#[ignore = "for people"]
fn keep_the_pictures() {
    let folder = std::env::var_os("MPMT_CHARTS").map(PathBuf::from).unwrap();
    for (name, trials) in [
        ("nine", samples::nine()),
        ("repeated", samples::repeated(&samples::nine(), 6)),
        ("hard", hard_cases()),
        ("scaled", scaled()),
    ] {
        draw_comparison(&prepared(&trials), SOURCE, &folder.join(name)).unwrap();
    }
}
