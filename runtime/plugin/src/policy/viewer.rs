use media::StillFormat;

use super::Figure;
use super::figure::two_digits;

/// A viewer of stills, as a format policy sees it: what `viewers.viewer` of `wit/policies.wit` tells.
///
/// Rates and shares are those of the last period and rounded. Viewers that are equal get the same answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Viewer {
    /// How it is served.
    pub output: Output,
    /// What it can show, best first.
    pub accepts: Vec<StillFormat>,
    /// What its URL asks for.
    pub asked: Asked,
    /// What it gets now; none at the start.
    pub current: Option<Rendition>,
    /// What is being made for the stream, in order.
    pub running: Vec<Rendition>,
    /// Pixels of the stream's own pictures; 0 while no source has told.
    pub source_width: u32,
    /// The stream's own pictures a second.
    pub source_rate: Figure,
    /// Stills a second that it took.
    pub delivered: Figure,
    /// Stills a second that were skipped since it was slow.
    pub skipped: Figure,
    /// Bits a second that it took.
    pub throughput: u64,
    /// The share of the time, 0 to 1, in which a write to it waited.
    pub write_wait: Figure,
    /// How busy the encoder threads are, 0 to 1.
    pub encoder_load: Figure,
}

/// How a viewer is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Output {
    /// `/ws/{stream}`.
    WebSocket,
    /// `/mjpeg/{stream}`.
    Mjpeg,
    /// `/still/{stream}.jpg` and `.webp`: asked for once.
    Still,
}

/// What a viewer's URL asks for: the answer is kept within it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Asked {
    /// `?format`, or what the output fixes.
    pub format: Option<StillFormat>,
    /// `?quality`, 1 to 100.
    pub quality: Option<u8>,
    /// `?width` in pixels.
    pub width: Option<u32>,
    /// `?fps`.
    pub rate: Option<Figure>,
}

/// One way in which stills are made, with nothing left open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rendition {
    /// How they are compressed.
    pub format: StillFormat,
    /// 1 to 100.
    pub quality: u8,
    /// Pixels; 0 if it is the source's own and no source has told.
    pub width: u32,
    /// At most so many a second.
    pub rate: Figure,
}

impl Output {
    /// The word of the interface.
    pub fn word(self) -> &'static str {
        match self {
            Self::WebSocket => "websocket",
            Self::Mjpeg => "mjpeg",
            Self::Still => "still",
        }
    }
}

impl Viewer {
    /// One who has just come, of whom nothing is known.
    pub fn new(output: Output, accepts: Vec<StillFormat>) -> Self {
        Self {
            output,
            accepts,
            asked: Asked::default(),
            current: None,
            running: Vec::new(),
            source_width: 0,
            source_rate: Figure::default(),
            delivered: Figure::default(),
            skipped: Figure::default(),
            throughput: 0,
            write_wait: Figure::default(),
            encoder_load: Figure::default(),
        }
    }

    /// Bits a second, rounded as rates are.
    pub fn took(self, bits_per_second: u64) -> Self {
        Self { throughput: two_digits(bits_per_second), ..self }
    }
}
