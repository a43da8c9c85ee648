//! Loops over luma, as motion plugins need them: on `thumbnail`, `scaled` and `read` of [`Picture`](crate::Picture). Written so that the compiler
//! makes 128-bit vectors of them (`-C target-feature=+simd128`, as in this workspace's `.cargo/config.toml`); build this crate with `opt-level = 3`.
//!
//! ```
//! use framegate_plugin::pixels::{self, Background};
//! use framegate_plugin::types::Size;
//!
//! let size = Size { width: 8, height: 4 };
//! let mut background = Background::new(size, &[100; 32]);
//! let mut luma = [100; 32];
//! luma[9..12].fill(200);
//!
//! let moved = background.mark(&luma, 20);
//! let blobs = pixels::blobs(&moved, size);
//! assert_eq!((blobs.len(), blobs[0].area.x, blobs[0].area.y, blobs[0].samples), (1, 1, 1, 3));
//! background.follow(&luma, Background::ALL / 10);
//! ```

mod background;
mod blobs;

pub use background::Background;
pub use blobs::{Blob, blobs};

use crate::types::Size;

/// As many values as a sum of 16 bits surely counts, and enough for the vectors.
const CHUNK: usize = 4096;

/// The mean of samples; 0 of none.
pub fn mean(samples: &[u8]) -> f32 {
    let sum: u64 = samples.chunks(CHUNK).map(|chunk| u64::from(chunk.iter().map(|&s| u32::from(s)).sum::<u32>())).sum();
    sum as f32 / samples.len().max(1) as f32
}

/// How many samples differ by more than `threshold`. What one of the two has more is left out.
pub fn count_over(a: &[u8], b: &[u8], threshold: u8) -> usize {
    let over = |(a, b): (&u8, &u8)| u16::from(a.abs_diff(*b) > threshold);
    a.chunks(CHUNK).zip(b.chunks(CHUNK)).map(|(a, b)| usize::from(a.iter().zip(b).map(over).sum::<u16>())).sum()
}

/// The samples made fewer by a whole factor: each is the rounded mean of a box of `by` by `by`. What is left of a row or column is left out.
///
/// # Panics
///
/// When `by` is 0 or more than 16, or there are fewer samples than `size` says.
pub fn shrink(samples: &[u8], size: Size, by: u32) -> (Vec<u8>, Size) {
    assert!((1..=16).contains(&by), "a picture is made smaller by 1 to 16, got {by}");
    let (width, by) = (size.width as usize, by as usize);
    let small = Size { width: size.width / by as u32, height: size.height / by as u32 };
    let across = small.width as usize;
    let mut pixels = Vec::with_capacity(across * small.height as usize);
    // Rows are added up before columns: sixteen columns at once. 16 × 16 × 255 fits into 16 bits.
    let mut columns = vec![0u16; across * by];
    for rows in samples[..width * small.height as usize * by].chunks_exact((width * by).max(1)) {
        columns.fill(0);
        for row in rows.chunks_exact(width) {
            for (column, &sample) in columns.iter_mut().zip(row) {
                *column = column.wrapping_add(u16::from(sample));
            }
        }
        let boxes = columns.chunks_exact(by).map(|column| column.iter().map(|&sum| u32::from(sum)).sum::<u32>());
        let samples = (by * by) as u32;
        pixels.extend(boxes.map(|sum| ((sum + samples / 2) / samples) as u8));
    }
    (pixels, small)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_right_beyond_one_chunk() {
        let (bright, dark) = (vec![255; 3 * CHUNK + 5], vec![200; 3 * CHUNK + 5]);
        assert_eq!((mean(&bright), mean(&[]), mean(&[1, 2])), (255.0, 0.0, 1.5));
        assert_eq!((count_over(&bright, &dark, 54), count_over(&bright, &dark, 55)), (bright.len(), 0));
        assert_eq!(count_over(&bright, &dark[..7], 54), 7);
    }

    #[test]
    fn a_smaller_picture_is_made_of_means() {
        let samples = [10, 20, 1, 1, 9, 30, 41, 1, 2, 9, 0, 0, 0, 0, 0];
        let (small, size) = shrink(&samples, Size { width: 5, height: 3 }, 2);
        assert_eq!((small, size), (vec![25, 1], Size { width: 2, height: 1 }));
        let (small, size) = shrink(&[255; 33 * 40], Size { width: 33, height: 40 }, 16);
        assert_eq!((small, size), (vec![255; 4], Size { width: 2, height: 2 }));
        assert_eq!(shrink(&[7], Size { width: 1, height: 1 }, 1).0, [7]);
        assert_eq!(shrink(&[7], Size { width: 1, height: 1 }, 2).0, [0; 0]);
    }
}
