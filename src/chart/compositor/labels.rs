//! Where names have room: those of series right of the plot area, those of points between the marks.

use itertools::Itertools;

use super::plot::Plot;
use crate::chart::grammar::{EndLabel, Key};
use crate::chart::scene::{Anchor, Area, Point, Scene, Text};
use crate::chart::{font, theme};

/// The distance of the baselines of two names.
const LINE: f64 = 13.0;
/// Before the words of a name that has a symbol.
const SYMBOL_ROOM: f64 = 14.0;
/// Half of a symbol's width.
const REACH: f64 = 3.5;

/// The width of the names of series, at most `most`.
pub fn end_label_room(labels: &[EndLabel], most: f64) -> f64 {
    let mark = symbol_room(labels);
    let widths = labels
        .iter()
        .map(|label| mark + font::width(&label.name.words, theme::SMALL, false));
    widths.fold(0.0, f64::max).ceil().min(most)
}

fn symbol_room(labels: &[EndLabel]) -> f64 {
    let has_symbol = labels
        .iter()
        .any(|label| matches!(label.name.key, Key::Point(..)));
    if has_symbol { SYMBOL_ROOM } else { 0.0 }
}

/// Names right of a plot area, each as near as there is room to the value that it names.
pub fn draw_end_labels(scene: &mut Scene, plot: &Plot<'_>, labels: &[EndLabel], room: f64) {
    let placed = labels
        .iter()
        .filter(|label| plot.facet.y.scale.holds(label.value));
    let placed = placed.map(|label| (plot.y(label.value) + 4.0, label));
    let placed = placed.sorted_by(|a, b| a.0.total_cmp(&b.0)).collect_vec();
    let wanted = placed.iter().map(|(y, _)| *y).collect_vec();
    let places = apart(&wanted, LINE, (plot.top + 4.0, plot.bottom + 4.0));
    // With symbols all words stand behind them, those without one too.
    let mark = symbol_room(labels);
    let left = plot.right + 8.0;
    for ((_, label), y) in placed.iter().zip(places) {
        if let Key::Point(symbol, radius, colour) = label.name.key {
            symbol.draw(scene, (left + REACH, y - 4.0), radius, colour);
        }
        let words = font::fit(&label.name.words, room - mark, theme::SMALL, false);
        scene.text(Text::new(
            words,
            (left + mark, y),
            theme::SMALL,
            label.colour,
        ));
    }
}

/// Places as near to the wanted ones (in ascending order) as they can be with a distance between
/// them, within the ends as far as there is room.
fn apart(wanted: &[f64], distance: f64, (first, last): (f64, f64)) -> Vec<f64> {
    let mut places = wanted.to_vec();
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

/// What the names of points must not touch.
pub struct Obstacles {
    bounds: Area,
    taken: Vec<Area>,
    /// Points that names cover only where there is no other way.
    quiet: Vec<Area>,
}

/// From a name's baseline to its upper and lower end.
const HEIGHT: (f64, f64) = (9.5, 3.5);
/// Where a name may stand, seen from its point. Lower left of a point on a front nothing can stand
/// but names: it would dominate the point.
const PLACES: [(Anchor, f64, f64); 8] = [
    (Anchor::End, -6.0, 14.0),
    (Anchor::End, -9.0, 4.0),
    (Anchor::Start, 6.0, -7.0),
    (Anchor::Start, 9.0, 4.0),
    (Anchor::Start, 6.0, 14.0),
    (Anchor::End, -6.0, -7.0),
    (Anchor::Middle, 0.0, 18.0),
    (Anchor::Middle, 0.0, -11.0),
];
/// The best of them first: of a point on a front, and of others.
const ORDERS: [[usize; 8]; 2] = [[0, 1, 2, 3, 4, 5, 6, 7], [3, 1, 2, 7, 4, 6, 5, 0]];

impl Obstacles {
    /// None yet, within these bounds.
    pub fn within(bounds: Area) -> Self {
        let (taken, quiet) = (Vec::new(), Vec::new());
        Obstacles {
            bounds,
            taken,
            quiet,
        }
    }

    /// Takes in a mark; a quiet one may be covered.
    pub fn mark(&mut self, area: Area, is_quiet: bool) {
        let into = if is_quiet {
            &mut self.quiet
        } else {
            &mut self.taken
        };
        into.push(area);
    }

    /// Takes in a line, piece by piece where it slopes.
    pub fn line(&mut self, points: &[Point]) {
        for (&(x0, y0), &(x1, y1)) in points.iter().tuple_windows() {
            let length = (x1 - x0).abs().max((y1 - y0).abs());
            let is_level = x0 == x1 || y0 == y1;
            let pieces = if is_level {
                1.0
            } else {
                (length / 6.0).ceil().max(1.0)
            };
            let at = |piece: u32| {
                let share = f64::from(piece) / pieces;
                (x0 + share * (x1 - x0), y0 + share * (y1 - y0))
            };
            for piece in 0..pieces as u32 {
                let (a, b) = (at(piece), at(piece + 1));
                let area = ((a.0.min(b.0), a.1.min(b.1)), (a.0.max(b.0), a.1.max(b.1)));
                self.mark(area, false);
            }
        }
    }

    /// A place for a name that is so wide beside its point, clear of all that it must not touch, over
    /// as few of the quiet marks as can be; it is then taken. `None` where there is no such place.
    pub fn place(&mut self, (x, y): Point, width: f64, is_front: bool) -> Option<(Point, Anchor)> {
        let placed = |place: &usize| {
            let (anchor, right, down) = PLACES[*place];
            let at = (x + right, y + down);
            let left = anchor.left(at.0, width);
            (
                at,
                anchor,
                ((left, at.1 - HEIGHT.0), (left + width, at.1 + HEIGHT.1)),
            )
        };
        let possible = ORDERS[usize::from(!is_front)].iter().map(placed);
        let possible = possible.filter(|(.., area)| {
            holds(&self.bounds, area) && !self.taken.iter().any(|taken| touch(taken, area))
        });
        let covered = |(.., area): &(Point, Anchor, Area)| {
            self.quiet.iter().filter(|quiet| touch(quiet, area)).count()
        };
        let (at, anchor, area) = possible.min_by_key(covered)?;
        self.taken.push(area);
        Some((at, anchor))
    }
}

/// Whether two areas have a point in common, or come closer than a pixel, or than three side by side.
fn touch(a: &Area, b: &Area) -> bool {
    let beside = a.1.0 + 3.0 < b.0.0 || b.1.0 + 3.0 < a.0.0;
    let apart = a.1.1 + 1.0 < b.0.1 || b.1.1 + 1.0 < a.0.1;
    !(beside || apart)
}

fn holds(outer: &Area, inner: &Area) -> bool {
    let upper_left = outer.0.0 <= inner.0.0 && outer.0.1 <= inner.0.1;
    upper_left && inner.1.0 <= outer.1.0 && inner.1.1 <= outer.1.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn labels_stay_where_they_are_wanted_while_there_is_room() {
        assert_eq!(apart(&[10.0, 40.0], 13.0, (0.0, 100.0)), [10.0, 40.0]);
        assert_eq!(apart(&[10.0, 12.0], 13.0, (0.0, 100.0)), [10.0, 23.0]);
        assert_eq!(apart(&[99.0, 99.5], 13.0, (0.0, 100.0)), [87.0, 100.0]);
    }

    fn empty() -> Obstacles {
        Obstacles::within(((0.0, 0.0), (400.0, 300.0)))
    }

    #[test]
    fn a_name_stands_lower_left_of_its_point_and_elsewhere_at_the_edge() {
        let anchor = |x, y| empty().place((x, y), 80.0, true).map(|(_, anchor)| anchor);
        assert_eq!(anchor(200.0, 150.0), Some(Anchor::End));
        assert_eq!(anchor(5.0, 150.0), Some(Anchor::Start));
    }

    #[test]
    fn a_name_gives_way_to_quiet_points_where_it_can() {
        let mut obstacles = empty();
        let below = ((170.0, 160.0), (170.0, 160.0));
        obstacles.mark(below, true);
        obstacles.place((200.0, 150.0), 80.0, true).unwrap();
        assert!(!touch(&obstacles.taken[0], &obstacles.quiet[0]));
    }

    #[test]
    fn a_name_without_room_is_left_out() {
        let mut narrow = Obstacles::within(((0.0, 0.0), (60.0, 300.0)));
        assert_eq!(narrow.place((30.0, 150.0), 80.0, true), None);
    }

    proptest! {
        #[test]
        fn labels_never_touch(mut wanted in proptest::collection::vec(0.0..300.0f64, 0..20)) {
            wanted.sort_by(f64::total_cmp);
            let places = apart(&wanted, 13.0, (0.0, 300.0));
            for pair in places.windows(2) {
                prop_assert!(pair[1] - pair[0] >= 13.0 - 1e-9);
            }
            if let Some(first) = places.first() {
                prop_assert!(*first >= -1e-9);
            }
        }

        #[test]
        fn names_never_touch_and_stay_within_the_bounds(
            points in proptest::collection::vec((0.0..400.0f64, 0.0..300.0f64), 0..15),
        ) {
            let mut obstacles = empty();
            for &(x, y) in &points {
                obstacles.place((x, y), 80.0, true);
            }
            for (index, one) in obstacles.taken.iter().enumerate() {
                prop_assert!(holds(&obstacles.bounds, one));
                for other in &obstacles.taken[index + 1..] {
                    prop_assert!(!touch(one, other));
                }
            }
        }
    }
}
