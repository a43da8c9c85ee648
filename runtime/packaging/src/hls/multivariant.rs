//! The multivariant playlist (section 4.4.6). Pure.

use std::fmt::Write;

use media::{Size, Timestamp};

use super::window::Window;

/// One variant as it is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// Its media playlist, relative to this one.
    pub uri: String,
    /// RFC 6381.
    pub codecs: String,
    /// Pixels.
    pub size: Size,
    /// Pictures a second.
    pub rate: f64,
    /// BANDWIDTH: bits a second of the largest segment.
    pub peak: u64,
    /// AVERAGE-BANDWIDTH: of all of them.
    pub average: u64,
}

impl Variant {
    /// What a window has; none before it has anything. `tracks`: codecs and size of what is in it.
    pub fn of(window: &Window, uri: String, codecs: String, size: Size) -> Option<Self> {
        let whole = window.segments().iter().map(|segment| (segment.bytes(), segment.duration, segment.pictures));
        // How many pictures an earlier window's have is not known.
        let mut all: Vec<_> = whole.filter(|(_, duration, pictures)| *duration > 0 && *pictures > 0).collect();
        if all.is_empty() {
            // Of what there is of the first: its key frame makes it look larger than it will be, which a player takes better than the opposite.
            all.extend(
                window
                    .open()
                    .map(|open| (open.bytes(), open.duration, open.pictures))
                    .filter(|(_, duration, _)| *duration > 0),
            );
        }
        let sum = |of: fn(&(usize, i64, u32)) -> i64| all.iter().map(of).sum::<i64>();
        let (bytes, duration, pictures) = (sum(|s| s.0 as i64), sum(|s| s.1), sum(|s| s.2.into()));
        if duration == 0 {
            return None;
        }
        let rate = |bytes: i64, duration: i64| (bytes * 8 * Timestamp::CLOCK_RATE / duration.max(1)).unsigned_abs();
        let peak = all.iter().map(|(bytes, duration, _)| rate(*bytes as i64, *duration)).max().unwrap_or_default();
        let pictures = pictures as f64 * Timestamp::CLOCK_RATE as f64 / duration as f64;
        Some(Self { uri, codecs, size, rate: pictures, peak, average: rate(bytes, duration).min(peak) })
    }
}

/// Renders the playlist.
pub fn render(variants: &[Variant], version: u8) -> String {
    let mut text = format!("#EXTM3U\n#EXT-X-VERSION:{version}\n");
    for Variant { uri, codecs, size, rate, peak, average } in variants {
        let Size { width, height } = size;
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "#EXT-X-STREAM-INF:BANDWIDTH={peak},AVERAGE-BANDWIDTH={average},CODECS=\"{codecs}\",RESOLUTION={width}x{height},FRAME-RATE={rate:.3}\n{uri}"
        );
    }
    text
}
