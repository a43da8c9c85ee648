use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long one call may take. Pure: whoever looks at the clocks passes them in.
///
/// Time is CPU time of the calling thread, so that a busy machine kills no healthy plugin; a guest that makes its thread wait is caught by
/// a cap on wall time of ten times that. Both are looked at when an epoch passes, and counted from the first look: a call may take one epoch
/// more, and calls that are over before it look at no clock at all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    budget: Duration,
    first_look: Option<(Instant, Duration)>,
}

/// Processor time of one call on a thread that others share: what passed while this call was polled. Cloning gives another handle.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meter(Arc<Mutex<Metered>>);

#[derive(Debug, Default)]
struct Metered {
    spent: Duration,
    /// The thread's clock when the poll that goes on began.
    since: Option<Duration>,
}

impl Meter {
    fn lock(&self) -> std::sync::MutexGuard<'_, Metered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a call and counts what it takes of its thread, in the guest and in host functions.
    pub(crate) async fn run<T>(&self, call: impl Future<Output = T>) -> T {
        *self.lock() = Metered::default();
        let mut call = std::pin::pin!(call);
        poll_fn(|cx| {
            self.lock().since = Some(thread_cpu());
            let polled = call.as_mut().poll(cx);
            let mut metered = self.lock();
            if let Some(since) = metered.since.take() {
                metered.spent += thread_cpu().saturating_sub(since);
            }
            polled
        })
        .await
    }

    /// What the call that runs has taken so far.
    pub(crate) fn spent(&self) -> Duration {
        let metered = self.lock();
        metered.spent + metered.since.map_or(Duration::ZERO, |since| thread_cpu().saturating_sub(since))
    }
}

/// A guest took longer than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TooLong {
    #[error("took more than {budget:?} of CPU time")]
    Cpu { budget: Duration },
    #[error("took more than {wall:?}, ten times its deadline, mostly waiting")]
    Wall { wall: Duration },
}

/// Wall time over CPU time: a machine that is ten times oversubscribed is beyond help anyway.
const WALL: u32 = 10;

impl Deadline {
    pub(crate) fn new(budget: Duration) -> Self {
        Self { budget, first_look: None }
    }

    /// An epoch passed in a call that shares its thread with others: may it go on? What it waits for does not count.
    pub(crate) fn check(&self, spent: Duration) -> Result<(), TooLong> {
        if spent > self.budget { Err(TooLong::Cpu { budget: self.budget }) } else { Ok(()) }
    }

    /// An epoch passed: may the guest go on?
    pub(crate) fn look(&mut self, now: Instant, cpu: Duration) -> Result<(), TooLong> {
        let (started, first_cpu) = *self.first_look.get_or_insert((now, cpu));
        if cpu.saturating_sub(first_cpu) > self.budget {
            return Err(TooLong::Cpu { budget: self.budget });
        }
        let wall = self.budget.saturating_mul(WALL);
        if now.saturating_duration_since(started) > wall { Err(TooLong::Wall { wall }) } else { Ok(()) }
    }
}

/// CPU time that the calling thread has used.
pub fn thread_cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap_or(0), time.tv_nsec.try_into().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_busy_machine_kills_nobody_and_a_waiting_guest_is_caught() {
        let start = Instant::now();
        let mut busy = Deadline::new(50 * MS);
        // Ten other threads want the core: 400 ms passed, 40 of them ours.
        assert_eq!(busy.look(start, 100 * MS), Ok(()));
        assert_eq!(busy.look(start + 400 * MS, 140 * MS), Ok(()));
        assert_eq!(busy.look(start + 499 * MS, 151 * MS), Err(TooLong::Cpu { budget: 50 * MS }));
        let mut waiting = Deadline::new(50 * MS);
        assert_eq!(waiting.look(start, 100 * MS), Ok(()));
        assert_eq!(waiting.look(start + 501 * MS, 100 * MS), Err(TooLong::Wall { wall: 500 * MS }));
    }
}
