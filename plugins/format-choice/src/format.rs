use framegate_plugin::{Rendition, Viewer};

const WEBP: &str = "image/webp";
const JPEG: &str = "image/jpeg";
/// WebP comes back when the encoders have this share of the limit to spare, or it would leave again at once.
const SPARE: f32 = 0.75;

/// WebP takes a third less of the link and several times the encoder's work of JPEG.
pub(crate) fn choose(viewer: &Viewer, current: Option<&Rendition>, webp_load: f32) -> String {
    if let Some(asked) = viewer.asked_format() {
        return asked;
    }
    let accepts = viewer.accepts();
    let is_accepted = |format: &str| accepts.iter().any(|accepted| accepted == format);
    let has_webp = current.is_some_and(|current| current.format == WEBP);
    // Who has WebP keeps it up to the limit; others get it where there is room, or where it is made for somebody already.
    let is_made = viewer.running().iter().any(|rendition| rendition.format == WEBP);
    let limit = if has_webp || (is_made && current.is_none()) { webp_load } else { SPARE * webp_load };
    if is_accepted(WEBP) && viewer.encoder_load() <= limit {
        WEBP.into()
    } else if is_accepted(JPEG) || accepts.is_empty() {
        JPEG.into()
    } else {
        accepts.into_iter().next().unwrap_or_else(|| JPEG.into())
    }
}
