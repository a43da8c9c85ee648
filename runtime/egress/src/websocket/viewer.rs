use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use hub::{Entry, Ticket};
use picture::{Condition, Delivery, Rendition, Stills};
use stream::Status;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::exchange::{End, Pulse, answer, patient, say};
use super::frame::Opcode;
use super::reader::Incoming;
use super::socket::{Closed, Socket};
use crate::chooser::{Chooser, Served};
use crate::message::Message;
use crate::meter::Meter;
use crate::standing::{Standing, State};

/// How often stats are told.
pub(super) const STATS: Duration = Duration::from_secs(1);

/// Whether a viewer asked for [`Message::Stats`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stats {
    /// Once a second.
    Told,
    /// Not at all.
    Untold,
}

/// Whether a viewer is sent [`Message::Annotations`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Annotations {
    /// Where there are any.
    Told,
    /// Not at all.
    Untold,
}

/// The text messages that a viewer chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// Once a second.
    pub stats: Stats,
    /// With the stills.
    pub annotations: Annotations,
}

/// A viewer of stills over WebSocket.
pub struct Viewer {
    stills: Stills,
    status: watch::Receiver<Status>,
    condition: watch::Receiver<Condition>,
    entry: Arc<Entry>,
    /// The viewer's place: given back when it is dropped.
    _ticket: Ticket,
    meter: Meter,
    chooser: Chooser,
    policy: watch::Receiver<()>,
    /// The rendition that the viewer was told.
    rendition: Rendition,
    standing: Option<Standing>,
    annotations: Annotations,
    /// What was found was told last as nothing.
    found_nothing: bool,
    pulse: Pulse,
    next_stats: Option<Instant>,
}

/// What happens seldom.
enum Rare {
    Stop,
    Changed,
    /// Another format policy is in force, or none.
    Policy,
    Time,
}

impl Viewer {
    /// A viewer with its place and its stills, and who chooses those.
    pub fn new(entry: Arc<Entry>, ticket: Ticket, served: Served, told: Told) -> Self {
        let Served { stills, chooser, policy } = served;
        let now = Instant::now();
        Self {
            rendition: stills.rendition(),
            stills,
            chooser,
            policy,
            status: entry.stream().watch(),
            condition: entry.pictures().condition(),
            entry,
            _ticket: ticket,
            meter: Meter::new(now.into_std()),
            standing: None,
            annotations: told.annotations,
            found_nothing: true,
            pulse: Pulse::new(now),
            next_stats: (told.stats == Stats::Told).then_some(now + STATS),
        }
    }

    /// Sends stills and messages until somebody ends it. The socket is closed then, but for [`End::NotAvailable`].
    pub async fn run<S>(mut self, socket: &mut Socket<S>, stop: &CancellationToken) -> End
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let end = match self.serve(socket, stop).await {
            Ok(never) => match never {},
            Err(end) => end,
        };
        end.tell(socket).await;
        end
    }

    async fn serve<S>(
        &mut self,
        socket: &mut Socket<S>,
        stop: &CancellationToken,
    ) -> Result<std::convert::Infallible, End>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        say(socket, stop, &Message::rendition(self.rendition)).await?;
        self.tell_standing(socket, stop).await?;
        loop {
            let choosing = self.chooser.next().map(Instant::from_std);
            let wake = [self.next_stats, choosing].into_iter().flatten().fold(self.pulse.next(), Instant::min);
            let happened = {
                // Registered once, not anew for each still, and looked at only when it is what awoke this viewer: the program's stop is under a lock
                // that all viewers share.
                let mut rare: FuturesUnordered<_> =
                    [rare(&mut self.status, &mut self.condition, &mut self.policy, stop, wake)].into_iter().collect();
                loop {
                    match next(&mut rare, socket, &mut self.stills).await {
                        Next::Rare(happened) => break happened,
                        Next::Incoming(incoming) => {
                            self.pulse.heard(Instant::now());
                            answer(socket, incoming).await?;
                        }
                        Next::Still(delivery) => {
                            let delivery = delivery.ok_or(End::Stopped)?;
                            let rendition = self.stills.rendition();
                            if rendition != self.rendition {
                                self.rendition = rendition;
                                say(socket, stop, &Message::rendition(rendition)).await?;
                            }
                            if self.annotations == Annotations::Told
                                && !(delivery.found.is_empty() && self.found_nothing)
                            {
                                self.found_nothing = delivery.found.is_empty();
                                let pts_ms = delivery.still.pts.nanos() as i64 / 1_000_000;
                                let annotations = delivery.found.clone();
                                say(socket, stop, &Message::Annotations { pts_ms, annotations }).await?;
                            }
                            // What was to be said before it may have had to wait.
                            if !self.stills.holds(&delivery) {
                                continue;
                            }
                            let Delivery { still, skipped, .. } = delivery;
                            let waited = patient(stop, socket.send(Opcode::Binary, &still.data)).await?;
                            self.meter.count(still.data.len(), skipped);
                            self.entry.count_sent(still.data.len());
                            if let Some(meter) = self.chooser.meter() {
                                meter.count(still.data.len(), skipped);
                                meter.wait(waited);
                            }
                        }
                    }
                }
            };
            match happened {
                Rare::Stop => return Err(End::Stopped),
                Rare::Changed => self.tell_standing(socket, stop).await?,
                Rare::Policy => self.chooser.policy_changed(&mut self.stills, Instant::now().into_std()).await,
                Rare::Time => self.on_time(socket, stop).await?,
            }
        }
    }

    /// Tells how the stream stands, unless the viewer knows.
    async fn tell_standing<S>(&mut self, socket: &mut Socket<S>, stop: &CancellationToken) -> Result<(), End>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let standing = Standing::of(&self.status.borrow_and_update(), &self.condition.borrow_and_update());
        if standing.state == State::NotAvailable {
            return Err(End::NotAvailable(standing.detail.unwrap_or_default()));
        }
        let known = self.standing.as_ref().is_some_and(|known| known.is_told_as(&standing));
        if !known {
            say(socket, stop, &Message::status(&standing, std::time::Instant::now())).await?;
            self.standing = Some(standing);
        }
        Ok(())
    }

    async fn on_time<S>(&mut self, socket: &mut Socket<S>, stop: &CancellationToken) -> Result<(), End>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let now = Instant::now();
        if let Some(due) = self.next_stats.filter(|due| *due <= now) {
            // A viewer that could not be written to for a while gets one reading, not one for each second missed.
            self.next_stats = Some((due + STATS).max(now));
            let reading = self.meter.read(now.into_std());
            say(socket, stop, &Message::stats(reading, self.entry.viewers().total)).await?;
        }
        if self.chooser.next().is_some_and(|due| due <= now.into_std()) {
            self.chooser.choose(&mut self.stills, now.into_std()).await;
        }
        self.pulse.beat(socket, stop, now).await
    }
}

/// What happens to a viewer.
enum Next {
    Still(Option<Delivery>),
    Incoming(Result<Incoming, Closed>),
    Rare(Rare),
}

/// Waits for what is next. At first stills are looked at last, so that a viewer to whom there is always one more to be sent is still heard; once it
/// waits they are looked at first, since they are what awakes it.
async fn next<S, R>(rare: &mut FuturesUnordered<R>, socket: &mut Socket<S>, stills: &mut Stills) -> Next
where
    S: AsyncRead + AsyncWrite + Unpin,
    R: Future<Output = Rare>,
{
    let (mut incoming, mut stills) = (pin!(socket.recv()), pin!(stills.recv()));
    let mut waited = false;
    poll_fn(|cx| {
        let woken = std::mem::replace(&mut waited, true);
        if woken && let Poll::Ready(delivery) = stills.as_mut().poll(cx) {
            return Poll::Ready(Next::Still(delivery));
        }
        if let Poll::Ready(Some(happened)) = rare.poll_next_unpin(cx) {
            return Poll::Ready(Next::Rare(happened));
        }
        if let Poll::Ready(incoming) = incoming.as_mut().poll(cx) {
            return Poll::Ready(Next::Incoming(incoming));
        }
        if woken { Poll::Pending } else { stills.as_mut().poll(cx).map(Next::Still) }
    })
    .await
}

async fn rare(
    status: &mut watch::Receiver<Status>,
    condition: &mut watch::Receiver<Condition>,
    policy: &mut watch::Receiver<()>,
    stop: &CancellationToken,
    wake: Instant,
) -> Rare {
    tokio::select! {
        biased;
        () = stop.cancelled() => Rare::Stop,
        changed = status.changed() => if changed.is_ok() { Rare::Changed } else { Rare::Stop },
        changed = condition.changed() => if changed.is_ok() { Rare::Changed } else { Rare::Stop },
        changed = policy.changed() => if changed.is_ok() { Rare::Policy } else { Rare::Stop },
        () = tokio::time::sleep_until(wake) => Rare::Time,
    }
}
