//! The size of pictures in a sequence parameter set of H.264 (ITU-T H.264, 7.3.2.1.1).

/// Bits of a NAL unit, without the bytes that prevent start codes in it.
struct Bits {
    bytes: Vec<u8>,
    at: usize,
}

impl Bits {
    fn new(unit: &[u8]) -> Self {
        let mut bytes: Vec<u8> = Vec::with_capacity(unit.len());
        for (index, byte) in unit.iter().enumerate() {
            let prevents = *byte == 3 && index >= 2 && unit[index - 2..index] == [0, 0];
            if !prevents {
                bytes.push(*byte);
            }
        }
        Self { bytes, at: 0 }
    }

    fn bits(&mut self, count: u32) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.bytes.get(self.at / 8)?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }

    /// ue(v).
    fn golomb(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while self.bits(1)? == 0 {
            zeros += 1;
        }
        (zeros < 32).then_some(())?;
        Some((1 << zeros) - 1 + self.bits(zeros)?)
    }

    /// se(v).
    fn signed(&mut self) -> Option<i64> {
        let code = i64::from(self.golomb()?);
        Some(if code % 2 == 1 { code / 2 + 1 } else { -(code / 2) })
    }
}

/// Profiles whose sets say their chroma format.
const HIGH: [u32; 13] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

/// Width and height of what is shown.
pub(super) fn size(unit: &[u8]) -> Option<(u16, u16)> {
    let mut bits = Bits::new(unit.get(1..)?);
    let profile = bits.bits(8)?;
    bits.bits(16)?;
    bits.golomb()?;
    let chroma = if HIGH.contains(&profile) { high(&mut bits)? } else { 1 };
    bits.golomb()?;
    match bits.golomb()? {
        0 => drop(bits.golomb()?),
        1 => {
            bits.bits(1)?;
            bits.signed()?;
            bits.signed()?;
            for _ in 0..bits.golomb()? {
                bits.signed()?;
            }
        }
        _ => {}
    }
    bits.golomb()?;
    bits.bits(1)?;
    let (width, height) = (bits.golomb()?.checked_add(1)?, bits.golomb()?.checked_add(1)?);
    let frames_only = bits.bits(1)?;
    let fields = 2 - frames_only;
    if frames_only == 0 {
        bits.bits(1)?;
    }
    bits.bits(1)?;
    let mut crop = [0; 4];
    if bits.bits(1)? == 1 {
        for side in &mut crop {
            *side = bits.golomb()?;
        }
    }
    let (across, down) = match chroma {
        1 => (2, 2),
        2 => (2, 1),
        _ => (1, 1),
    };
    let shown = |units: u32, unit: u32, cropped: u32| {
        let all = units.checked_mul(16 * unit)?;
        u16::try_from(all.checked_sub(cropped)?).ok()
    };
    let sides = crop[0].checked_add(crop[1])?.checked_mul(across)?;
    let ends = crop[2].checked_add(crop[3])?.checked_mul(down * fields)?;
    Some((shown(width, 1, sides)?, shown(height, fields, ends)?))
}

/// What is there in the high profiles alone; says the chroma format.
fn high(bits: &mut Bits) -> Option<u32> {
    let chroma = bits.golomb()?;
    if chroma == 3 {
        bits.bits(1)?;
    }
    bits.golomb()?;
    bits.golomb()?;
    bits.bits(1)?;
    if bits.bits(1)? == 1 {
        for list in 0..if chroma == 3 { 12 } else { 8 } {
            if bits.bits(1)? == 1 {
                scaling(bits, if list < 6 { 16 } else { 64 })?;
            }
        }
    }
    Some(chroma)
}

/// A scaling list (7.3.2.1.1.1), which matters here for its length alone.
fn scaling(bits: &mut Bits, size: u32) -> Option<()> {
    let (mut last, mut next) = (8, 8);
    for _ in 0..size {
        if next != 0 {
            next = (last + bits.signed()?).rem_euclid(256);
        }
        last = if next == 0 { last } else { next };
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn what_is_cropped_is_not_shown() {
        // x264, High, 1920x1080: 68 rows of macroblocks, of which 8 lines are cropped.
        let sps = [
            0x67, 0x64, 0x00, 0x28, 0xac, 0xd9, 0x40, 0x78, 0x02, 0x27, 0xe5, 0xc0, 0x44, 0x00, 0x00, 0x03, 0x00, 0x04,
            0x00, 0x00, 0x03, 0x00, 0xc8, 0x3c, 0x60, 0xc6, 0x58,
        ];
        assert_eq!(size(&sps), Some((1920, 1080)));
        for end in 0..11 {
            assert_eq!(size(&sps[..end]), None, "{end}");
        }
    }
}
