//! Played by the harness: what is drawn is written down; `fill`, `outline`, `pixelate`, `blend`, `write` and the box behind a text change the
//! picture too, the other shapes do not.

use std::cell::{Cell, RefCell};

use super::pictures::Picture;
use crate::types::{Color, PixelError, PixelFormat, Point, Rect, Size};

/// One call of a drawing function.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are the arguments")]
pub enum Drawn {
    /// By [`fill`].
    Fill { area: Rect, color: Color },
    /// By [`outline`].
    Outline { area: Rect, thickness: u32, color: Color },
    /// By [`line()`].
    Line { start: Point, end: Point, thickness: u32, color: Color },
    /// By [`polygon`].
    Polygon { corners: Vec<Point>, color: Color },
    /// By [`text`]; the style's height and colour.
    Text { at: Point, text: String, height: u32, color: Color },
    /// By [`pixelate`].
    Pixelate { area: Rect, block: u32 },
    /// By [`blur`].
    Blur { area: Rect, radius: u32 },
    /// By [`blend`]; the image's size.
    Blend { area: Rect, image: Size, opacity: u8 },
    /// By [`write()`].
    Write { area: Rect, format: PixelFormat },
}

/// As the interface has it.
#[derive(Debug)]
pub struct Image {
    size: Size,
    pixels: RefCell<Vec<u8>>,
}

impl Image {
    /// As the interface has it.
    pub fn from_rgba(size: Size, pixels: &[u8]) -> Result<Self, PixelError> {
        let image = Self { size, pixels: RefCell::default() };
        image.update(pixels)?;
        Ok(image)
    }

    /// As the interface has it.
    pub fn from_png(bytes: &[u8]) -> Result<Self, String> {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
        decoder.set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
        let mut reader = decoder.read_info().map_err(|error| error.to_string())?;
        let mut pixels = vec![0; reader.output_buffer_size().ok_or("too large")?];
        let info = reader.next_frame(&mut pixels).map_err(|error| error.to_string())?;
        pixels.truncate(info.buffer_size());
        if info.color_type == png::ColorType::GrayscaleAlpha {
            pixels = pixels.chunks_exact(2).flat_map(|pixel| [pixel[0], pixel[0], pixel[0], pixel[1]]).collect();
        }
        let size = Size { width: info.width, height: info.height };
        Self::from_rgba(size, &pixels).map_err(|error| format!("{error:?}"))
    }

    /// As the interface has it.
    pub fn size(&self) -> Size {
        self.size
    }

    /// As the interface has it.
    pub fn update(&self, pixels: &[u8]) -> Result<(), PixelError> {
        let expected = 4 * u64::from(self.size.width) * u64::from(self.size.height);
        if expected > 16 << 20 {
            return Err(PixelError::Refused(format!("an image has at most 16 MiB, this one has {expected} bytes")));
        }
        if pixels.len() as u64 != expected {
            return Err(PixelError::WrongLength(expected));
        }
        self.pixels.replace(pixels.to_vec());
        Ok(())
    }
}

/// As the interface has it.
#[derive(Debug)]
pub struct TextStyle {
    height: u32,
    color: Color,
    background: Cell<Option<Color>>,
}

impl TextStyle {
    /// As the interface has it.
    pub fn new(height: u32, color: Color) -> Self {
        Self { height: height.clamp(6, 512), color, background: Cell::new(None) }
    }

    /// As the interface has it.
    pub fn set_background(&self, color: Option<Color>) {
        self.background.set(color);
    }

    /// Has no effect here.
    pub fn set_outline(&self, _thickness: u32, _color: Color) {}

    /// As if each letter were half as wide as high.
    pub fn measure(&self, text: &str) -> Size {
        let longest = text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        Size { width: longest as u32 * self.height / 2, height: text.lines().count().max(1) as u32 * self.height }
    }
}

/// As the interface has it.
pub fn fill(on: &Picture, area: Rect, color: Color) {
    on.draw(Drawn::Fill { area, color }, |canvas| canvas.paint(area, |_, _| color));
}

/// As the interface has it.
pub fn outline(on: &Picture, area: Rect, thickness: u32, color: Color) {
    on.draw(Drawn::Outline { area, thickness, color }, |canvas| {
        let inner = |at: u32, length: u32| at >= thickness && at + thickness < length;
        let nothing = Color { alpha: 0, ..color };
        canvas.paint(area, |x, y| if inner(x, area.width) && inner(y, area.height) { nothing } else { color });
    });
}

/// Is written down.
pub fn line(on: &Picture, start: Point, end: Point, thickness: u32, color: Color) {
    on.draw(Drawn::Line { start, end, thickness, color }, |_| {});
}

/// Is written down.
pub fn polygon(on: &Picture, corners: &[Point], color: Color) {
    on.draw(Drawn::Polygon { corners: corners.to_vec(), color }, |_| {});
}

/// Is written down; a background is filled.
pub fn text(on: &Picture, at: Point, text: &str, style: &TextStyle) {
    let TextStyle { height, color, .. } = *style;
    let Size { width, height: tall } = style.measure(text);
    on.draw(Drawn::Text { at, text: text.chars().take(1024).collect(), height, color }, |canvas| {
        if let Some(background) = style.background.get() {
            canvas.paint(Rect { x: at.x, y: at.y, width, height: tall }, |_, _| background);
        }
    });
}

/// As the interface has it.
pub fn pixelate(on: &Picture, area: Rect, block: u32) {
    let block = block.clamp(2, 256);
    on.draw(Drawn::Pixelate { area, block }, |canvas| canvas.pixelate(area, block));
}

/// Is written down.
pub fn blur(on: &Picture, area: Rect, radius: u32) {
    on.draw(Drawn::Blur { area, radius: radius.clamp(1, 64) }, |_| {});
}

/// As the interface has it, with the nearest pixel of the image.
pub fn blend(on: &Picture, area: Rect, image: &Image, opacity: u8) {
    let (size, pixels) = (image.size, image.pixels.borrow());
    on.draw(Drawn::Blend { area, image: size, opacity }, |canvas| {
        canvas.paint(area, |x, y| {
            let (x, y) = (x * size.width / area.width, y * size.height / area.height);
            let pixel = &pixels[4 * (y * size.width + x) as usize..][..4];
            let alpha = (u32::from(pixel[3]) * u32::from(opacity) / 255) as u8;
            Color { red: pixel[0], green: pixel[1], blue: pixel[2], alpha }
        });
    });
}

/// As the interface has it.
pub fn write(on: &Picture, area: Rect, format: PixelFormat, pixels: &[u8]) -> Result<(), PixelError> {
    on.try_draw(Drawn::Write { area, format }, |canvas| canvas.write(area, format, pixels))
}
