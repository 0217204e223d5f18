//! Where the names of dots have room.

use crate::chart::figure::{Anchor, Point};

/// A rectangle in logical pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// Its upper left corner.
    pub from: Point,
    /// Its lower right corner.
    pub to: Point,
}

/// A name that wants to stand beside its dot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wish {
    /// The dot's centre.
    pub dot: Point,
    /// The name's width.
    pub width: f64,
}

/// A name that has found its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    /// Where it stands on its baseline.
    pub at: Point,
    /// Which of its ends stands there.
    pub anchor: Anchor,
    /// All that it covers.
    pub area: Area,
}

/// From a name's baseline to its upper and lower end.
const HEIGHT: (f64, f64) = (9.5, 3.5);
/// Where a name may stand, seen from its dot, the best first. Lower left of a dot on the front
/// nothing can stand but names: it would dominate the dot.
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

impl Area {
    /// What lies between two points.
    pub fn between(a: Point, b: Point) -> Area {
        Area {
            from: (a.0.min(b.0), a.1.min(b.1)),
            to: (a.0.max(b.0), a.1.max(b.1)),
        }
    }

    /// Whether two areas have a point in common, or come closer than a pixel.
    pub fn touches(&self, other: &Area) -> bool {
        let apart = self.to.0 + 1.0 < other.from.0
            || other.to.0 + 1.0 < self.from.0
            || self.to.1 + 1.0 < other.from.1
            || other.to.1 + 1.0 < self.from.1;
        !apart
    }

    fn holds(&self, other: &Area) -> bool {
        let upper_left = self.from.0 <= other.from.0 && self.from.1 <= other.from.1;
        upper_left && other.to.0 <= self.to.0 && other.to.1 <= self.to.1
    }

    fn has(&self, (x, y): Point) -> bool {
        (self.from.0..=self.to.0).contains(&x) && (self.from.1..=self.to.1).contains(&y)
    }
}

/// Places for names, one after another: within the bounds, clear of what they must not touch and
/// of each other, and over as few of the quiet dots as can be. `None` where there is no such place.
pub fn place(
    wishes: &[Wish],
    bounds: &Area,
    taken: &[Area],
    quiet: &[Point],
) -> Vec<Option<Placed>> {
    let mut taken = taken.to_vec();
    let mut places = Vec::new();
    for wish in wishes {
        let possible = PLACES
            .iter()
            .map(|place| placed(wish, *place))
            .filter(|placed| {
                bounds.holds(&placed.area) && !taken.iter().any(|area| area.touches(&placed.area))
            });
        let covered = |placed: &Placed| quiet.iter().filter(|dot| placed.area.has(**dot)).count();
        let best = possible.min_by_key(covered);
        taken.extend(best.map(|placed| placed.area));
        places.push(best);
    }
    places
}

fn placed(wish: &Wish, (anchor, right, down): (Anchor, f64, f64)) -> Placed {
    let (x, y) = (wish.dot.0 + right, wish.dot.1 + down);
    let left = match anchor {
        Anchor::Start => x,
        Anchor::Middle => x - wish.width / 2.0,
        Anchor::End => x - wish.width,
    };
    Placed {
        at: (x, y),
        anchor,
        area: Area {
            from: (left, y - HEIGHT.0),
            to: (left + wish.width, y + HEIGHT.1),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BOUNDS: Area = Area {
        from: (0.0, 0.0),
        to: (400.0, 300.0),
    };

    fn wish(x: f64, y: f64) -> Wish {
        Wish {
            dot: (x, y),
            width: 80.0,
        }
    }

    #[test]
    fn a_name_stands_lower_left_of_its_dot_and_elsewhere_at_the_edge() {
        let anchors = |x, y| place(&[wish(x, y)], &BOUNDS, &[], &[])[0].map(|p| p.anchor);
        assert_eq!(anchors(200.0, 150.0), Some(Anchor::End));
        assert_eq!(anchors(5.0, 150.0), Some(Anchor::Start));
    }

    #[test]
    fn a_name_gives_way_to_quiet_dots_where_it_can() {
        let below = [(170.0, 160.0)];
        let placed = place(&[wish(200.0, 150.0)], &BOUNDS, &[], &below)[0].unwrap();
        assert!(!placed.area.has(below[0]));
    }

    #[test]
    fn a_name_without_room_is_left_out() {
        let narrow = Area {
            to: (60.0, 300.0),
            ..BOUNDS
        };
        assert_eq!(place(&[wish(30.0, 150.0)], &narrow, &[], &[]), [None]);
    }

    proptest! {
        #[test]
        fn names_never_touch_and_stay_within_the_bounds(
            dots in proptest::collection::vec((0.0..400.0f64, 0.0..300.0f64), 0..15),
        ) {
            let wishes: Vec<Wish> = dots.iter().map(|&(x, y)| wish(x, y)).collect();
            let placed: Vec<Placed> = place(&wishes, &BOUNDS, &[], &[]).into_iter().flatten().collect();
            for (index, one) in placed.iter().enumerate() {
                prop_assert!(BOUNDS.holds(&one.area));
                for other in &placed[index + 1..] {
                    prop_assert!(!one.area.touches(&other.area));
                }
            }
        }
    }
}
