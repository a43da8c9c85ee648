//! One way stills of a stream are offered, and how what a viewer asks for is brought to one of a few.

use std::fmt;

use config::{Stills, StillsFormat};

/// The widths that are made; what is asked for goes to the nearest.
pub(crate) const WIDTHS: [u32; 6] = [320, 480, 640, 960, 1280, 1920];
/// The rates that are made, pictures a second.
pub(crate) const RATES: [u32; 6] = [1, 2, 5, 10, 15, 30];

/// How stills of a rendition are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// As they were pushed: for sources that bring stills. Of other sources, and behind a filter, WebP.
    AsPushed,
    /// WebP.
    WebP,
    /// JPEG.
    Jpeg,
}

impl Format {
    /// The word of configuration, URLs and API.
    pub fn word(self) -> &'static str {
        match self {
            Self::AsPushed => "as-pushed",
            Self::WebP => "webp",
            Self::Jpeg => "jpeg",
        }
    }
}

/// What a viewer asks for; what it leaves open is as configured for the stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Want {
    /// `?format`.
    pub format: Option<Format>,
    /// `?quality`, 1 to 100.
    pub quality: Option<u8>,
    /// `?width` in pixels.
    pub width: Option<u32>,
    /// `?fps`: at most so many a second.
    pub fps: Option<u32>,
}

/// One way stills of a stream are offered; made once, shared by all its viewers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rendition {
    /// How it is compressed.
    pub format: Format,
    /// 10 to 100 in tens if a viewer asked for one: then the camera's own JPEGs are not good enough as they are.
    pub quality: Option<u8>,
    /// Pixels, if less than the camera's is wanted; the height follows.
    pub width: Option<u32>,
    /// At most so many a second; as they come if none.
    pub fps: Option<u32>,
}

impl Rendition {
    /// What a viewer asked for, snapped; the rate is never above the configured one.
    pub fn snapped(want: Want, configured: &Stills) -> Self {
        let format = want.format.unwrap_or(match configured.format {
            StillsFormat::AsPushed => Format::AsPushed,
            StillsFormat::WebP => Format::WebP,
            StillsFormat::Jpeg => Format::Jpeg,
        });
        let width = match (want.width.map(|width| nearest(&WIDTHS, width)), configured.width) {
            (Some(asked), Some(limit)) => Some(asked.min(limit)),
            (asked, limit) => asked.or(limit),
        };
        let quality = want.quality.map(|quality| (quality.clamp(1, 100).saturating_add(5) / 10 * 10).max(10));
        let fps = match (want.fps.map(|fps| nearest(&RATES, fps)), configured.fps) {
            (Some(asked), Some(limit)) => Some(asked.min(limit)),
            (asked, limit) => asked.or(limit),
        };
        Self { format, quality, width, fps }
    }

    /// How far another rendition is from this one, for a viewer who must take one that runs: format counts most, then size, rate, quality.
    pub fn distance(&self, other: &Self) -> u64 {
        let width = |r: &Self| u64::from(r.width.unwrap_or(3840));
        let quality = |r: &Self| u64::from(r.quality.unwrap_or(80));
        let fps = |r: &Self| u64::from(r.fps.unwrap_or(60));
        u64::from(self.format != other.format) * 1_000_000
            + width(self).abs_diff(width(other)) * 100
            + fps(self).abs_diff(fps(other)) * 1_000
            + quality(self).abs_diff(quality(other)) * 100
    }
}

impl fmt::Display for Rendition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.format.word())?;
        if let Some(quality) = self.quality {
            write!(f, " q{quality}")?;
        }
        if let Some(width) = self.width {
            write!(f, " {width}w")?;
        }
        match self.fps {
            Some(fps) => write!(f, " {fps}/s"),
            None => Ok(()),
        }
    }
}

/// The nearest of some steps; of two as near, the lower.
pub(crate) fn nearest(steps: &[u32], value: u32) -> u32 {
    *steps.iter().min_by_key(|step| step.abs_diff(value)).expect("there are steps")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIGURED: Stills = Stills { format: StillsFormat::WebP, quality: 80, fps: Some(30), width: None };

    fn snap(quality: Option<u8>, width: Option<u32>, fps: Option<u32>) -> (Option<u8>, Option<u32>, Option<u32>) {
        let r = Rendition::snapped(Want { format: None, quality, width, fps }, &CONFIGURED);
        (r.quality, r.width, r.fps)
    }

    #[test]
    fn what_is_asked_for_snaps() {
        assert_eq!(snap(None, None, None), (None, None, Some(30)));
        assert_eq!(snap(Some(1), Some(1), Some(0)), (Some(10), Some(320), Some(1)));
        assert_eq!(snap(Some(84), Some(700), Some(12)), (Some(80), Some(640), Some(10)));
        assert_eq!(snap(Some(255), Some(u32::MAX), Some(u32::MAX)), (Some(100), Some(1920), Some(30)));
    }

    #[test]
    fn nobody_gets_more_than_is_configured() {
        let configured = Stills { fps: Some(10), width: Some(640), ..CONFIGURED };
        let r = Rendition::snapped(Want { width: Some(1920), fps: Some(30), ..Want::default() }, &configured);
        assert_eq!((r.width, r.fps), (Some(640), Some(10)));
    }

    #[test]
    fn the_nearest_that_runs_has_the_same_format_if_there_is_one() {
        let want = Rendition { format: Format::Jpeg, quality: None, width: Some(320), fps: Some(30) };
        let jpeg = Rendition { width: None, fps: Some(1), ..want };
        let webp = Rendition { format: Format::WebP, ..want };
        assert!(want.distance(&jpeg) < want.distance(&webp));
        assert_eq!(want.distance(&want), 0);
    }
}
