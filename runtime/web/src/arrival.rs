//! The order in which a client's posts came.
//!
//! A client that waits for each answer has order by itself, and HTTP/1.1 has it anyway. One that sends the next post before it has the answer to the
//! last, over HTTP/2, has them served at once: each takes its number when its header comes, which is in the client's order, and its body is read and
//! handed on only when those before it to the same stream are. Posts on different connections have no order.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

/// The posts of one connection that are being served.
#[derive(Debug, Default)]
pub(crate) struct Arrivals {
    /// Number and path of each, in order. Bounded by the connection's concurrent requests.
    open: Mutex<Open>,
    left: Notify,
}

#[derive(Debug, Default)]
struct Open {
    last: u64,
    posts: Vec<(u64, String)>,
}

/// A post's place; dropping it lets the next one on.
#[derive(Debug)]
pub(crate) struct Arrival {
    arrivals: Arc<Arrivals>,
    number: u64,
}

impl Arrivals {
    /// Takes the next number for a post to this path.
    pub(crate) fn next(self: &Arc<Self>, path: &str) -> Arrival {
        let mut open = self.lock();
        open.last += 1;
        let number = open.last;
        open.posts.push((number, path.into()));
        drop(open);
        Arrival { arrivals: self.clone(), number }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Arrival {
    /// Waits until no earlier post to the same path is being served.
    pub(crate) async fn turn(&self) {
        loop {
            let left = self.arrivals.left.notified();
            tokio::pin!(left);
            // Registered before it is looked: one that leaves in between is not missed.
            left.as_mut().enable();
            if self.is_first() {
                return;
            }
            left.await;
        }
    }

    fn is_first(&self) -> bool {
        let open = self.arrivals.lock();
        let mine = open.posts.iter().find(|(number, _)| *number == self.number).map(|(_, path)| path);
        open.posts.iter().find(|(_, path)| Some(path) == mine).is_none_or(|(number, _)| *number == self.number)
    }
}

impl Drop for Arrival {
    fn drop(&mut self) {
        self.arrivals.lock().posts.retain(|(number, _)| *number != self.number);
        self.arrivals.left.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn posts_to_one_stream_go_one_behind_the_other_and_other_streams_do_not_wait() {
        let arrivals = Arc::new(Arrivals::default());
        let (first, second, third) =
            (arrivals.next("/ingest/a"), arrivals.next("/ingest/a"), arrivals.next("/ingest/a"));
        let other = arrivals.next("/ingest/b");
        assert!(first.turn().now_or_never().is_some());
        assert!(other.turn().now_or_never().is_some());
        assert!(second.turn().now_or_never().is_none());
        // One that fails in the middle does not let the third pass the first.
        drop(second);
        assert!(third.turn().now_or_never().is_none());
        let waiting = tokio::spawn(async move { third.turn().await });
        tokio::task::yield_now().await;
        drop(first);
        waiting.await.unwrap();
        assert_eq!(arrivals.lock().posts.len(), 1);
    }
}
