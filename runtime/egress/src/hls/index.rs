//! The multivariant playlist beside the stored ones of a stream's variants, for who serves the folder.

use std::sync::Arc;

use config::HlsStorage;
use media::StreamName;
use packaging::hls::multivariant::{self, Variant};
use store::Store;
use tokio_util::task::TaskTracker;

/// What it is called.
pub(super) const INDEX: &str = "index.m3u8";

/// What is stored of a stream above its variants.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// As it was written last.
    written: Vec<Variant>,
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
    ) {
        if variants.is_empty() || is_told(&self.written, &variants) {
            return;
        }
        for variant in &mut variants {
            variant.peak += variant.peak / 10;
        }
        let text = multivariant::render(&variants, version);
        self.written = variants;
        let (Ok(Some(store)), of) = (store::open(storage, stream, None), stream.clone()) else { return };
        tracker.spawn(async move {
            if let Err(error) = put(store, text).await {
                tracing::warn!(%of, %error, "the multivariant playlist is not stored; those of its variants are");
            }
        });
    }
}

async fn put(store: Arc<dyn Store>, text: String) -> Result<(), store::Error> {
    store.put(INDEX, &[text.into()]).await
}

fn is_told(written: &[Variant], now: &[Variant]) -> bool {
    let is_one = |(written, now): (&Variant, &Variant)| {
        (&written.uri, &written.codecs, written.size) == (&now.uri, &now.codecs, now.size) && now.peak <= written.peak
    };
    written.len() == now.len() && written.iter().zip(now).all(is_one)
}
