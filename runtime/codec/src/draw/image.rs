use std::sync::{Arc, Mutex, PoisonError};

use media::{Color, Size};

use super::composite::{self, Pixel};
use crate::colors::FromRgb;
use crate::pixels::{self, Clip, Filter, Format, Rect, resize};
use crate::{Picture, decode};

/// An RGBA picture to blend over others, straight alpha. What it looks like at the size it was blended at last is kept: blending it again there
/// costs no scaling.
pub struct Image {
    size: Size,
    pixels: Vec<u8>,
    fitted: Mutex<Option<Arc<Fitted>>>,
}

/// The image, or the part of it that is in a picture, at the size that it has there, as samples.
struct Fitted {
    part: [f64; 4],
    size: Size,
    color: Color,
    pixels: Vec<([u8; 3], u8)>,
}

impl Image {
    /// From straight-alpha RGBA, 4 × width × height bytes.
    pub fn from_rgba(size: Size, pixels: &[u8]) -> Result<Self, pixels::Error> {
        if !size.is_sane() {
            return Err(pixels::Error::Refused(format!("an image of {size} is empty or too large")));
        }
        let mut image = Self { size, pixels: Vec::new(), fitted: Mutex::default() };
        image.update(pixels)?;
        Ok(image)
    }

    /// From a PNG file; of an animation the first picture.
    pub fn from_png(bytes: &[u8]) -> Result<Self, decode::Error> {
        let (size, pixels) = decode::png_rgba(bytes)?;
        Ok(Self { size, pixels, fitted: Mutex::default() })
    }

    /// Its size in pixels.
    pub fn size(&self) -> Size {
        self.size
    }

    /// New pixels of the same size.
    pub fn update(&mut self, pixels: &[u8]) -> Result<(), pixels::Error> {
        let length = Format::Rgba32.length(self.size);
        if pixels.len() as u64 != length {
            return Err(pixels::Error::WrongLength(length));
        }
        pixels.clone_into(&mut self.pixels);
        *self.fitted.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }

    /// `part` (left, top, width, height in pixels of the image) at this size, as samples of pictures with this colour.
    fn fit(&self, part: [f64; 4], size: Size, color: Color) -> Arc<Fitted> {
        let mut kept = self.fitted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(fitted) =
            kept.as_ref().filter(|fitted| fitted.part == part && fitted.size == size && fitted.color == color)
        {
            return fitted.clone();
        }
        let whole = [0.0, 0.0, f64::from(self.size.width), f64::from(self.size.height)];
        let scaled;
        let pixels = if part == whole && size == self.size {
            &self.pixels
        } else {
            let mut pixels = vec![0; Format::Rgba32.length(size) as usize];
            resize::<4>(&self.pixels, self.size, part, &mut pixels, size, Filter::Hamming);
            scaled = pixels;
            &scaled
        };
        let from = FromRgb::new(color);
        let pixels = pixels
            .as_chunks::<4>()
            .0
            .iter()
            .map(|[red, green, blue, alpha]| (from.samples(*red, *green, *blue), *alpha))
            .collect();
        let fitted = Arc::new(Fitted { part, size, color, pixels });
        *kept = Some(fitted.clone());
        fitted
    }
}

/// Blends an image over an area, scaled to it; `opacity` 0 to 255 multiplies its alpha.
pub fn blend(picture: &mut Picture, area: Rect, image: &Image, opacity: u8) {
    let Some(clip) = Clip::new(area, picture.size()) else {
        return;
    };
    if opacity == 0 {
        return;
    }
    // Of an area that reaches far outside only what is in the picture is scaled.
    let span = |start: i32, length: u32, from: usize, to: usize, pixels: u32| {
        let pixels = f64::from(pixels);
        let share = pixels / f64::from(length);
        let width = ((to - from) as f64 * share).clamp(1e-3, pixels);
        (((from as f64 - f64::from(start)) * share).clamp(0.0, pixels - width), width)
    };
    let (left, width) = span(area.x, area.width, clip.left, clip.right, image.size.width);
    let (top, height) = span(area.y, area.height, clip.top, clip.bottom, image.size.height);
    let size = Size::new(clip.width() as u32, clip.height() as u32);
    let fitted = image.fit([left, top, width, height], size, picture.color());
    composite::layer(picture, clip, |y| {
        let row = &fitted.pixels[(y - clip.top) * clip.width()..][..clip.width()];
        row.iter().map(|(samples, alpha)| Pixel::new(*samples, *alpha, opacity))
    });
}
