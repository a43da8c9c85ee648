use super::CHUNK;
use crate::types::{Rect, Size};

/// What a scene looks like when nothing moves: it follows each picture, as slowly as the caller says.
///
/// Samples are kept in 1/128 of a step, so that a slow background moves too; 16 bits hold them, eight in a vector.
#[derive(Clone, Debug)]
pub struct Background {
    size: Size,
    samples: Vec<i16>,
}

impl Background {
    /// For [`Self::follow`]: the background becomes the picture.
    pub const ALL: u16 = 1024;

    /// Begins with a picture: `width × height` samples of luma.
    ///
    /// # Panics
    ///
    /// When there are more or fewer.
    pub fn new(size: Size, luma: &[u8]) -> Self {
        assert_eq!(luma.len(), size.width as usize * size.height as usize, "a sample for each pixel");
        Self { size, samples: luma.iter().map(|&sample| fine(sample)).collect() }
    }

    /// The size of pictures that it is compared with.
    pub fn size(&self) -> Size {
        self.size
    }

    /// By how much the picture is brighter as a whole, in 1/128 of a step: a cloud, or the camera's exposure.
    pub fn light(&self, luma: &[u8]) -> i16 {
        let chunks = self.samples.chunks(CHUNK).zip(luma.chunks(CHUNK));
        let total: i64 = chunks
            .map(|(old, new)| old.iter().zip(new).map(|(&old, &new)| i32::from(fine(new) - old)).sum::<i32>())
            .map(i64::from)
            .sum();
        (total / self.samples.len().max(1) as i64) as i16
    }

    /// How many samples of the area differ by more than `threshold`, when the [light](Self::light) is taken out.
    ///
    /// # Panics
    ///
    /// When the area reaches outside, or there are fewer samples than pixels.
    pub fn count(&self, luma: &[u8], area: Rect, threshold: u8) -> u32 {
        let (light, threshold) = (self.light(luma), threshold_of(threshold));
        let (width, left) = (self.size.width as usize, area.x as usize);
        let rows = area.y as usize..area.y as usize + area.height as usize;
        rows.map(|y| y * width + left..y * width + left + area.width as usize)
            .map(|row| {
                let chunks = self.samples[row.clone()].chunks(CHUNK).zip(luma[row].chunks(CHUNK));
                let differing = |(&old, &new): (&i16, &u8)| u16::from(differs(old, new, light) > threshold);
                chunks.map(|(old, new)| u32::from(old.iter().zip(new).map(differing).sum::<u16>())).sum::<u32>()
            })
            .sum()
    }

    /// Which samples differ by more than `threshold`, when the [light](Self::light) is taken out: 255 where they do, else 0.
    pub fn mark(&self, luma: &[u8], threshold: u8) -> Vec<u8> {
        let (light, threshold) = (self.light(luma), threshold_of(threshold));
        let pairs = self.samples.iter().zip(luma);
        pairs.map(|(&old, &new)| if differs(old, new, light) > threshold { 255 } else { 0 }).collect()
    }

    /// A step towards the picture: all the way with [`Self::ALL`], half of it with 512.
    pub fn follow(&mut self, luma: &[u8], step: u16) {
        let step = i32::from(step.min(Self::ALL));
        for (old, &new) in self.samples.iter_mut().zip(luma) {
            let way = i32::from(fine(new) - *old);
            *old = old.wrapping_add(((way * step) >> 10) as i16);
        }
    }
}

/// 255 becomes 32,640: differences fit into 16 bits too.
#[inline(always)]
fn fine(sample: u8) -> i16 {
    i16::from(sample) << 7
}

/// Saturated: what is beyond 16 bits is beyond every threshold.
#[inline(always)]
fn differs(old: i16, new: u8, light: i16) -> u16 {
    (fine(new) - old).saturating_sub(light).unsigned_abs()
}

fn threshold_of(steps: u8) -> u16 {
    u16::from(steps) << 7
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extremes_neither_wrap_nor_panic() {
        let size = Size { width: 3, height: 1 };
        let whole = Rect { x: 0, y: 0, width: 3, height: 1 };
        let mut background = Background::new(size, &[0, 0, 255]);
        // The whole is brighter by 255 / 3 steps; the first two are brighter by 170 more, the last is darker by 340.
        let luma = [255, 255, 0];
        assert_eq!(background.light(&luma), 85 << 7);
        assert_eq!([169, 170].map(|threshold| background.count(&luma, whole, threshold)), [3, 1]);
        assert_eq!(background.mark(&luma, 255), [0, 0, 255]);
        assert_eq!(background.mark(&luma, 169), [255, 255, 255]);
        background.follow(&luma, 512);
        assert_eq!(background.samples, [16320, 16320, 16320]);
        background.follow(&luma, u16::MAX);
        assert_eq!(background.count(&luma, whole, 0), 0);
    }

    /// The same in 32 bits, one sample after the other.
    #[test]
    fn sixteen_bits_say_what_thirty_two_would() {
        let size = Size { width: 40, height: 30 };
        let whole = Rect { x: 0, y: 0, width: 40, height: 30 };
        let mut seed = 1u32;
        let mut picture = || -> Vec<u8> {
            let mut random = || {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 24) as u8
            };
            let most = random().max(1);
            (0..1200).map(|_| random() % most).collect()
        };
        let first = picture();
        let mut background = Background::new(size, &first);
        let mut samples: Vec<i32> = first.iter().map(|&sample| i32::from(sample) << 7).collect();
        for n in 0..100 {
            let (luma, threshold) = (picture(), (n % 32) as u8);
            let total: i64 = samples.iter().zip(&luma).map(|(&old, &new)| i64::from((i32::from(new) << 7) - old)).sum();
            let light = (total / 1200) as i32;
            let differs =
                |(&old, &new): (&i32, &u8)| ((i32::from(new) << 7) - old - light).abs() > i32::from(threshold) << 7;
            let expected = samples.iter().zip(&luma).filter(|&pair| differs(pair)).count();
            assert_eq!(background.count(&luma, whole, threshold), expected as u32);
            assert_eq!(background.mark(&luma, threshold).iter().filter(|&&mark| mark == 255).count(), expected);
            let step = n * 13 % 1025;
            background.follow(&luma, step as u16);
            for (old, &new) in samples.iter_mut().zip(&luma) {
                *old += (((i32::from(new) << 7) - *old) * step) >> 10;
            }
        }
        assert!(background.samples.iter().zip(&samples).all(|(&a, &b)| i32::from(a) == b));
    }

    #[test]
    fn an_area_counts_its_own_samples() {
        let size = Size { width: 4, height: 3 };
        let background = Background::new(size, &[100; 12]);
        let mut luma = [100; 12];
        luma[5..7].fill(140);
        let area = |x, y, width, height| background.count(&luma, Rect { x, y, width, height }, 20);
        assert_eq!([area(0, 0, 4, 3), area(2, 1, 2, 2), area(0, 0, 4, 1), area(1, 1, 0, 1)], [2, 1, 0, 0]);
    }
}
