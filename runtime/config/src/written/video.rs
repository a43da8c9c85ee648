//! How a stream's video is re-encoded.

use schemars::JsonSchema;

use super::{BitRate, Number, Text, Time, Words};
use crate::resolved::Reencode;
use crate::section::{At, Section};

/// How a stream's video is re-encoded: what its filters have changed is never offered as the camera sent it.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Video {
    /// `auto`: where a filter changes the pictures. `always`: also where none does. `never`: where a filter changes the pictures no video is offered.
    #[schemars(extend("default" = "auto"))]
    pub(crate) reencode: Option<At<Words<Reencode>>>,
    /// Bits a second. Without it: by size and rate, 4M for 1920x1080 at 30/s.
    #[schemars(extend("examples" = ["4M", "2500k"]))]
    pub(crate) bitrate: Option<At<BitRate<50_000, 100_000_000>>>,
    /// In pixels; never scaled up, and one less where it is odd. Without it: as wide as the camera's.
    pub(crate) width: Option<At<Number<16, 3840>>>,
    /// At most so many pictures a second. Without it: as many as the camera's.
    pub(crate) fps: Option<At<Number<1, 60>>>,
    /// How often there is a key frame at least.
    #[schemars(extend("default" = "2s"))]
    pub(crate) gop: Option<At<Time<250, 30_000>>>,
}

/// One of several sizes in which a stream's video is offered, re-encoded, so that players choose by their connection.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Rung {
    /// What it is called in addresses: letters, digits and `-`. Without it: after its size, such as `720p` or `640w`; `full` where it has the camera's.
    pub(crate) name: Option<At<Text>>,
    /// In pixels; never scaled up. Without it, and without `height`: as wide as the camera's.
    pub(crate) width: Option<At<Number<16, 3840>>>,
    /// In pixels, instead of `width`.
    #[schemars(extend("examples" = [1080, 720, 360]))]
    pub(crate) height: Option<At<Number<16, 2160>>>,
    /// Bits a second. Without it: by size and rate.
    #[schemars(extend("examples" = ["4M", "2500k"]))]
    pub(crate) bitrate: Option<At<BitRate<50_000, 100_000_000>>>,
    /// At most so many pictures a second. Without it: what `video.fps` says.
    pub(crate) fps: Option<At<Number<1, 60>>>,
}

/// Words that people write instead.
const OTHERS: [(&str, &str); 4] =
    [("rate", "bitrate"), ("bit_rate", "bitrate"), ("framerate", "fps"), ("frame_rate", "fps")];

impl Video {
    pub(super) fn read(mut section: Section<'_, '_, '_>) -> Self {
        let read = Self {
            reencode: section.take("reencode"),
            bitrate: section.take("bitrate"),
            width: section.take("width"),
            fps: section.take("fps"),
            gop: section.take("gop"),
        };
        section.finish(&[&OTHERS[..], &[("keyframe_interval", "gop"), ("transcode", "reencode")]].concat());
        read
    }
}

impl Rung {
    /// How an entry looks.
    pub(super) const HINT: &'static str =
        r#"write each as `[[streams.….ladder]]` with `height = 720` and `bitrate = "2M"`"#;

    pub(super) fn read(mut section: Section<'_, '_, '_>) -> Self {
        let read = Self {
            name: section.take("name"),
            width: section.take("width"),
            height: section.take("height"),
            bitrate: section.take("bitrate"),
            fps: section.take("fps"),
        };
        section.finish(&OTHERS);
        read
    }
}
