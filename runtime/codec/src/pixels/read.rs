use std::borrow::Cow;
use std::sync::Arc;

use media::Size;
use yuv::{YuvPlanarImage, yuv420_to_rgb, yuv420_to_rgba};

use super::area::checked;
use super::{Clip, Error, Format, Rect};
use crate::{Picture, Plane, colors};

/// The pixels of an area.
pub fn read(picture: &Picture, area: Rect, format: Format) -> Result<Arc<[u8]>, Error> {
    let clip = checked(area, picture.size(), format)?;
    if let Some(pixels) = borrowed(picture, clip, format) {
        return Ok(pixels.into());
    }
    let mut pixels: Arc<[u8]> = std::iter::repeat_n(0, format.length(area.size()) as usize).collect();
    fill(picture, clip, format, Arc::get_mut(&mut pixels).expect("made just now"));
    Ok(pixels)
}

/// The pixels of an area: borrowed from the picture where they lie there as they are asked for (all of it as I420, whole rows as gray8), else made.
pub fn view(picture: &Picture, area: Rect, format: Format) -> Result<Cow<'_, [u8]>, Error> {
    let clip = checked(area, picture.size(), format)?;
    if let Some(pixels) = borrowed(picture, clip, format) {
        return Ok(Cow::Borrowed(pixels));
    }
    let mut pixels = vec![0; format.length(area.size()) as usize];
    fill(picture, clip, format, &mut pixels);
    Ok(Cow::Owned(pixels))
}

/// The pixels of an area, written to a slice of exactly [`Format::length`] bytes.
pub fn read_into(picture: &Picture, area: Rect, format: Format, to: &mut [u8]) -> Result<(), Error> {
    let clip = checked(area, picture.size(), format)?;
    let length = format.length(area.size());
    if to.len() as u64 != length {
        return Err(Error::WrongLength(length));
    }
    match borrowed(picture, clip, format) {
        Some(pixels) => to.copy_from_slice(pixels),
        None => fill(picture, clip, format, to),
    }
    Ok(())
}

fn borrowed(picture: &Picture, clip: Clip, format: Format) -> Option<&[u8]> {
    let Size { width, height } = picture.size();
    let (width, height) = (width as usize, height as usize);
    match format {
        Format::I420 if (clip.width(), clip.height()) == (width, height) => Some(picture.samples()),
        Format::Gray8 if clip.width() == width => Some(&picture.samples()[clip.top * width..clip.bottom * width]),
        _ => None,
    }
}

fn fill(picture: &Picture, clip: Clip, format: Format, to: &mut [u8]) {
    let [luma, u, v] = picture.planes();
    match format {
        Format::Gray8 => copy(luma, clip, to),
        Format::I420 => {
            let (to_luma, rest) = to.split_at_mut(clip.width() * clip.height());
            let (to_u, to_v) = rest.split_at_mut(rest.len() / 2);
            copy(luma, clip, to_luma);
            copy(u, clip.chroma(), to_u);
            copy(v, clip.chroma(), to_v);
        }
        Format::Rgb24 | Format::Rgba32 => rgb(picture, clip, format, to),
    }
}

fn copy(from: Plane<'_>, clip: Clip, to: &mut [u8]) {
    for (to, y) in to.chunks_exact_mut(clip.width()).zip(clip.rows()) {
        to.copy_from_slice(&from.row(y)[clip.columns()]);
    }
}

fn rgb(picture: &Picture, clip: Clip, format: Format, to: &mut [u8]) {
    let channels = if format == Format::Rgb24 { 3 } else { 4 };
    // Chroma is shared by two columns and rows: the conversion begins at even ones.
    let (skip_x, skip_y) = (clip.left % 2, clip.top % 2);
    let even = Clip { left: clip.left - skip_x, top: clip.top - skip_y, ..clip };
    if (skip_x, skip_y) == (0, 0) {
        return convert(picture, even, format, to);
    }
    let stride = even.width() * channels;
    let mut scratch = vec![0; stride * even.height()];
    convert(picture, even, format, &mut scratch);
    let row = clip.width() * channels;
    for (to, from) in to.chunks_exact_mut(row).zip(scratch.chunks_exact(stride).skip(skip_y)) {
        to.copy_from_slice(&from[skip_x * channels..]);
    }
}

/// An area that begins at even columns and rows.
fn convert(picture: &Picture, clip: Clip, format: Format, to: &mut [u8]) {
    let [luma, u, v] = picture.planes();
    let from = |plane: Plane<'_>, left: usize, top: usize| top * plane.stride + left;
    let chroma = clip.chroma();
    let image = YuvPlanarImage {
        y_plane: &luma.data[from(luma, clip.left, clip.top)..],
        y_stride: luma.stride as u32,
        u_plane: &u.data[from(u, chroma.left, chroma.top)..],
        u_stride: u.stride as u32,
        v_plane: &v.data[from(v, chroma.left, chroma.top)..],
        v_stride: v.stride as u32,
        width: clip.width() as u32,
        height: clip.height() as u32,
    };
    let (range, matrix) = colors::yuv(picture.color());
    let stride = image.width;
    let done = match format {
        Format::Rgb24 => yuv420_to_rgb(&image, to, 3 * stride, range, matrix),
        _ => yuv420_to_rgba(&image, to, 4 * stride, range, matrix),
    };
    done.expect("planes and slice have the lengths of the area");
}
