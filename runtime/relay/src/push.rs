//! One push: stills as they come, two on the way at most, the newest when there is room.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use config::PushTo;
use futures::stream::{FuturesUnordered, StreamExt};
use hub::Entry;
use journal::Journal;
use picture::{Format, Want};
use serde_json::json;
use source::backoff::Backoff;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::client::{NotTaken, Uplink};
use crate::status::{Condition, Status};

/// Stills on the way at once: while one is answered the next is sent, and the link is never idle. What waits behind them is none: the newest is taken.
const ON_THE_WAY: usize = 2;

/// What a push needs.
pub(crate) struct Push {
    pub(crate) entry: Arc<Entry>,
    pub(crate) to: PushTo,
    pub(crate) status: Arc<Status>,
    pub(crate) journal: Journal,
    pub(crate) stop: CancellationToken,
}

impl Push {
    /// Until it is stopped, or the stream is gone.
    pub(crate) async fn run(self) {
        // It may read the certificate authorities.
        let to = self.to.clone();
        let made = tokio::task::spawn_blocking(move || Uplink::new(&to)).await;
        let Some(uplink) = made.ok().flatten() else {
            return self.failed(&NotTaken::Refused("its address or its token cannot be sent".into()));
        };
        let mut backoff = Backoff::new();
        loop {
            let stop = self.stop.clone();
            let Some(Some(why)) = stop.run_until_cancelled(self.session(&uplink, &mut backoff)).await else { return };
            self.failed(&why);
            // No two programs that lost the same broker come back at once.
            let random = RandomState::new().hash_one(self.entry.name().as_str()) as u32;
            let wait = match why {
                NotTaken::Lost(_) => backoff.next(random),
                NotTaken::Busy(wait) => wait.clamp(Duration::from_millis(200), Duration::from_secs(60)),
                NotTaken::Refused(_) => backoff.slow(random),
            };
            // Without demand meanwhile: a camera is not watched for nobody.
            if stop.run_until_cancelled(sleep(wait)).await.is_none() {
                return;
            }
        }
    }

    /// Until a still is not taken; none where the stream is gone.
    async fn session(&self, uplink: &Uplink, backoff: &mut Backoff) -> Option<NotTaken> {
        let mut stills = self.entry.pictures().subscribe(self.want());
        let mut on_the_way = FuturesUnordered::new();
        loop {
            tokio::select! {
                Some(taken) = on_the_way.next() => match taken {
                    Ok(bytes) => {
                        backoff.reset();
                        self.taken(bytes);
                    }
                    Err(why) => return Some(why),
                },
                delivery = stills.recv(), if on_the_way.len() < ON_THE_WAY => {
                    let delivery = delivery?;
                    self.status.write(|status| status.skipped += delivery.skipped);
                    // A key frame of some seconds ago is not the present; and a filter may have been added meanwhile.
                    if !delivery.superseded && stills.holds(&delivery) {
                        on_the_way.push(uplink.clone().send(delivery.still));
                    }
                }
            }
        }
    }

    fn want(&self) -> Want {
        let PushTo { format, quality, width, fps, .. } = &self.to;
        let format = match format {
            Some(config::StillsFormat::Jpeg) => Some(Format::Jpeg),
            Some(config::StillsFormat::WebP) => Some(Format::WebP),
            Some(config::StillsFormat::AsPushed) | None => None,
        };
        Want { format, quality: *quality, width: *width, fps: *fps }
    }

    fn taken(&self, bytes: usize) {
        self.entry.count_sent(bytes);
        let is_new = self.status.write(|status| {
            status.sent += 1;
            status.bytes += bytes as u64;
            let is_new = status.condition != Condition::Connected;
            status.condition = Condition::Connected;
            status.error = None;
            is_new
        });
        if is_new {
            let to = self.to.shown();
            tracing::info!(stream = %self.entry.name(), to, "stills are taken there");
            self.journal.write("push-connected", Some(self.entry.name()), None, json!({ "to": to }));
        }
    }

    /// Told once for each time that it goes from well to not.
    fn failed(&self, why: &NotTaken) {
        let reason = match why {
            NotTaken::Busy(wait) => format!("it has too much to do, and wants none for {wait:?}"),
            NotTaken::Lost(reason) | NotTaken::Refused(reason) => reason.clone(),
        };
        let is_new = self.status.write(|status| {
            let is_new = status.error.as_ref() != Some(&reason);
            status.failures += 1;
            status.condition = Condition::BackOff;
            status.error = Some(reason.clone());
            is_new
        });
        if is_new {
            let to = self.to.shown();
            match why {
                NotTaken::Refused(_) => {
                    tracing::error!(stream = %self.entry.name(), to, reason, "stills are refused there: tried again, slowly")
                }
                _ => tracing::warn!(stream = %self.entry.name(), to, reason, "stills are not taken there: tried again"),
            }
            self.journal.write("push-failed", Some(self.entry.name()), None, json!({ "to": to, "reason": reason }));
        }
    }
}
