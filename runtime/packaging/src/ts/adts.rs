//! The header in front of each unit of AAC in a transport stream (stream type 0x0F, table 2-34): ADTS (ISO/IEC 14496-3, section 1.A.2.2).

/// Bytes of a header without a CRC.
const HEADER: usize = 7;
/// The longest unit: `aac_frame_length` has 13 bits, and counts the header.
pub(super) const LONGEST: usize = (1 << 13) - 1 - HEADER;

/// Samples a second by `samplingFrequencyIndex` (ISO/IEC 14496-3, table 1.18).
const RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

/// Why an AudioSpecificConfig (ISO/IEC 14496-3, section 1.6.2.1) is no ADTS header: what an ADTS header cannot tell would be played wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadConfig {
    /// It is cut short.
    #[error("ends before it has told everything")]
    Cut,
    /// Not AAC LC (`audioObjectType` 2).
    #[error("tells audio object type {0}, not 2 (AAC LC)")]
    ObjectType(u8),
    /// A sampling frequency that has no index.
    #[error("tells {0} samples a second, which ADTS has no index for")]
    Rate(u32),
    /// Channels that are described elsewhere (0), or more than ADTS has three bits for.
    #[error("tells channel configuration {0}, and ADTS has 1 to 7")]
    Channels(u8),
    /// `frameLengthFlag`: 960 samples in a unit.
    #[error("tells units of 960 samples, which ADTS cannot tell")]
    Short,
}

/// What is the same in all headers of a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Adts {
    rate_index: u8,
    channels: u8,
}

impl Adts {
    /// Reads an AudioSpecificConfig. What stands behind its GASpecificConfig (the backward compatible way to tell of SBR) is for decoders, which find SBR
    /// in the units too.
    pub(super) fn read(config: &[u8]) -> Result<Self, BadConfig> {
        let mut bits = Bits { data: config, at: 0 };
        let object_type = match bits.take(5)? {
            31 => 32 + bits.take(6)?,
            short => short,
        };
        if object_type != 2 {
            return Err(BadConfig::ObjectType(object_type as u8));
        }
        let rate_index = match bits.take(4)? {
            15 => {
                let rate = bits.take(24)?;
                RATES.iter().position(|known| *known == rate).ok_or(BadConfig::Rate(rate))? as u8
            }
            index if (index as usize) < RATES.len() => index as u8,
            _ => return Err(BadConfig::Rate(0)),
        };
        let channels = bits.take(4)? as u8;
        if !(1..=7).contains(&channels) {
            return Err(BadConfig::Channels(channels));
        }
        match bits.take(1)? {
            0 => Ok(Self { rate_index, channels }),
            _ => Err(BadConfig::Short),
        }
    }

    /// Samples a second; never 0.
    pub(super) fn rate(self) -> u32 {
        RATES[usize::from(self.rate_index)]
    }

    /// The header of a unit of so many bytes; `None` if it is longer than [`LONGEST`].
    pub(super) fn header(self, unit: usize) -> Option<[u8; HEADER]> {
        if unit > LONGEST {
            return None;
        }
        let length = (unit + HEADER) as u16;
        Some([
            0xff,
            // MPEG-4, layer 0, no CRC.
            0xf1,
            // Profile: the object type less one, of LC 1. Then the index, the private bit, and the first of three bits of channels.
            1 << 6 | self.rate_index << 2 | self.channels >> 2,
            self.channels << 6 | (length >> 11) as u8,
            (length >> 3) as u8,
            // Buffer fullness 0x7ff: the rate varies. One raw data block.
            (length << 5) as u8 | 0x1f,
            0xfc,
        ])
    }
}

/// Bits, the highest of a byte first.
struct Bits<'a> {
    data: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: usize) -> Result<u32, BadConfig> {
        (0..count).try_fold(0, |value, _| {
            let byte = self.data.get(self.at / 8).ok_or(BadConfig::Cut)?;
            let bit = byte >> (7 - self.at % 8) & 1;
            self.at += 1;
            Ok(value << 1 | u32::from(bit))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_config_tells_what_a_header_repeats() {
        // 48 kHz stereo and 8 kHz mono as ffmpeg writes them; then 44.1 kHz told in words instead of by index.
        for (config, rate, channels) in [
            (&[0x11, 0x90, 0x56, 0xe5, 0x00][..], 48_000, 2),
            (&[0x15, 0x88], 8_000, 1),
            (&[0x17, 0x80, 0x56, 0x22, 0x10], 44_100, 2),
        ] {
            let adts = Adts::read(config).unwrap();
            assert_eq!((adts.rate(), adts.channels), (rate, channels), "{config:02x?}");
        }
        // What ffmpeg's adts muxer writes in front of 363 bytes of 48 kHz stereo.
        let header = Adts::read(&[0x11, 0x90]).unwrap().header(363).unwrap();
        assert_eq!(header, [0xff, 0xf1, 0x4c, 0x80, 0x2e, 0x5f, 0xfc]);
        // Eight channels: configuration 7.
        let header = Adts::read(&[0x11, 0xb8]).unwrap().header(363).unwrap();
        assert_eq!(header[2..4], [0x4d, 0xc0]);
    }

    #[test]
    fn what_a_header_cannot_tell_is_refused() {
        for (config, why) in [
            (&[][..], BadConfig::Cut),
            (&[0x11], BadConfig::Cut),
            (&[0x0a, 0x10], BadConfig::ObjectType(1)),
            (&[0xf9, 0x48], BadConfig::ObjectType(42)),
            (&[0x17, 0x80, 0x56, 0x22, 0x90], BadConfig::Rate(44_101)),
            (&[0x16, 0x90], BadConfig::Rate(0)),
            (&[0x11, 0x80], BadConfig::Channels(0)),
            (&[0x11, 0xd8], BadConfig::Channels(11)),
            (&[0x11, 0x94], BadConfig::Short),
        ] {
            assert_eq!(Adts::read(config), Err(why), "{config:02x?}");
        }
        let adts = Adts::read(&[0x11, 0x90]).unwrap();
        assert!(adts.header(LONGEST).is_some() && adts.header(LONGEST + 1).is_none());
    }
}
