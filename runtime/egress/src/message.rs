//! The text messages of `/ws/{stream}`: JSON objects, told apart by `type`.

use std::sync::Arc;
use std::time::Instant;

use media::Annotation;
use picture::{Format, Rendition};
use serde::Serialize;

use crate::meter::Reading;
use crate::standing::{Standing, State, Why};

/// A text message.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Message {
    /// How the stream stands: at the start and at each change.
    Status {
        /// What a viewer sees.
        state: State,
        /// Why, for programs.
        reason: Option<Why>,
        /// Why, for people.
        detail: Option<Arc<str>>,
        /// The plugin that is the reason.
        #[serde(skip_serializing_if = "Option::is_none")]
        plugin: Option<Arc<str>>,
        /// In how many milliseconds the source is tried again.
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_in_ms: Option<u64>,
    },
    /// What the viewer got in the last second: once a second to who asked for it.
    Stats {
        /// Stills a second.
        rate: f64,
        /// Stills that were left out in this second because the viewer was slow.
        skipped: u64,
        /// The same since it came.
        skipped_total: u64,
        /// Viewers of the stream, this one included.
        viewers: u32,
        /// Bytes of stills a second.
        bytes_per_second: u64,
    },
    /// What plugins found in the picture that the next binary message shows: before each such still, and once more with nothing when nothing is found
    /// any more. Not to who asked for `annotations=0`.
    Annotations {
        /// The picture's presentation time in milliseconds.
        pts_ms: i64,
        /// Each with its area in shares of the picture's size.
        annotations: Arc<[Annotation]>,
    },
    /// `format=mp4`: the next binary message is an init segment of this kind, and those behind it are its fragments. At the start and at each change.
    Video {
        /// For `MediaSource.addSourceBuffer`.
        mime: String,
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
        /// Whether there is a track of sound in it.
        sound: bool,
    },
    /// `format=h264`: how what follows is decoded (WebCodecs, `VideoDecoderConfig` and `AudioDecoderConfig`). At the start and at each change.
    Decoders {
        /// RFC 6381.
        codec: String,
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
        /// `description` in base64: the AVCDecoderConfigurationRecord, or HEVCDecoderConfigurationRecord.
        description: String,
        /// None where there is no sound.
        sound: Option<SoundDecoder>,
    },
    /// The viewer was slow: so many access units were left out, and a key frame is next.
    Skipped {
        /// How many.
        units: u64,
    },
    /// The ways that the video is offered, the best first, and which one this viewer gets; only where there are several.
    Variants {
        /// Each of them.
        variants: Vec<VariantTold>,
        /// This one.
        current: String,
    },
    /// What the viewer gets from here on: what it asked for, snapped, or the nearest that is made, or what the stream's format policy chose. At the start
    /// and at each change, before the first still of that kind.
    Rendition {
        /// `webp`, `jpeg`, or `as-pushed`.
        format: &'static str,
        /// 10 to 100; as configured if none.
        quality: Option<u8>,
        /// Pixels; the source's own if none.
        width: Option<u32>,
        /// Stills a second at most.
        fps: Option<u32>,
    },
}

/// One way that the video is offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VariantTold {
    /// For `variant=`.
    pub name: String,
    /// Pixels, once a picture of it was made.
    pub width: Option<u32>,
    /// Pixels, once a picture of it was made.
    pub height: Option<u32>,
    /// What its encoder aims at.
    pub bits_per_second: Option<u32>,
}

/// How sound is decoded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SoundDecoder {
    /// RFC 6381.
    pub codec: String,
    /// Samples a second.
    pub sample_rate: u32,
    /// Channels.
    pub channels: u16,
    /// `description` in base64: the AudioSpecificConfig of AAC, the STREAMINFO of FLAC.
    pub description: String,
}

impl Message {
    /// Tells how a stream stands.
    pub fn status(standing: &Standing, now: Instant) -> Self {
        Self::Status {
            state: standing.state,
            reason: standing.reason,
            detail: standing.detail.clone(),
            plugin: standing.plugin.clone(),
            retry_in_ms: standing.retry_at.map(|at| at.saturating_duration_since(now).as_millis() as u64),
        }
    }

    /// Tells what a viewer got.
    pub fn stats(reading: Reading, viewers: u32) -> Self {
        Self::Stats {
            rate: (reading.rate * 10.0).round() / 10.0,
            skipped: reading.skipped,
            skipped_total: reading.skipped_total,
            viewers,
            bytes_per_second: reading.bytes_per_second,
        }
    }

    /// Tells what a viewer gets.
    pub fn rendition(rendition: Rendition) -> Self {
        let Rendition { format, quality, width, fps } = rendition;
        Self::Rendition { format: Format::word(format), quality, width, fps }
    }

    /// As it is sent.
    pub fn render(&self) -> String {
        serde_json::to_string(self).expect("strings and numbers are JSON")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use stream::ReasonKind;

    use super::*;

    #[test]
    fn a_status_says_what_and_why() {
        let now = Instant::now();
        let mut standing = Standing {
            state: State::Offline,
            reason: Some(Why::Source(ReasonKind::TimedOut)),
            detail: Some("no answer to DESCRIBE within 5s".into()),
            plugin: None,
            retry_at: Some(now + Duration::from_secs(2)),
        };
        let text = Message::status(&standing, now).render();
        let expected = r#"{"type":"status","state":"offline","reason":"timed-out","detail":"no answer to DESCRIBE within 5s","retry_in_ms":2000}"#;
        assert_eq!(text, expected);
        standing = Standing { state: State::Live, reason: None, detail: None, retry_at: None, ..standing };
        assert_eq!(
            Message::status(&standing, now).render(),
            r#"{"type":"status","state":"live","reason":null,"detail":null}"#
        );
        standing =
            Standing { state: State::Gated, reason: Some(Why::Plugin), plugin: Some("motion".into()), ..standing };
        let text = Message::status(&standing, now).render();
        assert_eq!(text, r#"{"type":"status","state":"gated","reason":"plugin","detail":null,"plugin":"motion"}"#);
    }

    #[test]
    fn numbers_are_short() {
        let reading = Reading {
            rate: 14.987_654,
            bytes_per_second: 900_000,
            skipped: 1,
            skip_rate: 1.0,
            skipped_total: 7,
            write_wait: 0.5,
        };
        let expected =
            r#"{"type":"stats","rate":15.0,"skipped":1,"skipped_total":7,"viewers":3,"bytes_per_second":900000}"#;
        assert_eq!(Message::stats(reading, 3).render(), expected);
        let rendition = Rendition { format: Format::Jpeg, quality: None, width: Some(480), fps: Some(5) };
        let expected = r#"{"type":"rendition","format":"jpeg","quality":null,"width":480,"fps":5}"#;
        assert_eq!(Message::rendition(rendition).render(), expected);
    }
}
