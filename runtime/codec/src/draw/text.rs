use std::sync::{Arc, Mutex, PoisonError};

use media::Size;

use super::composite::{self, Ink};
use super::glyphs::{Cover, Drawn, Glyphs, pens};
use super::{Point, Rect, Rgba, fill};
use crate::Picture;
use crate::pixels::Clip;

/// The most characters that are written.
const MOST_CHARACTERS: usize = 1024;

/// How text looks. Make it once and keep it: it remembers the glyphs that it drew (at most 4 MiB of them).
pub struct TextStyle {
    height: u32,
    color: Rgba,
    background: Option<Rgba>,
    outline: Option<(u32, Rgba)>,
    glyphs: Mutex<Glyphs>,
}

impl TextStyle {
    /// Height of a line in pixels (clamped to 6 to 512).
    pub fn new(height: u32, color: Rgba) -> Self {
        let height = height.clamp(6, 512);
        Self { height, color, background: None, outline: None, glyphs: Mutex::new(Glyphs::new(height)) }
    }

    /// A filled box behind the text; none by default.
    pub fn set_background(&mut self, color: Option<Rgba>) {
        self.background = color;
    }

    /// A contour round the glyphs, in pixels (at most 8); none by default, and with thickness 0.
    pub fn set_outline(&mut self, thickness: u32, color: Rgba) {
        let thickness = thickness.min(8);
        self.outline = (thickness > 0).then_some((thickness, color));
        self.glyphs.get_mut().unwrap_or_else(PoisonError::into_inner).set_contour(thickness);
    }

    /// The size that this text will take, line breaks, contour and the box's margin included.
    pub fn measure(&self, text: &str) -> Size {
        let mut size = Size::new(0, 0);
        for line in lines(text) {
            let width = pens(self.height, line, |_, _| ()).ceil().max(0.0) as u32;
            size = Size::new(size.width.max(width), size.height + self.height);
        }
        let (x, y) = self.margin();
        Size::new(size.width + 2 * x, size.height + 2 * y)
    }

    /// Between the edges of the whole and the lines: room for the contour, and beside the text in a box.
    fn margin(&self) -> (u32, u32) {
        let contour = self.outline.map_or(0, |(thickness, _)| thickness);
        (contour + self.background.map_or(0, |_| self.height / 4), contour)
    }
}

/// The lines of a text, no more than [`MOST_CHARACTERS`] of it.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let end = text.char_indices().nth(MOST_CHARACTERS).map_or(text.len(), |(at, _)| at);
    text[..end].split('\n')
}

/// Writes text; `at` is the upper left corner of what [`TextStyle::measure`] measures. At most 1,024 characters, the rest is cut; characters that
/// the font lacks show as boxes.
pub fn text(picture: &mut Picture, at: Point, text: &str, style: &TextStyle) {
    if text.is_empty() {
        return;
    }
    if let Some(background) = style.background {
        let Size { width, height } = style.measure(text);
        fill(picture, Rect::new(at.x, at.y, width, height), background);
    }
    let (margin_x, margin_y) = style.margin();
    let x = i64::from(at.x) + i64::from(margin_x);
    let mut y = i64::from(at.y) + i64::from(margin_y);
    let ink = Ink::new(style.color, picture.color());
    for line in lines(text) {
        // Glyphs reach at most a line's height out of their line.
        let (above, below) =
            (y + 2 * i64::from(style.height) > 0, y - i64::from(style.height) < i64::from(picture.size().height));
        if above && below {
            let glyphs = laid_out(style, line, x, y);
            if let Some((_, color)) = style.outline {
                let contour = Ink::new(color, picture.color());
                paint(
                    picture,
                    contour,
                    glyphs.iter().filter_map(|(drawn, x, y)| Some((drawn.contour.as_ref()?, *x, *y))),
                );
            }
            paint(picture, ink, glyphs.iter().map(|(drawn, x, y)| (&drawn.fill, *x, *y)));
        }
        y += i64::from(style.height);
    }
}

/// The glyphs of a line, and where their pens are.
fn laid_out(style: &TextStyle, line: &str, x: i64, y: i64) -> Vec<(Arc<Drawn>, i64, i64)> {
    let mut glyphs = style.glyphs.lock().unwrap_or_else(PoisonError::into_inner);
    let mut drawn = Vec::with_capacity(line.len());
    pens(style.height, line, |character, pen| {
        if character != ' ' {
            let (glyph, pixel) = glyphs.get(character, pen);
            drawn.push((glyph, x + i64::from(pixel), y));
        }
    });
    drawn
}

/// Blends the covers of a line as one shape, so that glyphs that touch are not blended twice.
fn paint<'a>(picture: &mut Picture, ink: Ink, covers: impl Iterator<Item = (&'a Cover, i64, i64)> + Clone) {
    let placed = covers.filter(|(cover, ..)| cover.width > 0).map(|(cover, x, y)| {
        let (left, top) = (x + i64::from(cover.left), y + i64::from(cover.top));
        (cover, left, top, left + cover.width as i64, top + (cover.pixels.len() / cover.width) as i64)
    });
    let size = picture.size();
    let (right_edge, bottom_edge) = (i64::from(size.width), i64::from(size.height));
    let inside = placed
        .filter(|(_, left, top, right, bottom)| *right > 0 && *bottom > 0 && *left < right_edge && *top < bottom_edge);
    let Some((left, top, right, bottom)) = inside
        .clone()
        .map(|(_, left, top, right, bottom)| (left, top, right, bottom))
        .reduce(|a, b| (a.0.min(b.0), a.1.min(b.1), a.2.max(b.2), a.3.max(b.3)))
    else {
        return;
    };
    let (left, top) = (left.max(0) as usize, top.max(0) as usize);
    let clip = Clip { left, top, right: right.min(right_edge) as usize, bottom: bottom.min(bottom_edge) as usize };
    let width = clip.width();
    let mut mask = vec![0u8; width * clip.height()];
    for (cover, x, y, ..) in inside {
        let (skip_x, skip_y) = ((left as i64 - x).max(0) as usize, (top as i64 - y).max(0) as usize);
        let (to_x, to_y) = ((x - left as i64).max(0) as usize, (y - top as i64).max(0) as usize);
        let rows = cover.pixels.chunks_exact(cover.width).skip(skip_y);
        for (from, to) in rows.zip(mask.chunks_exact_mut(width).skip(to_y)) {
            for (to, from) in to[to_x..].iter_mut().zip(&from[skip_x..]) {
                *to = (*to).max(*from);
            }
        }
    }
    composite::mask(picture, clip, ink, |y, row| row.copy_from_slice(&mask[(y - clip.top) * width..][..width]));
}
