use std::fmt;

/// How an access unit is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Codec {
    /// ITU-T H.264, Annex B.
    H264,
    /// ITU-T H.265, Annex B.
    H265,
    /// A complete JPEG file.
    Jpeg,
    /// A complete WebP file (only pushed).
    WebP,
    /// A complete PNG file (only pushed).
    Png,
}

impl Codec {
    /// The name that people read: `H.264`, `JPEG` …
    pub fn name(self) -> &'static str {
        match self {
            Self::H264 => "H.264",
            Self::H265 => "H.265",
            Self::Jpeg => "JPEG",
            Self::WebP => "WebP",
            Self::Png => "PNG",
        }
    }

    /// Whether each access unit is a picture of its own, which needs no other to be decoded.
    pub fn is_still(self) -> bool {
        matches!(self, Self::Jpeg | Self::WebP | Self::Png)
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
