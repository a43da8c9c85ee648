use media::{Color, Size};

use crate::colors::Conversion;
use crate::{Picture, Plane};

/// The planes that a still is made of: the picture's own where they are right, otherwise converted into memory that is kept.
#[derive(Default)]
pub(super) struct Source {
    memory: Vec<u8>,
    lift: Vec<i16>,
}

impl Source {
    /// The picture's planes in these colours. `even`: luma has an even width and height, its last column and row repeated if need be.
    pub(super) fn planes<'a>(&'a mut self, picture: &'a Picture, color: Color, even: bool) -> [Plane<'a>; 3] {
        let size = picture.size();
        let padded = match even {
            true => Size::new(size.width.next_multiple_of(2), size.height.next_multiple_of(2)),
            false => size,
        };
        if picture.color() == color && padded == size {
            return picture.planes();
        }
        let chroma = size.chroma();
        self.memory.resize(padded.pixels() as usize + 2 * chroma.pixels() as usize, 0);
        let (luma, rest) = self.memory.split_at_mut(padded.pixels() as usize);
        let (to_u, to_v) = rest.split_at_mut(chroma.pixels() as usize);
        let conversion = Conversion::new(picture.color(), color);
        let [y, u, v] = picture.planes();
        let width = size.width as usize;
        let rows = y.rows().zip(luma.chunks_mut(padded.width as usize));
        for (at, (from, to)) in rows.enumerate() {
            if at % 2 == 0 {
                conversion.lift_row(u.row(at / 2), v.row(at / 2), &mut self.lift);
            }
            conversion.luma_row(from, &self.lift, &mut to[..width]);
            if to.len() > width {
                to[width] = to[width - 1];
            }
        }
        if padded.height > size.height {
            let last = padded.width as usize * size.height as usize;
            luma.copy_within(last - padded.width as usize..last, last);
        }
        let chroma_width = chroma.width as usize;
        let rows = u.rows().zip(v.rows()).zip(to_u.chunks_mut(chroma_width).zip(to_v.chunks_mut(chroma_width)));
        for ((u, v), (to_u, to_v)) in rows {
            conversion.chroma_row(u, v, to_u, to_v);
        }
        [
            Plane { data: luma, stride: padded.width as usize, size: padded },
            Plane { data: to_u, stride: chroma_width, size: chroma },
            Plane { data: to_v, stride: chroma_width, size: chroma },
        ]
    }
}
