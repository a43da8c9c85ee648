use super::{Resolver, storage};
use crate::key::Key;
use crate::mistake::Wrong;
use crate::resolved::{Hls, HlsStorage, HlsVariant};
use crate::written;

impl Resolver<'_, '_, '_> {
    pub(super) fn hls(&mut self, key: &Key<'_>, section: &written::Hls) -> Hls {
        let usual = Hls::default();
        let storage = section.storage.as_ref().and_then(|at| {
            let key = key.of("storage");
            let text = self.expanded(Some(at), &key)?;
            if !self.is_trusted() {
                let place = match text.as_str() {
                    "memory" => Ok(HlsStorage::Memory),
                    // The operator's folder, where there is one still.
                    HlsStorage::STREAM_DIR => {
                        Ok(self.author.scratch.clone().map_or(HlsStorage::Memory, HlsStorage::Scratch))
                    }
                    _ => Err(Wrong::new(format!(
                        "where segments are kept is for the file alone, but for \"memory\" and \"{}\"",
                        HlsStorage::STREAM_DIR
                    ))),
                };
                return self.check(place, &key, &at.span);
            }
            let place = storage::parse(&text, &at.value.0, self.reader.document.folder(), self.known.environment);
            self.check(place, &key, &at.span)
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
