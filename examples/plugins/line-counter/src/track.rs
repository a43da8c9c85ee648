//! Blobs of one picture after another become tracks: the nearest continues. Pure: times are nanoseconds of the stream.

use crate::line::Point;

/// How far something may come between two pictures, in shares of the picture.
const FAR: f32 = 0.15;
/// A track that nothing continues for so long is over.
const LOST: u64 = 1_000_000_000;

/// Something on its way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Track {
    /// The same for the same thing.
    pub id: u64,
    pub at: Point,
    seen: u64,
}

/// All that are on their way.
#[derive(Debug, Default)]
pub struct Tracks {
    tracks: Vec<Track>,
    next: u64,
}

/// How a blob continues.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    pub id: u64,
    /// Where it was before; none for a new one.
    pub from: Option<Point>,
}

impl Tracks {
    /// Continues the tracks with what one picture shows; gives a step for each place, in their order.
    pub fn step(&mut self, places: &[Point], now: u64) -> Vec<Step> {
        self.tracks.retain(|track| now.saturating_sub(track.seen) < LOST);
        let mut free: Vec<bool> = vec![true; self.tracks.len()];
        places
            .iter()
            .map(|place| {
                let near = self.tracks.iter().enumerate().take(free.len()).filter(|(index, _)| free[*index]);
                let near = near.map(|(index, track)| (index, distance(track.at, *place)));
                let nearest = near.filter(|(_, far)| *far < FAR).min_by(|a, b| a.1.total_cmp(&b.1));
                match nearest {
                    Some((index, _)) => {
                        free[index] = false;
                        let track = &mut self.tracks[index];
                        let from = std::mem::replace(&mut track.at, *place);
                        track.seen = now;
                        Step { id: track.id, from: Some(from) }
                    }
                    None => {
                        self.next += 1;
                        self.tracks.push(Track { id: self.next, at: *place, seen: now });
                        Step { id: self.next, from: None }
                    }
                }
            })
            .collect()
    }
}

fn distance(a: Point, b: Point) -> f32 {
    (a.x - b.x).hypot(a.y - b.y)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f32) -> Point {
        Point { x, y: 0.5 }
    }

    #[test]
    fn the_nearest_continues_and_what_is_far_or_late_is_new() {
        let mut tracks = Tracks::default();
        assert_eq!(tracks.step(&[at(0.1), at(0.9)], 0), [Step { id: 1, from: None }, Step { id: 2, from: None }]);
        let steps = tracks.step(&[at(0.85), at(0.15)], 33_000_000);
        assert_eq!(steps, [Step { id: 2, from: Some(at(0.9)) }, Step { id: 1, from: Some(at(0.1)) }]);
        assert_eq!(tracks.step(&[at(0.5)], 66_000_000), [Step { id: 3, from: None }]);
        assert_eq!(tracks.step(&[at(0.15)], 2_000_000_000), [Step { id: 4, from: None }]);
    }
}
