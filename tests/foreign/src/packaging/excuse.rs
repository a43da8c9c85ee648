//! What the validator may find where units are nonsense: all else holds for any units.

use framegate_validator::finding::Finding;

/// A rule, what a finding of it says, and why nothing can be made of such units that keeps it.
const EXCUSES: &[(&str, &str, &str)] = &[
    ("CODECS_UNLIKE", "", "tracks change behind the multivariant playlist"),
    ("RESOLUTION_UNLIKE", "", "tracks change behind the multivariant playlist"),
    ("STALE", "", "no time passes here"),
    ("TRACKS_APART", "", "sound and pictures have times of their own"),
    ("PART_LONG", "", "a picture may last longer than a part"),
    ("PART_SHORT", "", "pictures may come faster than when it was decided how long parts are"),
    ("DATE_DRIFT", "", "a camera's clock may be set, which is told"),
    ("TIME_JUMP", "track 2", "sound has gaps, and comes twice"),
    (
        "TIME_JUMP",
        "PID",
        "sound has gaps, and pictures come when they come: their time is told, not how long they last",
    ),
    ("TIME_BACK", "PID", "a picture cannot be decoded after it is shown"),
    ("MEDIA_DURATION", " for ", "how long the last picture lasts is not told, and the reader guesses"),
    ("SAMPLE_ENTRY", " Hz in mp4a", "what is said of sound is not what its configuration says"),
    ("SAMPLE_NAL", "", "NAL units are passed on as they came, whatever is in them"),
    ("SAMPLE_PARAMETERS", "", "further parameter sets stay where they came"),
    ("UNIT_DELIMITER", "no picture", "NAL units are passed on as they came, whatever is in them"),
    ("PCR_RARE", "", "where times go back they say nothing of when"),
    ("PCR_MISSING", "", "a segment without pictures is made by nobody but the script"),
    ("DTS_LATE", "", "sound comes behind pictures that are later"),
    ("DTS_EARLY", "", "sound comes before pictures that are earlier"),
];

/// Why a finding is no fault of what made it; nothing if it is one.
pub(super) fn of(finding: &Finding) -> Option<&'static str> {
    if !finding.is_error() {
        return Some("advice");
    }
    // Files of fMP4 say how long pictures last.
    let is_told = finding.found.contains(" of Video") || finding.found.contains(" of Audio");
    let fits = |rule: &str, says: &str| rule == finding.rule.name && finding.found.contains(says);
    let excuse = EXCUSES.iter().find(|(rule, says, _)| fits(rule, says) && !is_told);
    excuse.map(|(.., why)| *why)
}
