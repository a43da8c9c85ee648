use bytes::Bytes;

use crate::{Codec, Size, h264, h265};

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
    /// What a file's sample entry holds: the AVCDecoderConfigurationRecord or HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, clauses 5.3.3.1 and
    /// 8.3.3.1), parameter sets included; empty where there is none.
    pub record: Bytes,
    /// The `codecs` parameter of RFC 6381, such as `avc1.64001f`; empty where there is none.
    pub rfc6381: String,
    /// Fields instead of pictures may occur (`frame_mbs_only_flag` is 0): openh264 does not decode them.
    pub interlaced: bool,
    /// Whether the order of presentation may differ from the order of decoding.
    pub reordered: bool,
    /// How many pictures precede one in decoding and follow it in presentation at most, if the SPS tells (`max_num_reorder_frames`, H.264 annex E.2.1).
    pub reorder_depth: Option<u8>,
    /// From one picture to the next in ticks of 90 kHz, if the SPS tells (`num_units_in_tick`, H.264 annex E.2.1). Cameras that are told to send fewer
    /// pictures often go on saying what they could.
    pub interval: Option<u32>,
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
        Self {
            codec,
            size,
            color,
            sps: Bytes::new(),
            pps: Bytes::new(),
            record: Bytes::new(),
            rfc6381: String::new(),
            interlaced: false,
            reordered: false,
            reorder_depth: None,
            interval: None,
        }
    }

    /// The parameter sets, without start codes: SPS and PPS of H.264, VPS, SPS and PPS of H.265.
    pub fn parameter_sets(&self) -> impl Iterator<Item = &[u8]> {
        let h265 = if self.codec == Codec::H265 { &self.record[..] } else { &[] };
        let h264 = [&self.sps[..], &self.pps[..]].into_iter().filter(|set| !set.is_empty());
        h264.chain(h265::parameter_sets(h265))
    }

    /// Whether a NAL unit has no place in an access unit, since it is told apart from it: these parameter sets, and what delimits, ends or fills
    /// (ISO/IEC 14496-15, clauses 4.3.2, 5.3.2 and 8.3.2). Further parameter sets of H.264 stay in band.
    pub fn has_apart(&self, nal: &[u8]) -> bool {
        match self.codec {
            Codec::H264 => matches!(h264::nal_type(nal), 9..=13) || nal == self.sps || nal == self.pps,
            Codec::H265 => matches!(h265::nal_type(nal), 32..=38),
            _ => false,
        }
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
