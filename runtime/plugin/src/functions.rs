//! What a guest may ask of the host: one file for each interface of `wit/`.
//!
//! A wrong argument is an answer, never an `Err`: an `Err` here ends the instance.

mod admission;
mod drawing;
mod events;
mod host;
mod http;
mod pictures;
mod viewers;

use std::sync::Arc;

use codec::{draw, pixels};
use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource, WasmList};

use crate::bindings::framegate::plugin::types;
use crate::fault::Forbidden;
use crate::guest::{Frame, Guest};

pub(crate) use http::add_send;

impl Guest {
    /// The picture at hand. There is one during `process`, and only then does the guest have a handle.
    fn frame(&mut self) -> Result<&mut Frame, Forbidden> {
        self.frame.as_mut().ok_or(Forbidden::NoPicture)
    }
}

impl types::Host for Guest {}

/// The functions that move many bytes, in place of those that `bindgen!` made: it would make a `Vec` of each list.
pub(crate) fn add_pixels(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    type Pixels = Result<Arc<[u8]>, types::PixelError>;
    type Thumbnail = (Resource<Frame>, types::Size);
    type Read = (Resource<Frame>, types::Rect, types::PixelFormat);
    type Scaled = (Resource<Frame>, types::Rect, types::Size, types::PixelFormat);
    type Write = (Resource<Frame>, types::Rect, types::PixelFormat, WasmList<u8>);

    linker.allow_shadowing(true);
    let mut pictures = linker.instance("framegate:plugin/pictures@0.1.0")?;
    pictures.func_wrap("[method]picture.thumbnail", |mut store: Store<'_>, (_, size): Thumbnail| {
        let luma = pixels::thumbnail(&store.data_mut().frame()?.picture, size.into());
        Ok((luma.map_err(Into::into) as Pixels,))
    })?;
    pictures.func_wrap("[method]picture.read", |mut store: Store<'_>, (_, area, format): Read| {
        Ok((store.data_mut().read(area.into(), format.into())?.map_err(Into::into) as Pixels,))
    })?;
    pictures.func_wrap("[method]picture.scaled", |mut store: Store<'_>, (_, area, size, format): Scaled| {
        let frame = store.data_mut().frame()?;
        Ok((pictures::scaled(&frame.picture, area.into(), size.into(), format.into()).map_err(Into::into) as Pixels,))
    })?;
    let mut drawing = linker.instance("framegate:plugin/drawing@0.1.0")?;
    drawing.func_wrap("write", |mut store: Store<'_>, (_, area, format, bytes): Write| {
        // Out of the store while the bytes are borrowed from the guest's memory in it.
        let mut frame = store.data_mut().frame.take().ok_or(Forbidden::NoPicture)?;
        let written = pixels::write(&mut frame.picture, area.into(), format.into(), bytes.as_le_slice(&store));
        store.data_mut().frame = Some(frame);
        Ok((written.map_err(types::PixelError::from),))
    })?;
    linker.allow_shadowing(false);
    Ok(())
}

type Store<'a> = StoreContextMut<'a, Guest>;

impl Guest {
    /// The pixels of an area, in memory that the next read of the same length uses again: pages that are asked for and given back for each
    /// picture cost more than the copy.
    fn read(
        &mut self,
        area: pixels::Rect,
        format: pixels::Format,
    ) -> Result<Result<Arc<[u8]>, pixels::Error>, Forbidden> {
        let picture = &self.frame.as_ref().ok_or(Forbidden::NoPicture)?.picture;
        // What is asked for most, and the only thing that lies in memory as it is asked for: lent, not copied.
        if format == pixels::Format::I420 && area == pixels::Rect::whole(picture.size()) {
            return Ok(Ok(picture.shared_samples()));
        }
        // Asked with no room at all it checks everything else first, and says how much it needs.
        let length = match pixels::read_into(picture, area, format, &mut []) {
            Err(pixels::Error::WrongLength(length)) => length as usize,
            Err(error) => return Ok(Err(error)),
            Ok(()) => 0,
        };
        if self.read.len() != length || Arc::get_mut(&mut self.read).is_none() {
            self.read = vec![0; length].into();
        }
        let room = Arc::get_mut(&mut self.read).expect("unshared, as looked at above");
        Ok(pixels::read_into(picture, area, format, room).map(|()| Arc::clone(&self.read)))
    }
}

impl From<types::Rect> for pixels::Rect {
    fn from(rect: types::Rect) -> Self {
        let types::Rect { x, y, width, height } = rect;
        Self { x, y, width, height }
    }
}

impl From<types::Point> for draw::Point {
    fn from(point: types::Point) -> Self {
        let types::Point { x, y } = point;
        Self { x, y }
    }
}

impl From<types::Color> for draw::Rgba {
    fn from(color: types::Color) -> Self {
        let types::Color { red, green, blue, alpha } = color;
        Self { red, green, blue, alpha }
    }
}

impl From<types::Size> for media::Size {
    fn from(size: types::Size) -> Self {
        Self::new(size.width, size.height)
    }
}

impl From<media::Size> for types::Size {
    fn from(size: media::Size) -> Self {
        let media::Size { width, height } = size;
        Self { width, height }
    }
}

impl From<types::PixelFormat> for pixels::Format {
    fn from(format: types::PixelFormat) -> Self {
        match format {
            types::PixelFormat::Gray8 => Self::Gray8,
            types::PixelFormat::I420 => Self::I420,
            types::PixelFormat::Rgb24 => Self::Rgb24,
            types::PixelFormat::Rgba32 => Self::Rgba32,
        }
    }
}

impl From<pixels::Error> for types::PixelError {
    fn from(error: pixels::Error) -> Self {
        match error {
            pixels::Error::Outside(size) => Self::Outside(size.into()),
            pixels::Error::WrongLength(bytes) => Self::WrongLength(bytes),
            pixels::Error::OddAlignment => Self::OddAlignment,
            pixels::Error::Refused(words) => Self::Refused(words),
        }
    }
}
