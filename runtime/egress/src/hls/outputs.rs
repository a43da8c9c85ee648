//! HLS of all streams: each stream's is made when somebody asks for it, and goes when nobody has for a while.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hub::{Entry, Hub};
use media::StreamName;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::hidden::Hidden;
use super::output::Output;
use super::places::Places;
use super::scratch::Scratch;

/// How often it is looked who has gone.
const SWEEP: Duration = Duration::from_secs(1);
/// HLS of all streams.
#[derive(Debug)]
pub struct Outputs {
    outputs: Mutex<BTreeMap<StreamName, Arc<Output>>>,
    places: Arc<Places>,
    hidden: Arc<Hidden>,
    scratch: Arc<Scratch>,
    tracker: TaskTracker,
}

impl Outputs {
    /// Tasks run on the runtime that this is called in.
    pub fn new(tracker: TaskTracker) -> Arc<Self> {
        let (outputs, places, hidden, scratch) = Default::default();
        Arc::new(Self { outputs, places, hidden, scratch, tracker })
    }

    /// The one of a stream.
    pub fn of(&self, entry: &Arc<Entry>) -> Arc<Output> {
        let mut outputs = self.lock();
        let known = outputs.get(entry.name()).filter(|output| Arc::ptr_eq(output.entry(), entry));
        if let Some(output) = known {
            return output.clone();
        }
        let output = Arc::new(Output::new(entry.clone(), self.places.clone(), self.tracker.clone()));
        outputs.insert(entry.name().clone(), output.clone());
        output
    }

    /// Looks after them until it is stopped: who was silent has gone, what nobody wants ends, what runs always runs.
    pub async fn run(&self, hub: Arc<Hub>, stop: CancellationToken) {
        while stop.run_until_cancelled(tokio::time::sleep(SWEEP)).await.is_some() {
            let entries = hub.entries();
            self.hidden.sweep(&entries, &self.places, &self.tracker, &stop);
            self.scratch.sweep(&entries, &self.places, &self.tracker, &stop);
            for entry in entries.iter().filter(|entry| entry.config().hls.always) {
                self.of(entry).keep_running();
            }
            let now = Instant::now();
            self.lock().retain(|name, output| {
                let is_there = entries.iter().any(|entry| entry.name() == name && Arc::ptr_eq(entry, output.entry()));
                is_there && output.sweep(now)
            });
        }
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<StreamName, Arc<Output>>> {
        self.outputs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
