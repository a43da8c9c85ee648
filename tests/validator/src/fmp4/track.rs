//! What an initialization section says of its tracks.

/// What a track is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `vide`.
    Video,
    /// `soun`.
    Audio,
}

/// How the samples of a video track are cut into NAL units (ISO/IEC 14496-15).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nal {
    /// H.265, else H.264.
    pub h265: bool,
    /// Bytes of the length before each.
    pub length_size: usize,
    /// Whether samples may carry parameter sets (`avc3`, `hev1`).
    pub in_band: bool,
}

/// A track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Track {
    /// `track_ID`.
    pub id: u32,
    /// Video or audio.
    pub kind: Kind,
    /// Units of its times in a second.
    pub timescale: u32,
    /// As RFC 6381 writes it.
    pub codec: String,
    /// Of a video track.
    pub nal: Option<Nal>,
    /// Width and height, 0 of an audio track.
    pub size: (u16, u16),
    /// Of an audio track.
    pub sample_rate: u32,
    /// Media time at which its presentation begins, by its edit list.
    pub edit: i64,
    /// Duration, size and flags of samples that do not say their own (`trex`).
    pub defaults: (u32, u32, u32),
}

/// An initialization section.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Init {
    /// Its tracks.
    pub tracks: Vec<Track>,
}

impl Init {
    /// The track of an id.
    pub fn track(&self, id: u32) -> Option<&Track> {
        self.tracks.iter().find(|track| track.id == id)
    }

    /// What `CODECS` should say of it.
    pub fn codecs(&self) -> String {
        let codecs: Vec<_> = self.tracks.iter().map(|track| track.codec.as_str()).collect();
        codecs.join(",")
    }
}
