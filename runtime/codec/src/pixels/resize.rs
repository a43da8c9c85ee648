use std::cell::RefCell;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use media::Size;

/// How samples are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    /// The mean of what lies under the new sample: the fastest, and what a detector expects.
    Box,
    /// Sharper where the factor is small; as fast as bilinear.
    Hamming,
}

thread_local! {
    /// Its tables and rows are used again for every plane that this thread scales.
    static RESIZER: RefCell<Resizer> = RefCell::new(Resizer::new());
}

/// Scales a part of an image of `N` bytes a pixel (1: a plane, 4: straight-alpha RGBA) without padding. `part` is left, top, width and height in
/// pixels of `from`, and lies within it.
pub(crate) fn resize<const N: usize>(
    from: &[u8],
    size: Size,
    part: [f64; 4],
    to: &mut [u8],
    to_size: Size,
    filter: Filter,
) {
    const { assert!(N == 1 || N == 4) };
    let kind = if N == 1 { PixelType::U8 } else { PixelType::U8x4 };
    let filter = match filter {
        Filter::Box => FilterType::Box,
        Filter::Hamming => FilterType::Hamming,
    };
    let [left, top, width, height] = part;
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter)).crop(left, top, width, height);
    let from = ImageRef::new(size.width, size.height, from, kind).expect("the slice has the pixels of its size");
    let mut to =
        Image::from_slice_u8(to_size.width, to_size.height, to, kind).expect("the slice has the pixels of its size");
    RESIZER
        .with_borrow_mut(|resizer| resizer.resize(&from, &mut to, &options))
        .expect("the part lies within the image");
}
