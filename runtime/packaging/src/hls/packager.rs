//! The bytes of segments: fragmented mp4, or a transport stream. Pure.

use bytes::Bytes;
use media::{AccessUnit, AudioCodec, AudioUnit, Timestamp};

use super::body::Body;
use crate::mp4::{Fragment, HEAD, Picture, Sound, Tracks, Unfit, init};
use crate::ts;

/// What segments are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Container {
    /// Fragments of an mp4, whose tracks an init segment describes.
    #[default]
    Mp4,
    /// A transport stream.
    Ts,
}

/// Gathers the samples of a part.
#[derive(Debug)]
pub(super) enum Packager {
    Mp4 {
        part: Fragment,
        /// Counts fragments.
        sequence: u32,
    },
    Ts {
        muxer: Option<Box<ts::Muxer>>,
        out: Vec<u8>,
        pictures: u32,
        independent: bool,
    },
}

/// A part that is complete.
pub(super) struct Packed {
    pub(super) body: Body,
    pub(super) pictures: u32,
    pub(super) independent: bool,
}

/// A picture on the time of the file.
pub(super) struct Timed<'a> {
    pub(super) unit: &'a AccessUnit,
    pub(super) decode: i64,
    pub(super) offset: i32,
    pub(super) duration: i64,
}

impl Packager {
    pub(super) fn new(container: Container) -> Self {
        match container {
            Container::Mp4 => Self::Mp4 { part: Fragment::default(), sequence: 0 },
            Container::Ts => Self::Ts { muxer: None, out: Vec::new(), pictures: 0, independent: false },
        }
    }

    /// Whether it carries sound of this kind.
    pub(super) fn takes(&self, codec: AudioCodec) -> bool {
        match self {
            Self::Mp4 { .. } => true,
            // Nothing makes AAC of G.711 under a licence that we may take: it is left out, and the log says so.
            Self::Ts { .. } => codec == AudioCodec::Aac,
        }
    }

    /// What follows is of these tracks: the init segment, where there is one.
    pub(super) fn describe(&mut self, tracks: &Tracks) -> Result<Option<Bytes>, Unfit> {
        match self {
            Self::Mp4 { .. } => Ok(Some(init(tracks))),
            Self::Ts { muxer, .. } => {
                let of = ts::Tracks::new(tracks.video(), tracks.sound());
                let of = of.map_err(|why| Unfit::Container(why.to_string()))?;
                *muxer = Some(Box::new(ts::Muxer::new(of)));
                Ok(None)
            }
        }
    }

    /// A segment begins.
    pub(super) fn begin(&mut self, discontinuity: bool) {
        if let Self::Ts { muxer: Some(muxer), out, .. } = self {
            if discontinuity {
                muxer.discontinuity(out);
            }
            muxer.begin(out);
        }
    }

    pub(super) fn picture(&mut self, Timed { unit, decode, offset, duration }: Timed<'_>) -> Result<(), Unfit> {
        match self {
            Self::Mp4 { part, .. } => part.pictures.push(Picture {
                decode: decode as u64,
                offset,
                duration: duration.clamp(0, u32::MAX.into()) as u32,
                key: unit.key,
                data: unit.data.clone(),
            }),
            Self::Ts { muxer, out, pictures, independent } => {
                if let Some(muxer) = muxer {
                    let decode = decode - HEAD * Timestamp::CLOCK_RATE;
                    let pts = Timestamp::from_ticks(decode.saturating_add(offset.into()));
                    let placed = AccessUnit { pts, ..unit.clone() };
                    let written = muxer.picture(&placed, Timestamp::from_ticks(decode), out);
                    written.map_err(|why| Unfit::Container(why.to_string()))?;
                }
                *independent |= *pictures == 0 && unit.key;
                *pictures += 1;
            }
        }
        Ok(())
    }

    /// Sound that begins at so many samples of the file.
    pub(super) fn sound(&mut self, unit: AudioUnit, begin: u64) {
        match self {
            Self::Mp4 { part, .. } => {
                // A gap is told by what is before it.
                if let Some(last) = part.sound.last_mut() {
                    last.duration = begin.saturating_sub(last.begin).min(u32::MAX.into()) as u32;
                }
                part.sound.push(Sound { begin, duration: unit.samples, data: unit.data });
            }
            // What cannot be told by ADTS is told once, when the tracks are described.
            Self::Ts { muxer, out, .. } => _ = muxer.as_mut().map(|muxer| muxer.sound(&unit, out)),
        }
    }

    /// Pictures in the part so far.
    pub(super) fn pictures(&self) -> u32 {
        match self {
            Self::Mp4 { part, .. } => part.pictures.len() as u32,
            Self::Ts { pictures, .. } => *pictures,
        }
    }

    /// The part is complete; none if there is no picture in it.
    pub(super) fn pack(&mut self) -> Option<Packed> {
        let pictures = self.pictures();
        if pictures == 0 {
            return None;
        }
        Some(match self {
            Self::Mp4 { part, sequence } => {
                *sequence = sequence.wrapping_add(1);
                let part = std::mem::take(part);
                let independent = part.pictures.first().is_some_and(|picture| picture.key);
                Packed { body: part.render(*sequence).into(), pictures, independent }
            }
            Self::Ts { muxer, out, pictures: counted, independent } => {
                if let Some(muxer) = muxer {
                    muxer.end(out);
                }
                // It grew by doubling: what is kept for a minute is as long as it is.
                let whole = std::mem::take(out).into_boxed_slice();
                *counted = 0;
                Packed { body: Bytes::from(whole).into(), pictures, independent: std::mem::take(independent) }
            }
        })
    }
}
