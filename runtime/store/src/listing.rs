//! A media playlist as it is stored: read, and made to name only files that are there. Pure.
//!
//! One numbering holds for what is served and what is stored. Where a segment could not be written, what is before it leaves the stored playlist with it,
//! as if the window had moved: a hole in the middle would give all behind it other media sequence numbers.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::SystemTime;

use crate::utc;

/// The comment in front of a segment's name that says how many bytes its file has. Players skip it (section 4.1).
const BYTES: &str = "#FRAMEGATE-BYTES:";
/// Without tags of low latency no playlist of ours needs more (section 8).
const VERSION: u64 = 6;
/// What a file of its own is not, or a server of files does not do.
const LOW_LATENCY: [&str; 6] = [
    "#EXT-X-PART:",
    "#EXT-X-PART-INF:",
    "#EXT-X-SERVER-CONTROL:",
    "#EXT-X-PRELOAD-HINT:",
    "#EXT-X-RENDITION-REPORT:",
    "#EXT-X-SKIP:",
];

/// A playlist that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Listing<'t> {
    /// Tags of the whole playlist, as they stand, without those that are in fields.
    head: Vec<&'t str>,
    version: Option<u64>,
    pub(crate) media_sequence: u64,
    pub(crate) discontinuity_sequence: u64,
    pub(crate) segments: Vec<Listed<'t>>,
}

/// One segment of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Listed<'t> {
    pub(crate) name: &'t str,
    pub(crate) discontinuity: bool,
    pub(crate) init: Option<&'t str>,
    /// As it stands.
    time: Option<&'t str>,
    /// As it stands, in seconds.
    seconds: &'t str,
    pub(crate) bytes: Option<u64>,
}

/// A playlist that names only what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rendered {
    pub(crate) text: String,
    /// Segments and init segments in it.
    pub(crate) names: BTreeSet<String>,
}

impl<'t> Listing<'t> {
    /// None if it is no media playlist whose every segment has a duration and a number.
    pub(crate) fn read(text: &'t str) -> Option<Self> {
        let mut lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
        lines.next().filter(|line| *line == "#EXTM3U")?;
        let (mut listing, mut next, mut init) = (Self::default(), Listed::default(), None);
        for line in lines {
            if let Some(rest) = line.strip_prefix("#EXT-X-MEDIA-SEQUENCE:") {
                listing.media_sequence = rest.parse().ok()?;
            } else if let Some(rest) = line.strip_prefix("#EXT-X-DISCONTINUITY-SEQUENCE:") {
                listing.discontinuity_sequence = rest.parse().ok()?;
            } else if let Some(rest) = line.strip_prefix("#EXT-X-VERSION:") {
                listing.version = Some(rest.parse().ok()?);
            } else if line == "#EXT-X-DISCONTINUITY" {
                next.discontinuity = true;
            } else if let Some(rest) = line.strip_prefix("#EXT-X-MAP:URI=\"") {
                init = Some(rest.strip_suffix('"')?);
            } else if let Some(rest) = line.strip_prefix("#EXT-X-PROGRAM-DATE-TIME:") {
                next.time = Some(rest);
            } else if let Some(rest) = line.strip_prefix("#EXTINF:") {
                next.seconds = rest.split(',').next()?;
                ticks(next.seconds)?;
            } else if let Some(rest) = line.strip_prefix(BYTES) {
                next.bytes = Some(rest.parse().ok()?);
            } else if line.starts_with('#') {
                let is_told = LOW_LATENCY.iter().any(|tag| line.starts_with(tag)) || !line.starts_with("#EXT");
                if !is_told && listing.segments.is_empty() {
                    listing.head.push(line);
                }
            } else if next.seconds.is_empty() {
                return None;
            } else {
                listing.segments.push(Listed { name: line, init, ..std::mem::take(&mut next) });
            }
        }
        let count = u64::try_from(listing.segments.len()).ok()?;
        listing.media_sequence.checked_add(count)?;
        listing.discontinuity_sequence.checked_add(count)?;
        Some(listing)
    }

    /// TARGETDURATION, in seconds.
    pub(crate) fn target(&self) -> Option<u64> {
        self.head.iter().find_map(|line| line.strip_prefix("#EXT-X-TARGETDURATION:")?.parse().ok())
    }

    /// The files that it names.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        let names = self.segments.iter().flat_map(|segment| [Some(segment.name), segment.init]);
        names.flatten().map(str::to_owned).collect()
    }

    /// Without its first `count` segments, as if the window had moved.
    pub(crate) fn without_first(mut self, count: usize) -> Self {
        let gone = self.segments.drain(..count.min(self.segments.len()));
        let (gone, discontinuities) =
            gone.fold((0, 0), |(all, of), segment| (all + 1, of + u64::from(segment.discontinuity)));
        self.media_sequence = self.media_sequence.saturating_add(gone);
        self.discontinuity_sequence = self.discontinuity_sequence.saturating_add(discontinuities);
        self
    }

    /// What is left from behind the last segment that is not there.
    pub(crate) fn behind_holes(self, is_there: impl Fn(&Listed<'_>) -> bool) -> Self {
        let hole = self.segments.iter().rposition(|segment| !is_there(segment));
        self.without_first(hole.map_or(0, |at| at + 1))
    }

    /// The text that names only files that are there, whose size `held` tells; none if that is no segment.
    pub(crate) fn render(mut self, held: impl Fn(&str) -> Option<u64>) -> Option<Rendered> {
        let is_there =
            |segment: &Listed<'_>| held(segment.name).is_some() && segment.init.is_none_or(|init| held(init).is_some());
        // What waits to be written comes into a later one.
        let written = self.segments.iter().rposition(is_there)?;
        self.segments.truncate(written + 1);
        let listing = self.behind_holes(is_there);
        let mut text = String::with_capacity(4096);
        let mut line = |line: std::fmt::Arguments<'_>| {
            // Writing to a string does not fail.
            let _ = text.write_fmt(line);
            text.push('\n');
        };
        line(format_args!("#EXTM3U"));
        if let Some(version) = listing.version {
            line(format_args!("#EXT-X-VERSION:{}", version.min(VERSION)));
        }
        for tag in &listing.head {
            line(format_args!("{tag}"));
        }
        line(format_args!("#EXT-X-MEDIA-SEQUENCE:{}", listing.media_sequence));
        line(format_args!("#EXT-X-DISCONTINUITY-SEQUENCE:{}", listing.discontinuity_sequence));
        let mut init = None;
        for segment in &listing.segments {
            if segment.discontinuity {
                line(format_args!("#EXT-X-DISCONTINUITY"));
            }
            if let Some(needed) = segment.init.filter(|needed| init != Some(*needed)) {
                line(format_args!("#EXT-X-MAP:URI=\"{needed}\""));
                init = Some(needed);
            }
            if let Some(time) = segment.time {
                line(format_args!("#EXT-X-PROGRAM-DATE-TIME:{time}"));
            }
            line(format_args!("#EXTINF:{},", segment.seconds));
            line(format_args!("{BYTES}{}", held(segment.name).unwrap_or_default()));
            line(format_args!("{}", segment.name));
        }
        Some(Rendered { names: listing.names(), text })
    }
}

impl Listed<'_> {
    /// In ticks of 90 kHz.
    pub(crate) fn duration(&self) -> i64 {
        ticks(self.seconds).unwrap_or_default()
    }

    /// When its first picture was taken.
    pub(crate) fn time(&self) -> Option<SystemTime> {
        self.time.and_then(utc::read)
    }
}

/// Seconds with at most five digits behind the point, which say a tick of 90 kHz exactly.
fn ticks(seconds: &str) -> Option<i64> {
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) || fraction.len() > 5 {
        return None;
    }
    let fraction = format!("{fraction:0<5}").parse::<i64>().ok()?;
    // A segment that is longer than a day is none.
    let whole = whole.parse::<i64>().ok().filter(|whole| *whole <= 86_400)?;
    Some(((whole * 100_000 + fraction) * 9 + 5) / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOW_LATENCY_PLAYLIST: &str = r#"#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:2
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=12.00000,PART-HOLD-BACK=0.60000
#EXT-X-PART-INF:PART-TARGET=0.20000
#EXT-X-MEDIA-SEQUENCE:41
#EXT-X-DISCONTINUITY-SEQUENCE:2
#EXT-X-MAP:URI="a-i0.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z
#EXTINF:2.00000,
a-41.m4s
#EXT-X-DISCONTINUITY
#EXT-X-MAP:URI="a-i1.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:02.000Z
#EXT-X-PART:DURATION=0.20000,URI="a-p7.m4s",INDEPENDENT=YES
#EXTINF:1.96667,
a-42.m4s
#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:03.967Z
#EXTINF:2.00000,
a-43.m4s
#EXT-X-DISCONTINUITY
#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:05.967Z
#EXT-X-PART:DURATION=0.20000,URI="a-p17.m4s"
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="a-p18.m4s"
"#;

    fn rendered(held: &[&str]) -> Option<String> {
        let listing = Listing::read(LOW_LATENCY_PLAYLIST).unwrap();
        listing.render(|name| held.contains(&name).then_some(5)).map(|rendered| rendered.text)
    }

    #[test]
    fn what_is_stored_has_whole_segments_alone() {
        let text = rendered(&["a-i0.mp4", "a-i1.mp4", "a-41.m4s", "a-42.m4s", "a-43.m4s"]).unwrap();
        assert_eq!(
            text,
            r#"#EXTM3U
#EXT-X-VERSION:6
#EXT-X-TARGETDURATION:2
#EXT-X-MEDIA-SEQUENCE:41
#EXT-X-DISCONTINUITY-SEQUENCE:2
#EXT-X-MAP:URI="a-i0.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z
#EXTINF:2.00000,
#FRAMEGATE-BYTES:5
a-41.m4s
#EXT-X-DISCONTINUITY
#EXT-X-MAP:URI="a-i1.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:02.000Z
#EXTINF:1.96667,
#FRAMEGATE-BYTES:5
a-42.m4s
#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:03.967Z
#EXTINF:2.00000,
#FRAMEGATE-BYTES:5
a-43.m4s
"#
        );
        let again = Listing::read(&text).unwrap();
        assert_eq!(again.segments[1].duration(), 177_000);
        assert_eq!(again.render(|_| Some(5)).unwrap().text, text, "what was stored is stored the same again");
    }

    #[test]
    fn what_waits_is_not_named_and_what_is_before_a_hole_neither() {
        let numbers = |held: &[&str]| {
            let text = rendered(held)?;
            let listing = Listing::read(&text)?;
            Some((listing.media_sequence, listing.discontinuity_sequence, listing.segments.len()))
        };
        assert_eq!(numbers(&["a-i0.mp4", "a-i1.mp4", "a-41.m4s", "a-42.m4s"]), Some((41, 2, 2)));
        assert_eq!(numbers(&["a-i0.mp4", "a-i1.mp4", "a-41.m4s", "a-43.m4s"]), Some((43, 3, 1)));
        assert_eq!(numbers(&["a-i0.mp4", "a-41.m4s", "a-42.m4s", "a-43.m4s"]), Some((41, 2, 1)), "an init is missing");
        assert_eq!(numbers(&["a-i0.mp4", "a-i1.mp4"]), None);
    }

    #[test]
    fn each_tick_is_read_as_it_was_written() {
        for written in 0..200_000_i64 {
            let hundred_thousandths = (written * 10 + 4) / 9;
            let text = format!("{}.{:05}", hundred_thousandths / 100_000, hundred_thousandths % 100_000);
            assert_eq!(ticks(&text), Some(written), "{text}");
        }
        for bad in ["-1", "1e5", "1.123456", "999999999999999999999", "86401", "x", "1.-1"] {
            assert_eq!(ticks(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_no_media_playlist_is_none() {
        let head = "#EXTM3U\n";
        for bad in ["", "hello", "a-1.ts\n", "#EXTM3U\na-1.ts\n", "#EXTM3U\n#EXTINF:x,\na-1.ts\n"] {
            assert_eq!(Listing::read(bad), None, "{bad:?}");
        }
        let number = format!("{head}#EXT-X-MEDIA-SEQUENCE:{}\n#EXTINF:1,\na.ts\n", u64::MAX);
        assert_eq!(Listing::read(&number), None, "numbers that run over");
        assert!(Listing::read(head).is_some_and(|listing| listing.segments.is_empty()));
    }

    proptest::proptest! {
        #[test]
        fn nothing_makes_reading_panic(text in "(#EXTM3U\n)?((#EXT-X-MEDIA-SEQUENCE:|#EXTINF:|#EXT-X-MAP:URI=\"|#FRAMEGATE-BYTES:)?[0-9a-z.,\"]{0,22}\n){0,12}") {
            if let Some(listing) = Listing::read(&text) {
                let _ = listing.render(|name| (name.len() % 2 == 0).then_some(1));
            }
        }
    }
}
