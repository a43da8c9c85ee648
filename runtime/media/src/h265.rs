//! What can be told of H.265 without decoding it (ITU-T H.265, clause 7.4.2.2).

use crate::annexb;

/// The type of a NAL unit (six bits of its first byte); 63 for an empty one.
pub fn nal_type(nal: &[u8]) -> u8 {
    nal.first().map_or(63, |b| (b >> 1) & 0x3f)
}

/// Whether an Annex B access unit is an intra random access point (types 16 to 23, table 7-1): decoding can begin here.
pub fn is_key(data: &[u8]) -> bool {
    annexb::nal_units(data).any(|nal| (16..=23).contains(&nal_type(nal)))
}

/// Whether other pictures may refer to it: sub-layer non-reference pictures have the even types 0 to 14 (table 7-1).
pub fn is_reference(data: &[u8]) -> bool {
    annexb::nal_units(data).any(|nal| matches!(nal_type(nal), t if t < 32 && !(t <= 14 && t % 2 == 0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_access_points_are_told() {
        assert!(is_key(&[0, 0, 1, 19 << 1, 1, 0x80]));
        assert!(!is_key(&[0, 0, 1, 1 << 1, 1, 0x80]));
        assert!(is_reference(&[0, 0, 1, 1 << 1, 1, 0x80]));
        assert!(!is_reference(&[0, 0, 1, 0, 1, 0x80]));
    }
}
