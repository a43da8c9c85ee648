//! What a scene looks like while nothing moves: each cell's brightness, followed slowly. Pure: times are nanoseconds of the stream.
//!
//! Differences between one picture and the next show only the edges of a plain thing; against the background it is seen whole.

/// What stands still for some times this long becomes background, in seconds.
const FOLLOWS: f32 = 10.0;

/// The brightness of each cell.
#[derive(Debug, Default)]
pub struct Background {
    cells: Vec<f32>,
    at: u64,
}

impl Background {
    /// For each cell whether it differs by more than `threshold`; follows the picture.
    pub fn compare(&mut self, luma: &[u8], threshold: u8, now: u64) -> Vec<bool> {
        if self.cells.len() != luma.len() {
            self.cells = luma.iter().map(|luma| f32::from(*luma)).collect();
        }
        let seconds = now.saturating_sub(self.at) as f32 / 1e9;
        let share = 1.0 - (-seconds.min(1.0) / FOLLOWS).exp();
        self.at = now;
        let cells = self.cells.iter_mut().zip(luma);
        cells
            .map(|(cell, luma)| {
                let apart = f32::from(*luma) - *cell;
                *cell += apart * share;
                apart.abs() > f32::from(threshold)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_seen_whole_until_it_has_stood_still_for_long() {
        let mut background = Background::default();
        assert_eq!(background.compare(&[20, 20], 24, 0), [false, false]);
        assert_eq!(background.compare(&[20, 200], 24, 100_000_000), [false, true]);
        let stood = (2..400).find(|n| !background.compare(&[20, 200], 24, n * 100_000_000)[1]);
        assert!(stood.is_some_and(|n| (100..300).contains(&n)), "{stood:?}");
    }
}
