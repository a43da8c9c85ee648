//! One chain after another under the viewers' feet: handed to the worker, which changes over between two pictures.

use std::sync::mpsc::{SyncSender, sync_channel};

use plugin::{Chain, Link, Refused, Succession};

use crate::Pictures;

/// A chain that waits for the worker.
pub(crate) struct Pending {
    pub(crate) links: Vec<Link>,
    pub(crate) succession: Succession,
    /// Told when the worker has changed over; dropped when it ended instead.
    pub(crate) done: SyncSender<()>,
}

impl Pictures {
    /// The plugins that are in force.
    pub fn links(&self) -> Vec<Link> {
        self.shared.lock().links.clone()
    }

    /// Makes and configures aside what these plugins need beyond those that are in force. Not for a thread that runs async tasks.
    pub fn prepare(&self, links: &[Link]) -> Result<Succession, Refused> {
        let old = self.links();
        Chain::prepare(self.shared.stream.name(), &old, links, &self.shared.keep)
    }

    /// Puts other plugins in force: those that `succession` was prepared for, from [`Self::links`] to these. Viewers keep their [`crate::Stills`]. When it
    /// returns, no still is handed to anybody any more that a new or changed filter has not seen, and the feeds of [`Self::video`] are others.
    ///
    /// Waits until the worker is between two pictures, and for `configure` of instances that get other options: not for a thread that runs async tasks.
    pub fn apply(&self, links: Vec<Link>, succession: Succession) {
        let shared = &self.shared;
        let mut state = shared.lock();
        if state.closed {
            return;
        }
        if succession.changes_filters() {
            // With the lock that hands the new links over: whoever asks for feeds from here on gets those of the new ones.
            state.retire_video();
        }
        if state.working {
            let (done, changed) = sync_channel(1);
            state.pending = Some(Pending { links, succession, done });
            drop(state);
            shared.demand.notify_one();
            // Nobody answers where the stream ended meanwhile, or the worker panicked: then it begins anew with these.
            _ = changed.recv();
            return;
        }
        // No worker, so no outlet and no still. A viewer who comes while the lock is free starts a worker with a chain of its own from these links.
        state.links = links;
        let Some(mut chain) = state.chain.take() else {
            return;
        };
        drop(state);
        chain.succeed(succession);
        let mut state = shared.lock();
        if !state.working && state.chain.is_none() {
            state.chain_stats = chain.snapshot_handle();
            state.chain = Some(chain);
        }
        drop(state);
        shared.begin();
    }
}
