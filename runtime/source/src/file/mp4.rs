use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::ops::ControlFlow;

use bytes::Bytes;
use media::{Parameters, h264, nal};
use re_mp4::{Mp4, StsdBoxContent, TrackKind};

use super::annexb::MAX_UNIT;
use super::reader::{Timed, Why};
use crate::assembler::Raw;

/// The most bytes of index (`moov`, `moof`) that are read: a day of video at 30/s has half of that.
const MAX_INDEX: u64 = 64 << 20;
/// The most access units of a file: a day at 30/s. Each is 32 bytes of memory.
const MAX_SAMPLES: usize = 2_600_000;
/// The least length of a loop, for files whose times are all zero.
const MIN_LOOP_TICKS: i64 = 3_600;

/// Where an access unit is in the file, and when it is decoded and shown. Times are 90 kHz ticks.
#[derive(Clone, Copy, Debug)]
struct Sample {
    offset: u64,
    size: u32,
    decode: i64,
    show: i64,
}

/// The video of an mp4 file: its index. The media stays in the file.
#[derive(Debug)]
pub(super) struct Movie {
    samples: Vec<Sample>,
    /// Ticks of one loop.
    length: i64,
    /// Bytes of the length in front of each NAL unit.
    length_size: usize,
    pub(super) parameters: Parameters,
}

impl Movie {
    /// Reads the index. Edit lists are not applied but for what reordering needs: the video begins with its first access unit.
    pub(super) fn open(file: &mut File, size: u64) -> Result<Self, Why> {
        check_boxes(file, size)?;
        file.seek(SeekFrom::Start(0))?;
        let mp4 = Mp4::read(BufReader::new(&mut *file), size).map_err(|error| Why::Broken(error.to_string()))?;
        let video = mp4.tracks().values().filter(|track| track.kind == Some(TrackKind::Video));
        let mut others = Vec::new();
        for track in video {
            let StsdBoxContent::Avc1(entry) = &track.trak(&mp4).mdia.minf.stbl.stsd.contents else {
                others.push(track.codec_string(&mp4).unwrap_or_else(|| "an unknown codec".into()));
                continue;
            };
            let avcc = &entry.avcc.contents;
            let (Some(sps), Some(pps)) = (avcc.sequence_parameter_sets.first(), avcc.picture_parameter_sets.first())
            else {
                return Err(Why::Broken("its `avcC` box has no SPS or no PPS".into()));
            };
            let parameters =
                h264::parameters(&sps.bytes, &pps.bytes).map_err(|error| Why::Broken(error.to_string()))?;
            let (samples, length) = samples(track, size)?;
            return Ok(Self { samples, length, length_size: usize::from(avcc.length_size_minus_one) + 1, parameters });
        }
        Err(match others.is_empty() {
            true => Why::Broken("it has no video track".into()),
            false => Why::Broken(format!("its video is {}, only H.264 can be played", others.join(", "))),
        })
    }

    /// Gives every access unit to `take`, with times that begin at `base`, until it says that nobody wants them; then where the next pass begins.
    pub(super) fn pass(
        &self,
        file: &mut File,
        base: i64,
        take: &mut impl FnMut(Timed) -> ControlFlow<()>,
    ) -> Result<ControlFlow<(), i64>, Why> {
        let Some(first) = self.samples.first() else {
            return Err(Why::Empty);
        };
        let mut raw = Vec::new();
        for sample in &self.samples {
            raw.resize(sample.size as usize, 0);
            file.seek(SeekFrom::Start(sample.offset))?;
            file.read_exact(&mut raw)?;
            let (data, reference) = self.lengths(&raw);
            if data.is_empty() {
                continue;
            }
            let timed = Timed {
                data: Raw::Lengths(data),
                reference,
                decode: base + sample.decode - first.decode,
                show: base + sample.show - first.show,
            };
            if take(timed).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(base + self.length))
    }

    /// The NAL units behind lengths of four bytes, whatever the file has (ISO/IEC 14496-15, section 5.3.2). What a wrong length leaves is dropped.
    fn lengths(&self, raw: &[u8]) -> (Bytes, bool) {
        let mut data = Vec::with_capacity(raw.len());
        let mut reference = false;
        let mut rest = raw;
        while let Some((length, behind)) = rest.split_at_checked(self.length_size) {
            let length = length.iter().fold(0_usize, |length, byte| length << 8 | usize::from(*byte));
            let Some((nal, behind)) = behind.split_at_checked(length) else {
                break;
            };
            if let Some(first) = nal.first() {
                reference |= matches!(h264::nal_type(nal), 1..=5) && first & 0x60 != 0;
                nal::push(&mut data, nal);
            }
            rest = behind;
        }
        (data.into(), reference)
    }
}

fn samples(track: &re_mp4::Track, file_size: u64) -> Result<(Vec<Sample>, i64), Why> {
    if track.samples.len() > MAX_SAMPLES {
        return Err(Why::Broken(format!("it has {} pictures, at most {MAX_SAMPLES} are taken", track.samples.len())));
    }
    let scale = i128::from(track.timescale.max(1));
    let ticks = |time: i64| (i128::from(time) * i128::from(media::Timestamp::CLOCK_RATE) / scale) as i64;
    let mut samples = Vec::with_capacity(track.samples.len());
    for sample in &track.samples {
        if sample.size > MAX_UNIT as u64 || sample.offset.checked_add(sample.size).is_none_or(|end| end > file_size) {
            return Err(Why::Broken(format!("picture {} lies beyond the end of the file", sample.id)));
        }
        let (decode, show) = (ticks(sample.decode_timestamp), ticks(sample.composition_timestamp));
        samples.push(Sample { offset: sample.offset, size: sample.size as u32, decode, show });
    }
    let length = match (track.samples.first(), track.samples.last()) {
        (Some(first), Some(last)) => {
            // The last duration is often missing: the mean of the others then.
            let spread = last.decode_timestamp - first.decode_timestamp;
            let mean = spread / i64::try_from(track.samples.len().saturating_sub(1)).unwrap_or(i64::MAX).max(1);
            let duration = i64::try_from(last.duration)
                .ok()
                .filter(|duration| (1..=4 * mean.max(1)).contains(duration))
                .unwrap_or(mean);
            ticks(spread.saturating_add(duration))
        }
        _ => return Err(Why::Empty),
    };
    Ok((samples, length.max(MIN_LOOP_TICKS)))
}

/// Looks at the boxes of the top level (ISO/IEC 14496-12, section 4.2) before anything is allocated for them.
fn check_boxes(file: &mut File, size: u64) -> Result<(), Why> {
    let (mut at, mut index, mut has_moov) = (0_u64, 0_u64, false);
    while at + 8 <= size {
        file.seek(SeekFrom::Start(at))?;
        let mut header = [0; 16];
        file.read_exact(&mut header[..8])?;
        let mut length = u64::from(u32::from_be_bytes([header[0], header[1], header[2], header[3]]));
        match length {
            0 => length = size - at,
            1 => {
                file.read_exact(&mut header[8..])?;
                length = header[8..].iter().fold(0, |length, byte| length << 8 | u64::from(*byte));
            }
            _ => {}
        }
        let name = &header[4..8];
        if length < 8 || at.checked_add(length).is_none_or(|end| end > size) {
            return Err(Why::Broken(format!(
                "the `{}` box at byte {at} goes beyond the end: the file is cut",
                name.escape_ascii()
            )));
        }
        if matches!(name, b"moov" | b"moof") {
            index = index.saturating_add(length);
            has_moov |= name == b"moov";
        }
        at += length;
    }
    match (has_moov, index > MAX_INDEX) {
        (false, _) => Err(Why::Broken("it has no index (`moov`): the recording was not finished".into())),
        (_, true) => Err(Why::Broken(format!("its index has {index} bytes, at most {MAX_INDEX} are read"))),
        _ => Ok(()),
    }
}
