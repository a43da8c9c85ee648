//! Viewers are people: each holds a ticket while it is served, and `max_viewers` bounds how many there are.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// How a viewer is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Output {
    /// `/ws/{stream}`.
    WebSocket,
    /// `/mjpeg/{stream}`.
    Mjpeg,
    /// `/hls/{stream}/…`.
    Hls,
}

/// All places are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("all {max} places for viewers of this stream are taken")]
pub struct Full {
    /// `max_viewers`.
    pub max: u32,
}

/// Viewers by output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct ViewerCounts {
    /// Of `/ws/{stream}`.
    pub websocket: u32,
    /// Of `/mjpeg/{stream}`.
    pub mjpeg: u32,
    /// Of `/hls/{stream}/…`.
    pub hls: u32,
    /// All together.
    pub total: u32,
}

/// Requests that were refused since all places were taken, by output. Who tries again is counted again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Refusals {
    /// Of `/ws/{stream}`.
    pub websocket: u64,
    /// Of `/mjpeg/{stream}`.
    pub mjpeg: u64,
    /// Of `/hls/{stream}/…`.
    pub hls: u64,
}

/// The viewers of one stream.
#[derive(Debug, Default)]
pub(crate) struct Viewers {
    /// By output, in its order.
    refused: [AtomicU64; 3],
    total: AtomicU32,
    websocket: AtomicU32,
    mjpeg: AtomicU32,
    hls: AtomicU32,
}

/// A viewer's place; dropping it frees the place.
#[derive(Debug)]
pub struct Ticket {
    viewers: Arc<Viewers>,
    output: Output,
}

impl Viewers {
    pub(crate) fn admit(self: &Arc<Self>, output: Output, max: Option<u32>) -> Result<Ticket, Full> {
        let taken = self.total.fetch_update(Ordering::AcqRel, Ordering::Acquire, |total| match max {
            Some(max) if total >= max => None,
            _ => total.checked_add(1),
        });
        if taken.is_err() {
            self.refused[output as usize].fetch_add(1, Ordering::Relaxed);
            return Err(Full { max: max.unwrap_or(u32::MAX) });
        }
        self.of(output).fetch_add(1, Ordering::AcqRel);
        Ok(Ticket { viewers: self.clone(), output })
    }

    pub(crate) fn counts(&self) -> ViewerCounts {
        ViewerCounts {
            websocket: self.websocket.load(Ordering::Acquire),
            mjpeg: self.mjpeg.load(Ordering::Acquire),
            hls: self.hls.load(Ordering::Acquire),
            total: self.total.load(Ordering::Acquire),
        }
    }

    pub(crate) fn refusals(&self) -> Refusals {
        let [websocket, mjpeg, hls] = [Output::WebSocket, Output::Mjpeg, Output::Hls]
            .map(|output| self.refused[output as usize].load(Ordering::Relaxed));
        Refusals { websocket, mjpeg, hls }
    }

    fn of(&self, output: Output) -> &AtomicU32 {
        match output {
            Output::WebSocket => &self.websocket,
            Output::Mjpeg => &self.mjpeg,
            Output::Hls => &self.hls,
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.viewers.of(self.output).fetch_sub(1, Ordering::AcqRel);
        self.viewers.total.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_viewer_is_refused_until_one_leaves() {
        let viewers = Arc::new(Viewers::default());
        let first = viewers.admit(Output::WebSocket, Some(2)).unwrap();
        let _second = viewers.admit(Output::Mjpeg, Some(2)).unwrap();
        assert_eq!(viewers.admit(Output::Mjpeg, Some(2)).unwrap_err(), Full { max: 2 });
        assert_eq!(viewers.refusals(), Refusals { mjpeg: 1, ..Refusals::default() });
        drop(first);
        assert!(viewers.admit(Output::Mjpeg, Some(2)).is_ok());
        assert_eq!(viewers.counts(), ViewerCounts { mjpeg: 1, total: 1, ..ViewerCounts::default() });
    }

    #[test]
    fn places_are_never_given_twice() {
        let viewers = Arc::new(Viewers::default());
        let admitted: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        (0..100)
                            .filter_map(|_| viewers.admit(Output::WebSocket, Some(100)).ok())
                            .map(std::mem::forget)
                            .count()
                    })
                })
                .collect();
            threads.into_iter().map(|t| t.join().unwrap()).sum()
        });
        assert_eq!(admitted, 100);
    }
}
