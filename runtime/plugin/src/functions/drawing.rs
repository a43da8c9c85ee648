use codec::draw::{self, Image, TextStyle};
use wasmtime::Result;
use wasmtime::component::Resource;

use crate::bindings::framegate::plugin::drawing::{Host, HostImage, HostTextStyle};
use crate::bindings::framegate::plugin::types::{Color, PixelError, PixelFormat, Point, Rect, Size};
use crate::guest::{Frame, Guest};

/// Of all images of an instance together, in bytes of RGBA.
const MAX_IMAGE_BYTES: u64 = 16 * 1024 * 1024;
/// Characters of one text; the rest is cut.
const MAX_CHARACTERS: usize = 1024;
/// Corners of a polygon; the rest is cut.
const MAX_CORNERS: usize = 64;

fn bytes(size: media::Size) -> u64 {
    size.pixels() * 4
}

impl Guest {
    /// Whether an image of this size still fits.
    fn admit_image(&self, size: media::Size) -> Result<(), String> {
        if !size.is_sane() || self.image_bytes + bytes(size) > MAX_IMAGE_BYTES {
            return Err(format!(
                "the images of an instance have at most {MAX_IMAGE_BYTES} bytes of RGBA together, this one has {size} pixels"
            ));
        }
        Ok(())
    }

    fn keep_image(&mut self, image: Image) -> Result<Resource<Image>> {
        self.image_bytes += bytes(image.size());
        Ok(self.table.push(image)?)
    }
}

/// The first characters of a text, as many as may be drawn at once.
fn cut(text: &str) -> &str {
    // A text of so many bytes has no more characters: the common case costs one comparison.
    if text.len() <= MAX_CHARACTERS {
        return text;
    }
    text.char_indices().nth(MAX_CHARACTERS).map_or(text, |(end, _)| &text[..end])
}

impl HostImage for Guest {
    fn from_rgba(&mut self, size: Size, pixels: Vec<u8>) -> Result<Result<Resource<Image>, PixelError>> {
        if let Err(words) = self.admit_image(size.into()) {
            return Ok(Err(PixelError::Refused(words)));
        }
        match Image::from_rgba(size.into(), &pixels) {
            Ok(image) => Ok(Ok(self.keep_image(image)?)),
            Err(error) => Ok(Err(error.into())),
        }
    }

    fn from_png(&mut self, file: Vec<u8>) -> Result<Result<Resource<Image>, String>> {
        // The size is in the header: a bomb is refused before it is unpacked.
        let admitted = match media::image::check(&file) {
            Ok(image) => self.admit_image(image.size),
            Err(error) => Err(error.to_string()),
        };
        if let Err(words) = admitted {
            return Ok(Err(words));
        }
        match Image::from_png(&file) {
            Ok(image) => Ok(Ok(self.keep_image(image)?)),
            Err(error) => Ok(Err(error.to_string())),
        }
    }

    fn size(&mut self, image: Resource<Image>) -> Result<Size> {
        Ok(self.table.get(&image)?.size().into())
    }

    fn update(&mut self, image: Resource<Image>, pixels: Vec<u8>) -> Result<Result<(), PixelError>> {
        Ok(self.table.get_mut(&image)?.update(&pixels).map_err(Into::into))
    }

    fn drop(&mut self, image: Resource<Image>) -> Result<()> {
        let image = self.table.delete(image)?;
        self.image_bytes = self.image_bytes.saturating_sub(bytes(image.size()));
        Ok(())
    }
}

impl HostTextStyle for Guest {
    fn new(&mut self, height: u32, color: Color) -> Result<Resource<TextStyle>> {
        Ok(self.table.push(TextStyle::new(height, color.into()))?)
    }

    fn set_background(&mut self, style: Resource<TextStyle>, color: Option<Color>) -> Result<()> {
        self.table.get_mut(&style)?.set_background(color.map(Into::into));
        Ok(())
    }

    fn set_outline(&mut self, style: Resource<TextStyle>, thickness: u32, color: Color) -> Result<()> {
        self.table.get_mut(&style)?.set_outline(thickness, color.into());
        Ok(())
    }

    fn measure(&mut self, style: Resource<TextStyle>, text: String) -> Result<Size> {
        Ok(self.table.get(&style)?.measure(cut(&text)).into())
    }

    fn drop(&mut self, style: Resource<TextStyle>) -> Result<()> {
        self.table.delete(style)?;
        Ok(())
    }
}

impl Host for Guest {
    fn fill(&mut self, _: Resource<Frame>, area: Rect, color: Color) -> Result<()> {
        draw::fill(&mut self.frame()?.picture, area.into(), color.into());
        Ok(())
    }

    fn outline(&mut self, _: Resource<Frame>, area: Rect, thickness: u32, color: Color) -> Result<()> {
        draw::outline(&mut self.frame()?.picture, area.into(), thickness, color.into());
        Ok(())
    }

    fn line(&mut self, _: Resource<Frame>, start: Point, end: Point, thickness: u32, color: Color) -> Result<()> {
        draw::line(&mut self.frame()?.picture, start.into(), end.into(), thickness, color.into());
        Ok(())
    }

    fn polygon(&mut self, _: Resource<Frame>, corners: Vec<Point>, color: Color) -> Result<()> {
        let corners: Vec<draw::Point> = corners.into_iter().take(MAX_CORNERS).map(Into::into).collect();
        if corners.len() >= 3 {
            draw::polygon(&mut self.frame()?.picture, &corners, color.into());
        }
        Ok(())
    }

    fn text(&mut self, _: Resource<Frame>, at: Point, text: String, style: Resource<TextStyle>) -> Result<()> {
        self.frame()?;
        let Self { frame: Some(frame), table, .. } = self else {
            return Ok(());
        };
        draw::text(&mut frame.picture, at.into(), cut(&text), table.get(&style)?);
        Ok(())
    }

    fn pixelate(&mut self, _: Resource<Frame>, area: Rect, block: u32) -> Result<()> {
        draw::pixelate(&mut self.frame()?.picture, area.into(), block);
        Ok(())
    }

    fn blur(&mut self, _: Resource<Frame>, area: Rect, radius: u32) -> Result<()> {
        draw::blur(&mut self.frame()?.picture, area.into(), radius);
        Ok(())
    }

    fn blend(&mut self, _: Resource<Frame>, area: Rect, image: Resource<Image>, opacity: u8) -> Result<()> {
        self.frame()?;
        let Self { frame: Some(frame), table, .. } = self else {
            return Ok(());
        };
        draw::blend(&mut frame.picture, area.into(), table.get(&image)?, opacity);
        Ok(())
    }

    /// Replaced by the one in [`super::add_pixels`], which borrows the pixels where they lie.
    fn write(
        &mut self,
        _: Resource<Frame>,
        area: Rect,
        format: PixelFormat,
        pixels: Vec<u8>,
    ) -> Result<Result<(), PixelError>> {
        Ok(codec::pixels::write(&mut self.frame()?.picture, area.into(), format.into(), &pixels).map_err(Into::into))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(cut("short"), "short");
        assert_eq!(cut(&"ä".repeat(2000)).chars().count(), MAX_CHARACTERS);
        assert_eq!(cut(&"ä".repeat(1000)).chars().count(), 1000);
    }
}
