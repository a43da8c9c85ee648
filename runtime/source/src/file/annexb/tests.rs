use super::*;

/// An SPS of x264: High, 640x360, 25/s, two reordered.
const SPS: &[u8] = &[
    0x67, 0x64, 0x00, 0x1e, 0xac, 0xd9, 0x40, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01, 0x00, 0x00,
    0x03, 0x00, 0x32, 0x0f, 0x16, 0x2d, 0x96,
];

fn stream(nals: &[&[u8]]) -> Vec<u8> {
    let mut data = Vec::new();
    for nal in nals {
        media::annexb::push_nal(&mut data, nal);
    }
    data
}

fn split(data: &[u8], size: usize) -> Vec<Unit> {
    let mut splitter = Splitter::default();
    let mut units = Vec::new();
    for piece in data.chunks(size) {
        splitter.push(piece, &mut units).expect("not too large");
    }
    splitter.finish(&mut units);
    units
}

/// The types of the NAL units in each access unit.
fn types(data: &[u8]) -> Vec<Vec<u8>> {
    let whole = split(data, data.len().max(1));
    for size in [1, 2, 3, 5, 64] {
        assert_eq!(split(data, size), whole, "in pieces of {size}");
    }
    assert_eq!(whole.iter().map(|unit| unit.data.len()).sum::<usize>(), data.len(), "no byte is lost");
    whole.iter().map(|unit| media::annexb::nal_units(&unit.data).map(h264::nal_type).collect()).collect()
}

#[test]
fn parameter_sets_sei_and_delimiters_begin_an_access_unit() {
    let data = stream(&[
        &[9, 0x10],
        SPS,
        &[0x68, 1],
        &[6, 5],
        &[0x65, 0x88, 1],
        &[9, 0x30],
        &[0x41, 0x9a, 1],
        &[6, 1],
        &[0x41, 0x9a, 2],
    ]);
    assert_eq!(types(&data), [vec![9, 7, 8, 6, 5], vec![9, 1], vec![6, 1]]);
}

#[test]
fn slices_of_one_picture_stay_together_without_parameter_sets_too() {
    // 0x80 and up: first_mb_in_slice is 0. Below: it is not.
    let data = stream(&[&[0x65, 0x88, 1], &[0x65, 0x48, 1], &[0x41, 0x9a, 1], &[0x41, 0x5a, 1], &[0x01, 0x9a, 1]]);
    assert_eq!(types(&data), [vec![5, 5], vec![1, 1], vec![1]]);
    let units = split(&data, data.len());
    assert_eq!(
        units.iter().map(|unit| (unit.key, unit.reference)).collect::<Vec<_>>(),
        [(true, true), (false, true), (false, false)]
    );
}

#[test]
fn three_byte_start_codes_and_zeros_behind_nal_units_are_taken() {
    let data = [0, 0, 1, 0x65, 0x88, 5, 0, 0, 0, 0, 0, 1, 0x41, 0x9a, 7, 0, 0, 1, 0x41, 0x9a, 8];
    assert_eq!(types(&data), [vec![5], vec![1], vec![1]]);
}

#[test]
fn what_is_no_byte_stream_gives_nothing_and_keeps_no_memory() {
    let mut splitter = Splitter::default();
    let mut units = Vec::new();
    for _ in 0..40 {
        splitter.push(&vec![0xff; 1 << 20], &mut units).expect("thrown away");
        splitter.push(&vec![0; 1 << 20], &mut units).expect("thrown away");
    }
    assert!(units.is_empty() && splitter.buffer.len() < 8);
    splitter.finish(&mut units);
    assert!(units.is_empty());
}

#[test]
fn an_endless_nal_unit_is_an_error() {
    let mut splitter = Splitter::default();
    let mut units = Vec::new();
    splitter.push(&[0, 0, 1, 0x65, 0x88], &mut units).expect("a start");
    assert_eq!((0..20).find_map(|_| splitter.push(&vec![0xaa; 1 << 20], &mut units).err()), Some(TooLarge));
}

#[test]
fn the_rate_is_read_from_the_vui() {
    let mut splitter = Splitter::default();
    assert_eq!(splitter.rate(), None);
    splitter.push(&stream(&[SPS, &[0x68, 1]]), &mut Vec::new()).expect("small");
    assert_eq!(splitter.rate(), Some(25.0));
}

#[test]
fn garbage_never_panics() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..200 {
        let mut splitter = Splitter::default();
        let mut units = Vec::new();
        splitter.push(&stream(&[SPS, &[0x68, 0xeb, 0xe3, 0xcb, 0x22, 0xc0]]), &mut units).expect("small");
        for _ in 0..200 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let bytes = state.to_le_bytes();
            let piece: &[u8] = if state.is_multiple_of(3) { &[0, 0, 1] } else { &bytes[..(state % 7) as usize] };
            splitter.push(piece, &mut units).expect("small");
        }
        splitter.finish(&mut units);
    }
}
