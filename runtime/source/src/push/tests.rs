use media::{Size, StillFormat, Timestamp};

use super::*;
use crate::Error;

const IMAGE: Image = Image { format: StillFormat::Jpeg, size: Size::new(32, 16) };

fn body(n: u8) -> Bytes {
    Bytes::from(vec![n; 3])
}

fn push(inlet: &Inlet, n: u8) -> Result<(), Refused> {
    inlet.try_push(body(n), IMAGE, Moment::now())
}

async fn next(session: &mut Session) -> u8 {
    session.next().await.unwrap().data[0]
}

#[tokio::test]
async fn what_is_pushed_arrives_in_order_and_untouched() {
    let (inlet, outlet) = channel();
    let mut session = Session::open(&outlet);
    for n in 0..40 {
        push(&inlet, n).unwrap();
    }
    let first = session.next().await.unwrap();
    assert_eq!((first.data, first.key, first.parameters.size), (body(0), true, IMAGE.size));
    for n in 1..40 {
        assert_eq!(next(&mut session).await, n);
    }
}

#[tokio::test]
async fn without_a_session_the_newest_is_kept_and_a_session_begins_with_it() {
    let (inlet, outlet) = channel();
    for n in 0..200 {
        push(&inlet, n).unwrap();
    }
    assert_eq!(inlet.newest().unwrap().0, body(199));
    let mut session = Session::open(&outlet);
    push(&inlet, 200).unwrap();
    let first = session.next().await.unwrap();
    assert_eq!((first.data, first.pts), (body(199), Timestamp::ZERO));
    assert_eq!(next(&mut session).await, 200);
    // And the one after it too, though it was taken by the one before.
    drop(session);
    let mut session = Session::open(&outlet);
    assert_eq!(next(&mut session).await, 200);
}

#[tokio::test]
async fn a_full_queue_refuses_by_count_and_by_bytes() {
    let (inlet, outlet) = channel();
    let _session = Session::open(&outlet);
    for _ in 0..CAPACITY {
        push(&inlet, 1).unwrap();
    }
    assert_eq!(push(&inlet, 1), Err(Refused::Full));

    let (inlet, outlet) = channel();
    let mut session = Session::open(&outlet);
    let large = Bytes::from(vec![0; CAPACITY_BYTES / 2]);
    for _ in 0..2 {
        inlet.try_push(large.clone(), IMAGE, Moment::now()).unwrap();
    }
    assert_eq!(push(&inlet, 1), Err(Refused::Full));
    session.next().await.unwrap();
    assert_eq!(push(&inlet, 1), Ok(()));
}

#[tokio::test]
async fn a_push_waits_for_room() {
    let (inlet, outlet) = channel();
    let mut session = Session::open(&outlet);
    for n in 0..CAPACITY {
        push(&inlet, n as u8).unwrap();
    }
    let waiting = tokio::spawn({
        let inlet = inlet.clone();
        async move { inlet.push(body(99), IMAGE, Moment::now()).await }
    });
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    next(&mut session).await;
    assert_eq!(waiting.await.unwrap(), Ok(()));
    for n in 1..CAPACITY {
        assert_eq!(next(&mut session).await, n as u8);
    }
    assert_eq!(next(&mut session).await, 99);
}

#[tokio::test]
async fn a_closed_stream_is_told_to_both_sides() {
    let (inlet, outlet) = channel();
    let mut session = Session::open(&outlet);
    push(&inlet, 1).unwrap();
    drop(outlet);
    assert_eq!(push(&inlet, 2), Err(Refused::Closed));
    assert_eq!(next(&mut session).await, 1);
    assert_eq!(session.next().await.unwrap_err(), Error::Ended);
}

#[tokio::test]
async fn a_new_session_ends_the_one_before() {
    let (inlet, outlet) = channel();
    let mut old = Session::open(&outlet);
    let mut new = Session::open(&outlet);
    assert_eq!(old.next().await.unwrap_err(), Error::Ended);
    drop(old);
    push(&inlet, 5).unwrap();
    assert_eq!(next(&mut new).await, 5);
}
