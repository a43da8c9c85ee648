use std::sync::Arc;

use media::Size;

use super::made::Kind;
use super::{Error, Filter, resize};
use crate::Picture;

/// The luma, box-filtered to `size` (row by row, a byte a pixel), which is no larger than the picture. Made once for a picture and its clones.
pub fn thumbnail(picture: &Picture, size: Size) -> Result<Arc<[u8]>, Error> {
    let whole = picture.size();
    if size.width == 0 || size.height == 0 || size.width > whole.width || size.height > whole.height {
        return Err(Error::Outside(whole));
    }
    picture.made().get_or_make(Kind::Thumbnail(size), || {
        let luma = picture.planes()[0].data;
        if size == whole {
            return Ok(luma.into());
        }
        let mut pixels: Arc<[u8]> = std::iter::repeat_n(0, size.pixels() as usize).collect();
        let to = Arc::get_mut(&mut pixels).expect("made just now");
        resize::<1>(luma, whole, [0.0, 0.0, f64::from(whole.width), f64::from(whole.height)], to, size, Filter::Box);
        Ok(pixels)
    })
}
