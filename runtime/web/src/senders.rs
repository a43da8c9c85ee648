use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::num::NonZero;
use std::thread::JoinHandle;

use tokio::runtime::{Builder, Handle};
use tokio_util::sync::CancellationToken;

/// One sender for so many cores: one fills about 40 Gbit/s of loopback, and the other cores have pictures to make.
const CORES_EACH: usize = 4;

/// The threads that WebSocket viewers are served on: all viewers of a stream on the same one.
///
/// A still for a thousand viewers is a thousand writes of the same bytes. Spread over all of tokio's workers they take a fifth to two fifths more CPU
/// time than from one thread (two cores, 60 kB): the workers contend for the outlet's locks and take the cores from those who read.
pub(crate) struct Senders {
    handles: Handles,
    threads: Vec<JoinHandle<()>>,
    stop: CancellationToken,
}

/// The ways to the senders.
#[derive(Clone, Default)]
pub(crate) struct Handles(Vec<Handle>);

impl Senders {
    pub(crate) fn start() -> std::io::Result<Self> {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let mut senders = Self { handles: Handles::default(), threads: Vec::new(), stop: CancellationToken::new() };
        for number in 0..cores.div_ceil(CORES_EACH) {
            let runtime = Builder::new_current_thread().enable_all().build()?;
            senders.handles.0.push(runtime.handle().clone());
            let stop = senders.stop.clone();
            let run = move || runtime.block_on(stop.cancelled());
            senders.threads.push(std::thread::Builder::new().name(format!("send-{number}")).spawn(run)?);
        }
        Ok(senders)
    }

    pub(crate) fn handles(&self) -> Handles {
        self.handles.clone()
    }
}

impl Handles {
    /// The sender of a stream's viewers.
    pub(crate) fn of(&self, stream: &str) -> &Handle {
        let mut hasher = DefaultHasher::new();
        stream.hash(&mut hasher);
        &self.0[(hasher.finish() % self.0.len() as u64) as usize]
    }
}

impl Drop for Senders {
    fn drop(&mut self) {
        self.stop.cancel();
        for thread in self.threads.drain(..) {
            // What panicked there was logged by the panic hook.
            let _ = thread.join();
        }
    }
}
