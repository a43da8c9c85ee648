use std::collections::VecDeque;
use std::num::NonZero;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use codec::encode::StillEncoder;

use crate::lane::Lane;

/// The pool of encoder threads that all streams share.
///
/// Lanes with work wait in a ring and are served in turn, one picture each, so that no stream starves another. The ring holds a lane once at most: it is
/// bounded by the number of lanes, and each lane bounds its own waiting pictures.
#[derive(Clone)]
pub struct Encoders {
    pool: Arc<Threads>,
}

struct Threads {
    ready: Arc<Ready>,
    handles: Mutex<Vec<JoinHandle<()>>>,
}

#[derive(Default)]
struct Ready {
    queue: Mutex<Queue>,
    work: Condvar,
}

#[derive(Default)]
struct Queue {
    lanes: VecDeque<Arc<Lane>>,
    closed: bool,
}

impl Encoders {
    /// A pool of one thread per core.
    pub fn new() -> std::io::Result<Self> {
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        let ready = Arc::new(Ready::default());
        let handles = (0..threads)
            .map(|n| {
                let ready = ready.clone();
                std::thread::Builder::new().name(format!("encode-{n}")).spawn(move || ready.run())
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self { pool: Arc::new(Threads { ready, handles: Mutex::new(handles) }) })
    }

    /// Tells the pool that a lane has work. Called once for each time that a lane goes from none to some.
    pub(crate) fn offer(&self, lane: Arc<Lane>) {
        self.pool.ready.lock().lanes.push_back(lane);
        self.pool.ready.work.notify_one();
    }
}

impl Ready {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        let mut encoder = StillEncoder::new();
        while let Some(lane) = self.next() {
            let (job, more) = lane.take();
            if more {
                self.lock().lanes.push_back(lane.clone());
                self.work.notify_one();
            }
            if let Some(job) = job {
                lane.make(job, &mut encoder);
            }
        }
    }

    fn next(&self) -> Option<Arc<Lane>> {
        let mut queue = self.lock();
        loop {
            if queue.closed {
                return None;
            }
            if let Some(lane) = queue.lanes.pop_front() {
                return Some(lane);
            }
            queue = self.work.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.ready.lock().closed = true;
        self.ready.work.notify_all();
        for handle in self.handles.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let _ = handle.join();
        }
    }
}
