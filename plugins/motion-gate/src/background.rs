use framegate_plugin::pixels;
use framegate_plugin::types::{Rect, Size};

/// How far a sample must be from the background to count, in luma steps: noise, averaged by the thumbnail's box filter, stays within 4.
const DIFFERENCE: u8 = 14;
/// In how long the background takes over what stands still, to two thirds, in nanoseconds.
const FOLLOW: u64 = 500_000_000;

/// What the scene looks like when nothing moves, and when that was.
pub(crate) struct Background {
    scene: pixels::Background,
    at: u64,
}

impl Background {
    /// Begins with a picture of this size in luma.
    pub(crate) fn new(size: Size, luma: &[u8], now: u64) -> Self {
        Self { scene: pixels::Background::new(size, luma), at: now }
    }

    /// Whether thumbnails of this size can be compared to it.
    pub(crate) fn fits(&self, size: Size) -> bool {
        self.scene.size() == size
    }

    /// The share of the area that differs, and one step towards the picture. A change of the whole (a cloud, the camera's exposure) is taken
    /// out first.
    pub(crate) fn compare(&mut self, luma: &[u8], area: Rect, now: u64) -> f64 {
        let differing = self.scene.count(luma, area, DIFFERENCE);
        let passed = now.saturating_sub(self.at).min(FOLLOW);
        self.at = now;
        // In 1/1024, so that a picture 1/60 s after the last still moves the background.
        self.scene.follow(luma, (passed * u64::from(pixels::Background::ALL) / FOLLOW) as u16);
        f64::from(differing) / (f64::from(area.width) * f64::from(area.height))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Rect = Rect { x: 0, y: 0, width: 16, height: 9 };
    const SIZE: Size = Size { width: 16, height: 9 };

    #[test]
    fn what_stands_still_becomes_background_and_light_is_no_motion() {
        let quiet = [100u8; 16 * 9];
        let mut background = Background::new(SIZE, &quiet, 0);
        assert_eq!(background.compare(&quiet, WHOLE, 33_000_000), 0.0);
        assert_eq!(background.compare(&[140; 16 * 9], WHOLE, 66_000_000), 0.0, "a brighter whole is light");
        let mut parked = quiet;
        parked[..16].fill(200);
        assert!((background.compare(&parked, WHOLE, 99_000_000) - 1.0 / 9.0).abs() < 1e-9);
        let shares: Vec<_> =
            (1..300).map(|n| background.compare(&parked, WHOLE, 99_000_000 + n * 33_000_000)).collect();
        assert!(shares[10] > 0.0 && shares[298] == 0.0, "a parked car closes the gate");
    }

    #[test]
    fn motion_outside_the_area_does_not_count() {
        let mut background = Background::new(SIZE, &[100; 16 * 9], 0);
        let mut moved = [100u8; 16 * 9];
        moved[..16].fill(200);
        let below = Rect { x: 0, y: 2, width: 16, height: 7 };
        assert_eq!(background.compare(&moved, below, 33_000_000), 0.0);
    }
}
