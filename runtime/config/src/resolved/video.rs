use std::time::Duration;

use super::Defaults;

/// `[streams.*.video]` and `[[streams.*.ladder]]`: how a stream's video is re-encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Video {
    /// `reencode`; a ladder is [`Reencode::Always`].
    pub reencode: Reencode,
    /// `gop`: how often there is a key frame at least.
    pub gop: Duration,
    /// What is made, at least one, with names that differ: the rungs of the ladder in the order written, or the one that `[streams.*.video]` describes.
    pub variants: Vec<VideoVariant>,
}

/// One way in which re-encoded video is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VideoVariant {
    /// As addresses say it: 1 to 32 letters, digits and `-`.
    pub name: String,
    /// `width` or `height`.
    pub size: VideoSize,
    /// `bitrate` in bits a second; by size and rate if none.
    pub bitrate_bps: Option<u32>,
    /// `fps`: at most so many pictures a second; the camera's if none.
    pub fps: Option<u32>,
}

/// How large re-encoded pictures are. Never scaled up; the aspect ratio stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VideoSize {
    /// As large as the camera's.
    #[default]
    Camera,
    /// So many pixels wide.
    Width(u32),
    /// So many pixels high.
    Height(u32),
}

/// `video.reencode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reencode {
    /// Where a filter changes the pictures.
    #[default]
    Auto,
    /// Also where none does.
    Always,
    /// Never: where a filter changes the pictures there is no video.
    Never,
}

impl Video {
    /// What the only variant is called where there is no ladder.
    pub const ALONE: &'static str = "video";
    /// What the camera's own video is called; no rung is.
    pub const CAMERA: &'static str = "camera";
}

impl Default for Video {
    fn default() -> Self {
        let alone = VideoVariant { name: Self::ALONE.into(), size: VideoSize::Camera, bitrate_bps: None, fps: None };
        Self { reencode: Reencode::default(), gop: Defaults::GOP, variants: vec![alone] }
    }
}
