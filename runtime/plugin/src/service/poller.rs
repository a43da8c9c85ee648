use std::time::Duration;

use serde_json::json;
use tokio::sync::watch;

use super::upkeep::Upkeep;
use crate::rate::Rate;
use crate::words::printable;

/// Calls a poller at its interval while its stream's pictures are wanted; the first time as soon as they are.
pub(super) async fn run(mut upkeep: Upkeep, every: Duration, mut wanted: watch::Receiver<bool>, whose: Whose) {
    let mut log = Rate::new(1);
    let mut fails = false;
    loop {
        // Who made the pictures is gone: nothing will be wanted any more, unless it always is.
        if wanted.wait_for(|wanted| *wanted).await.is_err() {
            return;
        }
        match upkeep.call(async |service| service.tick().await).await {
            Some(Ok(())) => {
                upkeep.stats.succeeded();
                fails = false;
            }
            Some(Err(words)) => {
                let words = printable(&words[..words.floor_char_boundary(1024)]);
                upkeep.stats.refused(&words);
                // The first of several in a row: a poller whose server is away fails for hours.
                if !std::mem::replace(&mut fails, true) {
                    upkeep.tell("plugin-tick-failed", json!({ "message": words }));
                }
                if let Some(suppressed) = log.take(std::time::Instant::now()) {
                    let Whose { stream, plugin } = &whose;
                    tracing::warn!(target: "plugin", stream, plugin, suppressed, "a tick failed: {words}");
                }
            }
            None => {}
        }
        let Some(wait) = upkeep.wait() else { return };
        tokio::time::sleep(wait.max(every)).await;
    }
}

/// For the log.
pub(super) struct Whose {
    pub(super) stream: String,
    pub(super) plugin: String,
}
