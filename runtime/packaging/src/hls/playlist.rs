//! A window as a media playlist (section 4). Pure.

use std::fmt::Write;
use std::time::Duration;

use super::window::{Segment, Window, ticks};

/// How many target durations a segment must be from the end of the playlist to be left out of a delta update: the least that there may be
/// (section 4.4.3.8).
const SKIP_FROM: u64 = 6;
/// How many target durations from the end parts are told (section 6.2.2 lets older ones go).
const PARTS_FOR: u64 = 3;
/// How far from the end a player of parts begins: three of them (section 4.4.3.8 wants two at least, and advises three).
const HOLD_BACK: u32 = 3;

/// Which playlist a client asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Skip {
    /// All of it.
    #[default]
    No,
    /// A delta update (section 6.2.5.1).
    Yes,
}

/// Another rendition of the same stream, for EXT-X-RENDITION-REPORT (section 4.4.5.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Its playlist, relative to this one.
    pub uri: String,
    /// The segment that was last added to.
    pub msn: u64,
    /// Its last part, where there are parts.
    pub part: Option<u32>,
}

/// Renders the playlist. Its URIs are relative to it; `query` is put behind those of files: what lets a player in that sends what it is told alone.
pub fn render(window: &Window, skip: Skip, reports: &[Report], query: &str) -> String {
    let mut text = String::with_capacity(4096);
    let to = &mut text;
    let low_latency = window.part_target();
    let version = match (low_latency, window.has_inits()) {
        (Some(_), _) => 9,
        // EXT-X-MAP without EXT-X-I-FRAMES-ONLY needs 6 (section 8).
        (None, true) => 6,
        (None, false) => 3,
    };
    let mut line = |text: std::fmt::Arguments<'_>| {
        // Writing to a string does not fail.
        let _ = to.write_fmt(text);
        to.push('\n');
    };
    line(format_args!("#EXTM3U"));
    line(format_args!("#EXT-X-VERSION:{version}"));
    line(format_args!("#EXT-X-TARGETDURATION:{}", window.target()));
    if let Some(part) = low_latency {
        line(format_args!(
            "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL={},PART-HOLD-BACK={}",
            seconds(Duration::from_secs(SKIP_FROM * window.target())),
            seconds(part * HOLD_BACK)
        ));
        line(format_args!("#EXT-X-PART-INF:PART-TARGET={}", seconds(part)));
    }
    let first = window.segments().front().or(window.open()).map_or(window.next_msn(), |segment| segment.msn);
    line(format_args!("#EXT-X-MEDIA-SEQUENCE:{first}"));
    line(format_args!("#EXT-X-DISCONTINUITY-SEQUENCE:{}", window.discontinuities()));

    let open = window.open().filter(|open| low_latency.is_some() && !open.parts.is_empty());
    let mut behind: Vec<(&Segment, Duration)> = Vec::with_capacity(window.segments().len() + 1);
    // From the end of each segment to the end of the playlist.
    let mut left = open.map_or(Duration::ZERO, |open| ticks(open.duration));
    for segment in window.segments().iter().rev() {
        behind.push((segment, left));
        left += ticks(segment.duration);
    }
    behind.reverse();
    let skipped = match skip {
        Skip::Yes if low_latency.is_some() => {
            let boundary = Duration::from_secs(SKIP_FROM * window.target());
            behind.iter().take_while(|(_, left)| *left >= boundary).count()
        }
        _ => 0,
    };
    if skipped > 0 {
        line(format_args!("#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}"));
    }
    let mut init = skipped.checked_sub(1).map(|last| behind[last].0.init);
    let complete = behind.iter().skip(skipped).map(|(segment, left)| (*segment, Some(*left)));
    for (segment, left) in complete.chain(open.map(|open| (open, None))) {
        if segment.discontinuity {
            line(format_args!("#EXT-X-DISCONTINUITY"));
        }
        if init.replace(segment.init) != Some(segment.init)
            && let Some(name) = window.init_name(segment.init)
        {
            line(format_args!("#EXT-X-MAP:URI=\"{name}{query}\""));
        }
        line(format_args!("#EXT-X-PROGRAM-DATE-TIME:{}", media::since::date_time(segment.time)));
        let near = left.is_none_or(|left| left < Duration::from_secs(PARTS_FOR * window.target()));
        if low_latency.is_some() && near {
            for part in &segment.parts {
                let independent = if part.independent { ",INDEPENDENT=YES" } else { "" };
                line(format_args!(
                    "#EXT-X-PART:DURATION={},URI=\"{}{query}\"{independent}",
                    seconds(ticks(part.duration)),
                    window.names().part(part.number)
                ));
            }
        }
        if left.is_some() {
            line(format_args!("#EXTINF:{},", seconds(ticks(segment.duration))));
            line(format_args!("{}{query}", segment.name));
        }
    }
    if low_latency.is_some() {
        line(format_args!("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"{}{query}\"", window.names().part(window.next_part())));
        for report in reports {
            let part = report.part.map(|part| format!(",LAST-PART={part}")).unwrap_or_default();
            line(format_args!("#EXT-X-RENDITION-REPORT:URI=\"{}\",LAST-MSN={}{part}", report.uri, report.msn));
        }
    }
    text
}

/// Seconds with five digits behind the point: a tick is 11 microseconds.
fn seconds(duration: Duration) -> String {
    let hundred_thousandths = (duration.as_nanos() + 5_000) / 10_000;
    format!("{}.{:05}", hundred_thousandths / 100_000, hundred_thousandths % 100_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_seconds() {
        assert_eq!(seconds(Duration::from_nanos(33_333_333)), "0.03333");
        assert_eq!(seconds(Duration::from_millis(2_000)), "2.00000");
    }
}
