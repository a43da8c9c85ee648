use std::cell::RefCell;

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{InnerPixel, U8, U8x4};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
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
    let filter = match filter {
        Filter::Box => FilterType::Box,
        Filter::Hamming => FilterType::Hamming,
    };
    let [left, top, width, height] = part;
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter)).crop(left, top, width, height);
    if N == 1 {
        typed::<U8>(from, size, to, to_size, &options);
    } else {
        typed::<U8x4>(from, size, to, to_size, &options);
    }
}

/// By the type of the samples: who leaves that to the library compiles all thirteen that it has.
fn typed<P: PixelTrait + InnerPixel>(from: &[u8], size: Size, to: &mut [u8], to_size: Size, options: &ResizeOptions) {
    let from = TypedImageRef::<P>::from_buffer(size.width, size.height, from).expect("the slice has its size");
    let mut to = TypedImage::<P>::from_buffer(to_size.width, to_size.height, to).expect("the slice has its size");
    RESIZER.with_borrow_mut(|resizer| resizer.resize_typed(&from, &mut to, options)).expect("the part lies within");
}
