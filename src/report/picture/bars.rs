//! Values as bars, in eighths of a letter.

use super::Style;
use crate::report::table::GAP;
use crate::report::{Cell, Column, Table};

/// A bar beside each row of a table, all on one linear scale from 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    /// The title of the column that they follow.
    pub after: &'static str,
    /// A duration for each row, in seconds; `None` has no bar.
    pub seconds: Vec<Option<f64>>,
}

/// Shorter ones say nothing.
const SHORTEST: usize = 8;
/// Longer ones keep their values too far apart.
const LONGEST: usize = 32;

impl Bars {
    /// The table with its bars; `None` where there is no room for them, or nothing to compare.
    pub(super) fn beside(&self, table: &Table, style: Style) -> Option<Table> {
        let place = table
            .columns
            .iter()
            .position(|column| column.title == self.after)?
            + 1;
        let longest_s = self.known().fold(0.0, f64::max);
        if self.known().count() < 2 {
            return None;
        }
        let title = format!("0 to {}", Cell::Seconds(longest_s));
        let room = usize::from(style.width?).checked_sub(table.width() + GAP)?;
        if room < SHORTEST.max(title.len()) {
            return None;
        }
        let mut table = table.clone();
        table.columns.insert(place, Column::left(title));
        for (row, seconds) in table.rows.iter_mut().zip(&self.seconds) {
            let share = self
                .is_known(seconds)
                .map_or(0.0, |seconds| seconds / longest_s);
            row.insert(place, Cell::Text(bar(share, room.min(LONGEST))));
        }
        Some(table)
    }

    fn known(&self) -> impl Iterator<Item = f64> {
        self.seconds
            .iter()
            .filter_map(|seconds| self.is_known(seconds))
    }

    fn is_known(&self, seconds: &Option<f64>) -> Option<f64> {
        seconds.filter(|seconds| seconds.is_finite() && *seconds > 0.0)
    }
}

/// So much of a width, to an eighth; whatever is above 0 can be seen.
fn bar(share: f64, width: usize) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let least = usize::from(share > 0.0);
    let eighths = ((share * 8.0 * width as f64).round() as usize).clamp(least, 8 * width);
    "█".repeat(eighths / 8) + PARTS[eighths % 8]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr as _;

    fn on(width: u16) -> Style {
        Style {
            width: Some(width),
            colour: false,
        }
    }

    fn table() -> (Table, Bars) {
        let seconds = [Some(4.0), Some(1.0), None, Some(0.001)];
        let row = |seconds: Option<f64>| {
            vec![
                Cell::maybe(seconds, Cell::Seconds),
                Cell::Text("ok".to_owned()),
            ]
        };
        let table = Table {
            columns: vec![Column::right("measured"), Column::left("status")],
            rows: seconds.into_iter().map(row).collect(),
        };
        let bars = Bars {
            after: "measured",
            seconds: seconds.to_vec(),
        };
        (table, bars)
    }

    #[test]
    fn bars_follow_their_column_and_show_what_is_hardly_there() {
        let (table, bars) = table();
        let mut out = Vec::new();
        bars.beside(&table, on(36))
            .unwrap()
            .write_text(&mut out)
            .unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap(), @"
        measured   0 to 4.000 s       status
        ────────────────────────────────────
         4.000 s   ████████████████   ok
         1.000 s   ████               ok
                                      ok
         1.00 ms   ▏                  ok
        ");
    }

    #[test]
    fn without_a_terminal_room_or_another_value_there_are_none() {
        let (table, bars) = table();
        assert_eq!(bars.beside(&table, Style::default()), None);
        assert_eq!(bars.beside(&table, on(31)), None);
        assert!(bars.beside(&table, on(32)).is_some());
        let alone = Bars {
            seconds: vec![Some(4.0), None, None, Some(0.0)],
            ..bars
        };
        assert_eq!(alone.beside(&table, on(80)), None);
    }

    proptest! {
        #[test]
        fn a_table_with_bars_is_never_wider_than_the_terminal(
            width in 1..200u16,
            seconds in proptest::collection::vec(1e-9..1e6f64, 2..9),
            name in "[a-zé漢]{1,20}",
        ) {
            let rows = seconds.iter().map(|s| vec![Cell::Text(name.clone()), Cell::Seconds(*s)]);
            let table = Table {
                columns: vec![Column::left("configuration"), Column::right("measured")],
                rows: rows.collect(),
            };
            let bars = Bars { after: "measured", seconds: seconds.into_iter().map(Some).collect() };
            if let Some(table) = bars.beside(&table, on(width)) {
                let mut out = Vec::new();
                table.write_text(&mut out).unwrap();
                let text = String::from_utf8(out).unwrap();
                let widths = text.lines().map(|line| line.width());
                prop_assert!(widths.max() <= Some(usize::from(width)), "{text}");
            }
        }
    }
}
