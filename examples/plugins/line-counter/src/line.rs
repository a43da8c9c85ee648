//! A line, and which way something crosses it. All in shares of the picture: 0 to 1, from its upper left corner.

/// A place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    pub x: f32,
    pub y: f32,
}

/// From a point to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    pub from: Point,
    pub to: Point,
}

/// Which way the line was crossed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the right of who stands at the line's beginning and looks to its end.
    Inbound,
    /// To the left.
    Outbound,
}

impl Line {
    /// How a step crosses this line, if it does: the step's ends are on both sides of the line, and the line's ends on both of the step.
    pub fn crossed(&self, from: Point, to: Point) -> Option<Direction> {
        let (before, after) = (self.side(from), self.side(to));
        let step = Self { from, to };
        let is_within = step.side(self.from) * step.side(self.to) <= 0.0;
        match (before > 0.0, after > 0.0) {
            (false, true) if is_within => Some(Direction::Inbound),
            (true, false) if is_within => Some(Direction::Outbound),
            _ => None,
        }
    }

    /// More than 0 on the right of the line.
    fn side(&self, at: Point) -> f32 {
        let (dx, dy) = (self.to.x - self.from.x, self.to.y - self.from.y);
        // y grows downwards, which turns left and right round.
        dx * (at.y - self.from.y) - dy * (at.x - self.from.x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(x: f32, y: f32) -> Point {
        Point { x, y }
    }

    #[test]
    fn a_step_over_the_line_has_a_direction_and_one_past_its_end_has_none() {
        let upwards = Line { from: at(0.5, 0.8), to: at(0.5, 0.2) };
        assert_eq!(upwards.crossed(at(0.4, 0.5), at(0.6, 0.5)), Some(Direction::Inbound));
        assert_eq!(upwards.crossed(at(0.6, 0.5), at(0.4, 0.5)), Some(Direction::Outbound));
        assert_eq!(upwards.crossed(at(0.4, 0.9), at(0.6, 0.9)), None);
        assert_eq!(upwards.crossed(at(0.1, 0.5), at(0.4, 0.5)), None);
        let across = Line { from: at(0.0, 0.5), to: at(1.0, 0.5) };
        assert_eq!(across.crossed(at(0.3, 0.4), at(0.3, 0.6)), Some(Direction::Inbound));
    }
}
