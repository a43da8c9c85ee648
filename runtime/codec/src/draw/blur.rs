use crate::pixels::{Clip, Rect};
use crate::{Picture, PlaneMut};

/// Three means over a box come near a Gauss curve (the central limit theorem does the work).
const PASSES: usize = 3;

/// Blurs an area with this radius in pixels (clamped to 1 to 64). Nothing of what lies around it is mixed in. The time it takes does not depend on
/// the radius.
pub fn blur(picture: &mut Picture, area: Rect, radius: u32) {
    let radius = radius.clamp(1, 64) as usize;
    let Some(clip) = Clip::new(area, picture.size()) else {
        return;
    };
    let [mut luma, mut u, mut v] = picture.planes_mut();
    // Three boxes reach one and a half times as far as the radius, with the weights of a curve that is nearly 0 from the radius on.
    let box_radius = radius.div_ceil(2);
    let mut scratch = Vec::new();
    plane(&mut luma, clip, box_radius, &mut scratch);
    plane(&mut u, clip.chroma(), box_radius.div_ceil(2), &mut scratch);
    plane(&mut v, clip.chroma(), box_radius.div_ceil(2), &mut scratch);
}

fn plane(plane: &mut PlaneMut<'_>, clip: Clip, radius: usize, scratch: &mut Vec<u8>) {
    let (width, height) = (clip.width(), clip.height());
    scratch.resize(width * height, 0);
    let mut sums = vec![0u32; width];
    for _ in 0..PASSES {
        for (y, row) in clip.rows().zip(scratch.chunks_exact_mut(width)) {
            across(&plane.row_mut(y)[clip.columns()], radius, row);
        }
        down(scratch, radius, &mut sums, plane, clip);
    }
}

/// The mean of `2 * radius + 1` samples by a running sum, times 2^16 over their number; at the ends the last one counts again and again.
fn scale(radius: usize) -> u32 {
    (1 << 16) / (2 * radius as u32 + 1)
}

fn mean(sum: u32, scale: u32) -> u8 {
    (sum.wrapping_mul(scale).wrapping_add(1 << 15) >> 16).min(255) as u8
}

fn across(from: &[u8], radius: usize, to: &mut [u8]) {
    let last = from.len() - 1;
    let scale = scale(radius);
    let mut sum =
        u32::from(from[0]) * (radius as u32 + 1) + (1..=radius).map(|at| u32::from(from[at.min(last)])).sum::<u32>();
    for (at, to) in to.iter_mut().enumerate() {
        *to = mean(sum, scale);
        let (new, old) = (from[(at + radius + 1).min(last)], from[at.saturating_sub(radius)]);
        sum = sum.wrapping_add(u32::from(new)).wrapping_sub(u32::from(old));
    }
}

/// The same from top to bottom, for all columns at once, into the clip of the plane.
fn down(from: &[u8], radius: usize, sums: &mut [u32], to: &mut PlaneMut<'_>, clip: Clip) {
    let width = sums.len();
    let height = from.len() / width;
    let row = |y: usize| &from[y.min(height - 1) * width..][..width];
    let scale = scale(radius);
    for (sum, sample) in sums.iter_mut().zip(row(0)) {
        *sum = u32::from(*sample) * (radius as u32 + 1);
    }
    for y in 1..=radius {
        for (sum, sample) in sums.iter_mut().zip(row(y)) {
            *sum += u32::from(*sample);
        }
    }
    for y in 0..height {
        let (new, old) = (row(y + radius + 1), row(y.saturating_sub(radius)));
        let to = &mut to.row_mut(clip.top + y)[clip.columns()];
        for (((sum, new), old), to) in sums.iter_mut().zip(new).zip(old).zip(to) {
            *to = mean(*sum, scale);
            *sum = sum.wrapping_add(u32::from(*new)).wrapping_sub(u32::from(*old));
        }
    }
}
