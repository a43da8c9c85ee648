use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// The thread that makes epochs pass. It ticks while a guest runs or ran a moment ago, sleeps otherwise, and is joined on drop.
pub(crate) struct Ticker {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    running: AtomicUsize,
    /// A guest ran since the last look.
    used: AtomicBool,
    parked: AtomicBool,
    closed: AtomicBool,
}

/// Ticks without any guest before the thread sleeps: a live stream calls its plugins at least once a second, and waking a thread costs
/// more than a tick.
const LINGER: u32 = 300;

impl Ticker {
    pub(crate) fn start(name: &str, engine: wasmtime::Engine, tick: Duration) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let thread = thread::Builder::new().name(name.into()).spawn({
            let shared = Arc::clone(&shared);
            move || run(&shared, &engine, tick)
        })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Epochs pass as long as this is held.
    pub(crate) fn enter(&self) -> Running<'_> {
        self.shared.running.fetch_add(1, SeqCst);
        if self.shared.parked.load(SeqCst)
            && let Some(thread) = &self.thread
        {
            thread.thread().unpark();
        }
        Running(&self.shared)
    }
}

/// A guest runs.
pub(crate) struct Running<'a>(&'a Shared);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.used.store(true, SeqCst);
        self.0.running.fetch_sub(1, SeqCst);
    }
}

fn run(shared: &Shared, engine: &wasmtime::Engine, tick: Duration) {
    let mut idle = 0;
    while !shared.closed.load(SeqCst) {
        if shared.running.load(SeqCst) > 0 || shared.used.swap(false, SeqCst) {
            idle = 0;
        } else {
            idle += 1;
        }
        if idle < LINGER {
            thread::park_timeout(tick);
            engine.increment_epoch();
            continue;
        }
        // Whoever enters behind this line sees `parked` and wakes us; who entered before it is seen by the next.
        shared.parked.store(true, SeqCst);
        if shared.running.load(SeqCst) == 0 && !shared.closed.load(SeqCst) {
            thread::park();
        }
        shared.parked.store(false, SeqCst);
        idle = 0;
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.closed.store(true, SeqCst);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It has nothing that could panic.
            let _ = thread.join();
        }
    }
}
