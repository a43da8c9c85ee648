//! The multivariant playlist beside the stored ones of a stream's variants, for who serves the folder.

use std::time::{Duration, Instant};

use bytes::Bytes;
use config::HlsStorage;
use futures::FutureExt;
use media::StreamName;
use packaging::hls::multivariant::{self, Variant};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

use super::kept::PLAYLIST;

/// What it is called, and by clients that know no variants: a player takes either kind of playlist by either name.
pub(super) const NAMES: [&str; 2] = ["index.m3u8", PLAYLIST];
/// How long a store may take for it.
const WITHIN: Duration = Duration::from_secs(3);

/// Before what failed is tried again, and the log says so again.
const AGAIN: Duration = Duration::from_secs(60);

/// What is stored of a stream above its variants.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// As it was written last.
    written: Vec<Variant>,
    /// One is written at a time: what it is then, if it is.
    writing: Option<JoinHandle<Option<Vec<Variant>>>>,
    /// When it may be tried again.
    again: Option<Instant>,
}

impl Index {
    /// Writes it if it does not say what there is: other variants, or one with a higher peak. Peaks are told a tenth higher than they are, so that it is
    /// not written again with each of them.
    pub(super) fn keep(
        &mut self,
        storage: &HlsStorage,
        stream: &StreamName,
        mut variants: Vec<Variant>,
        version: u8,
        tracker: &TaskTracker,
        now: Instant,
    ) {
        if let Some(writing) = &mut self.writing {
            match writing.now_or_never() {
                None => return,
                Some(Ok(Some(written))) => self.written = written,
                Some(_) => self.again = Some(now + AGAIN),
            }
            self.writing = None;
        }
        if variants.is_empty() || is_told(&self.written, &variants) || self.again.is_some_and(|again| now < again) {
            return;
        }
        for variant in &mut variants {
            variant.peak += variant.peak / 10;
        }
        let (storage, stream) = (storage.clone(), stream.clone());
        self.writing = Some(tracker.spawn(async move {
            let text = multivariant::render(&variants, version);
            let error = match timeout(WITHIN, put(&storage, &stream, text)).await {
                Ok(Ok(())) => return Some(variants),
                Ok(Err(error)) => error.to_string(),
                Err(_) => "the store does not answer".to_owned(),
            };
            tracing::warn!(%stream, error, "the multivariant playlist is not stored; it is tried again in a minute");
            None
        }));
    }
}

async fn put(storage: &HlsStorage, stream: &StreamName, text: String) -> Result<(), store::Error> {
    match store::open(storage, stream, None)? {
        Some(store) => {
            let text = Bytes::from(text);
            for name in NAMES {
                store.put(name, std::slice::from_ref(&text)).await?;
            }
            Ok(())
        }
        None => Ok(()),
    }
}

fn is_told(written: &[Variant], now: &[Variant]) -> bool {
    let is_one = |(written, now): (&Variant, &Variant)| {
        (&written.uri, &written.codecs, written.size) == (&now.uri, &now.codecs, now.size) && now.peak <= written.peak
    };
    written.len() == now.len() && written.iter().zip(now).all(is_one)
}
