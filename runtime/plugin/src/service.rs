//! Plugins that may wait: pollers, event sinks, access policies. Async, on one thread and one engine of their own, away from the pictures.
//!
//! Each runs as a task. A guest that computes gives way to the others at every epoch; one that computes or waits for too long is ended.

mod access;
mod instance;
mod poller;
mod sink;
mod stats;
mod stream;
mod upkeep;

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::runtime::{Builder, Handle};
use tokio_util::sync::CancellationToken;

use crate::Error;

pub use access::AccessPolicy;
pub use stats::ServiceSnapshot;
pub use stream::{SinkLink, StreamServices};

/// The thread that services run on. Cloning gives another handle; the thread ends with the last.
#[derive(Clone)]
pub struct Services(Arc<Thread>);

struct Thread {
    handle: Handle,
    stop: CancellationToken,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Services {
    /// Starts the thread.
    pub fn start() -> Result<Self, Error> {
        let failed = |source| Error::Thread { source };
        let runtime = Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let (handle, stop) = (runtime.handle().clone(), CancellationToken::new());
        let until = stop.clone();
        let run = move || {
            runtime.block_on(until.cancelled());
            // A name server or a disk that does not answer is not waited for.
            runtime.shutdown_background();
        };
        let thread = std::thread::Builder::new().name("plugin-services".into()).spawn(run).map_err(failed)?;
        Ok(Self(Arc::new(Thread { handle, stop, thread: Mutex::new(Some(thread)) })))
    }

    /// Runs a task on the thread until its token is cancelled.
    fn spawn(&self, stop: &CancellationToken, task: impl Future<Output = ()> + Send + 'static) {
        let stop = stop.clone();
        self.0.handle.spawn(async move {
            stop.run_until_cancelled(task).await;
        });
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        self.stop.cancel();
        // The last handle may be a task's on the thread itself.
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take()
            && thread.thread().id() != std::thread::current().id()
        {
            // What panicked there was logged by the panic hook.
            let _ = thread.join();
        }
    }
}
