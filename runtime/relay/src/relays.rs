//! All pushes: those that are configured run, and no others.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use config::PushTo;
use hub::{Entry, Hub};
use media::StreamName;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::push::Push;
use crate::status::{Pushed, Status};

/// Between two looks at what is configured, where something happened.
const LOOK: Duration = Duration::from_millis(100);
/// The same where nothing did: streams of the template come without a word.
const NET: Duration = Duration::from_secs(2);

/// The pushes of all streams. Cloning gives another handle of the same.
#[derive(Clone, Default)]
pub struct Relays(Arc<Mutex<BTreeMap<StreamName, OfStream>>>);

/// The pushes of one stream.
struct OfStream {
    /// Another one of the same name has others.
    entry: Arc<Entry>,
    to: Vec<PushTo>,
    running: Vec<Arc<Status>>,
    stop: CancellationToken,
}

impl Relays {
    /// How the pushes of a stream are, in the order of the file.
    pub fn of(&self, stream: &StreamName) -> Vec<Pushed> {
        self.lock().get(stream).map(|of| of.running.iter().map(|status| status.read()).collect()).unwrap_or_default()
    }

    /// Begins and ends pushes as what is configured changes, until it is stopped.
    pub async fn run(self, hub: Arc<Hub>, tracker: TaskTracker, stop: CancellationToken) {
        // Each change of what is configured is an event, as is much else.
        let mut newest = hub.journal().watch();
        let mut arranged = None;
        loop {
            newest.borrow_and_update();
            let in_force = hub.in_force();
            // What differs not is not looked through: there may be thousands of streams, and events each moment.
            if arranged.as_ref().is_none_or(|known| !Arc::ptr_eq(known, &in_force)) {
                self.arrange(&hub, &tracker, &stop);
                arranged = Some(in_force);
            }
            let something = async {
                let happened = timeout(NET, newest.changed()).await;
                sleep(LOOK).await;
                happened.is_err()
            };
            match stop.run_until_cancelled(something).await {
                None => return,
                Some(nothing) if nothing => arranged = None,
                Some(_) => {}
            }
        }
    }

    fn arrange(&self, hub: &Hub, tracker: &TaskTracker, stop: &CancellationToken) {
        let entries = hub.entries();
        let mut running = self.lock();
        running.retain(|name, of| {
            let there = entries.iter().find(|entry| entry.name() == name);
            let stays = there.is_some_and(|entry| Arc::ptr_eq(entry, &of.entry) && entry.config().push == of.to);
            if !stays {
                of.stop.cancel();
            }
            stays
        });
        for entry in entries {
            let to = entry.config().push.clone();
            if to.is_empty() || running.contains_key(entry.name()) {
                continue;
            }
            let stop = stop.child_token();
            let begun = to.iter().map(|to| {
                let status = Arc::new(Status::new(to.shown()));
                let (journal, stop) = (hub.journal().clone(), stop.clone());
                let push = Push { entry: entry.clone(), to: to.clone(), status: status.clone(), journal, stop };
                tracker.spawn(push.run());
                status
            });
            let of = OfStream { running: begun.collect(), entry: entry.clone(), to, stop };
            running.insert(entry.name().clone(), of);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<StreamName, OfStream>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
