//! Cells that move together. Pure.

use crate::line::Point;

/// The cells that a picture is looked at in.
pub const WIDE: usize = 64;
pub const HIGH: usize = 36;
/// Cells as near as this belong together: a thing may have a stripe of the background's brightness.
const NEAR: usize = 1;

/// Something that moves: its box in cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blob {
    pub left: usize,
    pub top: usize,
    pub right: usize,
    pub bottom: usize,
}

impl Blob {
    /// Its middle, in shares of the picture.
    pub fn middle(&self) -> Point {
        let share = |a: usize, b: usize, of: usize| (a + b) as f32 / 2.0 / of as f32;
        Point { x: share(self.left, self.right, WIDE), y: share(self.top, self.bottom, HIGH) }
    }

    /// Its share of the picture.
    pub fn share(&self) -> f32 {
        ((self.right - self.left) * (self.bottom - self.top)) as f32 / (WIDE * HIGH) as f32
    }

    fn joined(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    fn is_near(&self, other: &Self) -> bool {
        let apart = |a: (usize, usize), b: (usize, usize)| a.0 > b.1 + NEAR || b.0 > a.1 + NEAR;
        !apart((self.left, self.right), (other.left, other.right))
            && !apart((self.top, self.bottom), (other.top, other.bottom))
    }
}

/// All that moves, each once.
pub fn find(cells: &[bool]) -> Vec<Blob> {
    let mut blobs: Vec<Blob> = Vec::new();
    for (index, _) in cells.iter().enumerate().take(WIDE * HIGH).filter(|(_, moves)| **moves) {
        let (x, y) = (index % WIDE, index / WIDE);
        let mut blob = Blob { left: x, top: y, right: x + 1, bottom: y + 1 };
        // A blob that grows may come near to others: until none is.
        while let Some(near) = blobs.iter().position(|other| other.is_near(&blob)) {
            blob = blob.joined(blobs.swap_remove(near));
        }
        blobs.push(blob);
    }
    blobs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_are_near_are_one_blob_and_things_apart_are_two() {
        let mut cells = vec![false; WIDE * HIGH];
        for y in 10..14 {
            (cells[y * WIDE + 4], cells[y * WIDE + 6]) = (true, true);
        }
        cells[30 * WIDE + 60] = true;
        let blobs = find(&cells);
        assert_eq!(blobs.len(), 2);
        assert!(blobs.contains(&Blob { left: 4, top: 10, right: 7, bottom: 14 }));
        assert!(blobs.iter().any(|blob| (blob.share() - 1.0 / 2304.0).abs() < 1e-6));
        assert!(find(&vec![true; WIDE * HIGH]).len() == 1 && find(&[]).is_empty());
    }
}
