use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use ab_glyph::{Font, FontRef, Glyph, GlyphId, PxScale, ScaleFont, point};

/// Pictures of glyphs beyond this are thrown away: all of them, since a text with so many different ones is rare.
const MOST_BYTES: usize = 4 << 20;
/// A glyph may begin at any quarter of a pixel: rounding to whole pixels makes small text uneven.
const STEPS: f32 = 4.0;

/// Each glyph is drawn twice, this share of the line's height apart: the font's strokes are thin, and get lost over a moving picture.
const STRENGTH: f32 = 1.0 / 40.0;

static FONT: LazyLock<FontRef<'static>> = LazyLock::new(|| {
    FontRef::try_from_slice(epaint_default_fonts::UBUNTU_LIGHT).expect("the font is part of the program")
});

/// A picture of one glyph: how much of each pixel it covers.
pub(super) struct Cover {
    /// Columns from the pen to its first one.
    pub(super) left: i32,
    /// Rows from the top of the line to its first one.
    pub(super) top: i32,
    pub(super) width: usize,
    /// Row by row.
    pub(super) pixels: Vec<u8>,
}

/// A glyph, and its contour if the style has one.
pub(super) struct Drawn {
    pub(super) fill: Cover,
    pub(super) contour: Option<Cover>,
}

/// Draws the glyphs of one height and contour, each once.
pub(super) struct Glyphs {
    height: u32,
    contour: u32,
    drawn: HashMap<(char, u8), Arc<Drawn>>,
    bytes: usize,
}

/// How far the pen goes for a character that the font lacks, in shares of the line's height.
const BOX_ADVANCE: f32 = 0.55;

/// Where the pen is for each character of a line, and at its end.
pub(super) fn pens(height: u32, line: &str, mut each: impl FnMut(char, f32)) -> f32 {
    let font = FONT.as_scaled(PxScale::from(height as f32));
    let mut pen = 0.0;
    let mut last: Option<GlyphId> = None;
    for character in line.chars() {
        let (character, times) = if character == '\t' { (' ', 4.0) } else { (character, 1.0) };
        if character.is_control() {
            continue;
        }
        let id = font.glyph_id(character);
        if let Some(last) = last {
            pen += font.kern(last, id);
        }
        each(character, pen);
        pen += times * if id == GlyphId(0) { BOX_ADVANCE * height as f32 } else { font.h_advance(id) };
        last = Some(id);
    }
    pen
}

impl Glyphs {
    pub(super) fn new(height: u32) -> Self {
        Self { height, contour: 0, drawn: HashMap::new(), bytes: 0 }
    }

    pub(super) fn set_contour(&mut self, thickness: u32) {
        if self.contour != thickness {
            *self = Self { contour: thickness, ..Self::new(self.height) };
        }
    }

    /// The glyph of a character for a pen at this place, and the whole pixel that the pen is in.
    pub(super) fn get(&mut self, character: char, pen: f32) -> (Arc<Drawn>, i32) {
        let quarters = (pen * STEPS).round();
        let pixel = (quarters / STEPS).floor();
        let step = (quarters - pixel * STEPS) as u8;
        if let Some(drawn) = self.drawn.get(&(character, step)) {
            return (drawn.clone(), pixel as i32);
        }
        let fill = draw(character, f32::from(step) / STEPS, self.height);
        let contour = (self.contour > 0).then(|| widened(&fill, self.contour as usize));
        let bytes = fill.pixels.len() + contour.as_ref().map_or(0, |contour| contour.pixels.len());
        if self.bytes + bytes > MOST_BYTES {
            self.drawn.clear();
            self.bytes = 0;
        }
        self.bytes += bytes;
        let drawn = Arc::new(Drawn { fill, contour });
        self.drawn.insert((character, step), drawn.clone());
        (drawn, pixel as i32)
    }
}

fn draw(character: char, offset: f32, height: u32) -> Cover {
    let scale = PxScale::from(height as f32);
    let font = FONT.as_scaled(scale);
    let id = font.glyph_id(character);
    if id == GlyphId(0) {
        return empty_box(height);
    }
    let outlined = |offset: f32| font.outline_glyph(Glyph { id, scale, position: point(offset, font.ascent()) });
    let (Some(first), Some(second)) = (outlined(offset), outlined(offset + height as f32 * STRENGTH)) else {
        return Cover { left: 0, top: 0, width: 0, pixels: Vec::new() };
    };
    let (left, top) = (first.px_bounds().min.x, first.px_bounds().min.y);
    let (width, rows) = ((second.px_bounds().max.x - left) as usize, first.px_bounds().height() as usize);
    let mut pixels = vec![0; width * rows];
    for outline in [first, second] {
        let skip = (outline.px_bounds().min.x - left) as usize;
        outline.draw(|x, y, share| {
            if let Some(pixel) = pixels.get_mut(y as usize * width + skip + x as usize) {
                *pixel = (*pixel).max((share.clamp(0.0, 1.0) * 255.0 + 0.5) as u8);
            }
        });
    }
    Cover { left: left as i32, top: top as i32, width, pixels }
}

/// What stands for a character that the font lacks.
fn empty_box(height: u32) -> Cover {
    let stroke = (height / 16).max(1) as usize;
    let width = ((height as f32 * (BOX_ADVANCE - 0.15)) as usize).max(2 * stroke + 1);
    let rows = ((height as f32 * 0.6) as usize).max(2 * stroke + 1);
    let mut pixels = vec![0; width * rows];
    for (y, row) in pixels.chunks_exact_mut(width).enumerate() {
        if y < stroke || y >= rows - stroke {
            row.fill(255);
        } else {
            row[..stroke].fill(255);
            row[width - stroke..].fill(255);
        }
    }
    Cover { left: (height as f32 * 0.075) as i32, top: (height as f32 * 0.22) as i32, width, pixels }
}

/// The glyph made wider by a round pen of this radius.
fn widened(cover: &Cover, radius: usize) -> Cover {
    if cover.width == 0 {
        return Cover { left: cover.left, top: cover.top, width: 0, pixels: Vec::new() };
    }
    let rows = cover.pixels.len() / cover.width;
    let (width, height) = (cover.width + 2 * radius, rows + 2 * radius);
    let mut pixels = vec![0; width * height];
    let reach = (radius as f32 + 0.4).powi(2);
    for down in 0..=2 * radius {
        let away = down.abs_diff(radius);
        let half = (reach - (away * away) as f32).max(0.0).sqrt() as usize;
        for right in radius - half.min(radius)..=radius + half.min(radius) {
            for (from, to) in cover.pixels.chunks_exact(cover.width).zip(pixels.chunks_exact_mut(width).skip(down)) {
                for (to, from) in to[right..].iter_mut().zip(from) {
                    *to = (*to).max(*from);
                }
            }
        }
    }
    Cover { left: cover.left - radius as i32, top: cover.top - radius as i32, width, pixels }
}
