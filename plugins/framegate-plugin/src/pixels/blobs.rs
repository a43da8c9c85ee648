use crate::types::{Rect, Size};

/// Samples that touch, corners included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Blob {
    /// The smallest area that has all of them, in samples.
    pub area: Rect,
    /// How many they are.
    pub samples: u32,
}

/// What hangs together in a mask (0 is nothing), the largest first. For thumbnails, or the cells of `picture.motion`: each sample is looked at some
/// nine times.
///
/// # Panics
///
/// When the mask has fewer samples than `size` says.
pub fn blobs(mask: &[u8], size: Size) -> Vec<Blob> {
    let (width, height) = (size.width as usize, size.height as usize);
    let mut seen: Vec<bool> = mask[..width * height].iter().map(|&sample| sample == 0).collect();
    let (mut blobs, mut open) = (Vec::new(), Vec::new());
    for start in 0..seen.len() {
        if seen[start] {
            continue;
        }
        seen[start] = true;
        open.push(start);
        let (mut left, mut right, mut top, mut bottom, mut samples) = (width, 0, height, 0, 0);
        while let Some(at) = open.pop() {
            let (x, y) = (at % width, at / width);
            samples += 1;
            (left, right, top, bottom) = (left.min(x), right.max(x), top.min(y), bottom.max(y));
            for y in y.saturating_sub(1)..(y + 2).min(height) {
                let row = y * width + x.saturating_sub(1)..y * width + (x + 2).min(width);
                for (near, seen) in row.clone().zip(&mut seen[row]) {
                    if !std::mem::replace(seen, true) {
                        open.push(near);
                    }
                }
            }
        }
        let span = |from: usize, to: usize| (from as i32, (to + 1 - from) as u32);
        let ((x, width), (y, height)) = (span(left, right), span(top, bottom));
        blobs.push(Blob { area: Rect { x, y, width, height }, samples });
    }
    blobs.sort_by_key(|blob| std::cmp::Reverse(blob.samples));
    blobs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rows: &[&str]) -> Vec<(i32, i32, u32, u32, u32)> {
        let mask: Vec<u8> = rows.concat().bytes().map(|sample| u8::from(sample == b'#')).collect();
        let size = Size { width: rows[0].len() as u32, height: rows.len() as u32 };
        let tuple = |Blob { area: Rect { x, y, width, height }, samples }| (x, y, width, height, samples);
        blobs(&mask, size).into_iter().map(tuple).collect()
    }

    #[test]
    fn corners_touch_and_edges_do_not_wrap() {
        assert_eq!(found(&["#...#", ".#...", "....#"]), [(0, 0, 2, 2, 2), (4, 0, 1, 1, 1), (4, 2, 1, 1, 1)]);
        assert_eq!(found(&["....#", "#...."]).len(), 2);
        assert_eq!(found(&["####", "#..#", "####"]), [(0, 0, 4, 3, 10)]);
        assert_eq!(found(&["....", "...."]), []);
    }
}
