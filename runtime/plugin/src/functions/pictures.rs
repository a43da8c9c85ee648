use std::sync::Arc;

use codec::{Picture, pixels};
use media::{Moment, Size};
use wasmtime::Result;
use wasmtime::component::Resource;

use crate::bindings::framegate::plugin::pictures::{Annotation, Host, HostPicture};
use crate::bindings::framegate::plugin::types::{self, PixelError, PixelFormat, Rect};
use crate::guest::{Frame, Guest};

/// Findings in one picture; more are dropped.
const MAX_ANNOTATIONS: usize = 256;
/// Attributes of one finding, and their bytes together with its label.
const MAX_ATTRIBUTES: usize = 16;
const MAX_ANNOTATION_BYTES: usize = 1024;

impl Host for Guest {}

/// A model's input is smaller than a picture; a larger one is a way to make us allocate.
pub(super) fn scaled(
    picture: &Picture,
    area: pixels::Rect,
    size: Size,
    format: pixels::Format,
) -> Result<Arc<[u8]>, pixels::Error> {
    if !size.is_sane() || size.pixels() > Size::new(1920, 1920).pixels() {
        return Err(pixels::Error::Refused(format!("pixels are scaled to 1920 by 1920 at most, asked for {size}")));
    }
    pixels::scaled(picture, area, size, format)
}

impl HostPicture for Guest {
    fn size(&mut self, _: Resource<Frame>) -> Result<types::Size> {
        Ok(self.frame()?.picture.size().into())
    }

    fn sequence(&mut self, _: Resource<Frame>) -> Result<u64> {
        Ok(self.frame()?.picture.stamp().sequence)
    }

    fn presentation_time(&mut self, _: Resource<Frame>) -> Result<u64> {
        Ok(self.frame()?.picture.stamp().pts.nanos())
    }

    fn captured_at(&mut self, _: Resource<Frame>) -> Result<Option<u64>> {
        let stamp = self.frame()?.picture.stamp();
        Ok(stamp.captured.map(|wall| Moment { wall, ..stamp.received }.unix_nanos()))
    }

    fn received_at(&mut self, _: Resource<Frame>) -> Result<u64> {
        Ok(self.frame()?.picture.stamp().received.unix_nanos())
    }

    /// Replaced by the one in [`super::add_pixels`], which copies once less.
    fn thumbnail(&mut self, _: Resource<Frame>, size: types::Size) -> Result<Result<Vec<u8>, PixelError>> {
        let luma = pixels::thumbnail(&self.frame()?.picture, size.into());
        Ok(luma.map(|luma| luma.to_vec()).map_err(Into::into))
    }

    fn motion(&mut self, _: Resource<Frame>, grid: types::Size, threshold: u8) -> Result<Result<Vec<u8>, PixelError>> {
        self.frame()?;
        let Self { frame: Some(frame), motion, .. } = self else {
            return Ok(Ok(Vec::new()));
        };
        Ok(pixels::motion(&frame.picture, grid.into(), threshold, motion).map_err(Into::into))
    }

    fn histogram(&mut self, _: Resource<Frame>, area: Rect) -> Result<Vec<u32>> {
        Ok(pixels::histogram(&self.frame()?.picture, area.into()).to_vec())
    }

    /// Replaced likewise.
    fn read(&mut self, _: Resource<Frame>, area: Rect, format: PixelFormat) -> Result<Result<Vec<u8>, PixelError>> {
        let pixels = pixels::read(&self.frame()?.picture, area.into(), format.into());
        Ok(pixels.map(|pixels| pixels.to_vec()).map_err(Into::into))
    }

    /// Replaced likewise.
    fn scaled(
        &mut self,
        _: Resource<Frame>,
        area: Rect,
        size: types::Size,
        format: PixelFormat,
    ) -> Result<Result<Vec<u8>, PixelError>> {
        let pixels = scaled(&self.frame()?.picture, area.into(), size.into(), format.into());
        Ok(pixels.map(|pixels| pixels.to_vec()).map_err(Into::into))
    }

    fn annotations(&mut self, _: Resource<Frame>) -> Result<Vec<Annotation>> {
        Ok(self.frame()?.annotations.clone())
    }

    fn annotate(&mut self, _: Resource<Frame>, mut annotation: Annotation) -> Result<()> {
        let annotations = &mut self.frame()?.annotations;
        annotation.attributes.truncate(MAX_ATTRIBUTES);
        let attributes: usize = annotation.attributes.iter().map(|(name, value)| name.len() + value.len()).sum();
        if annotations.len() < MAX_ANNOTATIONS && annotation.label.len() + attributes <= MAX_ANNOTATION_BYTES {
            annotations.push(annotation);
        }
        Ok(())
    }

    fn drop(&mut self, _: Resource<Frame>) -> Result<()> {
        Ok(()) // it is only ever lent
    }
}
