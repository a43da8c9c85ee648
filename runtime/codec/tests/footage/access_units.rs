//! Annex B files cut into access units (ITU-T H.264, clause 7.4.1.2.3 and 7.4.1.2.4).

use std::collections::BTreeMap;
use std::sync::Arc;

use media::{AccessUnit, Codec, Moment, Parameters, Size, Timestamp, annexb, h264};

/// Access units at 25 a second, in the order of decoding; `pts` counts them.
pub(crate) fn access_units(file: &[u8]) -> Vec<AccessUnit> {
    let mut units: Vec<(Vec<u8>, bool)> = Vec::new();
    let mut sets = Sets::default();
    let mut last: Option<Slice> = None;
    let mut parameters = Arc::new(Parameters { reordered: true, ..Parameters::bare(Codec::H264, Size::new(16, 16)) });
    let mut known = Vec::new();
    for nal in annexb::nal_units(file) {
        let kind = h264::nal_type(nal);
        sets.read(nal);
        let slice = matches!(kind, 1 | 5).then(|| Slice::read(nal, &sets));
        let begins = match &slice {
            Some(slice) => last.as_ref().is_some_and(|last| last != slice),
            // What comes before the first slice of a picture begins the next one.
            None => last.is_some() && matches!(kind, 6..=9 | 14..=18),
        };
        if begins || units.is_empty() {
            units.push((Vec::new(), false));
            known.push(parameters.clone());
            last = None;
        }
        if kind == h264::SPS
            && let Ok(read) = h264::parameters(nal, &[])
            && read.sps != parameters.sps
        {
            parameters = Arc::new(read);
        }
        let (data, key) = units.last_mut().expect("pushed above");
        annexb::push_nal(data, nal);
        *key |= kind == h264::IDR;
        *known.last_mut().expect("pushed above") = parameters.clone();
        last = slice.or(last);
    }
    let units = units.into_iter().zip(known).enumerate();
    units
        .map(|(at, ((data, key), parameters))| {
            let pts = Timestamp::from_ticks(at as i64 * 3600);
            let unit = AccessUnit::from_annexb(&data, &parameters, pts, Moment::now());
            AccessUnit { key, ..unit }
        })
        .collect()
}

/// Frame number and order count bits of each SPS, and the SPS of each PPS.
#[derive(Default)]
struct Sets {
    sps: BTreeMap<u32, (u32, Option<u32>, bool)>,
    pps: BTreeMap<u32, u32>,
}

/// What tells pictures apart.
#[derive(PartialEq, Eq, Debug)]
struct Slice {
    idr: Option<u32>,
    reference: bool,
    pps: u32,
    frame: u32,
    field: u32,
    order: u32,
}

impl Sets {
    fn read(&mut self, nal: &[u8]) -> Option<()> {
        let mut bits = Bits::new(nal);
        match h264::nal_type(nal) {
            h264::SPS => {
                let profile = bits.bits(8);
                bits.bits(16);
                let id = bits.ue();
                if matches!(profile, 100 | 110 | 122 | 244 | 44 | 83 | 86) {
                    let _skipped = (bits.ue(), bits.ue(), bits.ue(), bits.bits(1));
                    if bits.bits(1) == 1 {
                        for list in 0..8 {
                            let (mut last, mut next) = (8i64, 8i64);
                            for _ in 0..if bits.bits(1) == 0 {
                                0
                            } else if list < 6 {
                                16
                            } else {
                                64
                            } {
                                if next != 0 {
                                    let code = i64::from(bits.ue());
                                    next =
                                        (last + if code % 2 == 1 { (code + 1) / 2 } else { -code / 2 }).rem_euclid(256);
                                }
                                last = if next == 0 { last } else { next };
                            }
                        }
                    }
                }
                let frame = bits.ue() + 4;
                let order = match bits.ue() {
                    0 => Some(bits.ue() + 4),
                    1 => {
                        let _skipped = (bits.bits(1), bits.ue(), bits.ue());
                        for _ in 0..bits.ue() {
                            bits.ue();
                        }
                        None
                    }
                    _ => None,
                };
                let _skipped = (bits.ue(), bits.bits(1), bits.ue(), bits.ue());
                self.sps.insert(id, (frame, order, bits.bits(1) == 1));
            }
            h264::PPS => {
                self.pps.insert(bits.ue(), bits.ue());
            }
            _ => {}
        }
        Some(())
    }
}

impl Slice {
    fn read(nal: &[u8], sets: &Sets) -> Self {
        let mut bits = Bits::new(nal);
        let _skipped = (bits.ue(), bits.ue());
        let pps = bits.ue();
        let sps = sets.pps.get(&pps).and_then(|sps| sets.sps.get(sps));
        let (frame_bits, order_bits, frames_only) = *sps.unwrap_or(&(4, None, true));
        let frame = bits.bits(frame_bits);
        let field = if !frames_only && bits.bits(1) == 1 { 1 + bits.bits(1) } else { 0 };
        let idr = (h264::nal_type(nal) == h264::IDR).then(|| bits.ue());
        let order = order_bits.map_or(0, |count| bits.bits(count));
        Self { idr, reference: nal[0] & 0x60 != 0, pps, frame, field, order }
    }
}

/// Bits behind the NAL header; zeros behind the end.
struct Bits(Vec<u8>, usize);

impl Bits {
    fn new(nal: &[u8]) -> Self {
        let mut bytes = Vec::new();
        for byte in &nal[1..nal.len().min(400)] {
            if !(*byte == 3 && bytes.ends_with(&[0, 0])) {
                bytes.push(*byte);
            }
        }
        Self(bytes, 0)
    }

    fn bits(&mut self, count: u32) -> u32 {
        (0..count).fold(0, |value, _| {
            let byte = self.0.get(self.1 / 8).copied().unwrap_or(0);
            let bit = byte >> (7 - self.1 % 8) & 1;
            self.1 += 1;
            value << 1 | u32::from(bit)
        })
    }

    fn ue(&mut self) -> u32 {
        let zeros = (0..32).take_while(|_| self.bits(1) == 0).count() as u32;
        if zeros >= 31 { 0 } else { (1 << zeros) - 1 + self.bits(zeros) }
    }
}
