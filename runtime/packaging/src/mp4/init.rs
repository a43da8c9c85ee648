use bytes::Bytes;
use media::{AudioCodec, AudioParameters, Codec, Parameters};

use super::boxes::Boxes;
use super::{Tracks, VIDEO_TIMESCALE};

/// Track numbers.
pub(super) const VIDEO: u32 = 1;
pub(super) const SOUND: u32 = 2;

/// The unity matrix of `mvhd` and `tkhd` (ISO/IEC 14496-12, section 8.2.2).
const MATRIX: [u32; 9] = [0x0001_0000, 0, 0, 0, 0x0001_0000, 0, 0, 0, 0x4000_0000];
/// "und" in three times five bits (section 8.4.2).
const NO_LANGUAGE: u16 = 0x55c4;

/// A real AudioSpecificConfig has some bytes; one that has more is no AAC that anybody plays.
const LONGEST_CONFIGURATION: usize = 64;

/// The init segment: `ftyp` and a `moov` without samples (ISO/IEC 14496-12, sections 4.3, 8.2 and 8.8).
pub fn init(tracks: &Tracks) -> Bytes {
    let mut boxes = Boxes::new();
    boxes.add(b"ftyp", |boxes| {
        boxes.bytes(b"iso6");
        boxes.u32(1);
        boxes.bytes(b"iso6mp41");
    });
    boxes.add(b"moov", |boxes| {
        boxes.full(b"mvhd", 0, 0, |boxes| {
            boxes.zeros(8);
            boxes.u32(1_000);
            boxes.u32(0);
            // Rate 1, volume 1.
            boxes.u32(0x0001_0000);
            boxes.u16(0x0100);
            boxes.zeros(10);
            MATRIX.iter().for_each(|number| boxes.u32(*number));
            boxes.zeros(24);
            boxes.u32(SOUND + 1);
        });
        video_track(boxes, tracks.video());
        if let Some(sound) = tracks.sound() {
            sound_track(boxes, sound);
        }
        boxes.add(b"mvex", |boxes| {
            let numbers = [Some(VIDEO), tracks.sound().map(|_| SOUND)];
            for number in numbers.into_iter().flatten() {
                boxes.full(b"trex", 0, 0, |boxes| {
                    boxes.u32(number);
                    boxes.u32(1);
                    // Duration, size and flags stand with each sample.
                    boxes.zeros(12);
                });
            }
        });
    });
    boxes.0.into()
}

fn video_track(boxes: &mut Boxes, video: &Parameters) {
    let side = |length: u32| u16::try_from(length).unwrap_or(u16::MAX);
    let (width, height) = (side(video.size.width), side(video.size.height));
    boxes.add(b"trak", |boxes| {
        header(boxes, VIDEO, 0, u32::from(width) << 16, u32::from(height) << 16);
        boxes.add(b"mdia", |boxes| {
            media(boxes, VIDEO_TIMESCALE, b"vide", b"video\0");
            boxes.add(b"minf", |boxes| {
                boxes.full(b"vmhd", 0, 1, |boxes| boxes.zeros(8));
                itself(boxes);
                samples(boxes, |boxes| {
                    let (entry, record) = match video.codec {
                        Codec::H265 => (b"hvc1", b"hvcC"),
                        _ => (b"avc1", b"avcC"),
                    };
                    boxes.add(entry, |boxes| {
                        boxes.zeros(6);
                        boxes.u16(1);
                        boxes.zeros(16);
                        boxes.u16(width);
                        boxes.u16(height);
                        // 72 dpi, one picture a sample, no name of a compressor, 24 bits, no palette.
                        boxes.u32(0x0048_0000);
                        boxes.u32(0x0048_0000);
                        boxes.u32(0);
                        boxes.u16(1);
                        boxes.zeros(32);
                        boxes.u16(0x18);
                        boxes.u16(0xffff);
                        boxes.add(record, |boxes| boxes.bytes(&video.record));
                    });
                });
            });
        });
    });
}

fn sound_track(boxes: &mut Boxes, sound: &AudioParameters) {
    boxes.add(b"trak", |boxes| {
        header(boxes, SOUND, 0x0100, 0, 0);
        boxes.add(b"mdia", |boxes| {
            media(boxes, sound.sample_rate.max(1), b"soun", b"sound\0");
            boxes.add(b"minf", |boxes| {
                boxes.full(b"smhd", 0, 0, |boxes| boxes.zeros(4));
                itself(boxes);
                samples(boxes, |boxes| {
                    let entry = if sound.codec == AudioCodec::Flac { b"fLaC" } else { b"mp4a" };
                    boxes.add(entry, |boxes| {
                        boxes.zeros(6);
                        boxes.u16(1);
                        boxes.zeros(8);
                        boxes.u16(sound.channels);
                        boxes.u16(16);
                        boxes.zeros(4);
                        // 16.16; what does not fit is told by the codec itself.
                        boxes.u32(u16::try_from(sound.sample_rate).map_or(0, |rate| u32::from(rate) << 16));
                        match sound.codec {
                            AudioCodec::Flac => boxes.full(b"dfLa", 0, 0, |boxes| {
                                // STREAMINFO, the last block (RFC 9639, section 8.1).
                                boxes.u32(0x8000_0000 | sound.config.len() as u32 & 0x00ff_ffff);
                                boxes.bytes(&sound.config);
                            }),
                            _ => elementary_stream(boxes, &sound.config),
                        }
                    });
                });
            });
        });
    });
}

/// Whether an AudioSpecificConfig (ISO/IEC 14496-3, section 1.6.2.1) tells a type and a rate, and fits into [`elementary_stream`].
pub(super) fn is_configuration(config: &[u8]) -> bool {
    let Some(&[first, second]) = config.first_chunk() else { return false };
    let has_rate = match (first & 7) << 1 | second >> 7 {
        // Reserved.
        13 | 14 => false,
        // Told in words.
        15 => config.len() >= 5,
        _ => true,
    };
    first >> 3 != 0 && has_rate && config.len() <= LONGEST_CONFIGURATION
}

/// `esds` (ISO/IEC 14496-14, section 5.6): descriptors of ISO/IEC 14496-1, section 7.2.6, each length in one byte.
fn elementary_stream(boxes: &mut Boxes, config: &[u8]) {
    let config = &config[..config.len().min(LONGEST_CONFIGURATION)];
    let length = config.len() as u8;
    boxes.full(b"esds", 0, 0, |boxes| {
        boxes.bytes(&[0x03, 3 + 2 + 13 + 2 + length + 3]);
        boxes.u16(SOUND as u16);
        boxes.u8(0);
        // DecoderConfigDescriptor: MPEG-4 audio, audio stream, buffer and rates not told.
        boxes.bytes(&[0x04, 13 + 2 + length, 0x40, 0x15]);
        boxes.zeros(11);
        boxes.bytes(&[0x05, length]);
        boxes.bytes(config);
        // SLConfigDescriptor: MP4.
        boxes.bytes(&[0x06, 1, 2]);
    });
}

fn header(boxes: &mut Boxes, number: u32, volume: u16, width: u32, height: u32) {
    // Enabled, in the movie.
    boxes.full(b"tkhd", 0, 3, |boxes| {
        boxes.zeros(8);
        boxes.u32(number);
        boxes.zeros(18);
        // One of them is played at a time: each kind is a group of its own.
        boxes.u16(u16::from(volume > 0));
        boxes.u16(volume);
        boxes.u16(0);
        MATRIX.iter().for_each(|number| boxes.u32(*number));
        boxes.u32(width);
        boxes.u32(height);
    });
}

fn media(boxes: &mut Boxes, timescale: u32, handler: &[u8; 4], name: &[u8]) {
    boxes.full(b"mdhd", 0, 0, |boxes| {
        boxes.zeros(8);
        boxes.u32(timescale);
        boxes.u32(0);
        boxes.u16(NO_LANGUAGE);
        boxes.u16(0);
    });
    boxes.full(b"hdlr", 0, 0, |boxes| {
        boxes.u32(0);
        boxes.bytes(handler);
        boxes.zeros(12);
        boxes.bytes(name);
    });
}

/// The media is in the same file (section 8.7.2).
fn itself(boxes: &mut Boxes) {
    boxes.add(b"dinf", |boxes| {
        boxes.full(b"dref", 0, 0, |boxes| {
            boxes.u32(1);
            boxes.full(b"url ", 0, 1, |_| {});
        });
    });
}

/// The sample table: the entry, and no samples.
fn samples(boxes: &mut Boxes, entry: impl FnOnce(&mut Boxes)) {
    boxes.add(b"stbl", |boxes| {
        boxes.full(b"stsd", 0, 0, |boxes| {
            boxes.u32(1);
            entry(boxes);
        });
        boxes.full(b"stts", 0, 0, |boxes| boxes.u32(0));
        boxes.full(b"stsc", 0, 0, |boxes| boxes.u32(0));
        boxes.full(b"stsz", 0, 0, |boxes| boxes.zeros(8));
        boxes.full(b"stco", 0, 0, |boxes| boxes.u32(0));
    });
}
