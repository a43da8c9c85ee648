//! Variants and renditions (rfc8216bis 4.4.6).

use super::references::relative;
use crate::finding::Notes;
use crate::playlist::{Multivariant, Variant};
use crate::rule;

pub(super) fn check(playlist: &Multivariant, notes: &mut Notes) {
    if playlist.variants.is_empty() {
        notes.add(&rule::NO_VARIANT, "no variant", "at least one");
    }
    for variant in &playlist.variants {
        relative(variant.line, &variant.uri, notes);
        complete(variant, notes);
        if let (Some(average), Some(peak)) = (variant.average_bandwidth, variant.bandwidth)
            && average > peak
        {
            let found = format!("AVERAGE-BANDWIDTH {average} above BANDWIDTH {peak}");
            notes.at(&rule::BANDWIDTH_ORDER, variant.line, found, "at most BANDWIDTH");
        }
        for (kind, group) in [("AUDIO", &variant.audio), ("VIDEO", &variant.video), ("SUBTITLES", &variant.subtitles)] {
            let Some(group) = group else { continue };
            if !playlist.renditions.iter().any(|rendition| rendition.kind == kind && rendition.group == *group) {
                notes.at(
                    &rule::GROUP_UNKNOWN,
                    variant.line,
                    format!("{kind}={group:?}"),
                    "an EXT-X-MEDIA of that group",
                );
            }
        }
    }
    groups(playlist, notes);
}

fn complete(variant: &Variant, notes: &mut Notes) {
    let codecs = variant.codecs.as_deref().unwrap_or("");
    let video = ["avc1", "avc3", "hvc1", "hev1", "av01", "vp09"].iter().any(|fourcc| codecs.contains(fourcc));
    let missing = [
        ("BANDWIDTH", variant.bandwidth.is_none_or(|bandwidth| bandwidth == 0)),
        ("CODECS", codecs.is_empty()),
        ("RESOLUTION", video && variant.resolution.is_none()),
        ("FRAME-RATE", video && variant.frame_rate_milli.is_none()),
    ];
    for (name, _) in missing.iter().filter(|(_, missing)| *missing) {
        notes.at(&rule::VARIANT_INCOMPLETE, variant.line, format!("no {name}"), *name);
    }
}

fn groups(playlist: &Multivariant, notes: &mut Notes) {
    for (index, rendition) in playlist.renditions.iter().enumerate() {
        if let Some(uri) = &rendition.uri {
            relative(rendition.line, uri, notes);
        }
        if rendition.default && rendition.autoselect == Some(false) {
            notes.at(&rule::DEFAULT_UNSELECTED, rendition.line, "DEFAULT=YES,AUTOSELECT=NO", "AUTOSELECT=YES");
        }
        let same = |other: &&crate::playlist::Rendition| other.kind == rendition.kind && other.group == rendition.group;
        for other in playlist.renditions[..index].iter().filter(same) {
            if other.name == rendition.name {
                let found = format!("NAME={:?} twice in a group", rendition.name);
                notes.at(&rule::GROUP_AMBIGUOUS, rendition.line, found, "different names");
            }
            if other.default && rendition.default {
                notes.at(&rule::GROUP_AMBIGUOUS, rendition.line, "two defaults in a group", "one");
            }
        }
    }
}
