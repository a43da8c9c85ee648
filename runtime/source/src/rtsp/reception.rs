use bytes::Bytes;
use futures::StreamExt;
use media::{AccessUnit, Codec, Moment, Parameters, Size, h264};
use retina::client::Demuxed;
use retina::codec::{CodecItem, ParametersRef, VideoParameters, VideoParametersCodec};

use super::failure::{self, Damage};
use super::time::Clock;
use super::track::Track;
use crate::Error;
use crate::assembler::Assembler;
use crate::noise::Noise;

/// Packets in a row with a number far from the expected one that end the session: more than a camera that sends late ones over TCP ever did,
/// less than one picture of one that began to count anew.
const MAX_OUT_OF_SEQUENCE: u32 = 64;

/// What comes behind PLAY.
pub(super) struct Reception {
    demuxed: Demuxed,
    track: Track,
    clock: Clock,
    assembler: Assembler,
    noise: Noise,
    out_of_sequence: u32,
    /// Packets lost before the next access unit that is passed on; what was left out counts too.
    lost: u32,
    begun: bool,
}

impl Reception {
    pub(super) fn new(demuxed: Demuxed, track: Track) -> Self {
        let mut assembler = Assembler::new(track.codec);
        if let Some(ParametersRef::Video(described)) = demuxed.streams()[track.index].parameters() {
            describe(&mut assembler, described);
        }
        Self {
            demuxed,
            track,
            clock: Clock::default(),
            assembler,
            noise: Noise::new("damaged packets"),
            out_of_sequence: 0,
            lost: 0,
            begun: false,
        }
    }

    /// Cancel-safe: the only wait is for retina's next item, and an item is used as soon as it is there.
    pub(super) async fn next(&mut self) -> Result<AccessUnit, Error> {
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

    fn item(&mut self, item: CodecItem) -> Option<AccessUnit> {
        match item {
            CodecItem::VideoFrame(frame) if frame.stream_id() == self.track.index => {
                let received = Moment::now();
                self.out_of_sequence = 0;
                self.lost = self.lost.saturating_add(u32::from(frame.loss()));
                if frame.has_new_parameters()
                    && let Some(ParametersRef::Video(described)) = self.demuxed.streams()[self.track.index].parameters()
                {
                    describe(&mut self.assembler, described);
                }
                let at = frame.timestamp();
                let (ticks, rate) = (at.timestamp(), at.clock_rate().get());
                let (key, reference) = (frame.is_random_access_point(), !frame.is_disposable());
                let made = match self.assembler.assemble(frame.into_data(), key) {
                    Ok(made) => made,
                    Err(why) => {
                        self.noise.note(received.steady, || why.to_string());
                        return None;
                    }
                };
                self.begun = true;
                Some(AccessUnit {
                    codec: self.track.codec,
                    data: made.data,
                    pts: self.clock.pts(ticks, rate),
                    key: made.key,
                    reference,
                    lost: std::mem::take(&mut self.lost),
                    received,
                    captured: self.clock.captured(ticks, rate),
                    parameters: made.parameters,
                })
            }
            CodecItem::Rtcp(packet) if packet.stream_id() == self.track.index => {
                let report = packet
                    .pkts()
                    .find_map(|packet| packet.as_sender_report().ok().flatten().map(|report| report.ntp_timestamp().0));
                if let (Some(at), Some(ntp)) = (packet.rtp_timestamp(), report) {
                    self.clock.report(at.timestamp(), ntp);
                }
                None
            }
            _ => None,
        }
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
        rfc6381: described.rfc6381_codec().to_owned(),
        reordered: true,
        ..Parameters::bare(codec, Size::new(width, height))
    }
}
