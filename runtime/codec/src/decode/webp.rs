use libwebp_sys::{
    VP8StatusCode, WEBP_CSP_MODE, WebPBitstreamFeatures, WebPDecode, WebPDecoderConfig, WebPGetFeatures, WebPYUVABuffer,
};
use media::{Codec, Color};

use super::{Error, sane};
use crate::{Picture, Pool, Stamp};

/// WebP (RFC 9649), lossy or lossless, straight into the planes of a picture. Limited range, BT.601, as the format fixes it; alpha is ignored.
pub(super) fn decode(data: &[u8], stamp: Stamp, pool: &Pool) -> Result<Picture, Error> {
    let damaged = |status: VP8StatusCode| Error::Damaged { codec: Codec::WebP, why: words(status).into() };
    let mut features =
        WebPBitstreamFeatures { width: 0, height: 0, has_alpha: 0, has_animation: 0, format: 0, pad: [0; 5] };
    // SAFETY: `data` is valid for its length, `features` is written to.
    let status = unsafe { WebPGetFeatures(data.as_ptr(), data.len(), &raw mut features) };
    if status != VP8StatusCode::VP8_STATUS_OK {
        return Err(damaged(status));
    }
    if features.has_animation != 0 {
        return Err(Error::Unsupported { codec: Codec::WebP, what: "animation".into() });
    }
    let size = sane(Codec::WebP, features.width.max(0) as usize, features.height.max(0) as usize)?;
    let setup = |()| Error::Setup { codec: Codec::WebP, why: "libwebp has another version than its header".into() };
    let mut config = WebPDecoderConfig::new().map_err(setup)?;
    let mut picture = Picture::dirty(pool, size, Color::WEBP, stamp);
    let [y, u, v] = picture.planes_mut();
    config.output.colorspace = WEBP_CSP_MODE::MODE_YUV;
    config.output.is_external_memory = 1;
    config.output.u.YUVA = WebPYUVABuffer {
        y: y.data.as_mut_ptr(),
        u: u.data.as_mut_ptr(),
        v: v.data.as_mut_ptr(),
        a: std::ptr::null_mut(),
        y_stride: y.stride as i32,
        u_stride: u.stride as i32,
        v_stride: v.stride as i32,
        a_stride: 0,
        y_size: y.data.len(),
        u_size: u.data.len(),
        v_size: v.data.len(),
        a_size: 0,
    };
    // SAFETY: `data` is valid for its length; the output points to three planes of the size that the header says, with their lengths, which
    // libwebp checks against width, height and strides (`CheckDecBuffer`); they live and are not touched otherwise until the call is over. It
    // allocates no output of its own, so there is nothing to free.
    let status = unsafe { WebPDecode(data.as_ptr(), data.len(), &raw mut config) };
    match status {
        VP8StatusCode::VP8_STATUS_OK => Ok(picture),
        status => Err(damaged(status)),
    }
}

fn words(status: VP8StatusCode) -> &'static str {
    match status {
        VP8StatusCode::VP8_STATUS_OUT_OF_MEMORY => "out of memory",
        VP8StatusCode::VP8_STATUS_UNSUPPORTED_FEATURE => "a feature that libwebp does not know",
        VP8StatusCode::VP8_STATUS_NOT_ENOUGH_DATA => "it ends too early",
        _ => "the bit stream is broken",
    }
}
