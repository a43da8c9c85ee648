//! Changing pictures: shapes, text, images, and making areas unrecognisable.
//!
//! Everything is clipped to the picture, blended by alpha, and safe for any argument: a shape costs no more than the pixels of it that are in the
//! picture. Colours are sRGB and converted to the picture's matrix and range. Chroma has half the resolution: a sample takes a shape's colour by
//! the share of its pixels that the shape covers.
//!
//! Text is set in Ubuntu Light (Ubuntu Font Licence 1.0), which the crate `epaint_default_fonts` carries with its licence.

mod blur;
pub(crate) mod composite;
mod glyphs;
mod image;
mod line;
mod pixelate;
mod polygon;
mod text;

pub use self::blur::blur;
pub use self::image::{Image, blend};
pub use self::line::line;
pub use self::pixelate::pixelate;
pub use self::polygon::polygon;
pub use self::text::{TextStyle, text};
pub use crate::pixels::Rect;

use self::composite::Ink;
use crate::Picture;
use crate::pixels::Clip;

/// sRGB with straight (not premultiplied) alpha.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rgba {
    /// 0 to 255.
    pub red: u8,
    /// 0 to 255.
    pub green: u8,
    /// 0 to 255.
    pub blue: u8,
    /// 0 is transparent, 255 opaque.
    pub alpha: u8,
}

impl Rgba {
    /// A colour with this alpha.
    pub const fn new(red: u8, green: u8, blue: u8, alpha: u8) -> Self {
        Self { red, green, blue, alpha }
    }

    /// An opaque colour.
    pub const fn rgb(red: u8, green: u8, blue: u8) -> Self {
        Self::new(red, green, blue, 255)
    }
}

/// A place in a picture, in pixels from its upper left corner. It may lie outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Point {
    /// Pixels to the right.
    pub x: i32,
    /// Pixels down.
    pub y: i32,
}

impl Point {
    /// A place.
    pub const fn new(x: i32, y: i32) -> Self {
        Self { x, y }
    }
}

/// Fills an area.
pub fn fill(picture: &mut Picture, area: Rect, color: Rgba) {
    let Some(clip) = Clip::new(area, picture.size()) else {
        return;
    };
    let ink = Ink::new(color, picture.color());
    composite::fill(picture, clip, ink);
}

/// Draws the border of an area, inside it; all of the area where the border is thicker than half of it.
pub fn outline(picture: &mut Picture, area: Rect, thickness: u32, color: Rgba) {
    let Rect { x, y, width, height } = area;
    if thickness == 0 || width == 0 || height == 0 {
        return;
    }
    if thickness >= width.div_ceil(2) || thickness >= height.div_ceil(2) {
        return fill(picture, area, color);
    }
    // Beyond i32 nothing is in any picture: the edge is left out.
    let after =
        |start: i32, length: u32| i32::try_from(i64::from(start) + i64::from(length) - i64::from(thickness)).ok();
    let inner = height - 2 * thickness;
    fill(picture, Rect::new(x, y, width, thickness), color);
    if let Some(bottom) = after(y, height) {
        fill(picture, Rect::new(x, bottom, width, thickness), color);
    }
    let Ok(below) = i32::try_from(i64::from(y) + i64::from(thickness)) else {
        return;
    };
    fill(picture, Rect::new(x, below, thickness, inner), color);
    if let Some(right) = after(x, width) {
        fill(picture, Rect::new(right, below, thickness, inner), color);
    }
}

#[cfg(test)]
mod tests;
