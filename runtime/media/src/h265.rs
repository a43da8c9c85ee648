//! What can be told of H.265 without decoding it (ITU-T H.265, clause 7.4.2.2).

/// The type of a NAL unit (six bits of its first byte); 63 for an empty one.
pub fn nal_type(nal: &[u8]) -> u8 {
    nal.first().map_or(63, |b| (b >> 1) & 0x3f)
}

/// Whether an access unit of these NAL units is an intra random access point (types 16 to 23, table 7-1): decoding can begin here.
pub fn is_key<'a>(nals: impl IntoIterator<Item = &'a [u8]>) -> bool {
    nals.into_iter().any(|nal| (16..=23).contains(&nal_type(nal)))
}

/// Whether other pictures may refer to it: sub-layer non-reference pictures have the even types 0 to 14 (table 7-1).
pub fn is_reference<'a>(nals: impl IntoIterator<Item = &'a [u8]>) -> bool {
    nals.into_iter().any(|nal| matches!(nal_type(nal), t if t < 32 && !(t <= 14 && t % 2 == 0)))
}

/// The parameter sets in an HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, clause 8.3.3.1); of a broken one those in front of the damage.
pub fn parameter_sets(record: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = record.get(22..).unwrap_or_default();
    let mut arrays = take(&mut rest, 1).map_or(0, |count| count[0]);
    let mut nals = 0_u16;
    std::iter::from_fn(move || {
        while nals == 0 {
            arrays = arrays.checked_sub(1)?;
            let header = take(&mut rest, 3)?;
            nals = u16::from_be_bytes([header[1], header[2]]);
        }
        nals -= 1;
        let length = take(&mut rest, 2)?;
        take(&mut rest, usize::from(u16::from_be_bytes([length[0], length[1]])))
    })
}

/// Whether a decoder can begin with an HEVCDecoderConfigurationRecord: it is not cut, and has a VPS, an SPS and a PPS (table 7-1).
pub fn is_whole(record: &[u8]) -> bool {
    let kinds = || {
        let mut rest = record.get(22..)?;
        let mut kinds = 0_u64;
        for _ in 0..take(&mut rest, 1)?[0] {
            let header = take(&mut rest, 3)?;
            for _ in 0..u16::from_be_bytes([header[1], header[2]]) {
                let length = take(&mut rest, 2)?;
                take(&mut rest, usize::from(u16::from_be_bytes([length[0], length[1]])))?;
                kinds |= 1 << (header[0] & 0x3f);
            }
        }
        Some(kinds)
    };
    record.first() == Some(&1) && kinds().is_some_and(|kinds| kinds >> 32 & 0b111 == 0b111)
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_access_points_are_told() {
        assert!(is_key([&[19 << 1, 1, 0x80][..]]));
        assert!(!is_key([&[1 << 1, 1, 0x80][..]]));
        assert!(is_reference([&[1 << 1, 1, 0x80][..]]));
        assert!(!is_reference([&[0, 1, 0x80][..]]));
    }

    #[test]
    fn parameter_sets_are_found_in_a_record_and_a_cut_one_never_panics() {
        let mut record = vec![1; 22];
        record.extend([3, 32, 0, 1, 0, 2, 64, 1, 33, 0, 1, 0, 3, 66, 1, 1, 34, 0, 2, 0, 1, 68, 0, 2, 68, 1]);
        let sets: Vec<_> = parameter_sets(&record).collect();
        assert_eq!(sets, [&[64, 1][..], &[66, 1, 1], &[68], &[68, 1]]);
        assert!(is_whole(&record));
        for end in 0..record.len() {
            assert!(parameter_sets(&record[..end]).count() <= 4, "{end}");
            assert!(!is_whole(&record[..end]), "{end}");
        }
    }
}
