use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use super::answers::Answers;
use super::running::{Make, Running};
use super::thread::Question;
use super::{Choice, Viewer};

/// How long an answer is waited for: a viewer that has to be told something else than it has can wait for it, one who comes should not.
const PATIENCE: Duration = Duration::from_millis(100);

/// A stream's format policy. Cloning gives another handle of the same.
#[derive(Clone)]
pub struct FormatPolicy(How);

/// A policy without WebAssembly.
type Native = Arc<dyn Fn(&Viewer) -> Option<Choice> + Send + Sync>;

#[derive(Clone)]
enum How {
    Plugin(Arc<Shared>, mpsc::WeakSender<Question>),
    Native(Native),
}

/// What the handles of one policy and the thread that asks it share.
pub(super) struct Shared {
    answers: Mutex<Answers>,
    /// Only the policies' thread takes this lock.
    running: Mutex<(Running, Make)>,
    counts: Counts,
}

#[derive(Debug, Default)]
pub(super) struct Counts {
    questions: AtomicU64,
    pub(super) asked: AtomicU64,
    remembered: AtomicU64,
    unanswered: AtomicU64,
    timed_out: AtomicU64,
    pub(super) faults: AtomicU64,
}

/// A format policy at one moment, counted since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[schemars(rename = "FormatPolicy")]
pub struct Snapshot {
    /// Questions about viewers.
    pub questions: u64,
    /// Calls of the plugin.
    pub asked: u64,
    /// Questions that had an answer already.
    pub remembered: u64,
    /// Questions without an answer in time: too slow, failed, or too many at once.
    pub unanswered: u64,
    /// Those of them whose answer was waited for in vain.
    pub timed_out: u64,
    /// Calls and starts that failed.
    pub faults: u64,
}

impl FormatPolicy {
    /// A function that needs no sandbox.
    pub fn of(choose: impl Fn(&Viewer) -> Option<Choice> + Send + Sync + 'static) -> Self {
        Self(How::Native(Arc::new(choose)))
    }

    pub(super) fn asking(running: Running, make: Make, inbox: mpsc::WeakSender<Question>) -> Self {
        let asked =
            Shared { answers: Mutex::default(), running: Mutex::new((running, make)), counts: Counts::default() };
        Self(How::Plugin(Arc::new(asked), inbox))
    }

    /// What it wants for a viewer. None if it fails, takes too long or has too much to answer: the viewer then gets what is configured.
    pub async fn choose(&self, viewer: Viewer) -> Option<Choice> {
        let (policy, inbox) = match &self.0 {
            How::Plugin(policy, inbox) => (policy, inbox),
            How::Native(choose) => return choose(&viewer),
        };
        policy.counts.questions.fetch_add(1, Relaxed);
        if let Some(choice) = policy.remembered(&viewer) {
            policy.counts.remembered.fetch_add(1, Relaxed);
            return Some(choice);
        }
        let (answer, answered) = oneshot::channel();
        let asked = match inbox.upgrade() {
            Some(inbox) => inbox.try_send(Question { policy: policy.clone(), viewer, answer }).is_ok(),
            None => false,
        };
        let choice = match asked {
            true => match tokio::time::timeout(PATIENCE, answered).await {
                Ok(answer) => answer.ok().flatten(),
                Err(_) => {
                    policy.counts.timed_out.fetch_add(1, Relaxed);
                    None
                }
            },
            false => None,
        };
        if choice.is_none() {
            policy.counts.unanswered.fetch_add(1, Relaxed);
        }
        choice
    }

    /// The counters; nothing of a function that needs no sandbox.
    pub fn snapshot(&self) -> Snapshot {
        match &self.0 {
            How::Plugin(policy, _) => policy.counts.snapshot(),
            How::Native(_) => Snapshot::default(),
        }
    }
}

impl std::fmt::Debug for FormatPolicy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("FormatPolicy").field(&self.snapshot()).finish()
    }
}

impl Counts {
    fn snapshot(&self) -> Snapshot {
        Snapshot {
            questions: self.questions.load(Relaxed),
            asked: self.asked.load(Relaxed),
            remembered: self.remembered.load(Relaxed),
            unanswered: self.unanswered.load(Relaxed),
            timed_out: self.timed_out.load(Relaxed),
            faults: self.faults.load(Relaxed),
        }
    }
}

impl Shared {
    fn remembered(&self, viewer: &Viewer) -> Option<Choice> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).get(viewer)
    }

    /// Asks the plugin. On the policies' thread.
    pub(super) fn answer(&self, viewer: Viewer) -> Option<Choice> {
        // Many ask the same at once: the first one's answer is there by now.
        if let Some(choice) = self.remembered(&viewer) {
            self.counts.remembered.fetch_add(1, Relaxed);
            return Some(choice);
        }
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let (running, make) = &mut *running;
        let choice = running.ask(&viewer, make, Instant::now(), &self.counts)?;
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).put(viewer, choice);
        Some(choice)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;
    use std::sync::atomic::Ordering::SeqCst;

    use journal::Journal;
    use media::StillFormat;

    use super::*;
    use crate::Kind;
    use crate::fault::Fault;
    use crate::fault::backoff::Breaker;
    use crate::guest::Identity;
    use crate::policy::running::{Ask, Then};
    use crate::policy::{Output, Policies};

    fn question(width: u32) -> Viewer {
        Viewer { source_width: width, ..Viewer::new(Output::WebSocket, vec![StillFormat::WebP]) }
    }

    fn policy(
        policies: &Policies,
        journal: &Journal,
        choose: impl FnMut(&Viewer) -> Result<Choice, Fault> + Clone + Send + 'static,
    ) -> FormatPolicy {
        let identity = Identity { stream: Some("lobby".parse().unwrap()), plugin: "chooser".into() };
        let breaker = Breaker { max_failures: 5, window: Duration::from_secs(600) };
        let make = move || {
            let mut choose = choose.clone();
            Ok(Box::new(move |viewer: &Viewer| (choose(viewer), Then::Kept)) as Ask)
        };
        FormatPolicy::asking(
            Running::new(identity, journal.clone(), breaker),
            Box::new(make),
            policies.inbox().unwrap(),
        )
    }

    #[tokio::test]
    async fn equal_viewers_are_one_question() {
        let policies = Policies::start().unwrap();
        let calls = Arc::new(AtomicU32::new(0));
        let counted = calls.clone();
        let policy = policy(&policies, &Journal::default(), move |_| {
            counted.fetch_add(1, SeqCst);
            Ok(Choice::new(StillFormat::Jpeg))
        });
        for width in [640, 640, 1280, 640] {
            assert_eq!(policy.choose(question(width)).await, Some(Choice::new(StillFormat::Jpeg)));
        }
        assert_eq!(calls.load(SeqCst), 2);
        assert_eq!(policy.snapshot(), Snapshot { questions: 4, asked: 2, remembered: 2, ..Snapshot::default() });
    }

    #[tokio::test]
    async fn a_fault_is_told_once_and_waited_out() {
        let (policies, journal) = (Policies::start().unwrap(), Journal::default());
        let policy = policy(&policies, &journal, |viewer| match viewer.source_width {
            0 => Err(Fault::new(Kind::Trap, "divided by nothing")),
            _ => Ok(Choice::new(StillFormat::Jpeg)),
        });
        assert_eq!(policy.choose(question(0)).await, None);
        // Not asked at all before the wait is over.
        assert_eq!(policy.choose(question(1)).await, None);
        assert_eq!(
            policy.snapshot(),
            Snapshot { questions: 2, asked: 1, unanswered: 2, faults: 1, ..Snapshot::default() }
        );
        let told = journal.since(0);
        assert_eq!(
            (told.len(), told[0].kind.as_str(), told[0].plugin.as_deref()),
            (1, "plugin-failed", Some("chooser"))
        );
    }

    #[tokio::test]
    async fn who_takes_too_long_gets_no_second_chance_and_holds_nobody_up() {
        let policies = Policies::start().unwrap();
        let slow = policy(&policies, &Journal::default(), |_| {
            std::thread::sleep(PATIENCE * 2);
            Ok(Choice::new(StillFormat::Jpeg))
        });
        let begun = Instant::now();
        // More than the inbox takes: those beyond are told at once.
        let questions = (0..100).map(|width| slow.choose(question(width)));
        assert!(futures_all(questions).await.iter().all(Option::is_none));
        assert!(begun.elapsed() < PATIENCE * 10, "{:?}", begun.elapsed());
        drop(policies);
        assert_eq!(slow.choose(question(1_000)).await, None);
        // The one that was being asked is remembered: the rest had given up.
        let counted = slow.snapshot();
        assert_eq!((counted.questions, counted.asked, counted.unanswered), (101, 1, 101));
        // One may have been taken out of the inbox before it was full.
        assert!((64..=65).contains(&counted.timed_out), "{counted:?}");
        assert!(slow.choose(question(0)).await.is_some());
    }

    /// All of them at once.
    async fn futures_all<T>(futures: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
        let mut pinned: Vec<_> = futures.map(Box::pin).collect();
        let mut done: Vec<Option<T>> = pinned.iter().map(|_| None).collect();
        std::future::poll_fn(|cx| {
            for (future, done) in pinned.iter_mut().zip(&mut done) {
                if done.is_none()
                    && let std::task::Poll::Ready(value) = future.as_mut().poll(cx)
                {
                    *done = Some(value);
                }
            }
            if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
        done.into_iter().flatten().collect()
    }
}
