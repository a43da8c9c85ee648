use super::composite::{self, Ink};
use super::{Point, Rgba};
use crate::Picture;
use crate::pixels::{Clip, Rect};

/// The most corners that are looked at.
const MOST_CORNERS: usize = 64;
/// Each row is cut so many times: together with exact shares across, edges are smooth.
const CUTS: usize = 4;

/// Fills a polygon of 3 to 64 corners by the even-odd rule: with fewer nothing is drawn, more are left out. A corner is the upper left corner of
/// its pixel, so that a polygon of a rectangle's corners covers what [`super::fill`] does.
pub fn polygon(picture: &mut Picture, corners: &[Point], color: Rgba) {
    let corners = &corners[..corners.len().min(MOST_CORNERS)];
    if corners.len() < 3 {
        return;
    }
    let Some(clip) = bounds(corners, picture) else { return };
    let ink = Ink::new(color, picture.color());
    let mut crossings = Vec::with_capacity(corners.len());
    let mut covered = vec![0u16; clip.width()];
    composite::mask(picture, clip, ink, |y, row| {
        covered.fill(0);
        for cut in 0..CUTS {
            let y = y as f64 + (cut as f64 + 0.5) / CUTS as f64;
            cross(corners, y, &mut crossings);
            for pair in crossings.chunks_exact(2) {
                cover(&mut covered, pair[0] - clip.left as f64, pair[1] - clip.left as f64);
            }
        }
        for (row, covered) in row.iter_mut().zip(&covered) {
            *row = (*covered).min(255) as u8;
        }
    });
}

fn bounds(corners: &[Point], picture: &Picture) -> Option<Clip> {
    let span = |of: fn(&Point) -> i32| {
        let (low, high) =
            corners.iter().map(of).fold((i32::MAX, i32::MIN), |(low, high), at| (low.min(at), high.max(at)));
        (low, high.abs_diff(low))
    };
    let ((x, width), (y, height)) = (span(|at| at.x), span(|at| at.y));
    Clip::new(Rect::new(x, y, width, height), picture.size())
}

/// Where the edges cross a height, from left to right; always an even number.
fn cross(corners: &[Point], y: f64, crossings: &mut Vec<f64>) {
    crossings.clear();
    let mut from = corners[corners.len() - 1];
    for to in corners {
        let (ay, by) = (f64::from(from.y), f64::from(to.y));
        if (ay <= y) != (by <= y) {
            let (ax, bx) = (f64::from(from.x), f64::from(to.x));
            crossings.push(ax + (y - ay) / (by - ay) * (bx - ax));
        }
        from = *to;
    }
    crossings.sort_unstable_by(f64::total_cmp);
}

/// Adds what a cut from `left` to `right` covers of each pixel: 64 of 256 for a whole one.
fn cover(row: &mut [u16], left: f64, right: f64) {
    const WHOLE: f64 = 256.0 / CUTS as f64;
    let (left, right) = (left.clamp(0.0, row.len() as f64), right.clamp(0.0, row.len() as f64));
    if left >= right {
        return;
    }
    let (first, last) = (left as usize, right as usize);
    if first == last {
        row[first] += ((right - left) * WHOLE) as u16;
        return;
    }
    row[first] += (((first + 1) as f64 - left) * WHOLE) as u16;
    for covered in &mut row[first + 1..last] {
        *covered += WHOLE as u16;
    }
    if let Some(covered) = row.get_mut(last) {
        *covered += ((right - last as f64) * WHOLE) as u16;
    }
}
