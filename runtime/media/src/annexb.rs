//! The byte stream format of H.264 Annex B and H.265 Annex B: NAL units behind start codes.

/// The NAL units of an access unit, without start codes and without trailing zero bytes.
pub fn nal_units(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = skip_to_start(data);
    std::iter::from_fn(move || {
        let unit = rest?;
        let (nal, next) = match find_start(unit) {
            Some((at, length)) => (&unit[..at], Some(&unit[at + length..])),
            None => (unit, None),
        };
        rest = next;
        Some(trim_zeros(nal))
    })
    .filter(|nal| !nal.is_empty())
}

/// Adds one NAL unit behind a four-byte start code.
pub fn push_nal(to: &mut Vec<u8>, nal: &[u8]) {
    to.extend_from_slice(&[0, 0, 0, 1]);
    to.extend_from_slice(nal);
}

fn skip_to_start(data: &[u8]) -> Option<&[u8]> {
    find_start(data).map(|(at, length)| &data[at + length..])
}

/// Where the next `00 00 01` lies, and its length.
fn find_start(data: &[u8]) -> Option<(usize, usize)> {
    let mut at = 0;
    // Looking at every third byte: a start code cannot hide between bytes above 1.
    while at + 2 < data.len() {
        match data[at + 2] {
            1 if data[at] == 0 && data[at + 1] == 0 => return Some((at, 3)),
            0 => at += 1,
            _ => at += 3,
        }
    }
    None
}

fn trim_zeros(nal: &[u8]) -> &[u8] {
    let end = nal.iter().rposition(|b| *b != 0).map_or(0, |at| at + 1);
    &nal[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(data: &[u8]) -> Vec<&[u8]> {
        nal_units(data).collect()
    }

    #[test]
    fn start_codes_of_three_and_four_bytes_split() {
        assert_eq!(
            split(&[0, 0, 0, 1, 0x67, 5, 0, 0, 1, 0x68, 6, 0, 0, 0, 1, 0x65, 7]),
            [&[0x67, 5][..], &[0x68, 6], &[0x65, 7]]
        );
    }

    #[test]
    fn garbage_gives_nothing_or_something_but_never_panics() {
        assert!(split(&[]).is_empty());
        assert!(split(&[0, 0]).is_empty());
        assert!(split(&[0, 0, 1]).is_empty());
        assert!(split(&[0, 0, 1, 0, 0, 1, 0, 0]).is_empty());
        assert_eq!(split(&[9, 9, 0, 0, 1, 0x41]), [&[0x41][..]]);
        assert_eq!(split(&[1, 0, 0, 1, 2, 0, 1, 0, 0, 1, 3]), [&[2, 0, 1][..], &[3]]);
    }

    #[test]
    fn what_was_pushed_comes_back() {
        let mut data = Vec::new();
        push_nal(&mut data, &[0x67, 1, 2]);
        push_nal(&mut data, &[0x65, 3]);
        assert_eq!(split(&data), [&[0x67, 1, 2][..], &[0x65, 3]]);
    }
}
