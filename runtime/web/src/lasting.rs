//! What lets somebody in may end while they watch: then what they watch ends too, and they are asked anew.

use std::convert::Infallible;
use std::future::pending;
use std::time::{Duration, SystemTime};

use axum::body::{Body, HttpBody as _};
use axum::response::Response;
use futures::StreamExt as _;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// How often the clock is looked at: it may be set.
const LOOK: Duration = Duration::from_secs(60);

/// Until that moment; for ever if there is none.
pub(crate) async fn over(until: Option<SystemTime>) {
    let Some(until) = until else { return pending().await };
    while let Ok(left) = until.duration_since(SystemTime::now())
        && !left.is_zero()
    {
        sleep(left.min(LOOK)).await;
    }
}

/// Does something that ends by itself when it is told to stop: as soon as this is over.
pub(crate) async fn stopping<T>(
    over: impl Future<Output = ()>,
    stop: &CancellationToken,
    work: impl Future<Output = T>,
) -> T {
    let going = async {
        over.await;
        stop.cancel();
        pending::<Infallible>().await
    };
    tokio::select! {
        ended = work => ended,
        never = going => match never {},
    }
}

/// An answer that goes on, such as MJPEG and Server-Sent Events, ends at that moment; one whose length is told is sent whole.
pub(crate) fn bounded(answer: Response, until: Option<SystemTime>) -> Response {
    if until.is_none() || answer.body().size_hint().exact().is_some() {
        return answer;
    }
    answer.map(|body| Body::from_stream(body.into_data_stream().take_until(Box::pin(over(until)))))
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    fn chunk() -> Result<axum::body::Bytes, Infallible> {
        Ok("chunk".into())
    }

    #[tokio::test]
    async fn an_answer_that_goes_on_ends_when_it_is_over() {
        let endless =
            || Response::new(Body::from_stream(futures::stream::iter([chunk()]).chain(futures::stream::pending())));
        let (begun, until) = (std::time::Instant::now(), SystemTime::now() + Duration::from_millis(50));
        let body = bounded(endless(), Some(until)).into_body().collect().await.unwrap().to_bytes();
        assert_eq!(&body[..], b"chunk");
        assert!(begun.elapsed() >= Duration::from_millis(45), "{:?}", begun.elapsed());
        let past = bounded(Response::new(Body::from("whole")), Some(SystemTime::UNIX_EPOCH));
        assert_eq!(&past.into_body().collect().await.unwrap().to_bytes()[..], b"whole");
        tokio::time::pause();
        let for_ever = bounded(endless(), None).into_body().collect();
        assert!(tokio::time::timeout(Duration::from_secs(1_000_000), for_ever).await.is_err());
    }

    #[tokio::test]
    async fn work_is_told_to_stop_and_does_so_by_itself() {
        let stop = CancellationToken::new();
        let work = async {
            stop.cancelled().await;
            "goodbye"
        };
        assert_eq!(stopping(async {}, &stop, work).await, "goodbye");
        let other = CancellationToken::new();
        assert_eq!(stopping(pending(), &other, async { 7 }).await, 7);
        assert!(!other.is_cancelled());
    }
}
