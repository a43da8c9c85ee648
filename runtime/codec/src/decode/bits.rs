/// Reads the bits of a NAL unit's payload, emulation prevention removed (ITU-T H.264, clauses 7.2 and 9.1). `None` at the end.
pub(super) struct Bits {
    bytes: Vec<u8>,
    at: usize,
}

impl Bits {
    /// The payload behind the NAL header; no more than `most` bytes of it.
    pub(super) fn new(nal: &[u8], most: usize) -> Self {
        let payload = nal.get(1..).unwrap_or_default();
        let mut bytes = Vec::with_capacity(payload.len().min(most));
        let mut zeros = 0;
        for byte in payload.iter().take(most) {
            if zeros >= 2 && *byte == 3 {
                zeros = 0;
                continue;
            }
            zeros = if *byte == 0 { zeros + 1 } else { 0 };
            bytes.push(*byte);
        }
        Self { bytes, at: 0 }
    }

    pub(super) fn bit(&mut self) -> Option<bool> {
        let byte = *self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit == 1)
    }

    /// `u(n)`, n at most 32.
    pub(super) fn bits(&mut self, count: u32) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            value = value << 1 | u32::from(self.bit()?);
        }
        Some(value)
    }

    /// `ue(v)`.
    pub(super) fn ue(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.bit()? {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        Some((1 << zeros) - 1 + self.bits(zeros)?)
    }

    /// `se(v)`.
    pub(super) fn se(&mut self) -> Option<i32> {
        let code = self.ue()?;
        let half = code.div_ceil(2) as i32;
        Some(if code % 2 == 1 { half } else { -half })
    }

    /// How many bits were read.
    pub(super) fn position(&self) -> usize {
        self.at
    }
}

/// Writes the bits of a NAL unit's payload.
#[derive(Default)]
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    count: usize,
}

impl BitWriter {
    pub(super) fn bit(&mut self, bit: bool) {
        if self.count.is_multiple_of(8) {
            self.bytes.push(0);
        }
        if bit && let Some(last) = self.bytes.last_mut() {
            *last |= 0x80 >> (self.count % 8);
        }
        self.count += 1;
    }

    pub(super) fn bits(&mut self, value: u32, count: u32) {
        for at in (0..count).rev() {
            self.bit(value >> at & 1 == 1);
        }
    }

    /// The NAL unit: this header, then what was written, with emulation prevention.
    pub(super) fn nal(self, header: u8) -> Vec<u8> {
        let mut nal = Vec::with_capacity(self.bytes.len() + 4);
        nal.push(header);
        let mut zeros = 0;
        for byte in self.bytes {
            if zeros >= 2 && byte <= 3 {
                nal.push(3);
                zeros = 0;
            }
            zeros = if byte == 0 { zeros + 1 } else { 0 };
            nal.push(byte);
        }
        nal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_golomb_codes_are_read() {
        // 1, 010, 011, 00100, 00101: ue 0, 1, 2, 3, 4; then the same as se.
        let mut bits = Bits::new(&[0x67, 0b1010_0110, 0b0100_0010, 0b1000_0000], 99);
        assert_eq!(
            (bits.ue(), bits.ue(), bits.ue(), bits.ue(), bits.ue()),
            (Some(0), Some(1), Some(2), Some(3), Some(4))
        );
        let mut bits = Bits::new(&[0x67, 0b1010_0110, 0b0100_0010, 0b1000_0000], 99);
        assert_eq!(
            (bits.se(), bits.se(), bits.se(), bits.se(), bits.se()),
            (Some(0), Some(1), Some(-1), Some(2), Some(-2))
        );
    }

    #[test]
    fn the_end_is_none_and_a_long_code_too() {
        assert_eq!(Bits::new(&[], 9).bit(), None);
        assert_eq!(Bits::new(&[0x67, 0xff], 9).bits(9), None);
        assert_eq!(Bits::new(&[0x67, 0, 0, 0, 0, 0, 0, 0], 9).ue(), None);
    }

    #[test]
    fn emulation_prevention_goes_and_comes() {
        let mut bits = Bits::new(&[0x67, 0, 0, 3, 1, 0xff], 99);
        assert_eq!(bits.bits(32), Some(0x0000_01ff));
        let mut writer = BitWriter::default();
        writer.bits(0x0000_01ff, 32);
        assert_eq!(writer.nal(0x67), [0x67, 0, 0, 3, 1, 0xff]);
    }
}
