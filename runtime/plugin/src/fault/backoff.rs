use std::time::{Duration, Instant};

/// When a plugin that failed may be started again. Pure: time is passed in.
///
/// ```text
///            failed                 wait is over
///   running ────────▶ waiting 1 s ──────────────▶ running
///      │                                             │ failed within a minute: the next wait is twice as long, 60 s at most
///      └── a minute without a failure: the next wait is 1 s again
/// ```
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backoff {
    /// Behind the last failure; zero before the first.
    wait: Duration,
    failed_at: Option<Instant>,
    started_at: Option<Instant>,
}

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);
/// So long without a failure is well again.
const WELL: Duration = Duration::from_secs(60);

impl Backoff {
    pub(crate) fn new() -> Self {
        Self { wait: Duration::ZERO, failed_at: None, started_at: None }
    }

    /// An instance was started.
    pub(crate) fn started(&mut self, now: Instant) {
        self.started_at = Some(now);
    }

    /// It failed, or could not be started.
    pub(crate) fn failed(&mut self, now: Instant) {
        let well = self.started_at.take().is_some_and(|started| now.saturating_duration_since(started) >= WELL);
        self.wait = if well { FIRST } else { (self.wait * 2).clamp(FIRST, LONGEST) };
        self.failed_at = Some(now);
    }

    /// Whether an instance may be started.
    pub(crate) fn may_start(&self, now: Instant) -> bool {
        self.failed_at.is_none_or(|at| now.saturating_duration_since(at) >= self.wait)
    }

    /// Whether the longest wait is reached: it failed again and again, and a person must act.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.wait == LONGEST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: Duration = Duration::from_secs(1);

    #[test]
    fn waits_double_to_a_minute() {
        let (mut backoff, mut now) = (Backoff::new(), Instant::now());
        assert!(backoff.may_start(now));
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            backoff.started(now);
            backoff.failed(now);
            assert!(!backoff.may_start(now + seconds * S - S / 1000), "{seconds}");
            now += seconds * S;
            assert!(backoff.may_start(now), "{seconds}");
        }
        assert!(backoff.is_exhausted());
    }

    #[test]
    fn a_minute_without_failure_is_well_again() {
        let (mut backoff, now) = (Backoff::new(), Instant::now());
        for _ in 0..9 {
            backoff.failed(now);
        }
        backoff.started(now);
        backoff.failed(now + 60 * S);
        assert!(!backoff.is_exhausted());
        assert!(backoff.may_start(now + 61 * S));
    }

    #[test]
    fn an_instance_that_cannot_be_started_waits_as_well() {
        let (mut backoff, now) = (Backoff::new(), Instant::now());
        backoff.failed(now);
        backoff.failed(now + S);
        assert!(!backoff.may_start(now + 2 * S));
        assert!(backoff.may_start(now + 3 * S));
    }
}
