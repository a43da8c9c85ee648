//! Whether cameras answer, and bring what can be shown: each is connected as its stream would be, all at once.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use config::{Config, Source, Stream};
use media::{AccessUnit, Codec, Unit};
use source::{Description, Error, Session};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};

use super::Finding;

/// All steps of connecting together: each has its own limit in the source room, and one that needs all of them is too slow for a viewer.
const CONNECTS_WITHIN: Duration = Duration::from_secs(12);
/// For the first picture, and for the camera's clock, which sender reports tell about every five seconds (RFC 3550 section 6.2).
const TELLS_WITHIN: Duration = Duration::from_secs(6);
/// A difference that a person sees in the times of events and recordings.
const SKEW: Duration = Duration::from_secs(2);
/// Cameras that are connected at once: a thousand would be slowed down by this machine, and not by themselves.
const AT_ONCE: usize = 64;

/// What one brings.
struct Seen {
    description: Description,
    first: Option<AccessUnit>,
    /// By how much its clock is before ours (negative: behind), in seconds.
    skew: Option<f64>,
}

/// One finding for each stream with a source that can be connected to, in the order of names.
pub(crate) async fn look(config: &Config) -> Vec<Finding> {
    let mut waiting = config.streams.values().filter(|stream| is_asked(stream)).cloned();
    let (mut running, mut found) = (JoinSet::new(), Vec::new());
    loop {
        while running.len() < AT_ONCE
            && let Some(stream) = waiting.next()
        {
            running.spawn(async move {
                let finding = one(&stream).await;
                (stream.name.clone(), finding)
            });
        }
        match running.join_next().await {
            Some(done) => found.extend(done),
            None => break,
        }
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    found.into_iter().map(|(_, finding)| finding).collect()
}

/// Pushed stills come by themselves, and the test scene is made here.
fn is_asked(stream: &Stream) -> bool {
    matches!(stream.source, Source::Rtsp(_) | Source::Http(_) | Source::File(_))
}

async fn one(stream: &Arc<Stream>) -> Finding {
    let subject = format!("camera {}", stream.name);
    match timeout(CONNECTS_WITHIN, see(stream)).await {
        Ok(Ok(seen)) => told(subject, stream, &seen),
        Ok(Err(error)) => Finding::bad(subject, error.to_string(), advice(stream, &error)),
        Err(_) => {
            let error = Error::TimedOut { step: "connect", after: CONNECTS_WITHIN };
            Finding::bad(subject, error.to_string(), advice(stream, &error))
        }
    }
}

async fn see(stream: &Stream) -> Result<Seen, Error> {
    let mut session = Box::pin(Session::open(stream, None)).await?;
    let mut seen = Seen { description: session.description(), first: None, skew: None };
    let until = Instant::now() + TELLS_WITHIN.min(CONNECTS_WITHIN / 2);
    let ended = loop {
        match timeout_at(until, session.next()).await {
            Ok(Ok(Unit::Access(unit))) => {
                seen.skew = unit.captured.map(|captured| seconds_before(captured, unit.received.wall));
                seen.first.get_or_insert(unit);
                // Others than RTSP cameras tell no time.
                if seen.skew.is_some() || !matches!(stream.source, Source::Rtsp(_)) {
                    break None;
                }
            }
            Ok(Ok(Unit::Audio(_))) => {}
            Ok(Err(error)) => break Some(error),
            Err(_) => break None,
        }
    };
    session.close().await;
    match ended {
        Some(error) if seen.first.is_none() => Err(error),
        _ => Ok(seen),
    }
}

fn seconds_before(captured: SystemTime, received: SystemTime) -> f64 {
    match captured.duration_since(received) {
        Ok(before) => before.as_secs_f64(),
        Err(behind) => -behind.duration().as_secs_f64(),
    }
}

fn told(subject: String, stream: &Stream, seen: &Seen) -> Finding {
    let Description { transport, server, .. } = &seen.description;
    let server = server.as_ref().map(|server| format!(", {server}")).unwrap_or_default();
    let Some(first) = &seen.first else {
        return Finding::look(
            subject,
            format!("connected over {transport}{server}, and no picture within {TELLS_WITHIN:?}"),
            "look whether the camera's own page shows a picture; some send none to a second viewer",
        );
    };
    let found = format!("{} {} over {transport}{server}", first.parameters.codec, first.parameters.size);
    if let Some(skew) = seen.skew.filter(|skew| skew.abs() > SKEW.as_secs_f64()) {
        let way = if skew > 0.0 { "before" } else { "behind" };
        return Finding::look(
            subject,
            format!("{found}; its clock is {} {way} this machine's", span(skew.abs())),
            "have the camera and this machine ask the same NTP server",
        );
    }
    if first.codec == Codec::H265 && !stream.plugins.is_empty() {
        return Finding::look(
            subject,
            found,
            "plugins see no pictures of H.265: have the camera send H.264, or leave `plugins` out",
        );
    }
    Finding::fine(subject, found)
}

fn span(seconds: f64) -> String {
    match seconds {
        ..120.0 => format!("{seconds:.1} s"),
        120.0..7_200.0 => format!("{:.0} min", seconds / 60.0),
        _ => format!("{:.1} h", seconds / 3_600.0),
    }
}

fn advice(stream: &Stream, error: &Error) -> String {
    let name = &stream.name;
    match error {
        Error::Unreachable { at, .. } => {
            format!("is it switched on, in this network, and `{at}` its address? a firewall between refuses too")
        }
        Error::TimedOut { .. } => {
            "it may have as many sessions as it allows, or a firewall drops what is sent to it; try it with another player".into()
        }
        Error::Unauthorized { given: true } => {
            format!("look at `username` and `password` of `streams.{name}`; some cameras have users of their own for RTSP")
        }
        Error::Unauthorized { given: false } => format!("write `username` and `password` under `streams.{name}`"),
        Error::Forbidden => "allow this user to watch, on the camera's own page".into(),
        Error::NotFound => format!("look at the path of `streams.{name}.source`: the maker's manual has it, and ONVIF tools show it"),
        Error::Refused { .. } | Error::Protocol { .. } => {
            "try it with another player; if that works, it is a fault of ours: tell us the answer above".into()
        }
        Error::Unusable(_) => "have the camera send H.264 (or MJPEG), on its own page".into(),
        Error::Lost(_) | Error::Ended => "it connects and ends: look at its log, its power and its network".into(),
        Error::File { .. } => format!("look at `streams.{name}.source`, and whether the user that serves may read it"),
        Error::Scene(_) => format!("look at `streams.{name}.source`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_for_people() {
        assert_eq!([span(2.34), span(600.0), span(9_000.0)], ["2.3 s", "10 min", "2.5 h"]);
        let now = SystemTime::now();
        assert_eq!(seconds_before(now, now + Duration::from_secs(3)), -3.0);
    }
}
