use std::path::Path;

use super::Resolver;
use crate::address::decoded;
use crate::key::Key;
use crate::mistake::Wrong;
use crate::nearest::nearest;
use crate::resolved::{Hls, HlsStorage, HlsVariant};
use crate::section::shown_text;
use crate::written;

impl Resolver<'_, '_, '_> {
    pub(super) fn hls(&mut self, key: &Key<'_>, section: &written::Hls) -> Hls {
        let usual = Hls::default();
        let storage = section.storage.as_ref().and_then(|at| {
            let key = key.of("storage");
            let text = self.expanded(Some(at), &key)?;
            self.check(storage(&text, &at.value.0, self.reader.document.folder()), &key, &at.span)
        });
        let hls = Hls {
            variant: section.variant.as_ref().map_or(usual.variant, |at| at.value.0),
            segment: section.segment.as_ref().map_or(usual.segment, |at| at.value.0),
            part: section.part.as_ref().map_or(usual.part, |at| at.value.0),
            window: section.window.as_ref().map_or(usual.window, |at| at.value.0),
            always: section.always.as_ref().map_or(usual.always, |at| at.value),
            segment_max_size: section.segment_max_size.as_ref().map_or(usual.segment_max_size, |at| at.value.0),
            close_after: section.close_after.as_ref().map_or(usual.close_after, |at| at.value.0),
            storage: storage.unwrap_or(usual.storage),
        };
        if let Some(part) = &section.part
            && hls.variant == HlsVariant::LowLatency
            && 2 * hls.part > hls.segment
        {
            let wrong =
                Wrong::new(format!("a part is at most half a segment, got {:?} of {:?}", hls.part, hls.segment));
            self.reader.add(wrong, &key.of("part"), part.span.clone());
        }
        hls
    }
}

/// `memory` or `file://FOLDER`, variables replaced. `written` is how it stands in the file: that is what a message shows.
fn storage(text: &str, written: &str, folder: &Path) -> Result<HlsStorage, Wrong> {
    const FOLDER: &str = "file://";
    let text = text.trim();
    match text.strip_prefix(FOLDER) {
        _ if text == "memory" => return Ok(HlsStorage::Memory),
        Some("" | "/" | "." | "./") => {
            let wrong = Wrong::new(format!("must be a folder for segments alone, got {}", shown_text(written.trim())));
            return Err(wrong.help("write it as file://segments or file:///srv/hls"));
        }
        Some(path) => return Ok(HlsStorage::Disk(folder.join(&*decoded(path)))),
        None => {}
    }
    let wrong = Wrong::new(format!("must be memory or file://FOLDER, got {}", shown_text(written.trim())));
    Err(match text.split_once("://").or_else(|| text.split_once(':')) {
        Some(("s3" | "gs" | "az" | "azure" | "http" | "https", _)) => {
            wrong.help("segments are kept on this machine; from a folder they can be copied or mounted elsewhere")
        }
        Some(("disk" | "file" | "folder", path)) if !path.is_empty() => wrong.nearest(Some(format!("{FOLDER}{path}"))),
        None if text.contains('/') => wrong.nearest(Some(format!("{FOLDER}{text}"))),
        None if ["disk", "folder", "file"].contains(&text) => wrong.help("write its folder: file://segments"),
        _ => wrong.nearest(nearest(text, ["memory", FOLDER])),
    })
}
