use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use journal::Journal;
use media::StreamName;
use tokio::sync::{mpsc, oneshot};

use super::format::Shared;
use super::running::{Ask, Running, Then};
use super::{Choice, FormatPolicy, Viewer};
use crate::plugin::Unconfigured;
use crate::{Plugin, States};

/// How many questions wait at most: those of a busy second. When full the next one is not asked, and its viewer gets what is configured.
const INBOX: usize = 64;

/// The thread on which the policies of all streams are asked. Joined on drop; who asks afterwards gets no answer.
pub struct Policies {
    inbox: Option<mpsc::Sender<Question>>,
    thread: Option<JoinHandle<()>>,
    native: Option<FormatPolicy>,
}

/// Where a policy is used, and what it is told there.
#[derive(Clone)]
pub struct Use {
    /// Whose viewers are chosen for.
    pub stream: StreamName,
    /// The plugin, if it is there.
    pub plugin: Option<Arc<Plugin>>,
    /// A JSON object.
    pub options: serde_json::Value,
    /// What plugins keep for the stream.
    pub states: States,
    /// Where faults are told.
    pub journal: Journal,
}

/// A question that waits for its turn.
pub(super) struct Question {
    pub(super) policy: Arc<Shared>,
    pub(super) viewer: Viewer,
    pub(super) answer: oneshot::Sender<Option<Choice>>,
}

impl Policies {
    /// Starts the thread.
    pub fn start() -> io::Result<Self> {
        let (sender, mut inbox) = mpsc::channel::<Question>(INBOX);
        let run = move || {
            while let Some(Question { policy, viewer, answer }) = inbox.blocking_recv() {
                // Whoever gave up has what is configured by now.
                if !answer.is_closed() {
                    let _ = answer.send(policy.answer(viewer));
                }
            }
        };
        let thread = thread::Builder::new().name("policies".into()).spawn(run)?;
        Ok(Self { inbox: Some(sender), thread: Some(thread), native: None })
    }

    /// This function in place of every format policy that is configured: for tests of what stands round one.
    pub fn native(choose: impl Fn(&Viewer) -> Option<Choice> + Send + Sync + 'static) -> Self {
        Self { inbox: None, thread: None, native: Some(FormatPolicy::of(choose)) }
    }

    /// The format policy of a stream; its instance is made with the first question. None if there is no such plugin.
    pub fn format(&self, used: Use) -> Option<FormatPolicy> {
        let (Some(inbox), Some(plugin)) = (self.inbox(), used.plugin) else {
            return self.native.clone();
        };
        let Use { stream, options, states, journal, .. } = used;
        let identity = plugin.identity(Some(&stream));
        let state = states.of(plugin.name());
        let running = Running::new(identity.clone(), journal.clone(), plugin.breaker());
        let make = move || {
            let made = plugin.configured(identity.clone(), &options, state.clone(), Some(journal.clone()));
            let mut instance = made.map_err(Unconfigured::into_fault)?;
            Ok(Box::new(move |viewer: &Viewer| {
                let answer = instance.choose(viewer.clone());
                (answer, if instance.is_worn() { Then::Replaced } else { Then::Kept })
            }) as Ask)
        };
        Some(FormatPolicy::asking(running, Box::new(make), inbox))
    }

    pub(super) fn inbox(&self) -> Option<mpsc::WeakSender<Question>> {
        self.inbox.as_ref().map(mpsc::Sender::downgrade)
    }
}

impl Drop for Policies {
    fn drop(&mut self) {
        // The inbox closes when the last sender goes: handles hold weak ones.
        self.inbox = None;
        if let Some(thread) = self.thread.take() {
            // What panicked there was logged by the panic hook.
            let _ = thread.join();
        }
    }
}
