//! What to ask for next.

use super::{Delta, Options, Reload, Request};
use crate::finding::{Finding, Notes};
use crate::playlist::{Date, Media};
use crate::{rule, uri};

/// The next request for a playlist; nothing once it ended.
pub(super) fn reload(
    url: &str,
    full: &Media,
    changed: bool,
    loads: u64,
    options: Options,
    at: Date,
) -> Option<Request> {
    if full.ended {
        return None;
    }
    let control = full.control.clone().unwrap_or_default();
    let mut directives = Vec::new();
    let blocks = options.reload == Reload::Blocking && control.can_block_reload;
    if blocks {
        directives.push(("_HLS_msn", full.next().to_string()));
        if full.part_target.is_some() {
            directives.push(("_HLS_part", full.open.parts.len().to_string()));
        }
    }
    let delta = match options.delta {
        Delta::Never => false,
        Delta::Alternating => loads % 2 == 1,
        Delta::Always => true,
    };
    if delta && control.can_skip_until.is_some() {
        directives.push(("_HLS_skip", "YES".into()));
    }
    // rfc8216bis 6.3.4: a target duration after a change, half of it where there was none.
    let wait = if changed { full.target } else { full.target / 2 };
    let not_before = if blocks { at } else { at.after(wait) };
    Some(Request { url: uri::with_directives(url, &directives), not_before })
}

/// Whether the answer to a blocking reload has what it asked for.
pub(super) fn answered(url: &str, full: &Media) -> Vec<Finding> {
    let mut notes = Notes::new(&full.uri);
    let directive = |name: &str| {
        let (_, query) = url.split_once('?')?;
        query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')?.parse::<u64>().ok())
    };
    let Some(number) = directive("_HLS_msn") else { return notes.list };
    let has = (full.next(), full.open.parts.len() as u64);
    let (early, asked) = match directive("_HLS_part") {
        Some(part) => (has < (number, part.saturating_add(1)), format!("segment {number} part {part}")),
        None => (has.0 <= number, format!("segment {number}")),
    };
    if early && !full.ended {
        let found = format!("an answer up to segment {} with {} parts", has.0, has.1);
        notes.add(&rule::BLOCKED_EARLY, found, asked);
    }
    notes.list
}
