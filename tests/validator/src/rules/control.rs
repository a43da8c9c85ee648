//! What the server offers (rfc8216bis 4.4.3.8), and hints.

use crate::finding::{Line, Notes};
use crate::playlist::{Control, Media};
use crate::rule;

pub(super) fn check(media: &Media, notes: &mut Notes) {
    let nothing = Control::default();
    let control = media.control.as_ref().unwrap_or(&nothing);
    let target = media.target;
    if let Some(held) = control.hold_back.filter(|held| *held < target * 3) {
        notes.at(&rule::HOLD_BACK, control.line, format!("HOLD-BACK {held:?}"), format!("at least {:?}", target * 3));
    }
    if let Some(until) = control.can_skip_until.filter(|until| *until < target * 6) {
        let found = format!("CAN-SKIP-UNTIL {until:?}");
        notes.at(&rule::SKIP_BOUNDARY, control.line, found, format!("at least {:?}", target * 6));
    }
    if control.can_skip_until.is_none() && (control.can_skip_dateranges || media.skipped.is_some()) {
        notes.at(&rule::SKIP_UNANNOUNCED, control.line, "skipping without CAN-SKIP-UNTIL", "CAN-SKIP-UNTIL");
    }
    low_latency(media, control, notes);
    if media.ended && !media.hints.is_empty() {
        notes.at(&rule::ENDED_HINT, media.hints[0].line, "EXT-X-ENDLIST and EXT-X-PRELOAD-HINT", "one of them");
    }
}

fn low_latency(media: &Media, control: &Control, notes: &mut Notes) {
    let Some(part) = media.part_target else { return };
    match control.part_hold_back {
        None => notes.at(&rule::PART_HOLD_BACK_MISSING, control.line, "PART-INF without PART-HOLD-BACK", "both"),
        Some(held) if held < part * 2 => {
            let found = format!("PART-HOLD-BACK {held:?}");
            notes.at(&rule::PART_HOLD_BACK, control.line, found, format!("at least {:?}", part * 2));
        }
        Some(held) if held < part * 3 => {
            let found = format!("PART-HOLD-BACK {held:?}");
            notes.at(&rule::PART_HOLD_BACK_SMALL, control.line, found, format!("at least {:?}", part * 3));
        }
        Some(_) => {}
    }
    if !control.can_block_reload && !media.ended {
        notes.at(&rule::BLOCKING_MISSING, control.line, "parts without CAN-BLOCK-RELOAD", "CAN-BLOCK-RELOAD=YES");
    }
    if !media.ended && !media.hints.iter().any(|hint| hint.kind == "PART") {
        notes.at(&rule::EDGE_HINT, Line(0), "parts without a hint", "EXT-X-PRELOAD-HINT:TYPE=PART");
    }
}
