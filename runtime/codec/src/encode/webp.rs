use std::ffi::c_int;

use libwebp_sys::{WebPConfig, WebPEncCSP, WebPEncode, WebPEncodingError, WebPPicture};
use media::{Size, StillFormat};

use super::Error;
use crate::Plane;

/// `WEBP_MAX_DIMENSION`.
const MOST_PIXELS_A_SIDE: u32 = 16_383;

/// Compresses planes (limited range, BT.601) with method 0, into `to`.
///
/// Method 0 since the next one takes nearly twice as long for a few percent of the bytes.
pub(super) fn encode(planes: &[Plane<'_>; 3], size: Size, quality: u8, to: &mut Vec<u8>) -> Result<(), Error> {
    let failed = |why: &str| Error::Failed { format: StillFormat::WebP, why: why.into() };
    if size.width > MOST_PIXELS_A_SIDE || size.height > MOST_PIXELS_A_SIDE {
        return Err(Error::TooLarge(size, StillFormat::WebP));
    }
    to.clear();
    let mut config = WebPConfig::new().map_err(|()| failed("libwebp has another version than its header"))?;
    config.quality = f32::from(quality);
    config.method = 0;
    let mut picture = WebPPicture::new().map_err(|()| failed("libwebp has another version than its header"))?;
    let [y, u, v] = planes;
    picture.use_argb = 0;
    picture.colorspace = WebPEncCSP::WEBP_YUV420;
    picture.width = size.width as c_int;
    picture.height = size.height as c_int;
    picture.y = y.data.as_ptr().cast_mut();
    picture.u = u.data.as_ptr().cast_mut();
    picture.v = v.data.as_ptr().cast_mut();
    picture.y_stride = y.stride as c_int;
    picture.uv_stride = u.stride as c_int;
    picture.writer = Some(write);
    picture.custom_ptr = std::ptr::from_mut(to).cast();
    debug_assert_eq!(u.stride, v.stride);
    // SAFETY: the planes hold rows for `size` and its halves rounded up, and outlive the call; with `use_argb` 0, no alpha and a lossy
    // configuration without preprocessing libwebp only reads them. `custom_ptr` is the `Vec` that `write` expects. The picture owns no memory:
    // nothing is to be freed.
    let done = unsafe { WebPEncode(&raw const config, &raw mut picture) };
    match (done, picture.error_code) {
        (
            0,
            WebPEncodingError::VP8_ENC_ERROR_OUT_OF_MEMORY | WebPEncodingError::VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY,
        ) => Err(failed("out of memory")),
        (
            0,
            WebPEncodingError::VP8_ENC_ERROR_PARTITION0_OVERFLOW | WebPEncodingError::VP8_ENC_ERROR_PARTITION_OVERFLOW,
        ) => Err(failed("the picture takes more bytes than WebP allows")),
        (0, _) => Err(failed("the settings are not valid")),
        _ => Ok(()),
    }
}

/// libwebp's writer: adds bytes to the `Vec` that `custom_ptr` points to.
extern "C" fn write(data: *const u8, length: usize, picture: *const WebPPicture) -> c_int {
    // SAFETY: libwebp calls it within `WebPEncode` with its picture, whose `custom_ptr` is a `Vec<u8>` that nobody else uses meanwhile, and with
    // valid bytes.
    unsafe {
        let to = &mut *(*picture).custom_ptr.cast::<Vec<u8>>();
        if length > 0 {
            to.extend_from_slice(std::slice::from_raw_parts(data, length));
        }
    }
    1
}
