use schemars::JsonSchema;

use super::{Bytes, Number, Text, Time, Words};
use crate::resolved::HlsVariant;
use crate::section::{At, Section};

/// How a stream's video is offered to players of HLS.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Hls {
    /// Low latency (`ll`), whole segments of fragmented mp4 (`fmp4`), or MPEG-TS for old televisions and recorders (`ts`).
    #[schemars(extend("default" = "ll"))]
    pub(crate) variant: Option<At<Words<HlsVariant>>>,
    /// How long a segment is to be. It ends at a key frame of the camera's, as near to this as they come.
    #[schemars(extend("default" = "2s"))]
    pub(crate) segment: Option<At<Time<500, 30_000>>>,
    /// How long a part of a segment is at most, for `ll`.
    #[schemars(extend("default" = "200ms"))]
    pub(crate) part: Option<At<Time<50, 2_000>>>,
    /// How many whole segments the playlist has.
    #[schemars(extend("default" = crate::Defaults::HLS_WINDOW))]
    pub(crate) window: Option<At<Number<3, 1_000>>>,
    /// Segments are made also when nobody watches; the camera stays connected.
    #[schemars(extend("default" = false))]
    pub(crate) always: Option<At<bool>>,
    /// The most bytes of one segment: one that grows larger ends where it is, also between key frames.
    #[schemars(extend("default" = "50MiB"))]
    pub(crate) segment_max_size: Option<At<Bytes<{ 64 << 10 }, { 1 << 30 }>>>,
    /// How long the segments are kept when the last viewer has left.
    #[schemars(extend("default" = "60s"))]
    pub(crate) close_after: Option<At<Time<0, 86_400_000>>>,
    /// Where segments are: in `memory`, or in a folder as well (`file://segments` beside this file, `file:///srv/hls` elsewhere) or a bucket
    /// (`s3://bucket/prefix`, with the keys in `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`), from which others may serve them and where they outlive a
    /// restart. Each stream has a folder of its own in it.
    #[schemars(extend("default" = "memory", "examples" = ["memory", "file://segments", "file:///srv/hls", "s3://cameras/hls"], "pattern" = r"^(memory$|file://.|s3://.|.*\$\{)"))]
    pub(crate) storage: Option<At<Text>>,
}

impl Hls {
    pub(super) fn read(mut section: Section<'_, '_, '_>) -> Self {
        let read = Self {
            variant: section.take("variant"),
            segment: section.take("segment"),
            part: section.take("part"),
            window: section.take("window"),
            always: section.take("always"),
            segment_max_size: section.take("segment_max_size"),
            close_after: section.take("close_after"),
            storage: section.take("storage"),
        };
        section.finish(&[
            ("segment_duration", "segment"),
            ("part_duration", "part"),
            ("segment_count", "window"),
            ("segments", "window"),
            ("always_remux", "always"),
            ("muxer_close_after", "close_after"),
            ("max_size", "segment_max_size"),
            ("directory", "storage"),
            ("folder", "storage"),
            ("path", "storage"),
        ]);
        read
    }
}
