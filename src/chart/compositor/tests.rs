//! What the compositor promises of any chart.

use proptest::prelude::*;

use super::*;
use crate::chart::grammar::{
    Axis, Column, Datum, EndLabel, Facet, Legend, Mark, Row, Table, Ticks,
};
use crate::chart::palette::Look;
use crate::chart::scale::Scale;
use crate::chart::scene::Stroke;
use crate::chart::symbol::Symbol;
use crate::chart::testing::{assert_texts_keep_apart, texts};
use crate::chart::unit::Unit;
use crate::model::Runtime;

const PLAIN: Unit = Unit::named("");

/// Lines with names, on scales of all kinds.
fn lines(values: &[f64], names: &[String]) -> Chart {
    let runtimes = vec![&Runtime::Native; names.len()];
    let mut facet = Facet::new(
        Axis::new(
            Scale::log_around(values.iter().copied(), PLAIN),
            "concurrency of something",
        ),
        Axis::new(Scale::suited(values, PLAIN), "commands per second"),
        200.0,
    );
    let ticks = values
        .iter()
        .map(|value| (*value, value.round().to_string()));
    facet.x.ticks = Ticks::At(ticks.collect());
    facet.heading = "Heading".to_owned();
    facet.captions = names.to_vec();
    facet.beside = true;
    for (name, look) in names.iter().zip(Look::series(&runtimes)) {
        let data = values
            .iter()
            .map(|value| Datum::new(*value, *value).text("1×2").tooltip("a"));
        facet.add(Mark::Point(look.symbol, 3.5), look.colour, data);
        facet.labels.push(EndLabel::points(values[0], name, look));
    }
    facet.labels.push(EndLabel::line(
        values[0],
        "ideal",
        Stroke::Dashed,
        theme::IDEAL,
    ));
    let (title, notes) = (names.join(" "), names.to_vec());
    Chart {
        title,
        notes,
        facets: vec![facet.clone(), facet.clone(), facet],
    }
}

/// Rows with names and values.
fn rows(values: &[f64], names: &[String]) -> Chart {
    let x = Axis::new(Scale::log(values.iter().copied(), PLAIN), "makespan, s");
    let mut facet = Facet::new(x, Axis::new(Scale::band(names.len() as f64), ""), 24.0);
    let row = |name: &String| Row {
        name: name.clone(),
        tooltip: "row".to_owned(),
        values: vec![
            "16.11".to_owned(),
            "1 of 3".to_owned(),
            values[0].to_string(),
        ],
        ..Row::default()
    };
    let head = |head: &str| Column {
        symbol: Some((Symbol::Ring, 4.0)),
        ..Column::new(head, theme::INK)
    };
    facet.table = Some(Table {
        em: theme::BODY,
        rows: names.iter().map(row).collect(),
        columns: vec![head("published"), head("failed"), head("measured")],
    });
    facet.legend = vec![Legend::point(
        Symbol::Disc,
        4.0,
        theme::INK,
        "something that is drawn",
    )];
    let data = (0..names.len()).map(|row| Datum::new(values[row % values.len()], row as f64));
    facet.add(Mark::Point(Symbol::Disc, 4.0), theme::MEASURED, data);
    Chart {
        title: "Makespan".to_owned(),
        notes: Vec::new(),
        facets: vec![facet],
    }
}

#[test]
fn facets_stand_beside_each_other_only_where_they_have_room() {
    let chart = lines(&[1.0, 2.0, 4.0], &["a".to_owned()]);
    let count = |room: f64| -> Vec<usize> { rows_of(&chart, room) };
    assert_eq!(count(668.0), [2, 1]);
    assert_eq!(count(358.0), [1, 1, 1]);
}

fn rows_of(chart: &Chart, room: f64) -> Vec<usize> {
    frame::rows(chart, room).iter().map(Vec::len).collect()
}

#[test]
fn names_of_series_without_room_beside_stand_above() {
    let long = vec!["a name that is as long as names of configurations are".to_owned()];
    let chart = lines(&[1.0, 2.0, 4.0], &long);
    let left_of_plot = |width: f64| {
        let scene = compose(&chart, width, "");
        let names = texts(&scene)
            .into_iter()
            .filter(|text| text.words.starts_with("a name"));
        names.filter(|text| text.at.0 < width / 2.0).count()
    };
    // Title, notes and captions are always on the left.
    assert!(left_of_plot(390.0) > left_of_plot(700.0));
}

#[test]
fn columns_stand_in_lines_of_their_own_where_there_is_no_room_beside_the_marks() {
    let names = vec!["io-mpmt-32x16 (python)".to_owned(); 3];
    let height = |width: f64| compose(&rows(&[1.0, 2.0], &names), width, "").height;
    assert!(height(390.0) > height(700.0) + 3.0 * 20.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn words_never_touch_nor_leave_the_picture(
        mut values in proptest::collection::vec(1e-3..1e6f64, 1..14),
        names in proptest::collection::vec("[a-z]{1,12}-[a-z]{1,40}", 1..6),
    ) {
        values.sort_by(f64::total_cmp);
        assert_texts_keep_apart(&lines(&values, &names), "lines");
        assert_texts_keep_apart(&rows(&values, &names), "rows");
    }

    #[test]
    fn every_shape_of_a_plot_is_within_the_picture(
        mut values in proptest::collection::vec(1e-3..1e6f64, 1..14),
        width in 320.0..2000.0f64,
    ) {
        values.sort_by(f64::total_cmp);
        for chart in [lines(&values, &["a".to_owned()]), rows(&values, &["b".to_owned()])] {
            let scene = compose(&chart, width, "");
            for primitive in &scene.primitives {
                if let crate::chart::scene::Primitive::Disc((x, y), radius, _) = primitive {
                    prop_assert!(x - radius >= 0.0 && x + radius <= scene.width);
                    prop_assert!(y - radius >= 0.0 && y + radius <= scene.height);
                }
            }
        }
    }
}
