//! Files, played for ever in real time: mp4 with H.264, and H.264 byte streams (Annex B).
//!
//! A named thread reads ahead by at most `AHEAD` access units and holds no more of the file than those and, of an mp4, its index; it is gone soon
//! after the session. What is due is told by decoding times on the steady clock. Times go on over the end of the file: each loop begins where
//! the last one ended.

pub mod annexb;
mod mp4;
mod reader;
mod reorder;
mod slice;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use media::{AccessUnit, Codec, Moment, StreamName, Timestamp, Unit};
use tokio::sync::mpsc;

use crate::assembler::{Assembler, LeftOut};
use crate::noise::Noise;
use crate::session::Description;
use crate::{Error, threads};
use reader::{Reader, Timed, Why};

/// Access units that are read before they are due: enough for a disk that has to spin up between two pictures, and bounded where they are large.
const AHEAD: usize = 8;
/// A session that is this late (nobody asked, or the machine slept) goes on from now instead of hurrying after.
const LATE: Duration = Duration::from_secs(1);

type Read = Result<Timed, Error>;

/// A file that is being played.
#[derive(Debug)]
pub(crate) struct Session {
    read: mpsc::Receiver<Read>,
    /// The next one, until it is due.
    waiting: Option<Timed>,
    /// When the time 0 was.
    began: Option<Instant>,
    assembler: Assembler,
    noise: Noise,
}

impl Session {
    /// Opens the file and reads its first access unit: a file that cannot be played is an error here.
    pub(crate) async fn open(path: &Path, stream: &StreamName) -> Result<Self, Error> {
        let (parameters_to, parameters) = tokio::sync::oneshot::channel();
        let (to, mut read) = mpsc::channel(AHEAD);
        let path = path.to_owned();
        threads::spawn("file", stream, {
            let path = path.clone();
            move || {
                let result = Reader::open(&path).and_then(|mut reader| {
                    let _ = parameters_to.send(reader.parameters().cloned());
                    reader.run(|timed| match to.blocking_send(Ok(timed)) {
                        Ok(()) => ControlFlow::Continue(()),
                        Err(_) => ControlFlow::Break(()),
                    })
                });
                if let Err(why) = result {
                    let _ = to.blocking_send(Err(failed(path, &why)));
                }
            }
        })?;
        // A file whose index makes the parser panic takes the thread with it, and is told as broken.
        let first = read
            .recv()
            .await
            .unwrap_or_else(|| Err(failed(path, &Why::Broken("its index contradicts itself".into()))))?;
        let mut assembler = Assembler::new(Codec::H264);
        if let Ok(Some(parameters)) = parameters.await {
            assembler.learn(parameters);
        }
        Ok(Self { read, waiting: Some(first), began: None, assembler, noise: Noise::new("access units") })
    }

    /// The next access unit when it is due. Cancel-safe: what is not due yet waits in here.
    pub(crate) async fn next(&mut self) -> Result<Unit, Error> {
        loop {
            if self.waiting.is_none() {
                self.waiting = Some(self.read.recv().await.ok_or(Error::Ended)??);
            }
            if let Some(timed) = &self.waiting {
                let due = self.due(timed.decode);
                tokio::time::sleep_until(due.into()).await;
            }
            let Some(timed) = self.waiting.take() else { continue };
            let received = Moment::now();
            match unit(&mut self.assembler, timed, received) {
                Ok(unit) => return Ok(unit.into()),
                Err(why) => self.noise.note(received.steady, || why.to_string()),
            }
        }
    }

    fn due(&mut self, decode: i64) -> Instant {
        let now = Instant::now();
        let since = Duration::from_nanos(Timestamp::from_ticks(decode).nanos());
        let due = *self.began.get_or_insert(now) + since;
        if now.saturating_duration_since(due) > LATE {
            self.began = now.checked_sub(since).or(self.began);
            return now;
        }
        due
    }

    pub(crate) fn description(&self) -> Description {
        Description { transport: "file", codec: Some(Codec::H264), ..Description::default() }
    }
}

/// Gives every access unit of a file to `take`, once, in the order of decoding and as fast as it is taken, until it says that it wants no more. What is
/// no access unit is left out, as in a session.
///
/// Blocks: not for a thread that runs async tasks.
pub fn read(path: &Path, mut take: impl FnMut(AccessUnit) -> ControlFlow<()>) -> Result<(), Error> {
    let failed = |why: Why| failed(path.to_owned(), &why);
    let mut reader = Reader::open(path).map_err(failed)?;
    let mut assembler = Assembler::new(Codec::H264);
    if let Some(parameters) = reader.parameters() {
        assembler.learn(parameters.clone());
    }
    let given = reader.run_once(|timed| match unit(&mut assembler, timed, Moment::now()) {
        Ok(unit) => take(unit),
        Err(_) => ControlFlow::Continue(()),
    });
    given.map_err(failed)
}

fn unit(assembler: &mut Assembler, timed: Timed, received: Moment) -> Result<AccessUnit, LeftOut> {
    let made = assembler.assemble(timed.data, true)?;
    Ok(AccessUnit {
        codec: Codec::H264,
        data: made.data,
        pts: Timestamp::from_ticks(timed.show),
        key: made.key,
        reference: timed.reference,
        lost: 0,
        received,
        captured: None,
        parameters: made.parameters,
    })
}

fn failed(path: PathBuf, why: &Why) -> Error {
    Error::File { path, why: why.to_string() }
}

#[cfg(test)]
mod tests;
