use std::sync::Arc;

use media::Size;

use super::{Error, thumbnail};
use crate::Picture;

/// The most cells of a grid, across and down.
const MOST_CELLS: Size = Size::new(160, 90);
/// Differences are looked for in a thumbnail of at most this width: noise of single pixels is gone there.
const WIDTH: u32 = 320;

/// What an instance asked about last: [`motion`] keeps it.
#[derive(Clone, Debug, Default)]
pub struct MotionReference(Option<(Size, Arc<[u8]>)>);

/// For each cell of a grid (row by row, at most 160 by 90 cells) the share of luma samples, 0 to 255, that differ by more than `threshold` from the
/// picture that was asked about last with this reference; all 0 the first time, and after a change of size.
pub fn motion(picture: &Picture, grid: Size, threshold: u8, reference: &mut MotionReference) -> Result<Vec<u8>, Error> {
    let small = thumbnail_size(picture.size());
    let most = Size::new(MOST_CELLS.width.min(small.width), MOST_CELLS.height.min(small.height));
    if grid.width == 0 || grid.height == 0 || grid.width > most.width || grid.height > most.height {
        return Err(Error::Refused(format!("a grid has 1x1 to {most} cells here, not {grid}")));
    }
    let now = thumbnail(picture, small)?;
    let before = reference.0.replace((small, now.clone()));
    match before {
        Some((size, before)) if size == small => Ok(compare(&before, &now, small, grid, threshold)),
        _ => Ok(vec![0; grid.pixels() as usize]),
    }
}

fn thumbnail_size(size: Size) -> Size {
    let width = size.width.min(WIDTH);
    let height = (u64::from(size.height) * u64::from(width) / u64::from(size.width))
        .clamp(1, u64::from(size.height.min(4 * WIDTH)));
    Size::new(width, height as u32)
}

fn compare(before: &[u8], now: &[u8], size: Size, grid: Size, threshold: u8) -> Vec<u8> {
    let (width, height) = (size.width as usize, size.height as usize);
    let (across, down) = (grid.width as usize, grid.height as usize);
    let mut cells = Vec::with_capacity(across * down);
    let mut columns = vec![0u32; width];
    let mut counts = vec![0u8; width];
    for cell_y in 0..down {
        let rows = cell_y * height / down..(cell_y + 1) * height / down;
        columns.fill(0);
        let part = rows.start * width..rows.end * width;
        // Counted in bytes, sixteen at once, for as many rows as a byte can count.
        for (before, now) in before[part.clone()].chunks(255 * width).zip(now[part].chunks(255 * width)) {
            counts.fill(0);
            for (before, now) in before.chunks_exact(width).zip(now.chunks_exact(width)) {
                for ((count, a), b) in counts.iter_mut().zip(before).zip(now) {
                    *count = count.wrapping_add(u8::from(a.abs_diff(*b) > threshold));
                }
            }
            for (column, count) in columns.iter_mut().zip(&counts) {
                *column = column.wrapping_add(u32::from(*count));
            }
        }
        for cell_x in 0..across {
            let part = cell_x * width / across..(cell_x + 1) * width / across;
            let samples = (part.len() * rows.len()) as u32;
            let changed: u32 = columns[part].iter().sum();
            cells.push((changed * 255 / samples) as u8);
        }
    }
    cells
}
