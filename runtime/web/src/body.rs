//! Bodies of requests: bounded in bytes and in time.

use std::time::Duration;

use axum::body::{Body, Bytes};
use bytes::BytesMut;
use http_body_util::BodyExt as _;
use tokio::time::{Instant, timeout_at};

use crate::problem::{Kind, Problem};

/// How long a body may pause.
const PAUSE: Duration = Duration::from_secs(10);

/// How long a body may take: the largest at 2 Mbit/s.
const WHOLE: Duration = Duration::from_secs(60);

/// Of a body that is too large so much is read and thrown away, and for so long.
const PASSED_OVER: usize = 1 << 20;
const PASSED_OVER_WITHIN: Duration = Duration::from_secs(1);

/// The whole body, which has this length if it announces one, and no more than `most` bytes.
pub(crate) async fn read(mut body: Body, length: Option<usize>, most: usize) -> Result<Bytes, Problem> {
    let slow = || Problem::plain(Kind::TooSlow, "the body paused for 10 s, or took longer than 60 s");
    let end = Instant::now() + WHOLE;
    let mut first = Bytes::new();
    let mut whole = BytesMut::new();
    loop {
        let frame = timeout_at(end.min(Instant::now() + PAUSE), body.frame()).await.map_err(|_| slow())?;
        let Some(frame) = frame else { break };
        let frame = frame.map_err(|_| Problem::plain(Kind::Incomplete, "the body broke off"))?;
        let Ok(data) = frame.into_data() else { continue };
        if first.len() + whole.len() + data.len() > most {
            pass_over(body).await;
            return Err(Problem::too_large(most));
        }
        if first.is_empty() && whole.is_empty() {
            // A body in one piece is taken as it is.
            first = data;
            continue;
        }
        if whole.is_empty() {
            whole.reserve(length.unwrap_or(2 * (first.len() + data.len())).min(most));
            whole.extend_from_slice(&std::mem::take(&mut first));
        }
        whole.extend_from_slice(&data);
    }
    Ok(if whole.is_empty() { first } else { whole.freeze() })
}

/// Takes a little of what is left, to throw it away: a connection with an unread body is closed, and a client that has just been answered may be about to
/// ask the next thing on it.
async fn pass_over(mut body: Body) {
    let (mut left, end) = (PASSED_OVER, Instant::now() + PASSED_OVER_WITHIN);
    while left > 0
        && let Ok(Some(Ok(frame))) = timeout_at(end, body.frame()).await
    {
        left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
    }
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

    const MOST: usize = 1_000;

    async fn read_pieces(pieces: &[usize]) -> Result<usize, Problem> {
        let pieces: Vec<_> =
            pieces.iter().map(|length| Ok::<_, std::io::Error>(Bytes::from(vec![7; *length]))).collect();
        read(Body::from_stream(stream::iter(pieces)), None, MOST).await.map(|body| body.len())
    }

    #[tokio::test]
    async fn a_body_comes_in_any_pieces_and_is_bounded() {
        assert_eq!(read_pieces(&[]).await, Ok(0));
        assert_eq!(read_pieces(&[5]).await, Ok(5));
        assert_eq!(read_pieces(&[5, 0, 6, 7]).await, Ok(18));
        assert_eq!(read_pieces(&[MOST]).await, Ok(MOST));
        assert_eq!(read_pieces(&[MOST, 1]).await, Err(Problem::too_large(MOST)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_pauses_is_not_waited_for() {
        let body = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        let begun = Instant::now();
        assert!(read(body, None, MOST).await.is_err());
        assert_eq!(begun.elapsed(), PAUSE);
    }
}
