use crate::pixels::{Clip, Rect};
use crate::{Picture, PlaneMut};

/// Makes an area unrecognisable in blocks of this many pixels (clamped to 2 to 256): each block has the mean of its samples. Chroma samples that
/// belong to the area with only some of their pixels are changed too.
pub fn pixelate(picture: &mut Picture, area: Rect, block: u32) {
    let block = block.clamp(2, 256) as usize;
    let Some(clip) = Clip::new(area, picture.size()) else {
        return;
    };
    let [mut luma, mut u, mut v] = picture.planes_mut();
    plane(&mut luma, clip, block);
    plane(&mut u, clip.chroma(), block.div_ceil(2));
    plane(&mut v, clip.chroma(), block.div_ceil(2));
}

fn plane(plane: &mut PlaneMut<'_>, clip: Clip, block: usize) {
    let mut columns = vec![0u32; clip.width()];
    for top in clip.rows().step_by(block) {
        let rows = top..(top + block).min(clip.bottom);
        columns.fill(0);
        for y in rows.clone() {
            for (sum, sample) in columns.iter_mut().zip(&plane.row_mut(y)[clip.columns()]) {
                *sum = sum.wrapping_add(u32::from(*sample));
            }
        }
        for part in columns.chunks_mut(block) {
            let samples = (part.len() * rows.len()) as u32;
            let mean = (part.iter().sum::<u32>() + samples / 2) / samples;
            part.fill(mean);
        }
        for y in rows {
            for (sample, mean) in plane.row_mut(y)[clip.columns()].iter_mut().zip(&columns) {
                *sample = *mean as u8;
            }
        }
    }
}
