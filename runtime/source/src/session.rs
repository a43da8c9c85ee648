use std::sync::Arc;

use config::{Source, Stream};
use media::{AudioParameters, Codec, Unit};

use crate::{Error, Timeouts, file, http, push, rtsp, scene};

/// One connection of a source, from connecting to its end. Dropping it ends it too; [`Session::close`] also waits until the camera was told.
#[derive(Debug)]
pub struct Session(Kind);

/// Boxed: what waits for a session holds one of these, whatever the source is.
#[derive(Debug)]
enum Kind {
    Rtsp(Box<rtsp::Session>),
    Http(Box<http::Session>),
    File(Box<file::Session>),
    Push(Box<push::Session>),
    Test(Box<scene::Session>),
}

/// What is known of a session, for status: nothing secret is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    /// `tcp` or `udp` for RTSP, `http`, `push`, `file`, `test`.
    pub transport: &'static str,
    /// If it is known before the first access unit.
    pub codec: Option<Codec>,
    /// The sound that is set up: it may never come.
    pub sound: Option<Arc<AudioParameters>>,
    /// What the server says that it is.
    pub server: Option<String>,
}

impl Session {
    /// Connects with the usual time-outs. `push` is the stream's outlet; it is asked for only where the source is `push`.
    pub async fn open(stream: &Stream, push: Option<&push::Outlet>) -> Result<Self, Error> {
        Self::open_within(stream, push, Timeouts::default()).await
    }

    /// Connects with time-outs of the caller's.
    pub async fn open_within(stream: &Stream, push: Option<&push::Outlet>, limits: Timeouts) -> Result<Self, Error> {
        let session = Self(match &stream.source {
            Source::Rtsp(url) => Kind::Rtsp(Box::new(Box::pin(rtsp::Session::open(url, stream, limits)).await?)),
            Source::Http(url) => Kind::Http(Box::new(Box::pin(http::Session::open(url, stream, limits)).await?)),
            Source::File(path) => Kind::File(Box::new(file::Session::open(path, &stream.name).await?)),
            Source::Push => Kind::Push(Box::new(push::Session::open(push.ok_or_else(no_outlet)?))),
            Source::Test(scene) => Kind::Test(Box::new(scene::Session::open(*scene, &stream.name)?)),
        });
        let Description { transport, codec, sound, server } = session.description();
        let sound = sound.map(|sound| sound.codec.name());
        let codec = codec.map(Codec::name);
        tracing::info!(stream = %stream.name, source = stream.source.shown(), transport, codec, sound, server, "connected");
        Ok(session)
    }

    /// The next access or audio unit; an error is the end of the session. Damaged access units are counted, logged and left out in here.
    ///
    /// Cancel-safe: when it is dropped before it is ready, nothing is lost.
    pub async fn next(&mut self) -> Result<Unit, Error> {
        match &mut self.0 {
            Kind::Rtsp(session) => session.next().await,
            Kind::Http(session) => session.next().await.map(Unit::Access),
            Kind::File(session) => session.next().await,
            Kind::Push(session) => session.next().await.map(Unit::Access),
            Kind::Test(session) => session.next().await.map(Unit::Access),
        }
    }

    /// Ends the session and waits, for a bounded time, until the camera has been told.
    pub async fn close(self) {
        match self.0 {
            Kind::Rtsp(session) => session.close().await,
            Kind::Http(session) => drop(session),
            Kind::File(session) => drop(session),
            Kind::Push(session) => drop(session),
            Kind::Test(session) => drop(session),
        }
    }

    /// What is known of it.
    pub fn description(&self) -> Description {
        match &self.0 {
            Kind::Rtsp(session) => session.description(),
            Kind::Http(session) => session.description(),
            Kind::File(session) => session.description(),
            Kind::Push(_) => Description { transport: "push", ..Description::default() },
            Kind::Test(session) => session.description(),
        }
    }
}

fn no_outlet() -> Error {
    Error::Unusable("this stream was given nothing to be pushed into".into())
}
