//! G.711 to linear samples (ITU-T G.711, tables 1 and 2).

use media::AudioCodec;

/// The 16-bit sample of each byte.
pub(super) fn table(codec: AudioCodec) -> [i16; 256] {
    std::array::from_fn(|byte| match codec {
        AudioCodec::Pcma => a_law(byte as u8),
        _ => mu_law(byte as u8),
    })
}

/// 14 bits, as 16.
fn mu_law(byte: u8) -> i16 {
    let byte = !byte;
    let (exponent, mantissa) = ((byte >> 4) & 7, i16::from(byte & 15));
    let magnitude = (((mantissa << 3) + 0x84) << exponent) - 0x84;
    if byte & 0x80 == 0 { magnitude } else { -magnitude }
}

/// 13 bits, as 16.
fn a_law(byte: u8) -> i16 {
    let byte = byte ^ 0x55;
    let (exponent, mantissa) = ((byte >> 4) & 7, i16::from(byte & 15));
    let magnitude = match exponent {
        0 => (mantissa << 4) + 8,
        _ => ((mantissa << 4) + 0x108) << (exponent - 1),
    };
    if byte & 0x80 == 0 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_and_the_middle_are_those_of_the_tables() {
        let mu = table(AudioCodec::Pcmu);
        assert_eq!([0xff, 0x7f, 0x80, 0x00, 0xfe].map(|byte: usize| mu[byte]), [0, 0, 32_124, -32_124, 8]);
        let a = table(AudioCodec::Pcma);
        assert_eq!([0xd5, 0x55, 0xaa, 0x2a].map(|byte: usize| a[byte]), [8, -8, 32_256, -32_256]);
    }
}
