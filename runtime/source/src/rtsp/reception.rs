use std::sync::Arc;

use bytes::Bytes;
use futures::StreamExt;
use media::{AccessUnit, AudioCodec, AudioParameters, AudioUnit, Codec, Moment, Parameters, Size, Unit, h264};
use retina::client::Demuxed;
use retina::codec::{AudioFrame, CodecItem, ParametersRef, VideoFrame, VideoParameters, VideoParametersCodec};

use super::failure::{self, Damage};
use super::time::{At, Clocks};
use super::track::Tracks;
use crate::Error;
use crate::assembler::{Assembler, Raw};
use crate::noise::Noise;

/// Packets in a row with a number far from the expected one that end the session: more than a camera that sends late ones over TCP ever did,
/// less than one picture of one that began to count anew.
const MAX_OUT_OF_SEQUENCE: u32 = 64;

/// What comes behind PLAY.
pub(super) struct Reception {
    demuxed: Demuxed,
    tracks: Tracks,
    clocks: Clocks,
    /// Of the sound, if there is any.
    sound: Option<Arc<AudioParameters>>,
    assembler: Assembler,
    noise: Noise,
    out_of_sequence: u32,
    /// Packets lost before the next access unit that is passed on; what was left out counts too.
    lost: u32,
    begun: bool,
}

impl Reception {
    pub(super) fn new(demuxed: Demuxed, tracks: Tracks) -> Self {
        let mut assembler = Assembler::new(tracks.video.codec);
        if let Some(ParametersRef::Video(described)) = demuxed.streams()[tracks.video.index].parameters() {
            describe(&mut assembler, described);
        }
        let sound = tracks.sound.and_then(|track| match demuxed.streams()[track.index].parameters()? {
            ParametersRef::Audio(described) => Some(Arc::new(audio(track.codec, described))),
            _ => None,
        });
        Self {
            demuxed,
            tracks,
            clocks: Clocks::default(),
            sound,
            assembler,
            noise: Noise::new("damaged packets"),
            out_of_sequence: 0,
            lost: 0,
            begun: false,
        }
    }

    /// The sound that was set up.
    pub(super) fn sound(&self) -> Option<Arc<AudioParameters>> {
        self.sound.clone()
    }

    /// Cancel-safe: the only wait is for retina's next item, and an item is used as soon as it is there.
    pub(super) async fn next(&mut self) -> Result<Unit, Error> {
        loop {
            match self.demuxed.next().await {
                None => return Err(Error::Ended),
                Some(Ok(item)) => {
                    if let Some(unit) = self.item(item) {
                        return Ok(unit);
                    }
                }
                Some(Err(error)) => self.damaged(&error)?,
            }
        }
    }

    fn damaged(&mut self, error: &retina::Error) -> Result<(), Error> {
        let damage = failure::damage(error);
        if damage == Damage::Session {
            return Err(Error::Lost(failure::words(error)));
        }
        if damage == Damage::Sequence {
            self.out_of_sequence += 1;
            if self.out_of_sequence >= MAX_OUT_OF_SEQUENCE {
                return Err(Error::Lost("the camera began to number its packets anew".into()));
            }
        }
        // Joined in the middle of a fragment, there are as many errors as fragments: nothing that anybody must know.
        if self.begun {
            self.lost = self.lost.saturating_add(1);
            self.noise.note(Moment::now().steady, || failure::words(error));
        }
        Ok(())
    }

    fn item(&mut self, item: CodecItem) -> Option<Unit> {
        match item {
            CodecItem::VideoFrame(frame) if frame.stream_id() == self.tracks.video.index => {
                self.picture(frame).map(Unit::Access)
            }
            CodecItem::AudioFrame(frame) => self.audio(&frame).map(Unit::Audio),
            CodecItem::Rtcp(packet) => {
                let report = packet
                    .pkts()
                    .find_map(|packet| packet.as_sender_report().ok().flatten().map(|report| report.ntp_timestamp().0));
                let clock = match packet.stream_id() == self.tracks.video.index {
                    true => &mut self.clocks.video,
                    false => &mut self.clocks.sound,
                };
                if let (Some(at), Some(ntp)) = (packet.rtp_timestamp(), report) {
                    clock.report(at.timestamp(), ntp);
                }
                None
            }
            _ => None,
        }
    }

    fn picture(&mut self, frame: VideoFrame) -> Option<AccessUnit> {
        let received = Moment::now();
        let video = self.tracks.video;
        self.out_of_sequence = 0;
        self.lost = self.lost.saturating_add(u32::from(frame.loss()));
        if frame.has_new_parameters()
            && let Some(ParametersRef::Video(described)) = self.demuxed.streams()[video.index].parameters()
        {
            describe(&mut self.assembler, described);
        }
        let at = At::from(frame.timestamp());
        let (key, reference) = (frame.is_random_access_point(), !frame.is_disposable());
        let raw = match video.codec {
            Codec::Jpeg => Raw::Still(frame.into_data()),
            _ => Raw::Lengths(frame.into_data().into()),
        };
        let made = match self.assembler.assemble(raw, key) {
            Ok(made) => made,
            Err(why) => {
                self.noise.note(received.steady, || why.to_string());
                return None;
            }
        };
        self.begun = true;
        Some(AccessUnit {
            codec: video.codec,
            data: made.data,
            pts: self.clocks.video.pts(at),
            key: made.key,
            reference,
            lost: std::mem::take(&mut self.lost),
            received,
            captured: self.clocks.video.captured(at.ticks, at.rate),
            parameters: made.parameters,
        })
    }

    /// What comes before the first picture has nothing that it belongs to.
    fn audio(&mut self, frame: &AudioFrame) -> Option<AudioUnit> {
        self.tracks.sound.filter(|track| track.index == frame.stream_id())?;
        let parameters = self.sound.clone()?;
        Some(AudioUnit {
            // retina's own may be a part of a whole packet.
            data: Bytes::copy_from_slice(frame.data()),
            pts: self.clocks.sound(At::from(frame.timestamp()))?,
            samples: frame.frame_length().get(),
            received: Moment::now(),
            parameters,
        })
    }
}

fn audio(codec: AudioCodec, described: &retina::codec::AudioParameters) -> AudioParameters {
    AudioParameters {
        codec,
        sample_rate: described.clock_rate(),
        channels: described.channels().get(),
        config: Bytes::copy_from_slice(described.extra_data()),
        rfc6381: described.rfc6381_codec().unwrap_or_default().to_owned(),
    }
}

/// Takes what the SDP or the stream itself says of the video.
fn describe(assembler: &mut Assembler, described: &VideoParameters) {
    let told = match described.codec_params() {
        VideoParametersCodec::H264 { sps, pps } => {
            // What cannot be decoded here (4:2:2, say) is carried all the same, with the size that retina read.
            h264::parameters(sps, pps).unwrap_or_else(|_| bare(Codec::H264, described, sps.clone(), pps.clone()))
        }
        VideoParametersCodec::H265 { .. } => bare(Codec::H265, described, Bytes::new(), Bytes::new()),
        // A JPEG tells its size itself.
        _ => return,
    };
    assembler.learn(told);
}

/// Parameters of a track that nothing here decodes.
fn bare(codec: Codec, described: &VideoParameters, sps: Bytes, pps: Bytes) -> Parameters {
    let (width, height) = described.pixel_dimensions();
    Parameters {
        sps,
        pps,
        record: Bytes::copy_from_slice(described.extra_data()),
        rfc6381: described.rfc6381_codec().to_owned(),
        reordered: true,
        ..Parameters::bare(codec, Size::new(width, height))
    }
}
