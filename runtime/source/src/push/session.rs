use std::sync::Arc;

use media::{AccessUnit, Moment, Parameters, StillFormat, Timestamp};

use super::{Outlet, Pushed, Queue};
use crate::Error;

/// One session of a pushed stream: takes stills out of the queue as access units.
#[derive(Debug)]
pub(crate) struct Session {
    queue: Arc<Queue>,
    number: u64,
    opened: Moment,
    parameters: Option<Arc<Parameters>>,
}

impl Session {
    /// Takes over from any session before. The newest still, if there is one, is its first access unit.
    pub(crate) fn open(outlet: &Outlet) -> Self {
        let queue = outlet.0.clone();
        let number = {
            let mut inner = queue.lock();
            inner.session += 1;
            inner.open = true;
            if inner.waiting.is_empty()
                && let Some(newest) = inner.newest.clone()
            {
                inner.bytes += newest.body.len();
                inner.waiting.push_back(newest);
            }
            inner.session
        };
        // The session before, if one still waits, learns that it is over.
        queue.filled.notify_waiters();
        Self { queue, number, opened: Moment::now(), parameters: None }
    }

    /// The next still. Cancel-safe: what was taken is returned at once.
    pub(crate) async fn next(&mut self) -> Result<AccessUnit, Error> {
        loop {
            let taken = {
                let mut inner = self.queue.lock();
                if inner.session != self.number {
                    // Whatever woke this one was meant for the session that took over.
                    self.queue.filled.notify_one();
                    return Err(Error::Ended);
                }
                match inner.take() {
                    None if inner.closed => return Err(Error::Ended),
                    taken => taken,
                }
            };
            if let Some(pushed) = taken {
                self.queue.drained.notify_waiters();
                return Ok(self.unit(pushed));
            }
            self.queue.filled.notified().await;
        }
    }

    fn unit(&mut self, pushed: Pushed) -> AccessUnit {
        let Pushed { body, image, received } = pushed;
        let parameters = still_parameters(&mut self.parameters, image.format, image.size);
        let pts = Timestamp::from_duration(received.steady.saturating_duration_since(self.opened.steady));
        AccessUnit::alone(parameters, body, pts, received)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let mut inner = self.queue.lock();
        if inner.session == self.number {
            inner.open = false;
            inner.waiting.clear();
            inner.bytes = 0;
            drop(inner);
            self.queue.drained.notify_waiters();
        }
    }
}

/// The parameters of a still: the same `Arc` as before unless format or size changed.
pub(crate) fn still_parameters(
    known: &mut Option<Arc<Parameters>>,
    format: StillFormat,
    size: media::Size,
) -> Arc<Parameters> {
    let codec = format.into();
    match known {
        Some(known) if known.codec == codec && known.size == size => known.clone(),
        _ => known.insert(Arc::new(Parameters::bare(codec, size))).clone(),
    }
}
