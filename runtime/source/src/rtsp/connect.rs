use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use config::{Stream, Transport};
use retina::client::{
    Credentials, Described, InitialTimestampPolicy, PlayOptions, Playing, Session, SessionGroup, SessionIdPolicy,
    SessionOptions, SetupOptions, TcpTransportOptions, UdpTransportOptions,
};
use retina::codec::FrameFormat;
use secrecy::ExposeSecret;
use url::Url;

use super::failure::{Failure, Step};
use super::reception::Reception;
use super::track::{self, Track, Tracks};
use super::{Way, failure};
use crate::session::Description;
use crate::{Error, Timeouts, USER_AGENT};

/// Everything that an attempt needs; the attempts of one `open` differ in the ways they may try.
struct Plan {
    url: Url,
    credentials: Option<Credentials>,
    limits: Timeouts,
    sound: config::Sound,
}

/// Connects, with at most three attempts: one more for a nonce that went stale, one more for a camera that mixes up TCP and UDP.
pub(super) async fn open(url: &str, stream: &Stream, limits: Timeouts) -> Result<super::Session, Error> {
    let mut url = Url::parse(url).map_err(|error| Error::Unusable(format!("`source` is no URL: {error}")))?;
    // retina refuses credentials in the URL, and they would be in its log lines: they come by `username` and `password` only.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    let credentials = stream
        .credentials
        .as_ref()
        .map(|given| Credentials { username: given.username.clone(), password: given.password.expose_secret().into() });
    let plan = Plan { url, credentials, limits, sound: stream.sound };

    let mut ways: &[Way] = match stream.transport {
        Transport::Auto => &[Way::Tcp, Way::Udp],
        Transport::Tcp => &[Way::Tcp],
        Transport::Udp => &[Way::Udp],
    };
    let mut again = true;
    loop {
        match plan.attempt(ways).await {
            Ok(session) => return Ok(session),
            Err(failure) if ways.len() > 1 && failure.step == Step::Setup && failure.is_mixed_up() => {
                ways = &[Way::Udp]
            }
            Err(failure) if again && plan.credentials.is_some() && failure.may_be_stale_nonce() => again = false,
            Err(failure) => return Err(failure.error(&plan.url, plan.credentials.is_some())),
        }
    }
}

impl Plan {
    async fn attempt(&self, ways: &[Way]) -> Result<super::Session, Failure> {
        let group = Arc::new(SessionGroup::default());
        let options = SessionOptions::default()
            .creds(self.credentials.clone())
            .user_agent(USER_AGENT.into())
            .session_group(group.clone())
            .session_id(SessionIdPolicy::UseFirst);
        // retina connects inside DESCRIBE: the two share one limit.
        let limit = self.limits.connect.max(self.limits.describe);
        let mut described = within(limit, Step::Describe, Session::describe(self.url.clone(), options)).await?;

        let tracks = track::choose(described.streams(), self.sound);
        let Tracks { video, sound } = tracks.map_err(|error| Failure::unusable(Step::Describe, error))?;
        let way = self.setup(&mut described, video.index, ways).await?;
        let sound = match sound {
            Some(sound) => self.setup_sound(&mut described, sound, way).await?,
            None => None,
        };

        let policy = PlayOptions::default().initial_timestamp(InitialTimestampPolicy::Permissive);
        let playing = within(self.limits.play, Step::Play, Box::pin(described.play(policy))).await?;
        let server = playing.tool().map(|tool| tool.chars().filter(|c| !c.is_control()).take(80).collect());
        let reception = Reception::new(demuxed(playing)?, Tracks { video, sound });
        let (transport, codec, sound) = (way.word(), Some(video.codec), reception.sound());
        let description = Description { transport, codec, sound, server };
        Ok(super::Session { reception, group, description, limits: self.limits })
    }

    /// SETUP of the sound, over the way that the video takes. A camera that refuses it is watched without.
    async fn setup_sound<C>(
        &self,
        described: &mut Session<Described>,
        sound: Track<C>,
        way: Way,
    ) -> Result<Option<Track<C>>, Failure> {
        match self.setup(described, sound.index, &[way]).await {
            Ok(_) => Ok(Some(sound)),
            Err(failure) if failure.is_answered() => {
                tracing::info!(transport = way.word(), "the camera refuses SETUP of its sound: it is watched without");
                Ok(None)
            }
            Err(failure) => Err(failure),
        }
    }

    /// SETUP of one track, over the first way that the camera takes.
    async fn setup(&self, described: &mut Session<Described>, track: usize, ways: &[Way]) -> Result<Way, Failure> {
        let mut ways = ways.iter().copied().peekable();
        while let Some(way) = ways.next() {
            let transport = match way {
                Way::Tcp => retina::client::Transport::Tcp(TcpTransportOptions::default()),
                Way::Udp => retina::client::Transport::Udp(UdpTransportOptions::default()),
            };
            let options = SetupOptions::default().transport(transport).frame_format(FrameFormat::MP4);
            match within(self.limits.setup, Step::Setup, Box::pin(described.setup(track, options))).await {
                Ok(()) => return Ok(way),
                Err(failure) if ways.peek().is_some() && failure.is_refused_transport() => {
                    tracing::debug!(refused = way.word(), "the camera refuses this transport, trying the next");
                }
                Err(failure) => return Err(failure),
            }
        }
        unreachable!("there is at least one way, and the last one returns")
    }
}

fn demuxed(playing: Session<Playing>) -> Result<retina::client::Demuxed, Failure> {
    playing.demuxed().map_err(|error| Failure::unusable(Step::Describe, Error::Unusable(failure::words(&error))))
}

async fn within<T>(
    limit: Duration,
    step: Step,
    request: impl Future<Output = Result<T, retina::Error>>,
) -> Result<T, Failure> {
    match tokio::time::timeout(limit, request).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(Failure::answered(step, error)),
        Err(_) => Err(Failure::timed_out(step, limit)),
    }
}
