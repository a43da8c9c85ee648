use std::fmt;
use std::time::SystemTime;

use bytes::Bytes;

use crate::{Codec, Moment, Size, Timestamp};

/// How a still is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StillFormat {
    /// JPEG (JFIF).
    Jpeg,
    /// WebP, lossy.
    WebP,
    /// PNG: only as it was pushed, never made here.
    Png,
}

impl StillFormat {
    /// The media type, such as `image/webp`.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::WebP => "image/webp",
            Self::Png => "image/png",
        }
    }

    /// The word of configuration and URLs: `jpeg`, `webp`, `png`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::WebP => "webp",
            Self::Png => "png",
        }
    }
}

impl From<StillFormat> for Codec {
    fn from(format: StillFormat) -> Self {
        match format {
            StillFormat::Jpeg => Self::Jpeg,
            StillFormat::WebP => Self::WebP,
            StillFormat::Png => Self::Png,
        }
    }
}

impl fmt::Display for StillFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// One encoded image for viewers. Cloning is cheap: the bytes are shared.
#[derive(Clone, Debug)]
pub struct Still {
    /// How `data` is compressed.
    pub format: StillFormat,
    /// One complete file.
    pub data: Bytes,
    /// Pixels of the image.
    pub size: Size,
    /// Presentation time of the picture that it shows.
    pub pts: Timestamp,
    /// Counts the pictures of the stream; a gap is pictures that were not shown.
    pub sequence: u64,
    /// When the access unit of the picture arrived.
    pub received: Moment,
    /// When the camera took it, if it tells.
    pub captured: Option<SystemTime>,
}
