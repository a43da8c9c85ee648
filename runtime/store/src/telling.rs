//! What the log is told: what fails is one line a second at most, and what it costs is in it. Pure: time is passed in.

use std::time::{Duration, Instant};

use crate::Error;

/// Between two lines.
const APART: Duration = Duration::from_secs(1);

/// What happened since the last line.
#[derive(Debug, Default)]
pub(crate) struct Telling {
    failing: Option<Failing>,
    /// Lost since the last line.
    lost: u64,
    last: Option<Instant>,
}

#[derive(Debug)]
struct Failing {
    since: Instant,
    /// The latest that was not told.
    news: Option<Error>,
    /// Attempts since the last line.
    attempts: u64,
    /// Lost in all.
    lost: u64,
    told: bool,
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// It is tried again.
    Retried { error: Error, attempts: u64 },
    /// Somebody must act, or segments are lost for good.
    Bad { error: Option<Error>, attempts: u64, lost: u64 },
    /// It goes again.
    Well { after: Duration, lost: u64 },
}

impl Telling {
    pub(crate) fn failed(&mut self, error: Error, now: Instant) {
        let failing = self.failing.get_or_insert(Failing { since: now, news: None, attempts: 0, lost: 0, told: false });
        failing.attempts += 1;
        failing.news = Some(error);
    }

    pub(crate) fn lost(&mut self, count: u64) {
        self.lost += count;
    }

    /// Something was written: the line that says so if the log was told of failures.
    pub(crate) fn written(&mut self, now: Instant) -> Option<Line> {
        let failing = self.failing.take().filter(|failing| failing.told)?;
        self.last = Some(now);
        let lost = failing.lost + std::mem::take(&mut self.lost);
        Some(Line::Well { after: now.saturating_duration_since(failing.since), lost })
    }

    /// When there is a line; none if there is nothing to tell.
    pub(crate) fn due(&self, now: Instant) -> Option<Instant> {
        let has_news = self.lost > 0 || self.failing.as_ref().is_some_and(|failing| failing.news.is_some());
        has_news.then(|| self.last.map_or(now, |last| last + APART))
    }

    /// The line, when it is due.
    pub(crate) fn line(&mut self, now: Instant) -> Option<Line> {
        self.due(now).filter(|due| *due <= now)?;
        self.last = Some(now);
        let lost = std::mem::take(&mut self.lost);
        let Some(failing) = &mut self.failing else { return Some(Line::Bad { error: None, attempts: 0, lost }) };
        (failing.told, failing.lost) = (true, failing.lost + lost);
        let (error, attempts) = (failing.news.take(), std::mem::take(&mut failing.attempts));
        match error {
            Some(error) if lost == 0 && !error.needs_somebody() => Some(Line::Retried { error, attempts }),
            error => Some(Line::Bad { error, attempts, lost }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Error {
        Error::Full { place: "a".into(), done: "written" }
    }

    #[test]
    fn a_hundred_failures_in_a_second_are_two_lines() {
        let (mut telling, start) = (Telling::default(), Instant::now());
        let mut lines = Vec::new();
        for ms in 0..100 {
            let now = start + Duration::from_millis(ms * 10);
            telling.failed(full(), now);
            telling.lost(u64::from(ms % 10 == 0));
            lines.extend(telling.line(now));
        }
        assert_eq!(telling.due(start), Some(start + APART));
        lines.extend(telling.line(start + APART));
        let told = |attempts, lost| Line::Bad { error: Some(full()), attempts, lost };
        assert_eq!(lines, [told(1, 1), told(99, 9)]);
        assert_eq!(telling.due(start), None, "everything was told");
        let after = Duration::from_secs(3);
        assert_eq!(telling.written(start + after), Some(Line::Well { after, lost: 10 }));
        assert_eq!(telling.written(start + after), None);
    }

    #[test]
    fn what_mends_itself_is_a_warning_and_what_is_lost_is_an_error() {
        let (mut telling, now) = (Telling::default(), Instant::now());
        let error = Error::Failed { place: "a".into(), done: "written", reason: "no".into() };
        telling.failed(error.clone(), now);
        assert_eq!(telling.line(now), Some(Line::Retried { error, attempts: 1 }));
        telling.lost(2);
        assert_eq!(telling.line(now + APART), Some(Line::Bad { error: None, attempts: 0, lost: 2 }));
    }
}
