//! Decoder configurations, and the names that RFC 6381 makes of them.

use super::sps;
use super::track::Init;
use crate::bytes::Reader;
use crate::finding::{Finding, Notes};
use crate::rule;

/// What a video configuration says.
pub(super) struct Video {
    /// Behind the first dot of the codec's name.
    pub(super) profile: String,
    pub(super) length_size: usize,
    pub(super) has_parameters: bool,
    /// Of pictures, where the parameter sets were read for it.
    pub(super) size: Option<Option<(u16, u16)>>,
}

/// `AVCDecoderConfigurationRecord` (ISO/IEC 14496-15, 5.3.3.1).
pub(super) fn avcc(body: &[u8]) -> Option<Video> {
    let mut fields = Reader::new(body);
    let [version, profile, compatibility, level, length, count] = fields.array()?;
    let mut sps: Option<&[u8]> = None;
    for _ in 0..count & 0x1f {
        let length = usize::from(fields.u16()?);
        let unit = fields.take(length)?;
        sps = sps.or(Some(unit).filter(|unit| unit.first().is_some_and(|b| b & 0x1f == 7)));
    }
    let mut pps = false;
    for _ in 0..fields.u8()? {
        let length = usize::from(fields.u16()?);
        pps |= fields.take(length)?.first().is_some_and(|b| b & 0x1f == 8);
    }
    // The record repeats what the parameter set says.
    let agrees = sps.is_none_or(|sps| sps.get(1..4) == Some(&[profile, compatibility, level]));
    (version == 1 && agrees && length & 3 != 2).then(|| Video {
        profile: format!("{profile:02x}{compatibility:02x}{level:02x}"),
        length_size: usize::from(length & 3) + 1,
        has_parameters: sps.is_some() && pps,
        size: sps.map(sps::size),
    })
}

/// `HEVCDecoderConfigurationRecord` (ISO/IEC 14496-15, 8.3.3.1), and its name (E.3).
pub(super) fn hvcc(body: &[u8]) -> Option<Video> {
    let mut fields = Reader::new(body);
    let version = fields.u8()?;
    let profile = fields.u8()?;
    let compatibility = fields.u32()?.reverse_bits();
    let constraints: [u8; 6] = fields.array()?;
    let level = fields.u8()?;
    fields.take(8)?;
    let length_size = usize::from(fields.u8()? & 3) + 1;
    let mut kinds = Vec::new();
    for _ in 0..fields.u8()? {
        kinds.push(fields.u8()? & 0x3f);
        for _ in 0..fields.u16()? {
            let length = usize::from(fields.u16()?);
            fields.take(length)?;
        }
    }
    let space = ["", "A", "B", "C"][usize::from(profile >> 6)];
    let tier = if profile & 0x20 == 0 { 'L' } else { 'H' };
    let mut name = format!("{space}{}.{compatibility:X}.{tier}{level}", profile & 0x1f);
    let kept = constraints.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1);
    for byte in &constraints[..kept] {
        name.push_str(&format!(".{byte:X}"));
    }
    let has_parameters = [32, 33, 34].iter().all(|kind| kinds.contains(kind));
    (version == 1).then_some(Video { profile: name, length_size, has_parameters, size: None })
}

/// What an audio configuration says.
pub(super) struct Aac {
    pub(super) object_type: u32,
    pub(super) sample_rate: u32,
}

/// Rates by their index (ISO/IEC 14496-3, 1.6.3.4).
pub(crate) const RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

/// `esds`: descriptors within each other, down to an `AudioSpecificConfig` (ISO/IEC 14496-1, 7.2.6; 14496-3, 1.6).
pub(super) fn esds(body: &[u8]) -> Option<Aac> {
    let mut fields = Reader::new(body);
    fields.version()?;
    let mut stream = Reader::new(descriptor(&mut fields, 3)?);
    stream.u16()?;
    let flags = stream.u8()?;
    if flags & 0x80 != 0 {
        stream.u16()?;
    }
    if flags & 0x40 != 0 {
        let length = usize::from(stream.u8()?);
        stream.take(length)?;
    }
    if flags & 0x20 != 0 {
        stream.u16()?;
    }
    let mut decoder = Reader::new(descriptor(&mut stream, 4)?);
    let object = decoder.u8()?;
    decoder.take(12)?;
    let config = descriptor(&mut decoder, 5)?;
    let bits = u32::from_be_bytes([*config.first()?, *config.get(1)?, *config.get(2).unwrap_or(&0), 0]);
    let object_type = bits >> 27;
    let index = usize::try_from(bits >> 23 & 0xf).ok()?;
    (object == 0x40).then_some(Aac { object_type, sample_rate: *RATES.get(index)? })
}

fn descriptor<'a>(fields: &mut Reader<'a>, tag: u8) -> Option<&'a [u8]> {
    if fields.u8()? != tag {
        return None;
    }
    let mut length = 0;
    for _ in 0..4 {
        let byte = fields.u8()?;
        length = length << 7 | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    fields.take(length)
}

/// Whether `CODECS` of a variant names what is in its initialization sections, and nothing else.
pub fn codecs_agree(uri: &str, codecs: &str, inits: &[&Init]) -> Vec<Finding> {
    let mut notes = Notes::new(uri);
    let written: Vec<String> = codecs.split(',').map(|codec| codec.trim().to_ascii_lowercase()).collect();
    let tracks = inits.iter().flat_map(|init| &init.tracks);
    let mut media: Vec<String> = tracks.map(|track| track.codec.to_ascii_lowercase()).collect();
    media.dedup();
    let missing = media.iter().filter(|codec| !written.contains(codec));
    let extra = written.iter().filter(|codec| !media.contains(codec));
    for codec in missing.chain(extra) {
        notes.add(
            &rule::CODECS_UNLIKE,
            format!("CODECS={codecs:?}, {codec} in one alone"),
            format!("{:?}", media.join(",")),
        );
    }
    notes.list
}
