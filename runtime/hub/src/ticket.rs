//! Viewers are people: each holds a ticket while it is served, and `max_viewers` bounds how many there are.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// The longest name of a program that is remembered, in bytes.
const MAX_AGENT: usize = 200;

/// Counts viewers of all streams: no two have the same number.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// How a viewer is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Output {
    /// `/ws/{stream}`.
    WebSocket,
    /// `/mjpeg/{stream}`.
    Mjpeg,
    /// `/hls/{stream}/…`.
    Hls,
}

/// Who comes, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// How it is to be served.
    pub output: Output,
    /// Where it comes from.
    pub peer: IpAddr,
    /// What its program calls itself.
    pub agent: Option<String>,
}

/// A viewer that is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// Of this viewer alone, in the life of the process.
    pub id: u64,
    /// Who it is.
    pub who: Who,
    /// When it came.
    pub since: SystemTime,
}

/// All places are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("all {max} places for viewers of this stream are taken")]
pub struct Full {
    /// `max_viewers`.
    pub max: u32,
}

/// Viewers by output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
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

impl std::ops::AddAssign for ViewerCounts {
    fn add_assign(&mut self, more: Self) {
        self.websocket += more.websocket;
        self.mjpeg += more.mjpeg;
        self.hls += more.hls;
        self.total += more.total;
    }
}

/// Requests that were refused since all places were taken, by output. Who tries again is counted again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
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
pub(crate) struct Viewers(Mutex<Served>);

#[derive(Debug, Default)]
struct Served {
    counts: ViewerCounts,
    refusals: Refusals,
    each: BTreeMap<u64, (Viewer, CancellationToken)>,
}

/// A viewer's place; dropping it frees the place.
#[derive(Debug)]
pub struct Ticket {
    viewers: Arc<Viewers>,
    id: u64,
    kicked: CancellationToken,
}

impl Viewers {
    pub(crate) fn admit(self: &Arc<Self>, mut who: Who, max: Option<u32>) -> Result<Ticket, Full> {
        let mut served = self.lock();
        if let Some(max) = max.filter(|max| served.counts.total >= *max) {
            match who.output {
                Output::WebSocket => served.refusals.websocket += 1,
                Output::Mjpeg => served.refusals.mjpeg += 1,
                Output::Hls => served.refusals.hls += 1,
            }
            return Err(Full { max });
        }
        if let Some(agent) = &mut who.agent {
            agent.truncate(agent.floor_char_boundary(MAX_AGENT));
        }
        let (output, kicked) = (who.output, CancellationToken::new());
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        served.counts.total += 1;
        *served.counts.of(output) += 1;
        served.each.insert(id, (Viewer { id, who, since: SystemTime::now() }, kicked.clone()));
        Ok(Ticket { viewers: self.clone(), id, kicked })
    }

    pub(crate) fn counts(&self) -> ViewerCounts {
        self.lock().counts
    }

    pub(crate) fn refusals(&self) -> Refusals {
        self.lock().refusals
    }

    /// Each of them, in the order in which they came.
    pub(crate) fn each(&self) -> Vec<Viewer> {
        self.lock().each.values().map(|(viewer, _)| viewer.clone()).collect()
    }

    /// Tells one to go; false if there is none of this number.
    pub(crate) fn kick(&self, id: u64) -> bool {
        let mut served = self.lock();
        // Its place is free at once: one that reads nothing would be told when its connection gives up.
        let gone = served.leave(id);
        gone.map(|kicked| kicked.cancel()).is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Served> {
        // Counts and a map that are whole between any two statements that could panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Served {
    /// Takes a viewer out, if it is still there.
    fn leave(&mut self, id: u64) -> Option<CancellationToken> {
        let (viewer, kicked) = self.each.remove(&id)?;
        self.counts.total -= 1;
        *self.counts.of(viewer.who.output) -= 1;
        Some(kicked)
    }
}

impl ViewerCounts {
    fn of(&mut self, output: Output) -> &mut u32 {
        match output {
            Output::WebSocket => &mut self.websocket,
            Output::Mjpeg => &mut self.mjpeg,
            Output::Hls => &mut self.hls,
        }
    }
}

impl Ticket {
    /// Whether an operator told this viewer to go.
    pub fn is_kicked(&self) -> bool {
        self.kicked.is_cancelled()
    }

    /// Until an operator tells this viewer to go.
    pub fn kicked(&self) -> WaitForCancellationFutureOwned {
        self.kicked.clone().cancelled_owned()
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.viewers.lock().leave(self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(output: Output) -> Who {
        Who { output, peer: IpAddr::from([127, 0, 0, 1]), agent: Some("a browser".repeat(100)) }
    }

    #[test]
    fn one_who_is_kicked_is_told_and_the_others_are_not() {
        let viewers = Arc::new(Viewers::default());
        let tickets = [Output::Mjpeg, Output::Hls].map(|output| viewers.admit(who(output), None).unwrap());
        let each = viewers.each();
        assert_eq!(each.iter().map(|viewer| viewer.who.output).collect::<Vec<_>>(), [Output::Mjpeg, Output::Hls]);
        assert!(each[0].who.agent.as_ref().is_some_and(|agent| agent.len() <= MAX_AGENT));
        assert!(viewers.kick(each[1].id));
        assert_eq!(tickets.each_ref().map(Ticket::is_kicked), [false, true]);
        // Its place is free, although it may not have noticed yet.
        assert_eq!(viewers.counts(), ViewerCounts { mjpeg: 1, total: 1, ..ViewerCounts::default() });
        drop(tickets);
        assert_eq!(viewers.counts(), ViewerCounts::default());
        assert!(!viewers.kick(each[1].id) && viewers.each().is_empty());
    }

    #[test]
    fn the_next_viewer_is_refused_until_one_leaves() {
        let viewers = Arc::new(Viewers::default());
        let first = viewers.admit(who(Output::WebSocket), Some(2)).unwrap();
        let _second = viewers.admit(who(Output::Mjpeg), Some(2)).unwrap();
        assert_eq!(viewers.admit(who(Output::Mjpeg), Some(2)).unwrap_err(), Full { max: 2 });
        assert_eq!(viewers.refusals(), Refusals { mjpeg: 1, ..Refusals::default() });
        drop(first);
        assert!(viewers.admit(who(Output::Mjpeg), Some(2)).is_ok());
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
                            .filter_map(|_| viewers.admit(who(Output::WebSocket), Some(100)).ok())
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
