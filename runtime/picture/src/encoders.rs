use std::collections::VecDeque;
use std::num::NonZero;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use codec::encode::StillEncoder;

use crate::lane::Lane;
use crate::load::Busy;
use crate::video::reel::Reel;

/// The pool of encoder threads that all streams share.
///
/// Lanes with work wait in a ring and are served in turn, one picture each, so that no stream starves another. The ring holds a lane once at most: it is
/// bounded by the number of lanes, and each lane bounds its own waiting pictures. Reels of video wait in a ring of their own, which is served first: a video
/// that stops is seen, a still that is left out is not. They are encoded here and not on threads of their own so that as many threads work as there are
/// cores, however many streams are re-encoded.
///
/// The thread that worked last works next: its core's caches and its encoder's memory are warm, and where one thread can do it all, the others take
/// no memory.
#[derive(Clone)]
pub struct Encoders {
    pool: Arc<Threads>,
}

struct Threads {
    ready: Arc<Ready>,
    handles: Mutex<Vec<JoinHandle<()>>>,
}

struct Ready {
    queue: Mutex<Queue>,
    /// One for each thread.
    wake: Vec<Condvar>,
    busy: Mutex<Busy>,
}

#[derive(Default)]
struct Queue {
    reels: VecDeque<Arc<Reel>>,
    lanes: VecDeque<Arc<Lane>>,
    /// Threads that wait, the last one to have worked at the end.
    idle: Vec<usize>,
    closed: bool,
}

/// What a thread does next.
enum Work {
    Video(Arc<Reel>),
    Still(Arc<Lane>),
}

impl Encoders {
    /// A pool of one thread per core.
    pub fn new() -> std::io::Result<Self> {
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        let wake = (0..threads).map(|_| Condvar::new()).collect();
        let ready = Arc::new(Ready { queue: Mutex::default(), wake, busy: Mutex::new(Busy::new(Instant::now())) });
        let handles = (0..threads)
            .map(|n| {
                let ready = ready.clone();
                std::thread::Builder::new().name(format!("encode-{n}")).spawn(move || ready.run(n))
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self { pool: Arc::new(Threads { ready, handles: Mutex::new(handles) }) })
    }

    /// Tells the pool that a lane has work. Called once for each time that a lane goes from none to some.
    pub(crate) fn offer(&self, lane: Arc<Lane>) {
        self.pool.ready.offer(Work::Still(lane));
    }

    /// The same of a reel.
    pub(crate) fn offer_video(&self, reel: Arc<Reel>) {
        self.pool.ready.offer(Work::Video(reel));
    }

    /// The share of the time, 0 to 1, in which the threads were at work over the last seconds.
    pub fn load(&self) -> f32 {
        let ready = &self.pool.ready;
        ready.busy.lock().unwrap_or_else(PoisonError::into_inner).share(ready.wake.len(), Instant::now())
    }
}

impl Ready {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn offer(&self, work: Work) {
        let mut queue = self.lock();
        match work {
            Work::Video(reel) => queue.reels.push_back(reel),
            Work::Still(lane) => queue.lanes.push_back(lane),
        }
        if let Some(thread) = queue.idle.pop() {
            self.wake[thread].notify_one();
        }
    }

    fn run(&self, thread: usize) {
        let mut encoder = StillEncoder::new();
        while let Some(work) = self.next(thread) {
            let begin = Instant::now();
            match work {
                Work::Video(reel) => {
                    if reel.make() {
                        self.offer(Work::Video(reel));
                    }
                }
                Work::Still(lane) => {
                    let (job, more) = lane.take();
                    if more {
                        self.offer(Work::Still(lane.clone()));
                    }
                    let Some(job) = job else { continue };
                    lane.make(job, &mut encoder);
                }
            }
            let end = Instant::now();
            self.busy.lock().unwrap_or_else(PoisonError::into_inner).add(end - begin, end);
        }
    }

    fn next(&self, thread: usize) -> Option<Work> {
        let mut queue = self.lock();
        loop {
            if queue.closed {
                return None;
            }
            if let Some(reel) = queue.reels.pop_front() {
                return Some(Work::Video(reel));
            }
            if let Some(lane) = queue.lanes.pop_front() {
                return Some(Work::Still(lane));
            }
            queue.idle.push(thread);
            queue = self.wake[thread].wait(queue).unwrap_or_else(PoisonError::into_inner);
            // It may have awoken by itself.
            queue.idle.retain(|idle| *idle != thread);
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.ready.lock().closed = true;
        self.ready.wake.iter().for_each(Condvar::notify_one);
        for handle in self.handles.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let _ = handle.join();
        }
    }
}
