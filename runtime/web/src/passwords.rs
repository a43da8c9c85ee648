//! The thread on which passwords are checked: each takes tens of milliseconds and megabytes, one at a time.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use access::{Claim, Person, Remembered};
use tokio::sync::{mpsc, oneshot};

/// Checks that wait at most; more are turned away. At 30 ms each the last one waits a second.
const WAITING: usize = 32;

/// More passwords are to be checked than can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Busy;

struct Question {
    claim: Claim,
    from: IpAddr,
    answer: oneshot::Sender<Option<Person>>,
}

/// The way to the thread, and what it found out a while ago.
#[derive(Clone)]
pub(crate) struct Handle {
    inbox: mpsc::WeakSender<Question>,
    remembered: Arc<Mutex<Remembered>>,
}

/// The thread; dropped, it ends behind what it is at.
pub(crate) struct Passwords {
    /// The one that is strong.
    inbox: Option<mpsc::Sender<Question>>,
    remembered: Arc<Mutex<Remembered>>,
    thread: Option<JoinHandle<()>>,
}

impl Passwords {
    pub(crate) fn start() -> std::io::Result<Self> {
        let (inbox, questions) = mpsc::channel(WAITING);
        let remembered = Arc::<Mutex<Remembered>>::default();
        let known = remembered.clone();
        let thread = std::thread::Builder::new().name("passwords".into()).spawn(move || answer(questions, &known))?;
        Ok(Self { inbox: Some(inbox), remembered, thread: Some(thread) })
    }

    pub(crate) fn handle(&self) -> Handle {
        let inbox = self.inbox.as_ref().expect("it is there until it is dropped").downgrade();
        Handle { inbox, remembered: self.remembered.clone() }
    }
}

impl Handle {
    /// Who it is, if that was found out a while ago.
    pub(crate) fn recall(&self, claim: &Claim, from: IpAddr) -> Option<Person> {
        lock(&self.remembered).recall(claim, from, Instant::now()).cloned()
    }

    /// What was found out about other credentials.
    pub(crate) fn remembered(&self) -> MutexGuard<'_, Remembered> {
        lock(&self.remembered)
    }

    /// Whose name with the right password it is.
    pub(crate) async fn check(&self, claim: Claim, from: IpAddr) -> Result<Option<Person>, Busy> {
        let (answer, answered) = oneshot::channel();
        let inbox = self.inbox.upgrade().ok_or(Busy)?;
        inbox.try_send(Question { claim, from, answer }).map_err(|_| Busy)?;
        drop(inbox);
        answered.await.map_err(|_| Busy)
    }
}

fn answer(mut questions: mpsc::Receiver<Question>, remembered: &Mutex<Remembered>) {
    while let Some(Question { claim, from, answer }) = questions.blocking_recv() {
        // Who went away costs nothing more.
        if answer.is_closed() {
            continue;
        }
        // A player asks for several files at once: the first one's answer is that of the others.
        let known = lock(remembered).recall(&claim, from, Instant::now()).cloned();
        let person = known.or_else(|| {
            let person = claim.check()?;
            lock(remembered).remember(&claim, from, Instant::now());
            Some(person)
        });
        // Who asked may have gone meanwhile.
        _ = answer.send(person);
    }
}

fn lock(remembered: &Mutex<Remembered>) -> MutexGuard<'_, Remembered> {
    remembered.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Passwords {
    fn drop(&mut self) {
        // The inbox closes: handles hold weak ones.
        self.inbox = None;
        if let Some(thread) = self.thread.take() {
            // What panicked there was logged by the panic hook.
            _ = thread.join();
        }
    }
}
