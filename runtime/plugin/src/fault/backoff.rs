use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// When a plugin that failed may be started again. Pure: time is passed in.
///
/// ```text
///            failed                 wait is over
///   running ────────▶ waiting 1 s ──────────────▶ running
///      │                    │                        │ failed within a minute: the next wait is twice as long, 60 s at most
///      │                    └── the n-th failure within the window: broken, until it is loaded anew
///      └── a minute without a failure: the next wait is 1 s again
/// ```
#[derive(Clone, Debug)]
pub(crate) struct Backoff {
    /// Behind the last failure; zero before the first.
    wait: Duration,
    started_at: Option<Instant>,
    limits: Breaker,
    /// The newest failures, as many as break it.
    failures: VecDeque<Instant>,
    broken: bool,
}

/// So many failures within so long, and it is not started again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Breaker {
    pub(crate) max_failures: u32,
    pub(crate) window: Duration,
}

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);
/// So long without a failure is well again.
const WELL: Duration = Duration::from_secs(60);

impl Backoff {
    pub(crate) fn new(limits: Breaker) -> Self {
        Self { wait: Duration::ZERO, started_at: None, limits, failures: VecDeque::new(), broken: false }
    }

    /// An instance was started.
    pub(crate) fn started(&mut self, now: Instant) {
        self.started_at = Some(now);
    }

    /// It failed, or could not be started.
    pub(crate) fn failed(&mut self, now: Instant) {
        let well = self.started_at.take().is_some_and(|started| now.saturating_duration_since(started) >= WELL);
        self.wait = if well { FIRST } else { (self.wait * 2).clamp(FIRST, LONGEST) };
        self.failures.push_back(now);
        while self.failures.front().is_some_and(|at| now.saturating_duration_since(*at) > self.limits.window) {
            self.failures.pop_front();
        }
        self.broken |= self.failures.len() >= self.limits.max_failures as usize;
    }

    /// Whether an instance may be started.
    pub(crate) fn may_start(&self, now: Instant) -> bool {
        !self.broken && self.failures.back().is_none_or(|at| now.saturating_duration_since(*at) >= self.wait)
    }

    /// How long until one may be started; none if never.
    pub(crate) fn wait(&self, now: Instant) -> Option<Duration> {
        let since = self.failures.back().map(|at| now.saturating_duration_since(*at));
        (!self.broken).then(|| since.map_or(Duration::ZERO, |since| self.wait.saturating_sub(since)))
    }

    /// Whether it failed so often that a person must act.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: Duration = Duration::from_secs(1);

    fn backoff(max_failures: u32, window: Duration) -> Backoff {
        Backoff::new(Breaker { max_failures, window })
    }

    #[test]
    fn waits_double_to_a_minute() {
        let (mut backoff, mut now) = (backoff(100, S), Instant::now());
        assert!(backoff.may_start(now));
        for wait in [1, 2, 4, 8, 16, 32, 60, 60] {
            backoff.failed(now);
            assert!(!backoff.may_start(now + wait * S - S / 1000), "{wait}");
            assert_eq!(backoff.wait(now + S / 2), Some(wait * S - S / 2));
            now += wait * S;
            assert!(backoff.may_start(now), "{wait}");
            backoff.started(now);
        }
        // A minute without a failure forgives.
        now += WELL;
        backoff.failed(now);
        assert!(backoff.may_start(now + S));
    }

    #[test]
    fn so_many_failures_within_the_window_break_it() {
        let (mut backoff, start) = (backoff(3, 100 * S), Instant::now());
        for at in [0, 60, 130] {
            backoff.failed(start + at * S);
            assert!(!backoff.is_broken(), "{at}");
        }
        backoff.failed(start + 150 * S);
        assert!(backoff.is_broken() && !backoff.may_start(start + 100_000 * S));
        assert_eq!(backoff.wait(start + 200 * S), None);
    }
}
