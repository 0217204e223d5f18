//! The names of lines, right of a panel and apart from each other.

use plotters::style::RGBColor;

use super::Panel;
use crate::chart::figure::{Figure, Text};
use crate::chart::{ChartError, font, marker, theme};

/// The distance of two labels' baselines.
const LABEL_LINE: f64 = 13.0;
/// Before the words of a label that has a mark.
const MARK_ROOM: f64 = 2.0 * marker::REACH + 7.0;

/// A label at the right end of a line.
#[derive(Clone, Debug, PartialEq)]
pub struct EndLabel {
    /// The value at which the line ends.
    pub value: f64,
    /// What it is.
    pub words: String,
    /// Its colour, one that can be read as text.
    pub colour: RGBColor,
    /// The number of its marks, as [`marker::draw`] takes it; `None` when it has none.
    pub mark: Option<usize>,
}

impl EndLabel {
    /// Of a line without marks.
    pub fn new(value: f64, words: impl Into<String>, colour: RGBColor) -> Self {
        EndLabel {
            value,
            words: words.into(),
            colour,
            mark: None,
        }
    }
}

impl Panel {
    /// Labels right of the panel, each as near as there is room to the value that it names.
    ///
    /// # Errors
    /// When the fonts are broken.
    pub fn end_labels(
        &self,
        figure: &mut Figure,
        labels: &[EndLabel],
        room: f64,
    ) -> Result<(), ChartError> {
        let placed = labels.iter().filter(|label| self.y.axis.holds(label.value));
        let mut placed: Vec<(f64, &EndLabel)> = placed
            .map(|label| (self.y(label.value) + 4.0, label))
            .collect();
        placed.sort_by(|a, b| a.0.total_cmp(&b.0));
        let wanted: Vec<f64> = placed.iter().map(|(y, _)| *y).collect();
        let ends = (self.bounds.top + 4.0, self.bounds.bottom + 4.0);
        // With marks all words stand behind them, those without a mark too.
        let marked = labels.iter().any(|label| label.mark.is_some());
        let mark = if marked { MARK_ROOM } else { 0.0 };
        let left = self.bounds.right + 8.0;
        for ((_, label), y) in placed.iter().zip(spread(&wanted, LABEL_LINE, ends)) {
            if let Some(number) = label.mark {
                let at = (left + marker::REACH, y - 4.0);
                marker::draw(figure, at, number, label.colour);
            }
            let words = font::fit(&label.words, room - mark, theme::SMALL, false)?;
            let at = (left + mark, y);
            figure.text(Text::new(words, at, theme::SMALL, label.colour));
        }
        Ok(())
    }
}

/// The width of labels right of a panel, at most `most`.
///
/// # Errors
/// When the fonts are broken.
pub fn label_room(labels: &[EndLabel], most: f64) -> Result<f64, ChartError> {
    let mut widest: f64 = 0.0;
    for label in labels {
        let mark = label.mark.map_or(0.0, |_| MARK_ROOM);
        widest = widest.max(mark + font::width(&label.words, theme::SMALL, false)?);
    }
    Ok(widest.ceil().min(most))
}

/// Places as near to the wanted ones (in ascending order) as they can be with a distance between
/// them, within the ends as far as there is room.
fn spread(wanted: &[f64], distance: f64, (first, last): (f64, f64)) -> Vec<f64> {
    let mut places: Vec<f64> = wanted.to_vec();
    // Downwards as far as needed, and then back up from the lower end.
    let mut least = first;
    for place in &mut places {
        *place = place.max(least);
        least = *place + distance;
    }
    let mut most = last.max(first + distance * places.len().saturating_sub(1) as f64);
    for place in places.iter_mut().rev() {
        *place = place.min(most);
        most = *place - distance;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn labels_stay_where_they_are_wanted_while_there_is_room() {
        assert_eq!(spread(&[10.0, 40.0], 13.0, (0.0, 100.0)), [10.0, 40.0]);
        assert_eq!(spread(&[10.0, 12.0], 13.0, (0.0, 100.0)), [10.0, 23.0]);
        assert_eq!(spread(&[99.0, 99.5], 13.0, (0.0, 100.0)), [87.0, 100.0]);
    }

    proptest! {
        #[test]
        fn labels_never_touch(mut wanted in proptest::collection::vec(0.0..300.0f64, 0..20)) {
            wanted.sort_by(f64::total_cmp);
            let places = spread(&wanted, 13.0, (0.0, 300.0));
            for pair in places.windows(2) {
                prop_assert!(pair[1] - pair[0] >= 13.0 - 1e-9);
            }
            if let Some(first) = places.first() {
                prop_assert!(*first >= -1e-9);
            }
        }
    }
}
