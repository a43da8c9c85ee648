use std::ops::Range;

use media::Size;

use super::{Error, Format, Rect};

/// The part of an area that lies in a picture: never empty, never outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clip {
    pub(crate) left: usize,
    pub(crate) top: usize,
    /// One behind the last column.
    pub(crate) right: usize,
    /// One behind the last row.
    pub(crate) bottom: usize,
}

impl Clip {
    /// `None` if nothing of the area is in a picture of this size.
    pub(crate) fn new(area: Rect, size: Size) -> Option<Self> {
        let span = |start: i32, length: u32, most: u32| {
            let end = i64::from(start) + i64::from(length);
            let (start, end) = (i64::from(start).max(0), end.min(i64::from(most)));
            (start < end).then_some((start as usize, end as usize))
        };
        let (left, right) = span(area.x, area.width, size.width)?;
        let (top, bottom) = span(area.y, area.height, size.height)?;
        Some(Self { left, top, right, bottom })
    }

    pub(crate) fn width(self) -> usize {
        self.right - self.left
    }

    pub(crate) fn height(self) -> usize {
        self.bottom - self.top
    }

    pub(crate) fn columns(self) -> Range<usize> {
        self.left..self.right
    }

    pub(crate) fn rows(self) -> Range<usize> {
        self.top..self.bottom
    }

    /// The chroma samples that belong to at least one of these pixels.
    pub(crate) fn chroma(self) -> Self {
        Self { left: self.left / 2, top: self.top / 2, right: self.right.div_ceil(2), bottom: self.bottom.div_ceil(2) }
    }
}

/// The area, if all of it lies in a picture of this size and suits the format.
pub(super) fn checked(area: Rect, size: Size, format: Format) -> Result<Clip, Error> {
    let clip = Clip::new(area, size)
        .filter(|clip| (clip.width(), clip.height()) == (area.width as usize, area.height as usize));
    let clip = clip.ok_or(Error::Outside(size))?;
    let even = |start: usize, end: usize, edge: u32| {
        start.is_multiple_of(2) && (end.is_multiple_of(2) || end == edge as usize)
    };
    if format == Format::I420 && !(even(clip.left, clip.right, size.width) && even(clip.top, clip.bottom, size.height))
    {
        return Err(Error::OddAlignment);
    }
    Ok(clip)
}
