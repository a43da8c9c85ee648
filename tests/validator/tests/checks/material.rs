//! Good material made by hand, for tests to break.

pub(crate) mod mp4;
pub(crate) mod server;
pub(crate) mod ts;

use std::fmt::Write;

/// A low-latency playlist of segments of 2 s in four parts, those of the last three segments written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Live {
    /// Media sequence number of the first segment.
    pub(crate) first: u64,
    /// How many are complete.
    pub(crate) complete: u64,
    /// Parts of the one that is not.
    pub(crate) open: u64,
    /// Segments that a delta update skips.
    pub(crate) skipped: u64,
}

impl Live {
    /// Segments 10 to 16, and a part of 17.
    pub(crate) const START: Live = Live { first: 10, complete: 7, open: 1, skipped: 0 };

    /// As a server writes it.
    pub(crate) fn write(self) -> String {
        let mut text = String::from(
            "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:2\n#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,\
             PART-HOLD-BACK=1.5,HOLD-BACK=6.0,CAN-SKIP-UNTIL=12.0\n#EXT-X-PART-INF:PART-TARGET=0.5\n",
        );
        let end = self.first + self.complete;
        let _ = writeln!(text, "#EXT-X-MEDIA-SEQUENCE:{}\n#EXT-X-DISCONTINUITY-SEQUENCE:3", self.first);
        if self.skipped > 0 {
            let _ = writeln!(text, "#EXT-X-SKIP:SKIPPED-SEGMENTS={}", self.skipped);
        } else {
            text.push_str("#EXT-X-MAP:URI=\"init.mp4\"\n");
        }
        for number in self.first + self.skipped..=end {
            let date = number * 2;
            let parts = if number == end {
                self.open
            } else if number + 3 >= end {
                4
            } else {
                0
            };
            if number < end || parts > 0 {
                let _ = writeln!(text, "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:{:02}:{:02}.000Z", date / 60, date % 60);
            }
            for part in 0..parts {
                let independent = if part == 0 { ",INDEPENDENT=YES" } else { "" };
                let _ = writeln!(text, "#EXT-X-PART:DURATION=0.5,URI=\"p{number}.{part}.m4s\"{independent}");
            }
            if number < end {
                let _ = writeln!(text, "#EXTINF:2.000,\ns{number}.m4s");
            }
        }
        let _ = writeln!(text, "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"p{end}.{}.m4s\"", self.open);
        let _ = writeln!(text, "#EXT-X-RENDITION-REPORT:URI=\"audio.m3u8\",LAST-MSN={end},LAST-PART={}", self.open);
        text
    }
}

/// A multivariant playlist with a group.
pub(crate) const MULTIVARIANT: &str = "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-INDEPENDENT-SEGMENTS\n\
    #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"sound\",DEFAULT=YES,AUTOSELECT=YES,URI=\"audio.m3u8\"\n\
    #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"other\",DEFAULT=NO,AUTOSELECT=YES,URI=\"other.m3u8\"\n\
    #EXT-X-STREAM-INF:BANDWIDTH=900000,AVERAGE-BANDWIDTH=800000,CODECS=\"avc1.42c01f,mp4a.40.2\",RESOLUTION=1280x720,\
    FRAME-RATE=30.000,AUDIO=\"a\"\nlive.m3u8\n";
