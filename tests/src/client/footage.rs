//! Video as players get it, made pictures again.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use codec::{Picture, Pool, decode};
use framegate_validator::fmp4::{self, Init};
use media::{AccessUnit, Codec, Moment, Parameters, Timestamp};

/// The track of pictures.
pub const PICTURES: u32 = 1;
/// The track of sound.
pub const SOUND: u32 = 2;

/// A decoder of one H.264 track, as its init segment says.
pub struct Footage {
    /// None where it was told what is decoded without an init segment.
    init: Option<Init>,
    parameters: Arc<Parameters>,
    decoder: decode::Decoder,
}

/// What was in a fragment, a part or a segment.
#[derive(Default)]
pub struct Shots {
    /// Each with its time of presentation.
    pub pictures: Vec<Picture>,
    /// When its key frames are presented.
    pub keys: Vec<i64>,
    /// Time of presentation in samples, and the bytes of the unit.
    pub sound: Vec<(i64, Bytes)>,
}

impl Footage {
    /// By an init segment.
    pub fn of_init(bytes: &[u8]) -> Result<Self> {
        let (init, findings) = fmp4::init("init", bytes);
        ensure!(findings.iter().all(|finding| !finding.is_error()), "{findings:?}");
        let at = bytes.windows(4).position(|name| name == b"avcC").context("no avcC")?;
        let mut footage = Self::of_record(bytes.get(at + 4..).context("an avcC that is cut")?)?;
        footage.init = Some(init.context("no track in an init segment")?);
        Ok(footage)
    }

    /// By an AVCDecoderConfigurationRecord with one SPS and one PPS (ISO/IEC 14496-15, clause 5.3.3.1).
    pub fn of_record(record: &[u8]) -> Result<Self> {
        let set = |from: &mut &[u8]| -> Option<Vec<u8>> {
            // Behind the number of sets.
            let (length, rest) = from.get(1..)?.split_first_chunk::<2>()?;
            let (set, rest) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
            *from = rest;
            Some(set.to_vec())
        };
        let mut rest = record.get(5..).context("a short record")?;
        let (sps, pps) = (set(&mut rest).context("no SPS")?, set(&mut rest).context("no PPS")?);
        let parameters = Arc::new(media::h264::parameters(&sps, &pps)?);
        let decoder = decode::Decoder::open(Codec::H264, Pool::new(4 << 20))?;
        Ok(Self { init: None, parameters, decoder })
    }

    /// Whether there is a track of sound.
    pub fn has_sound(&self) -> bool {
        self.init.as_ref().is_some_and(|init| init.track(SOUND).is_some())
    }

    /// One access unit.
    pub fn unit(&mut self, data: Bytes, ticks: i64, key: bool) -> Result<Vec<Picture>> {
        let alone = AccessUnit::alone(self.parameters.clone(), data, Timestamp::from_ticks(ticks), Moment::now());
        let mut pictures = Vec::new();
        self.decoder.push(&AccessUnit { key, ..alone }, &mut pictures)?;
        Ok(pictures)
    }

    /// A fragment, a part or a segment, behind the one before.
    pub fn fragments(&mut self, bytes: &Bytes) -> Result<Shots> {
        let init = self.init.as_ref().context("there was no init segment")?;
        let (chunk, findings) = fmp4::chunk("fragment", bytes, init);
        ensure!(findings.iter().all(|finding| !finding.is_error()), "{findings:?}");
        let mut shots = Shots::default();
        for (fragment, mut data) in chunk.fragments.iter().zip(data(bytes)?) {
            for run in &fragment.runs {
                for sample in &run.samples {
                    ensure!(data.len() >= sample.size as usize, "a sample beyond its mdat");
                    let (bytes, time) = (data.split_to(sample.size as usize), sample.dts as i64 + sample.offset);
                    match run.track {
                        PICTURES => {
                            shots.keys.extend(sample.sync.then_some(time));
                            shots.pictures.extend(self.unit(bytes, time, sample.sync)?);
                        }
                        _ => shots.sound.push((time, bytes)),
                    }
                }
            }
        }
        Ok(shots)
    }
}

/// What is in the `mdat`s; runs lie in them in their order.
fn data(bytes: &Bytes) -> Result<Vec<Bytes>> {
    let (mut rest, mut found) = (bytes.clone(), Vec::new());
    while let Some((length, _)) = rest.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*length) as usize;
        ensure!((8..=rest.len()).contains(&length), "a box of {length} bytes");
        let atom = rest.split_to(length);
        if &atom[4..8] == b"mdat" {
            found.push(atom.slice(8..));
        }
    }
    Ok(found)
}

impl std::fmt::Debug for Footage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Footage").field("parameters", &self.parameters).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Shots {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shots").field("pictures", &self.pictures.len()).field("sound", &self.sound.len()).finish()
    }
}
