//! Bytes behind URIs: they never change (rfc8216bis 6.2.1), or caches serve old media.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::finding::{Finding, Notes};
use crate::rule;

/// How many URIs are remembered; after that, all are forgotten at once: it is a check by sample then.
const CAPACITY: usize = 1 << 16;

/// What was behind which URI.
#[derive(Debug, Default)]
pub struct Contents {
    seen: HashMap<String, (usize, u64)>,
}

impl Contents {
    /// Takes the bytes that were behind a URI just now.
    pub fn loaded(&mut self, uri: &str, bytes: &[u8]) -> Vec<Finding> {
        let mut notes = Notes::new(uri);
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        let now = (bytes.len(), hasher.finish());
        if self.seen.len() >= CAPACITY {
            self.seen.clear();
        }
        if let Some(before) = self.seen.insert(uri.into(), now).filter(|before| *before != now) {
            let found = format!("{} bytes, hash {:016x}", now.0, now.1);
            notes.add(&rule::BYTES_CHANGED, found, format!("{} bytes, hash {:016x}, as before", before.0, before.1));
        }
        notes.list
    }
}
