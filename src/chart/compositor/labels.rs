//! Where names have room: those of series right of the plot area, those of points between the marks.

use super::plot::Plot;
use crate::chart::grammar::{EndLabel, Key};
use crate::chart::scene::{Anchor, Point, Scene, Text};
use crate::chart::{ChartError, font, theme};

/// The distance of the baselines of two names.
const LINE: f64 = 13.0;
/// Before the words of a name that has a symbol.
const SYMBOL_ROOM: f64 = 14.0;
/// Half of a symbol's width.
const REACH: f64 = 3.5;

/// The width of the names of series, at most `most`.
pub fn end_label_room(labels: &[EndLabel], most: f64) -> Result<f64, ChartError> {
    let mut widest: f64 = 0.0;
    let mark = symbol_room(labels);
    for label in labels {
        widest = widest.max(mark + font::width(&label.words, theme::SMALL, false)?);
    }
    Ok(widest.ceil().min(most))
}

fn symbol_room(labels: &[EndLabel]) -> f64 {
    let has_symbol = labels
        .iter()
        .any(|label| matches!(label.key, Key::Point(..)));
    if has_symbol { SYMBOL_ROOM } else { 0.0 }
}

/// Names right of a plot area, each as near as there is room to the value that it names.
pub fn draw_end_labels(
    scene: &mut Scene,
    plot: &Plot<'_>,
    labels: &[EndLabel],
    room: f64,
) -> Result<(), ChartError> {
    let placed = labels
        .iter()
        .filter(|label| plot.facet.y.scale.holds(label.value));
    let mut placed: Vec<(f64, &EndLabel)> = placed
        .map(|label| (plot.y(label.value) + 4.0, label))
        .collect();
    placed.sort_by(|a, b| a.0.total_cmp(&b.0));
    let wanted: Vec<f64> = placed.iter().map(|(y, _)| *y).collect();
    let places = apart(&wanted, LINE, (plot.top + 4.0, plot.bottom + 4.0));
    // With symbols all words stand behind them, those without one too.
    let mark = symbol_room(labels);
    let left = plot.right + 8.0;
    for ((_, label), y) in placed.iter().zip(places) {
        if let Key::Point(symbol, radius, colour) = label.key {
            symbol.draw(scene, (left + REACH, y - 4.0), radius, colour);
        }
        let words = font::fit(&label.words, room - mark, theme::SMALL, false)?;
        scene.text(Text::new(
            words,
            (left + mark, y),
            theme::SMALL,
            label.colour,
        ));
    }
    Ok(())
}

/// Places as near to the wanted ones (in ascending order) as they can be with a distance between
/// them, within the ends as far as there is room.
fn apart(wanted: &[f64], distance: f64, (first, last): (f64, f64)) -> Vec<f64> {
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

/// A name that wants to stand beside its point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LabelRequest {
    /// The point.
    pub point: Point,
    /// The name's width.
    pub width: f64,
    /// Whether the point is on a front.
    pub is_front: bool,
}

/// A rectangle in logical pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Area {
    from: Point,
    to: Point,
}

/// What names must not touch.
#[derive(Clone, Debug)]
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
    pub fn within(from: Point, to: Point) -> Self {
        let bounds = Area { from, to };
        let (taken, quiet) = (Vec::new(), Vec::new());
        Obstacles {
            bounds,
            taken,
            quiet,
        }
    }

    /// Takes in a mark; a quiet one may be covered.
    pub fn mark(&mut self, from: Point, to: Point, is_quiet: bool) {
        let area = Area { from, to };
        let into = if is_quiet {
            &mut self.quiet
        } else {
            &mut self.taken
        };
        into.push(area);
    }

    /// Takes in a line, piece by piece where it slopes.
    pub fn line(&mut self, points: &[Point]) {
        for pair in points.windows(2) {
            let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
            let pieces = if x0 == x1 || y0 == y1 {
                1.0
            } else {
                ((x1 - x0).abs().max((y1 - y0).abs()) / 6.0).ceil().max(1.0)
            };
            let at = |share: f64| (x0 + share * (x1 - x0), y0 + share * (y1 - y0));
            for piece in 0..pieces as u32 {
                let (a, b) = (
                    at(f64::from(piece) / pieces),
                    at(f64::from(piece + 1) / pieces),
                );
                let (from, to) = ((a.0.min(b.0), a.1.min(b.1)), (a.0.max(b.0), a.1.max(b.1)));
                self.mark(from, to, false);
            }
        }
    }

    /// A place for a name, clear of all that it must not touch, over as few of the quiet marks as
    /// can be; it is then taken. `None` where there is no such place.
    pub fn place(&mut self, request: &LabelRequest) -> Option<(Point, Anchor)> {
        let order = ORDERS[usize::from(!request.is_front)].iter();
        let possible = order.map(|place| placed(request, PLACES[*place]));
        let possible = possible.filter(|(_, _, area)| {
            self.bounds.holds(area) && !self.taken.iter().any(|taken| taken.touches(area))
        });
        let covered = |(_, _, area): &(Point, Anchor, Area)| {
            self.quiet
                .iter()
                .filter(|quiet| quiet.touches(area))
                .count()
        };
        let (at, anchor, area) = possible.min_by_key(covered)?;
        self.taken.push(area);
        Some((at, anchor))
    }
}

fn placed(
    request: &LabelRequest,
    (anchor, right, down): (Anchor, f64, f64),
) -> (Point, Anchor, Area) {
    let (x, y) = (request.point.0 + right, request.point.1 + down);
    let left = match anchor {
        Anchor::Start => x,
        Anchor::Middle => x - request.width / 2.0,
        Anchor::End => x - request.width,
    };
    let (from, to) = ((left, y - HEIGHT.0), (left + request.width, y + HEIGHT.1));
    ((x, y), anchor, Area { from, to })
}

impl Area {
    /// Whether two areas have a point in common, or come closer than a pixel, or than three side by
    /// side.
    fn touches(&self, other: &Area) -> bool {
        let apart = self.to.0 + 3.0 < other.from.0
            || other.to.0 + 3.0 < self.from.0
            || self.to.1 + 1.0 < other.from.1
            || other.to.1 + 1.0 < self.from.1;
        !apart
    }

    fn holds(&self, other: &Area) -> bool {
        let upper_left = self.from.0 <= other.from.0 && self.from.1 <= other.from.1;
        upper_left && other.to.0 <= self.to.0 && other.to.1 <= self.to.1
    }
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

    fn request(x: f64, y: f64) -> LabelRequest {
        let point = (x, y);
        LabelRequest {
            point,
            width: 80.0,
            is_front: true,
        }
    }

    fn empty() -> Obstacles {
        Obstacles::within((0.0, 0.0), (400.0, 300.0))
    }

    #[test]
    fn a_name_stands_lower_left_of_its_point_and_elsewhere_at_the_edge() {
        let anchor = |x, y| empty().place(&request(x, y)).map(|(_, anchor)| anchor);
        assert_eq!(anchor(200.0, 150.0), Some(Anchor::End));
        assert_eq!(anchor(5.0, 150.0), Some(Anchor::Start));
    }

    #[test]
    fn a_name_gives_way_to_quiet_points_where_it_can() {
        let mut obstacles = empty();
        let below = ((170.0, 160.0), (170.0, 160.0));
        obstacles.mark(below.0, below.1, true);
        obstacles.place(&request(200.0, 150.0)).unwrap();
        let Area { from, to } = obstacles.taken[0];
        assert!(!Area { from, to }.touches(&obstacles.quiet[0]));
    }

    #[test]
    fn a_name_without_room_is_left_out() {
        let mut narrow = Obstacles::within((0.0, 0.0), (60.0, 300.0));
        assert_eq!(narrow.place(&request(30.0, 150.0)), None);
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
                obstacles.place(&request(x, y));
            }
            for (index, one) in obstacles.taken.iter().enumerate() {
                prop_assert!(obstacles.bounds.holds(one));
                for other in &obstacles.taken[index + 1..] {
                    prop_assert!(!one.touches(other));
                }
            }
        }
    }
}
