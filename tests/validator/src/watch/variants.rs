//! What a multivariant playlist promises, against the media of its renditions.

use std::collections::{BTreeMap, BTreeSet};

use super::Request;
use super::rendition::Rendition;
use crate::finding::{Finding, Notes};
use crate::fmp4::{self, Init};
use crate::playlist::{Date, Media, Multivariant, Variant};
use crate::{rule, uri};

/// A multivariant playlist, and what of it was checked.
#[derive(Debug, Default)]
pub(super) struct Variants {
    playlist: Option<Multivariant>,
    /// By the line of a variant.
    checked: BTreeSet<usize>,
    peaks: BTreeMap<usize, u64>,
}

impl Variants {
    pub(super) fn loaded(&mut self, playlist: Multivariant, at: Date) -> Vec<Request> {
        let variants = playlist.variants.iter().map(|variant| &variant.uri);
        let renditions = playlist.renditions.iter().filter_map(|rendition| rendition.uri.as_ref());
        let urls: BTreeSet<_> = variants.chain(renditions).map(|name| uri::resolve(&playlist.uri, name)).collect();
        self.playlist = Some(playlist);
        self.checked.clear();
        urls.into_iter().map(|url| Request { url, not_before: at }).collect()
    }

    /// What it says of all its playlists (rfc8216bis 4.4.2.1).
    pub(super) fn independent_segments(&self) -> bool {
        self.playlist.as_ref().is_some_and(|playlist| playlist.independent_segments)
    }

    /// A low-latency playlist reports the others.
    pub(super) fn reports(&self, url: &str, media: &Media) -> Vec<Finding> {
        let mut notes = Notes::new(url);
        let Some(playlist) = self.playlist.as_ref().filter(|_| media.part_target.is_some() && !media.ended) else {
            return notes.list;
        };
        let reported: BTreeSet<_> = media.reports.iter().map(|report| uri::resolve(url, &report.uri)).collect();
        let variants = playlist.variants.iter().map(|variant| &variant.uri);
        let renditions = playlist.renditions.iter().filter_map(|rendition| rendition.uri.as_ref());
        let all: BTreeSet<_> = variants.chain(renditions).map(|name| uri::resolve(&playlist.uri, name)).collect();
        for other in all.iter().filter(|other| *other != url && !reported.contains(*other)) {
            notes.add(&rule::REPORT_MISSING, format!("no report of {other}"), "EXT-X-RENDITION-REPORT");
        }
        notes.list
    }

    /// After media came: what they are is what was promised.
    pub(super) fn media(&mut self, renditions: &BTreeMap<String, Rendition>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let Some(playlist) = &self.playlist else { return findings };
        for variant in &playlist.variants {
            let line = variant.line.0;
            let url = uri::resolve(&playlist.uri, &variant.uri);
            let peak = renditions.get(&url).map_or(0, |rendition| rendition.report().peak_bits);
            let before = self.peaks.insert(line, peak).unwrap_or(0);
            if let Some(bandwidth) = variant.bandwidth.filter(|bandwidth| peak > *bandwidth && peak > before) {
                let mut notes = Notes::new(&playlist.uri);
                let found = format!("a segment of {peak} bit/s");
                notes.at(&rule::BANDWIDTH_LOW, variant.line, found, format!("at most {bandwidth}"));
                findings.extend(notes.list);
            }
            if let Some(inits) = inits(playlist, variant, renditions)
                && self.checked.insert(line)
            {
                findings.extend(described(playlist, variant, &inits));
            }
        }
        findings
    }
}

/// The initialization sections of a variant and of its groups, once all are there.
fn inits<'r>(
    playlist: &Multivariant,
    variant: &Variant,
    renditions: &'r BTreeMap<String, Rendition>,
) -> Option<Vec<&'r Init>> {
    let of_group = |group: &Option<String>, kind: &str| {
        let members =
            playlist.renditions.iter().filter(|member| member.kind == kind && Some(&member.group) == group.as_ref());
        members.filter_map(|member| member.uri.as_ref()).collect::<Vec<_>>()
    };
    let mut names = vec![&variant.uri];
    names.extend(of_group(&variant.audio, "AUDIO"));
    names.extend(of_group(&variant.video, "VIDEO"));
    let mut all = Vec::new();
    for name in names {
        let rendition = renditions.get(&uri::resolve(&playlist.uri, name))?;
        let before = all.len();
        all.extend(rendition.inits());
        if all.len() == before {
            return None;
        }
    }
    Some(all)
}

fn described(playlist: &Multivariant, variant: &Variant, inits: &[&Init]) -> Vec<Finding> {
    let mut findings = match &variant.codecs {
        Some(codecs) => fmp4::codecs_agree(&playlist.uri, codecs, inits),
        None => Vec::new(),
    };
    let sizes = inits.iter().flat_map(|init| &init.tracks).map(|track| track.size).filter(|size| *size != (0, 0));
    for (width, height) in sizes {
        let size = (u64::from(width), u64::from(height));
        if variant.resolution.is_some_and(|resolution| resolution != size) {
            let mut notes = Notes::new(&playlist.uri);
            let found = format!("RESOLUTION {:?}", variant.resolution.unwrap_or_default());
            notes.at(&rule::RESOLUTION_UNLIKE, variant.line, found, format!("{size:?}"));
            findings.extend(notes.list);
        }
    }
    findings
}
