use std::sync::Arc;

use media::Size;
use yuv::{YuvPlanarImage, yuv420_to_rgb, yuv420_to_rgba};

use super::area::checked;
use super::made::Kind;
use super::{Clip, Error, Filter, Format, Rect, resize};
use crate::{Picture, Plane, colors};

/// The most pixels that are made: 2048 squared, more than any detector takes.
const MOST_PIXELS: u64 = 2048 * 2048;

/// The pixels of an area, scaled (box filter). Made once for a picture and its clones. The area may be as odd as it likes, also for I420.
pub fn scaled(picture: &Picture, area: Rect, size: Size, format: Format) -> Result<Arc<[u8]>, Error> {
    let clip = checked(area, picture.size(), Format::Gray8)?;
    if !size.is_sane() || size.pixels() > MOST_PIXELS {
        return Err(Error::Refused(format!("at most {MOST_PIXELS} pixels can be scaled to, {size} are empty or more")));
    }
    picture.made().get_or_make(Kind::Scaled(area, size, format), || Ok(make(picture, clip, size, format)))
}

fn make(picture: &Picture, clip: Clip, size: Size, format: Format) -> Arc<[u8]> {
    let [luma, u, v] = picture.planes();
    let mut pixels: Arc<[u8]> = std::iter::repeat_n(0, format.length(size) as usize).collect();
    let to = Arc::get_mut(&mut pixels).expect("made just now");
    match format {
        Format::Gray8 => plane(luma, clip, 1.0, to, size),
        Format::I420 => planes([luma, u, v], clip, to, size),
        Format::Rgb24 | Format::Rgba32 => {
            let mut small = vec![0; Format::I420.length(size) as usize];
            planes([luma, u, v], clip, &mut small, size);
            let (y_plane, rest) = small.split_at(size.pixels() as usize);
            let (u_plane, v_plane) = rest.split_at(rest.len() / 2);
            let chroma = size.chroma().width;
            let Size { width, height } = size;
            let image = YuvPlanarImage {
                y_plane,
                y_stride: width,
                u_plane,
                u_stride: chroma,
                v_plane,
                v_stride: chroma,
                width,
                height,
            };
            let (range, matrix) = colors::yuv(picture.color());
            let done = match format {
                Format::Rgb24 => yuv420_to_rgb(&image, to, 3 * width, range, matrix),
                _ => yuv420_to_rgba(&image, to, 4 * width, range, matrix),
            };
            done.expect("planes and slice have the lengths of the size");
        }
    }
    pixels
}

fn planes([luma, u, v]: [Plane<'_>; 3], clip: Clip, to: &mut [u8], size: Size) {
    let (to_luma, rest) = to.split_at_mut(size.pixels() as usize);
    let (to_u, to_v) = rest.split_at_mut(rest.len() / 2);
    plane(luma, clip, 1.0, to_luma, size);
    plane(u, clip, 0.5, to_u, size.chroma());
    plane(v, clip, 0.5, to_v, size.chroma());
}

/// `share`: samples of this plane per pixel, across and down.
fn plane(from: Plane<'_>, clip: Clip, share: f64, to: &mut [u8], size: Size) {
    let (left, top) = (clip.left as f64 * share, clip.top as f64 * share);
    let part = [left, top, clip.width() as f64 * share, clip.height() as f64 * share];
    resize::<1>(from.data, from.size, part, to, size, Filter::Box);
}
