//! The parts of a segment, against the segment.

use super::chunk::Chunk;
use super::track::Init;
use crate::finding::{Finding, Notes};
use crate::rule;

/// Whether the parts of a segment hold the samples that it holds, however they are cut into fragments.
pub fn same_media(uri: &str, parts: &[Chunk], segment: &Chunk, init: &Init) -> Vec<Finding> {
    let mut notes = Notes::new(uri);
    for track in &init.tracks {
        let of_parts: Vec<_> = parts.iter().flat_map(|part| part.samples(track.id)).collect();
        let whole: Vec<_> = segment.samples(track.id).collect();
        if of_parts.len() != whole.len() {
            let found = format!("track {}: {} samples in its parts", track.id, of_parts.len());
            notes.add(&rule::PARTS_UNLIKE, found, format!("{} as in the segment", whole.len()));
        } else if let Some((part, sample)) = of_parts.iter().zip(&whole).find(|(part, sample)| part != sample) {
            notes.add(&rule::PARTS_UNLIKE, format!("track {}: {part:?}", track.id), format!("{sample:?}"));
        }
    }
    notes.list
}
