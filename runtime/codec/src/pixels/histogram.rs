use super::{Clip, Rect};
use crate::Picture;

/// How often each luma value occurs in the area, clipped to the picture.
pub fn histogram(picture: &Picture, area: Rect) -> [u32; 256] {
    // Four tables, since neighbours are often equal, and counting one value twice in a row waits for the first count to be written.
    let mut tables = [[0u32; 256]; 4];
    let luma = picture.planes()[0];
    if let Some(clip) = Clip::new(area, picture.size()) {
        for y in clip.rows() {
            let (fours, rest) = luma.row(y)[clip.columns()].as_chunks::<4>();
            for four in fours {
                for (table, value) in tables.iter_mut().zip(four) {
                    let count = &mut table[usize::from(*value)];
                    *count = count.wrapping_add(1);
                }
            }
            for value in rest {
                tables[0][usize::from(*value)] += 1;
            }
        }
    }
    std::array::from_fn(|value| tables.iter().map(|table| table[value]).sum())
}
