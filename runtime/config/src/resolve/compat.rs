use std::path::PathBuf;
use std::time::Duration;

use super::{Resolver, storage};
use crate::key::Key;
use crate::mistake::{Mistake, Severity, Wrong};
use crate::nearest::nearest;
use crate::places::TEMPLATE;
use crate::resolved::{Compat, Config, Server, StreamManager};
use crate::section::{At, shown_text};
use crate::written;

impl Resolver<'_, '_, '_> {
    /// `[compat]`. What the stream manager's environment says of the port goes to the server, where the file says nothing.
    pub(super) fn compat(&mut self, file: &written::File, server: &mut Server) -> Compat {
        let Some(At { value: written, .. }) = &file.compat else { return Compat::default() };
        let is_on = |at: &Option<At<bool>>| at.as_ref().is_some_and(|at| at.value);
        let key = Key::Root.of("compat");
        let cctv = written.cctv.as_ref().and_then(|At { value, span }| {
            let name = value.0.parse().map_err(|bad: media::BadName| Wrong::new(bad.to_string()));
            self.check(name, &key.of("cctv"), span)
        });
        let stream_manager = written.stream_manager.as_ref().filter(|at| at.value).map(|at| {
            let manager = self.stream_manager(&key, at);
            if file.server.listen.is_none()
                && let Some(port) = self.number(&key, at, "PORT", 1..=65_535)
            {
                server.listen.set_port(port as u16);
            }
            manager
        });
        Compat { mediamtx: is_on(&written.mediamtx), stream_manager, cctv }
    }

    /// Whether the one camera is there. One that is not may come by the API: no mistake.
    pub(super) fn camera(&mut self, file: &written::File, config: &Config) {
        let (Some(name), Some(compat)) = (&config.compat.cctv, &file.compat) else { return };
        let Some(At { span, .. }) = &compat.value.cctv else { return };
        let written = || file.streams.iter().map(|stream| stream.name.as_str());
        if written().any(|written| written == name.as_str() || written == TEMPLATE) {
            return;
        }
        let place = self.reader.document.place(Key::Root.of("compat").of("cctv").to_string(), span.clone());
        let advice =
            Mistake::new(place, format!("no stream of this name is written, got {}", shown_text(name.as_str())))
                .nearest(nearest(name.as_str(), written()))
                .help("until the API makes one, the addresses of the server for one camera are not there");
        self.advice.push(Mistake { severity: Severity::Advice, ..advice });
    }

    fn stream_manager(&mut self, key: &Key<'_>, at: &At<bool>) -> StreamManager {
        let usual = StreamManager::default();
        let seconds = |number: u32| Duration::from_secs(number.into());
        StreamManager {
            close_after: self.number(key, at, "CLEANUP_DELAY_SECONDS", 0..=86_400).map_or(usual.close_after, seconds),
            segment: self.number(key, at, "HLS_SEGMENT_TIME", 1..=60).map(seconds),
            // A playlist needs three segments (RFC 8216, section 6.2.2): programs that keep two have players that stall.
            window: self.number(key, at, "HLS_LIST_SIZE", 0..=1_000).map(|window| window.max(3)),
            folder: self.folder(key, at),
        }
    }

    /// `STREAM_DIR`: one that is empty is as good as none.
    fn folder(&mut self, key: &Key<'_>, at: &At<bool>) -> Option<PathBuf> {
        let text = self.known.environment.variable("STREAM_DIR").filter(|text| !text.trim().is_empty())?;
        let folder = storage::folder(text.trim(), self.reader.document.folder());
        let wrong = || Wrong::new("`STREAM_DIR` of the environment must be a folder for segments alone");
        self.check(folder.ok_or_else(wrong), &key.of("stream_manager"), &at.span)
    }

    /// A whole number of the environment. One that is none, or too large, is told.
    fn number(
        &mut self,
        key: &Key<'_>,
        at: &At<bool>,
        variable: &str,
        range: std::ops::RangeInclusive<u32>,
    ) -> Option<u32> {
        let text = self.known.environment.variable(variable)?;
        let number = text.trim().parse().ok().filter(|number| range.contains(number));
        let (least, most) = (range.start(), range.end());
        let wrong =
            || Wrong::new(format!("`{variable}` of the environment must be a whole number from {least} to {most}"));
        self.check(number.ok_or_else(wrong), &key.of("stream_manager"), &at.span)
    }
}
