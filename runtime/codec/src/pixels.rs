//! What plugins read and write: areas of a picture in the pixel formats of `wit/types.wit`.
//!
//! Owns the checks of areas and lengths that come from plugins: every argument is safe, a wrong one is an [`Error`]. Owns no handle and no limit
//! of a plugin: those are the plugin room's.

mod area;
mod histogram;
mod made;
mod motion;
mod read;
mod resize;
mod scaled;
mod thumbnail;
mod write;

use media::Size;

pub use self::histogram::histogram;
pub use self::motion::{MotionReference, motion};
pub use self::read::{read, read_into, view};
pub use self::scaled::scaled;
pub use self::thumbnail::thumbnail;
pub use self::write::write;

pub(crate) use self::area::Clip;
pub(crate) use self::made::Made;
pub(crate) use self::resize::{Filter, resize};
pub(crate) use self::write::from_rgb;

/// How pixels lie in a slice. Rows from top to bottom, no padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// One byte per pixel: luma as the camera sent it (mostly 16 to 235).
    Gray8,
    /// The Y plane, then U, then V; U and V have (width + 1) / 2 by (height + 1) / 2 samples. Range as the camera sent it.
    I420,
    /// Red, green, blue; 3 bytes per pixel, full range sRGB.
    Rgb24,
    /// Red, green, blue, alpha; 4 bytes per pixel, full range sRGB, straight alpha. On reading alpha is 255.
    Rgba32,
}

impl Format {
    /// How many bytes this many pixels have.
    pub fn length(self, size: Size) -> u64 {
        match self {
            Self::Gray8 => size.pixels(),
            Self::I420 => size.pixels() + 2 * size.chroma().pixels(),
            Self::Rgb24 => size.pixels().saturating_mul(3),
            Self::Rgba32 => size.pixels().saturating_mul(4),
        }
    }
}

/// An area of a picture, in pixels. It may reach outside: drawing is clipped, reading is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rect {
    /// Left edge.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Pixels from left to right, 0 for nothing.
    pub width: u32,
    /// Pixels from top to bottom, 0 for nothing.
    pub height: u32,
}

impl Rect {
    /// An area by its upper left corner and its size.
    pub const fn new(x: i32, y: i32, width: u32, height: u32) -> Self {
        Self { x, y, width, height }
    }

    /// All of a picture of this size.
    pub const fn whole(size: Size) -> Self {
        Self::new(0, 0, size.width, size.height)
    }

    /// Its width and height.
    pub const fn size(self) -> Size {
        Size::new(self.width, self.height)
    }
}

/// Why pixels were refused. Nothing was read or changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The area is empty or reaches outside the picture; the picture has this size.
    #[error("the area is empty or reaches outside the picture of {0}")]
    Outside(Size),
    /// The slice has the wrong length; this many bytes were expected.
    #[error("{0} bytes were expected")]
    WrongLength(u64),
    /// I420 needs an area whose x and y are even, and whose width and height are even or reach the picture's edge.
    #[error("an i420 area must begin at even pixels, and end at even ones or at the picture's edge")]
    OddAlignment,
    /// A limit.
    #[error("{0}")]
    Refused(String),
}

#[cfg(test)]
mod tests;
