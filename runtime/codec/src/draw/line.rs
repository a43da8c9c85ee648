use super::composite::{self, Ink};
use super::{Point, Rgba};
use crate::Picture;
use crate::pixels::{Clip, Rect};

/// Thicker than any picture is wide: what goes beyond is the same.
const MOST_THICKNESS: u32 = 4 * media::Size::MAX_SIDE;

/// Draws a line with round ends from the middle of one pixel to that of another.
pub fn line(picture: &mut Picture, start: Point, end: Point, thickness: u32, color: Rgba) {
    if thickness == 0 {
        return;
    }
    let capsule = Capsule::new(start, end, f64::from(thickness.min(MOST_THICKNESS)) / 2.0);
    let Some(clip) = capsule.clip(picture) else { return };
    let ink = Ink::new(color, picture.color());
    composite::mask(picture, clip, ink, |y, row| {
        let (first, last) = capsule.columns(y);
        let from = (first - clip.left as f64).clamp(0.0, row.len() as f64) as usize;
        let to = (last - clip.left as f64 + 1.0).clamp(from as f64, row.len() as f64) as usize;
        for (x, covered) in row[from..to].iter_mut().enumerate() {
            *covered = capsule.cover((clip.left + from + x) as f64 + 0.5, y as f64 + 0.5);
        }
    });
}

/// All points that are at most `radius` away from a line.
struct Capsule {
    from: [f64; 2],
    /// From the start to the end.
    along: [f64; 2],
    length_squared: f64,
    radius: f64,
}

impl Capsule {
    fn new(start: Point, end: Point, radius: f64) -> Self {
        let from = [f64::from(start.x) + 0.5, f64::from(start.y) + 0.5];
        let along = [f64::from(end.x) - f64::from(start.x), f64::from(end.y) - f64::from(start.y)];
        Self { from, along, length_squared: along[0] * along[0] + along[1] * along[1], radius }
    }

    fn clip(&self, picture: &Picture) -> Option<Clip> {
        // Half a pixel more, for the soft edge.
        let reach = self.radius + 0.5;
        let low = |axis: usize| (self.from[axis] + self.along[axis].min(0.0) - reach).floor();
        let high = |axis: usize| (self.from[axis] + self.along[axis].max(0.0) + reach).ceil();
        let whole = picture.size();
        let span = |axis: usize, most: u32| {
            let (low, high) = (low(axis).max(0.0), high(axis).min(f64::from(most)));
            (low < high).then_some((low as i32, (high - low) as u32))
        };
        let ((x, width), (y, height)) = (span(0, whole.width)?, span(1, whole.height)?);
        Clip::new(Rect::new(x, y, width, height), whole)
    }

    /// Between which columns pixels of this row can be covered: where the line is near enough to the row, and its radius more on both sides.
    fn columns(&self, y: usize) -> (f64, f64) {
        let reach = self.radius + 1.0;
        let middle = y as f64 + 0.5 - self.from[1];
        let (mut first, mut last) = (0.0, 1.0);
        if self.along[1] != 0.0 {
            let (a, b) = ((middle - reach) / self.along[1], (middle + reach) / self.along[1]);
            first = a.min(b).clamp(0.0, 1.0);
            last = a.max(b).clamp(0.0, 1.0);
        }
        let (a, b) = (self.from[0] + first * self.along[0], self.from[0] + last * self.along[0]);
        ((a.min(b) - reach).floor(), (a.max(b) + reach).ceil())
    }

    /// How much of the pixel round this point is covered: by its distance from the edge.
    fn cover(&self, x: f64, y: f64) -> u8 {
        let (x, y) = (x - self.from[0], y - self.from[1]);
        let at = match self.length_squared {
            0.0 => 0.0,
            squared => ((x * self.along[0] + y * self.along[1]) / squared).clamp(0.0, 1.0),
        };
        let (x, y) = (x - at * self.along[0], y - at * self.along[1]);
        let distance = (x * x + y * y).sqrt();
        ((self.radius + 0.5 - distance).clamp(0.0, 1.0) * 255.0 + 0.5) as u8
    }
}
