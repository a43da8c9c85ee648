//! Every rule that is checked, in one table: what is not here is not checked.

use crate::finding::{Rule, Severity};

macro_rules! rules {
    ($($name:ident, $severity:ident, $section:literal, $demands:literal;)*) => {
        $(
            #[doc = $demands]
            pub const $name: Rule =
                Rule { name: stringify!($name), severity: Severity::$severity, section: $section, demands: $demands };
        )*
        /// All of them.
        pub const ALL: &[&Rule] = &[$(&$name),*];
    };
}

// The sections are those of draft-pantos-hls-rfc8216bis unless another document is named.
rules! {
    // How a playlist is written.
    ENCODING, Error, "rfc8216bis 4.1", "UTF-8 without a byte order mark or control characters";
    CUT_OFF, Advice, "rfc8216bis 4.1", "lines are terminated: one that is not may be cut off";
    NO_HEADER, Error, "rfc8216bis 4.4.1.1", "EXTM3U is the first line";
    MIXED_KINDS, Error, "rfc8216bis 4.1", "a playlist is a media playlist or a multivariant playlist";
    UNKNOWN_TAG, Error, "rfc8216bis 4.4", "tags are those of the specification";
    UNCHECKED_TAG, Advice, "this project", "tags are those that are checked here";
    MALFORMED_TAG, Error, "rfc8216bis 4.2", "a tag's value has its form";
    MALFORMED_URI, Error, "RFC 3986", "a URI line is a URI reference";
    MALFORMED_LIST, Error, "rfc8216bis 4.2", "an attribute list is NAME=value, separated by commas without whitespace";
    MALFORMED_VALUE, Error, "rfc8216bis 4.2", "an attribute's value has the type that the tag demands";
    UNKNOWN_ATTRIBUTE, Error, "rfc8216bis 4.2", "attributes are those of the tag";
    REPEATED_ATTRIBUTE, Error, "rfc8216bis 4.2", "an attribute is there once";
    MISSING_ATTRIBUTE, Error, "rfc8216bis 4.4", "required attributes are there";
    REPEATED_TAG, Error, "rfc8216bis 4.4", "a tag that applies to the whole is there once";
    MISSING_TAG, Error, "rfc8216bis 4.4.3", "required tags are there";
    MISSING_URI, Error, "rfc8216bis 4.4.4.1", "EXTINF and EXT-X-STREAM-INF are followed by their URI";
    STRAY_URI, Error, "rfc8216bis 4.1", "a URI has the tag that it belongs to";
    LATE_TAG, Error, "rfc8216bis 4.4.4.9", "tags come before what they apply to";
    VAGUE_DATE, Advice, "rfc8216bis 4.4.4.6", "dates say a time zone and milliseconds";

    // What a playlist says.
    SEGMENT_LONG, Error, "rfc8216bis 4.4.3.1", "EXTINF, rounded, is at most TARGETDURATION";
    TARGET_ZERO, Error, "rfc8216bis 4.4.3.1", "TARGETDURATION is at least 1";
    PART_LONG, Error, "rfc8216bis 4.4.4.9", "a part lasts at most PART-TARGET";
    PART_SHORT, Error, "rfc8216bis 4.4.4.9", "a part lasts at least 85 % of PART-TARGET, unless independent, a gap, before a gap, or the last";
    PART_SUM, Error, "rfc8216bis 4.4.4.9", "the parts of a segment last as long as it";
    PART_OLD, Advice, "rfc8216bis 6.2.2", "parts are removed three target durations from the end";
    PART_HOLD_BACK_MISSING, Error, "rfc8216bis 4.4.3.8", "a playlist with PART-INF has PART-HOLD-BACK";
    BLOCKING_MISSING, Advice, "rfc8216bis B.1", "a low-latency server offers blocking reload";
    HOLD_BACK, Error, "rfc8216bis 4.4.3.8", "HOLD-BACK is at least three target durations";
    PART_HOLD_BACK, Error, "rfc8216bis 4.4.3.8", "PART-HOLD-BACK is at least twice PART-TARGET";
    PART_HOLD_BACK_SMALL, Advice, "rfc8216bis 4.4.3.8", "PART-HOLD-BACK should be at least three times PART-TARGET";
    SKIP_BOUNDARY, Error, "rfc8216bis 4.4.3.8", "CAN-SKIP-UNTIL is at least six target durations";
    SKIP_UNANNOUNCED, Error, "rfc8216bis 4.4.5.2", "only a server with CAN-SKIP-UNTIL skips";
    VERSION_LOW, Error, "rfc8216bis 8", "EXT-X-VERSION is that of what is used";
    NO_MAP, Error, "rfc8216bis 3.1.2", "fragmented MP4 has an EXT-X-MAP";
    DATE_DRIFT, Error, "this project, rfc8216bis 4.4.4.6", "EXT-X-PROGRAM-DATE-TIME agrees with the durations between";
    ENDED_HINT, Error, "rfc8216bis 4.4.5.3", "an ended playlist hints at nothing";
    EDGE_HINT, Advice, "rfc8216bis B.1", "a live low-latency playlist hints at its next part";
    ABSOLUTE_URI, Error, "this project", "URIs are relative, so that a playlist works behind any prefix";
    REPORT_URI, Error, "rfc8216bis 4.4.5.4", "a rendition report's URI is relative";
    RANGE_WITHOUT_START, Error, "rfc8216bis 4.4.4.2", "a byte range without offset follows one of the same resource";
    NO_VARIANT, Error, "rfc8216bis 4.4.6.2", "a multivariant playlist has a variant";
    VARIANT_INCOMPLETE, Error, "rfc8216bis 4.4.6.2", "a variant says BANDWIDTH and CODECS, and RESOLUTION and FRAME-RATE with video";
    BANDWIDTH_ORDER, Error, "rfc8216bis 4.4.6.2", "AVERAGE-BANDWIDTH is at most BANDWIDTH";
    GROUP_UNKNOWN, Error, "rfc8216bis 4.4.6.2", "a variant's group has an EXT-X-MEDIA";
    GROUP_AMBIGUOUS, Error, "rfc8216bis 4.4.6.1.1", "members of a group have different names, and one default";
    DEFAULT_UNSELECTED, Error, "rfc8216bis 4.4.6.1", "DEFAULT=YES goes with AUTOSELECT=YES";

    // What may change from load to load.
    TARGET_CHANGED, Error, "rfc8216bis 6.2.1", "TARGETDURATION and PART-TARGET stay";
    SEQUENCE_BACK, Error, "rfc8216bis 6.2.2", "MEDIA-SEQUENCE never goes back";
    SEQUENCE_AHEAD, Advice, "rfc8216bis 6.2.2", "loads overlap: without that nothing can be compared";
    SEGMENT_CHANGED, Error, "rfc8216bis 6.2.1", "a segment stays as it is";
    SEGMENT_LOST, Error, "rfc8216bis 6.2.1", "segments and parts are removed from the front alone";
    PART_EARLY, Advice, "rfc8216bis 6.2.2", "parts stay until they are three target durations from the end";
    PART_CHANGED, Error, "rfc8216bis 6.2.1", "a part stays as it is";
    DISCONTINUITY_COUNT, Error, "rfc8216bis 6.2.2", "DISCONTINUITY-SEQUENCE counts the tags that were removed";
    URI_REUSED, Error, "rfc8216bis 6.2.1", "a URI names one segment or part";
    BYTES_CHANGED, Error, "rfc8216bis 6.2.1", "a URI never names other bytes";
    HINT_BROKEN, Error, "rfc8216bis 4.4.5.3", "the hinted part is the next one";
    WINDOW_SHORT, Error, "rfc8216bis 6.2.2", "removal never leaves less than three target durations";
    ENDED_CHANGED, Error, "rfc8216bis 6.2.1", "an ended playlist stays";
    DELTA_UNUSABLE, Error, "rfc8216bis 6.2.5.1", "a delta update skips only what the client has";
    DELTA_TOO_MUCH, Error, "rfc8216bis 6.2.5.1", "a delta update skips only what is older than the skip boundary";
    DELTA_UNLIKE, Error, "rfc8216bis 6.2.5.1", "a delta update makes the full playlist";

    // Fragmented MP4.
    BOX_SIZE, Error, "ISO/IEC 14496-12 4.2", "boxes fill what holds them";
    BOX_MISSING, Error, "rfc8216bis 3.1.2, ISO/IEC 14496-12 8", "mandatory boxes are there";
    BOX_REPEATED, Error, "ISO/IEC 14496-12 8", "a box that is there once is not there again";
    BOX_MALFORMED, Error, "ISO/IEC 14496-12 8", "a box has its fields";
    BRANDS, Error, "rfc8216bis 3.1.2", "ftyp has a brand compatible with iso6 or later";
    INIT_DURATION, Error, "rfc8216bis 3.1.2", "mvhd has duration 0";
    INIT_ORDER, Error, "rfc8216bis 3.1.2", "mvex follows the last trak";
    INIT_SAMPLES, Error, "rfc8216bis 3.1.2", "an initialization section has no samples";
    SAMPLE_ENTRY, Error, "ISO/IEC 14496-15 5.4, 14496-14 5.6", "a track has one sample entry, with its configuration";
    CODECS_UNLIKE, Error, "rfc8216bis 4.4.6.2, RFC 6381", "CODECS names what is in the media";
    TRACK_UNKNOWN, Error, "rfc8216bis 3.1.2", "fragments are of tracks of the initialization section";
    FRAGMENT_SEQUENCE, Error, "ISO/IEC 14496-12 8.8.5", "fragments are numbered in increasing order";
    FRAGMENT_BASE, Error, "rfc8216bis 3.1.2", "addresses are relative to the fragment";
    FRAGMENT_TIME, Error, "this project", "tfdt has 64 bits";
    SAMPLE_DATA, Error, "ISO/IEC 14496-12 8.8.8", "samples fill mdat, without gap or overlap";
    SAMPLE_NAL, Error, "ISO/IEC 14496-15 5.3.4.2", "NAL units fill their sample, which is a picture";
    SAMPLE_PARAMETERS, Error, "ISO/IEC 14496-15 5.3.2", "samples of avc1 and hvc1 have no parameter sets";
    SAMPLE_DELIMITER, Advice, "ISO/IEC 14496-15 5.3.2", "samples need no access unit delimiter";
    SYNC_FLAG, Error, "ISO/IEC 14496-12 8.8.3.1", "sync flags agree with the NAL units";
    PTS_BEFORE_DTS, Advice, "this project", "pictures are presented at their decode time or later";
    TIME_BACK, Error, "ISO/IEC 14496-12 8.8.12", "decode times increase";
    TIME_JUMP, Error, "rfc8216bis 3, 6.2.1", "media continue what was before, unless a discontinuity is said";
    NOT_INDEPENDENT, Error, "rfc8216bis 4.4.4.9, 4.4.2.1", "what is independent begins with a key picture";
    MEDIA_DURATION, Error, "rfc8216bis 4.4.4.1", "media last as long as the playlist says";
    TRACKS_APART, Error, "this project", "the tracks of a segment start and end together";
    PARTS_UNLIKE, Error, "rfc8216bis 3.2", "the parts of a segment hold the media that it holds";

    // MPEG-2 transport streams.
    TS_PACKETS, Error, "ISO/IEC 13818-1 2.4.3.2", "packets of 188 bytes that begin with 0x47";
    TS_TABLES, Error, "rfc8216bis 3.1.1", "a segment begins with a PAT and a PMT";
    TS_SECTION, Error, "ISO/IEC 13818-1 2.4.4", "PAT and PMT have their fields";
    TS_CRC, Error, "ISO/IEC 13818-1 2.4.4, Annex A", "the CRC of a section is right";
    TS_PROGRAM, Error, "rfc8216bis 3.1.1", "a segment has one program";
    TS_STREAM, Error, "rfc8216bis 3.1.1", "streams are those that HLS has, and the PMT names them";
    TS_COUNTER, Error, "ISO/IEC 13818-1 2.4.3.3, rfc8216bis 3", "continuity counters go on, over segments too";
    PCR_MISSING, Error, "ISO/IEC 13818-1 2.7.2", "there is a program clock";
    PCR_RARE, Error, "ISO/IEC 13818-1 2.7.2", "the program clock is there each 100 ms";
    PCR_BACK, Error, "ISO/IEC 13818-1 2.4.3.5", "the program clock goes forward";
    PES_HEADER, Error, "ISO/IEC 13818-1 2.4.3.7", "a PES packet has its header, and its length";
    PES_TIME, Error, "ISO/IEC 13818-1 2.7.4", "a PES packet has a PTS";
    PES_ORDER, Error, "ISO/IEC 13818-1 2.4.3.7", "PTS is at or after DTS";
    DTS_LATE, Error, "ISO/IEC 13818-1 2.4.2.6", "what is decoded has come: DTS is at or after the program clock";
    DTS_EARLY, Error, "ISO/IEC 13818-1 2.4.2.6", "nothing waits longer than a second: DTS is at most that after the program clock";
    UNIT_DELIMITER, Error, "ISO/IEC 13818-1 2.14.1", "a PES packet of video is one access unit, which begins with its delimiter";
    KEY_PARAMETERS, Error, "rfc8216bis 3, ISO/IEC 13818-1 2.14.1", "key pictures bring their parameter sets";
    START_KEY, Advice, "rfc8216bis 3", "a segment should begin with a key picture";
    ADTS_FRAMES, Error, "ISO/IEC 14496-3 1.A.2", "ADTS frames fill their PES packet";
    ADTS_CHANGED, Error, "ISO/IEC 14496-3 1.A.2", "ADTS frames have one profile, sample rate and channel layout";

    // What shows over time.
    STALE, Error, "rfc8216bis 6.2.1", "a live playlist gets a new segment within one and a half target durations";
    BLOCKED_EARLY, Error, "rfc8216bis 6.2.5.2", "a blocking reload is answered when what it asks for is there";
    FETCH_FAILED, Error, "rfc8216bis 6.2.1", "what a playlist names can be fetched";
    REMOVED_EARLY, Error, "rfc8216bis 6.2.2", "what was removed from a playlist stays available, segments for as long as the playlist, parts for three target durations";
    RANGE_UNCHECKED, Advice, "this project", "media are whole resources: byte ranges are not fetched here";
    RESOLUTION_UNLIKE, Error, "rfc8216bis 4.4.6.2", "RESOLUTION is that of the media";
    BANDWIDTH_LOW, Advice, "rfc8216bis 4.4.6.2", "no segment has more than BANDWIDTH";
    REPORT_MISSING, Advice, "rfc8216bis B.1", "a low-latency playlist reports all other renditions";
}
