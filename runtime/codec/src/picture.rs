use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use media::{Color, Matrix, Moment, Range, Size, Timestamp};

use crate::pixels::Made;
use crate::pool::Block;
use crate::{Plane, PlaneMut, Pool};

/// When a picture was taken, and the how many-th it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Presentation time of the access unit that it came from.
    pub pts: Timestamp,
    /// Counts the pictures.
    pub sequence: u64,
    /// When the last byte of its access unit arrived.
    pub received: Moment,
    /// When the camera took it, if it tells.
    pub captured: Option<SystemTime>,
}

/// One decoded picture: 8-bit I420.
///
/// A clone shares the samples; changing a clone copies them first, unless no other is left. The memory goes back to its [`Pool`] with the last
/// clone. The planes lie behind each other without padding, so that a whole picture is one slice ([`Picture::samples`]).
#[derive(Clone)]
pub struct Picture {
    content: Arc<Content>,
    stamp: Stamp,
}

struct Content {
    block: Block,
    size: Size,
    color: Color,
    made: Made,
}

impl Picture {
    /// A black picture.
    ///
    /// # Panics
    /// If the size is not sane ([`Size::is_sane`]): whoever reads sizes from outside checks them there.
    pub fn black(pool: &Pool, size: Size, color: Color, stamp: Stamp) -> Self {
        let mut picture = Self::dirty(pool, size, color, stamp);
        let black = match color.range {
            Range::Limited => 16,
            Range::Full => 0,
        };
        let [luma, u, v] = picture.planes_mut();
        luma.data.fill(black);
        u.data.fill(128);
        v.data.fill(128);
        picture
    }

    /// A picture with whatever is in the memory: for who writes every sample.
    pub(crate) fn dirty(pool: &Pool, size: Size, color: Color, stamp: Stamp) -> Self {
        assert!(size.is_sane(), "a picture of {size}");
        let block = pool.take(size.pixels() as usize + 2 * size.chroma().pixels() as usize);
        Self { content: Arc::new(Content { block, size, color, made: Made::default() }), stamp }
    }

    /// Pixels.
    pub fn size(&self) -> Size {
        self.content.size
    }

    /// How its samples mean colours.
    pub fn color(&self) -> Color {
        self.content.color
    }

    /// When it was taken.
    pub fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// The same samples under another stamp.
    pub fn with_stamp(self, stamp: Stamp) -> Self {
        Self { stamp, ..self }
    }

    /// The luma and the two chroma planes (Cb, Cr).
    pub fn planes(&self) -> [Plane<'_>; 3] {
        let size = self.content.size;
        let chroma = size.chroma();
        let (luma, rest) = self.content.block.split_at(size.pixels() as usize);
        let (u, v) = rest.split_at(chroma.pixels() as usize);
        [
            Plane { data: luma, stride: size.width as usize, size },
            Plane { data: u, stride: chroma.width as usize, size: chroma },
            Plane { data: v, stride: chroma.width as usize, size: chroma },
        ]
    }

    /// The planes, to change. Copies them first if another clone shares them; what was made of them (thumbnails) is forgotten.
    #[inline]
    pub fn planes_mut(&mut self) -> [PlaneMut<'_>; 3] {
        let content = self.unshared();
        let size = content.size;
        let chroma = size.chroma();
        let (luma, rest) = content.block.split_at_mut(size.pixels() as usize);
        let (u, v) = rest.split_at_mut(chroma.pixels() as usize);
        [
            PlaneMut { data: luma, stride: size.width as usize, size },
            PlaneMut { data: u, stride: chroma.width as usize, size: chroma },
            PlaneMut { data: v, stride: chroma.width as usize, size: chroma },
        ]
    }

    fn unshared(&mut self) -> &mut Content {
        if Arc::get_mut(&mut self.content).is_none() {
            let old = &self.content;
            let mut block = old.block.pool().take(old.block.len());
            block.copy_from_slice(&old.block);
            self.content = Arc::new(Content { block, size: old.size, color: old.color, made: Made::default() });
        }
        let content =
            Arc::get_mut(&mut self.content).expect("nobody else has it: it was either unshared or copied just now");
        content.made.forget();
        content
    }

    /// All samples: the luma, then Cb, then Cr, without padding.
    pub fn samples(&self) -> &[u8] {
        &self.content.block
    }

    /// As [`Self::samples`], without a borrow and without a copy; a change to the picture does not reach them.
    pub fn shared_samples(&self) -> Arc<[u8]> {
        self.content.block.share()
    }

    /// As [`Self::samples`], to change; as [`Self::planes_mut`] otherwise.
    pub(crate) fn samples_mut(&mut self) -> &mut [u8] {
        &mut self.unshared().block
    }

    /// Whether the other one shares these samples.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.content, &other.content)
    }

    /// The pool that its memory came from: for pictures made of this one.
    pub fn pool(&self) -> &Pool {
        self.content.block.pool()
    }

    pub(crate) fn made(&self) -> &Made {
        &self.content.made
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Color { range, matrix } = self.color();
        let matrix = match matrix {
            Matrix::Bt601 => "BT.601",
            Matrix::Bt709 => "BT.709",
            Matrix::Bt2020 => "BT.2020",
        };
        write!(f, "Picture({}, {range:?} {matrix}, {}, #{})", self.size(), self.stamp.pts, self.stamp.sequence)
    }
}

#[cfg(test)]
impl Stamp {
    pub(crate) fn test() -> Self {
        Self { pts: Timestamp::ZERO, sequence: 0, received: Moment::now(), captured: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_clone_leaves_the_other_alone() {
        let pool = Pool::new(1 << 20);
        let first = Picture::black(&pool, Size::new(5, 3), Color::default(), Stamp::test());
        let mut second = first.clone();
        assert!(first.is_same(&second));
        second.planes_mut()[0].data[0] = 99;
        assert!(!first.is_same(&second));
        assert_eq!((first.planes()[0].data[0], second.planes()[0].data[0]), (16, 99));
        let address = second.samples().as_ptr();
        second.planes_mut()[1].data[0] = 1;
        assert_eq!(second.samples().as_ptr(), address, "an unshared picture is changed in place");
    }

    #[test]
    fn memory_goes_back_with_the_last_clone() {
        let pool = Pool::new(1 << 20);
        let first = Picture::black(&pool, Size::new(4, 4), Color::JPEG, Stamp::test());
        let second = first.clone();
        drop(first);
        assert_eq!(pool.idle_bytes(), 0);
        drop(second);
        assert_eq!(pool.idle_bytes(), 24);
    }

    #[test]
    fn odd_sizes_round_chroma_up() {
        let pool = Pool::new(0);
        let picture = Picture::black(&pool, Size::new(5, 3), Color::JPEG, Stamp::test());
        let [luma, u, v] = picture.planes();
        assert_eq!((luma.data.len(), u.data.len(), v.data.len()), (15, 6, 6));
        assert_eq!((luma.rows().count(), u.rows().next().map(<[u8]>::len)), (3, Some(3)));
        assert_eq!((luma.data[0], u.data[0]), (0, 128));
    }
}
