use media::Size;
use yuv::{BufferStoreMut, YuvConversionMode, YuvPlanarImageMut, rgb_to_yuv420, rgba_to_yuv420};

use super::area::checked;
use super::{Clip, Error, Format, Rect};
use crate::draw::composite;
use crate::{Picture, PlaneMut, colors};

/// Puts pixels into an area: gray8 as luma, i420 as it is, rgb24 over what was there, rgba32 blended with it.
pub fn write(picture: &mut Picture, area: Rect, format: Format, pixels: &[u8]) -> Result<(), Error> {
    let size = picture.size();
    let clip = checked(area, size, format)?;
    let length = format.length(area.size());
    if pixels.len() as u64 != length {
        return Err(Error::WrongLength(length));
    }
    match format {
        Format::I420 if area == Rect::whole(size) => picture.samples_mut().copy_from_slice(pixels),
        Format::I420 => {
            let [mut luma, mut u, mut v] = picture.planes_mut();
            let (from_luma, rest) = pixels.split_at(clip.width() * clip.height());
            let (from_u, from_v) = rest.split_at(rest.len() / 2);
            copy(from_luma, clip, &mut luma);
            copy(from_u, clip.chroma(), &mut u);
            copy(from_v, clip.chroma(), &mut v);
        }
        Format::Gray8 => copy(pixels, clip, &mut picture.planes_mut()[0]),
        Format::Rgb24 if is_even(clip, size) => convert(picture, clip, pixels, 3),
        Format::Rgb24 => composite::pixels::<3>(picture, clip, pixels),
        // A plugin that draws on a canvas of its own writes whole pictures: these take the way of rgb24.
        Format::Rgba32 if is_even(clip, size) && is_opaque(pixels) => convert(picture, clip, pixels, 4),
        Format::Rgba32 => composite::pixels::<4>(picture, clip, pixels),
    }
    Ok(())
}

/// All of a picture from red, green, blue (and alpha, which is ignored), 3 or 4 bytes a pixel.
pub(crate) fn from_rgb(picture: &mut Picture, pixels: &[u8], channels: usize) {
    let clip = Clip::new(Rect::whole(picture.size()), picture.size()).expect("a picture is not empty");
    convert(picture, clip, pixels, channels);
}

/// Whether the area shares no chroma sample with what lies around it.
fn is_even(clip: Clip, size: Size) -> bool {
    let even = |start: usize, end: usize, edge: u32| {
        start.is_multiple_of(2) && (end.is_multiple_of(2) || end == edge as usize)
    };
    even(clip.left, clip.right, size.width) && even(clip.top, clip.bottom, size.height)
}

fn is_opaque(rgba: &[u8]) -> bool {
    // In pieces, each looked at to its end: that is what vector instructions are made for.
    rgba.chunks(4 * 1024).all(|piece| piece.chunks_exact(4).fold(255, |all, pixel| all & pixel[3]) == 255)
}

fn copy(from: &[u8], clip: Clip, to: &mut PlaneMut<'_>) {
    for (from, y) in from.chunks_exact(clip.width()).zip(clip.rows()) {
        to.row_mut(y)[clip.columns()].copy_from_slice(from);
    }
}

fn convert(picture: &mut Picture, clip: Clip, pixels: &[u8], channels: usize) {
    let (range, matrix) = colors::yuv(picture.color());
    let [luma, u, v] = picture.planes_mut();
    let chroma = clip.chroma();
    let mut image = YuvPlanarImageMut {
        y_stride: luma.stride as u32,
        y_plane: BufferStoreMut::Borrowed(&mut luma.data[clip.top * luma.stride + clip.left..]),
        u_stride: u.stride as u32,
        u_plane: BufferStoreMut::Borrowed(&mut u.data[chroma.top * u.stride + chroma.left..]),
        v_stride: v.stride as u32,
        v_plane: BufferStoreMut::Borrowed(&mut v.data[chroma.top * v.stride + chroma.left..]),
        width: clip.width() as u32,
        height: clip.height() as u32,
    };
    let stride = (channels * clip.width()) as u32;
    let mode = YuvConversionMode::Balanced;
    let done = match channels {
        3 => rgb_to_yuv420(&mut image, pixels, stride, range, matrix, mode),
        _ => rgba_to_yuv420(&mut image, pixels, stride, range, matrix, mode),
    };
    done.expect("planes and slice have the lengths of the area");
}
