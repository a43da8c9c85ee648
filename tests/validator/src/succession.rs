//! Consecutive loads of one media playlist (rfc8216bis 6.2.1, 6.2.2, 6.2.5.1): what may change between them.

mod content;
mod merge;
mod names;
mod window;

use crate::finding::{Finding, Notes};
use crate::playlist::Media;
use crate::rule;
pub use content::Contents;
pub use merge::{MergeError, alike, merge};
use names::Names;

/// The loads of one media playlist.
#[derive(Debug, Default)]
pub struct Succession {
    previous: Option<Media>,
    names: Names,
}

/// What a load came to.
#[derive(Debug)]
pub struct Loaded {
    /// The full playlist, after a delta update too; nothing if that could not be merged.
    pub full: Option<Media>,
    /// What is wrong with it after those before.
    pub findings: Vec<Finding>,
}

impl Succession {
    /// The full playlist of the last load.
    pub fn current(&self) -> Option<&Media> {
        self.previous.as_ref()
    }

    /// Takes the next load: a full playlist, or a delta update.
    pub fn loaded(&mut self, media: Media) -> Loaded {
        let mut notes = Notes::new(&media.uri);
        let full = match self.complete(media, &mut notes) {
            Ok(full) => full,
            Err(error) => {
                notes.add(&rule::DELTA_UNUSABLE, error.to_string(), "segments that the client has");
                return Loaded { full: None, findings: notes.list };
            }
        };
        if let Some(previous) = &self.previous {
            window::check(previous, &full, &mut notes);
        }
        self.names.check(&full, &mut notes);
        self.previous = Some(full.clone());
        Loaded { full: Some(full), findings: notes.list }
    }

    fn complete(&self, media: Media, notes: &mut Notes) -> Result<Media, MergeError> {
        if media.skipped.is_none() {
            return Ok(media);
        }
        let boundary = media.control.as_ref().and_then(|control| control.can_skip_until).unwrap_or_default();
        let kept = media.duration();
        if kept < boundary {
            let found = format!("a delta update with the last {kept:?}");
            notes.add(&rule::DELTA_TOO_MUCH, found, format!("at least the skip boundary, {boundary:?}"));
        }
        merge(self.previous.as_ref().ok_or(MergeError::NoPlaylist)?, &media)
    }
}
