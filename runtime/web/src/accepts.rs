//! What a client can show, by its `Accept` header (RFC 9110 section 12.5.1).

use http::HeaderMap;
use http::header::ACCEPT;
use media::StillFormat;

/// What stills are made as, best first where a client likes both the same.
const MADE: [StillFormat; 2] = [StillFormat::WebP, StillFormat::Jpeg];

/// The formats that a client accepts, best first. All where it says nothing of images: browsers send no `Accept` with a WebSocket handshake, or one
/// that is about something else.
pub(crate) fn accepts(headers: &HeaderMap) -> Vec<StillFormat> {
    let ranges: Vec<_> = ranges(headers).collect();
    let mut accepted: Vec<_> = MADE
        .into_iter()
        .map(|format| (format, quality(&ranges, format.media_type())))
        .filter(|(_, q)| *q > 0)
        .collect();
    accepted.sort_by_key(|(_, quality)| std::cmp::Reverse(*quality));
    match accepted.is_empty() {
        true => MADE.into(),
        false => accepted.into_iter().map(|(format, _)| format).collect(),
    }
}

/// The weight in thousandths of a media type that a client names, the greatest where it does so more than once; none if it does not, wildcards aside.
pub(crate) fn weight(headers: &HeaderMap, media_type: &str) -> Option<u16> {
    ranges(headers).filter(|(range, _)| range == media_type).map(|(_, weight)| weight).max()
}

fn ranges(headers: &HeaderMap) -> impl Iterator<Item = (String, u16)> {
    let values = headers.get_all(ACCEPT).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).filter_map(range)
}

/// A media range and its weight in thousandths.
fn range(element: &str) -> Option<(String, u16)> {
    let mut parts = element.split(';').map(str::trim);
    let range = parts.next().filter(|range| range.contains('/'))?.to_ascii_lowercase();
    let weight = parts.find_map(|parameter| parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q=")));
    let weight = weight.map_or(Some(1.0), |weight| weight.parse::<f32>().ok())?;
    Some((range, (weight.clamp(0.0, 1.0) * 1_000.0) as u16))
}

/// The weight of the most specific range that a media type is in; none is 0.
fn quality(ranges: &[(String, u16)], media_type: &str) -> u16 {
    let of = |wanted: &str| ranges.iter().find(|(range, _)| range == wanted).map(|(_, weight)| *weight);
    of(media_type).or_else(|| of("image/*")).or_else(|| of("*/*")).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use media::StillFormat::{Jpeg, WebP};

    use super::*;

    #[test]
    fn the_header_tells_what_a_client_can_show() {
        let cases = [
            (None, vec![WebP, Jpeg]),
            (Some("*/*"), vec![WebP, Jpeg]),
            (Some("image/jpeg"), vec![Jpeg]),
            (Some("text/html, IMAGE/JPEG;q=0.5"), vec![Jpeg]),
            (Some("image/avif,image/webp,image/*,*/*;q=0.8"), vec![WebP, Jpeg]),
            (Some("image/jpeg, image/*;q=0.2"), vec![Jpeg, WebP]),
            (Some("image/webp;q=0, image/*"), vec![Jpeg]),
            (Some("image/webp;level=1;q=0.3, */*;q=0.9"), vec![Jpeg, WebP]),
            (Some("text/html"), vec![WebP, Jpeg]),
            (Some("image/webp;q=high, ;;, q=1"), vec![WebP, Jpeg]),
        ];
        for (header, expected) in cases {
            let mut headers = HeaderMap::new();
            if let Some(header) = header {
                headers.insert(ACCEPT, header.parse().unwrap());
            }
            assert_eq!(accepts(&headers), expected, "{header:?}");
        }
    }
}
