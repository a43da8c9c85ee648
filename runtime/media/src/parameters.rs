use bytes::Bytes;

use crate::{Codec, Size};

/// What is known of a track's video: enough to set up a decoder or to describe the stream to a player.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// How it is compressed.
    pub codec: Codec,
    /// What is shown, after cropping.
    pub size: Size,
    /// How its samples mean colours.
    pub color: Color,
    /// H.264: the SPS, without start code; empty otherwise.
    pub sps: Bytes,
    /// H.264: the PPS, without start code; empty otherwise.
    pub pps: Bytes,
    /// The `codecs` parameter of RFC 6381, such as `avc1.64001f`; empty where there is none.
    pub rfc6381: String,
    /// Fields instead of pictures may occur (`frame_mbs_only_flag` is 0): openh264 does not decode them.
    pub interlaced: bool,
    /// Whether the order of presentation may differ from the order of decoding.
    pub reordered: bool,
}

impl Parameters {
    /// What the codec and the size say alone: no parameter sets, the colours that a still's format fixes.
    pub fn bare(codec: Codec, size: Size) -> Self {
        let color = match codec {
            // PNG holds RGB; what it is turned into is what JPEG has.
            Codec::Jpeg | Codec::Png => Color::JPEG,
            Codec::WebP => Color::WEBP,
            Codec::H264 | Codec::H265 => Color::default(),
        };
        let (sps, pps) = (Bytes::new(), Bytes::new());
        Self { codec, size, color, sps, pps, rfc6381: String::new(), interlaced: false, reordered: false }
    }
}

/// Whether samples use the whole 0 to 255.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Range {
    /// Luma 16 to 235, chroma 16 to 240: what cameras mostly send, and what WebP holds (RFC 9649, section 3.1).
    #[default]
    Limited,
    /// 0 to 255: what JPEG holds (JFIF 1.02).
    Full,
}

/// Which weights make luma of red, green and blue (ITU-T H.273, table 4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Matrix {
    /// BT.601: what JPEG and WebP hold, and what is assumed where a small picture does not say.
    #[default]
    Bt601,
    /// BT.709: HD cameras.
    Bt709,
    /// BT.2020, non-constant luminance.
    Bt2020,
}

/// How samples mean colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Color {
    /// The range of the samples.
    pub range: Range,
    /// The weights.
    pub matrix: Matrix,
}

impl Color {
    /// What JFIF fixes: full range, BT.601.
    pub const JPEG: Self = Self { range: Range::Full, matrix: Matrix::Bt601 };
    /// What WebP fixes: limited range, BT.601.
    pub const WEBP: Self = Self { range: Range::Limited, matrix: Matrix::Bt601 };
}
