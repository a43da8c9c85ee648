//! A source's session with a scripted camera, and what it brings, looked at.

use std::time::Duration;

use anyhow::{Context, Result};
use codec::{Pool, decode};
use config::{Credentials, Source, Stream, Transport};
use media::{AccessUnit, Unit};
use source::{Error, Session, Timeouts};

use crate::camera::Camera;
use crate::scene;

/// How long anything on loopback may take.
pub const LIMIT: Duration = Duration::from_secs(10);

/// The stream of a configuration that names this camera and nothing else.
pub fn stream_of(camera: &Camera) -> Stream {
    Stream::new("cam".parse().expect("a good name"), Source::Rtsp(camera.url()))
}

/// The same with credentials.
pub fn stream_with(camera: &Camera, username: &str, password: &str) -> Stream {
    let credentials = Credentials { username: username.into(), password: password.to_owned().into() };
    Stream { credentials: Some(credentials), ..stream_of(camera) }
}

/// The same over one transport only.
pub fn stream_over(camera: &Camera, transport: Transport) -> Stream {
    Stream { transport, ..stream_of(camera) }
}

/// Connects with time-outs of half a second a step.
pub async fn open(stream: &Stream) -> Result<Session, Error> {
    let step = Duration::from_millis(500);
    let limits = Timeouts { connect: step, describe: step, setup: step, play: step, ..Timeouts::default() };
    let opening = Session::open_within(stream, None, limits);
    tokio::time::timeout(LIMIT, opening).await.expect("a session opens or fails in time")
}

/// The next `count` access units.
pub async fn take(session: &mut Session, count: usize) -> Result<Vec<AccessUnit>> {
    let taking = async {
        let mut units = Vec::with_capacity(count);
        while units.len() < count {
            if let Unit::Access(unit) = session.next().await? {
                units.push(unit);
            }
        }
        Ok::<_, Error>(units)
    };
    tokio::time::timeout(LIMIT, taking)
        .await
        .with_context(|| format!("no {count} access units within {LIMIT:?}"))?
        .context("the session is over")
}

/// Access units until the session is over, and why it was.
pub async fn take_all(session: &mut Session) -> Result<(Vec<AccessUnit>, Error)> {
    let taking = async {
        let mut units = Vec::new();
        loop {
            match session.next().await {
                Ok(Unit::Access(unit)) => units.push(unit),
                Ok(Unit::Audio(_)) => {}
                Err(error) => return (units, error),
            }
        }
    };
    tokio::time::timeout(LIMIT, taking).await.with_context(|| format!("the session was not over within {LIMIT:?}"))
}

/// The numbers that the pictures of these access units show, in the order of presentation; what cannot be read is `None`.
pub fn numbers(units: &[AccessUnit]) -> Vec<Option<u32>> {
    let Some(first) = units.first() else { return Vec::new() };
    let mut decoder = decode::Decoder::open(first.codec, Pool::new(4 << 20)).expect("the decoder opens");
    let mut pictures = Vec::new();
    for unit in units {
        // A damaged access unit gives an error or a concealed picture: both are seen as a number that is missing.
        decoder.push(unit, &mut pictures).ok();
    }
    decoder.flush(&mut pictures);
    pictures.iter().map(scene::read).collect()
}
