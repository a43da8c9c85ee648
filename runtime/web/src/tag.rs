//! Entity tags (RFC 9110, section 8.8.3), and whether a client knows what has one.

use http::HeaderMap;
use http::header::IF_NONE_MATCH;

/// Whether `If-None-Match` names it (RFC 9110, section 13.1.2: compared weakly).
pub(crate) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    fn plain(tag: &str) -> &str {
        tag.trim().trim_start_matches("W/")
    }
    let known = headers.get(IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    known.is_some_and(|tags| tags.split(',').any(|known| plain(known) == plain(tag)))
}

/// FNV-1a, 64 bits: no secret depends on it, two versions of a file differ in it.
pub(crate) fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_known_weak_or_strong_and_among_others() {
        for (sent, known) in [("\"a\"", true), ("\"b\", W/\"a\"", true), ("\"b\"", false), ("a", false), ("", false)] {
            let headers = HeaderMap::from_iter([(IF_NONE_MATCH, sent.parse().unwrap())]);
            assert_eq!(is_known(&headers, "\"a\""), known, "{sent}");
            assert_eq!(is_known(&headers, "W/\"a\""), known, "{sent}");
        }
        assert!(!is_known(&HeaderMap::new(), "\"a\""));
    }
}
