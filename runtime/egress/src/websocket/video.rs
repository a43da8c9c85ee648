use std::sync::Arc;
use std::time::Duration;

use hub::{Entry, Offer, Ticket};
use picture::Condition;
use stream::{Received, Start, Status, Subscription, Tracks};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::exchange::{End, Pulse, answer, patient, say};
use super::frame::Opcode;
use super::socket::Socket;
use super::viewer::{STATS, Stats};
use crate::live::{Format, Hears, Live, Out};
use crate::message::{Message, VariantTold};
use crate::meter::Meter;
use crate::standing::{Standing, State};

/// How long a viewer waits for its stream's filters to be changed: `configure` of some of them, one after another.
const CHANGE: Duration = Duration::from_secs(30);

/// A viewer of video over WebSocket: access units as they come, beginning with the GOP that runs.
pub struct VideoViewer {
    entry: Arc<Entry>,
    /// The viewer's place: given back when it is dropped.
    _ticket: Ticket,
    offers: watch::Receiver<Arc<Offer>>,
    status: watch::Receiver<Status>,
    condition: watch::Receiver<Condition>,
    format: Format,
    hears: Hears,
    /// The variant that it asked for; the best one if none, or if there is none of that name any more.
    variant: Option<String>,
    standing: Option<Standing>,
    meter: Meter,
    pulse: Pulse,
    next_stats: Option<Instant>,
}

/// What it is sent from.
struct Tuned {
    offer: Arc<Offer>,
    units: Subscription,
    live: Live,
}

/// What happens.
enum Next {
    Media(Option<Received>),
    Incoming(Result<super::Incoming, super::Closed>),
    Status,
    Offer,
    Time,
}

impl VideoViewer {
    /// A viewer with its place.
    pub fn new(
        entry: Arc<Entry>,
        ticket: Ticket,
        format: Format,
        hears: Hears,
        variant: Option<String>,
        stats: Stats,
    ) -> Self {
        let now = Instant::now();
        Self {
            offers: entry.offer(),
            status: entry.stream().watch(),
            condition: entry.pictures().condition(),
            entry,
            _ticket: ticket,
            format,
            hears,
            variant,
            standing: None,
            meter: Meter::new(now.into_std()),
            pulse: Pulse::new(now),
            next_stats: (stats == Stats::Told).then_some(now + STATS),
        }
    }

    /// Sends units and messages until somebody ends it. The socket is closed then, but for [`End::NotAvailable`].
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
        let mut tuned = self.tune(socket, stop).await?;
        self.tell_standing(socket, stop).await?;
        loop {
            let wake = self.next_stats.into_iter().fold(self.pulse.next(), Instant::min);
            let next = tokio::select! {
                biased;
                () = stop.cancelled() => return Err(End::Stopped),
                changed = self.offers.changed() => changed.map(|()| Next::Offer).map_err(|_| End::Stopped)?,
                changed = self.status.changed() => changed.map(|()| Next::Status).map_err(|_| End::Stopped)?,
                changed = self.condition.changed() => changed.map(|()| Next::Status).map_err(|_| End::Stopped)?,
                () = sleep_until(wake) => Next::Time,
                incoming = socket.recv() => Next::Incoming(incoming),
                received = tuned.units.recv() => Next::Media(received),
            };
            match next {
                Next::Offer => tuned = self.tune(socket, stop).await?,
                Next::Status => self.tell_standing(socket, stop).await?,
                Next::Time => self.on_time(socket, stop).await?,
                Next::Incoming(incoming) => {
                    self.pulse.heard(Instant::now());
                    answer(socket, incoming).await?;
                }
                Next::Media(None) => {
                    // Perhaps what is offered is another: it is told before long.
                    match timeout(CHANGE, self.offers.changed()).await {
                        Ok(Ok(())) => tuned = self.tune(socket, stop).await?,
                        _ => return Err(End::Stopped),
                    }
                }
                Next::Media(Some(received)) => self.hand_on(&mut tuned, received, socket, stop).await?,
            }
        }
    }

    async fn hand_on<S>(
        &mut self,
        tuned: &mut Tuned,
        received: Received,
        socket: &mut Socket<S>,
        stop: &CancellationToken,
    ) -> Result<(), End>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut made = Vec::with_capacity(3);
        match received {
            Received::Unit(unit) => {
                if !tuned.live.has_begun() {
                    tuned.live.expect(self.entry.stream().status().sound);
                }
                let told = tuned.live.picture(&unit, |out| made.push(out));
                told.map_err(|unfit| End::NotAvailable(unfit.to_string().into()))?;
            }
            Received::Sound(unit) => tuned.live.sound(unit, |out| made.push(out)),
            Received::Discontinuity => tuned.live.seam(),
            Received::Skipped { units } => {
                tuned.live.seam();
                self.meter.count(0, units);
                say(socket, stop, &Message::Skipped { units }).await?;
            }
        }
        for out in made {
            match out {
                Out::Say(message) => say(socket, stop, &message).await?,
                // What is offered may have been revoked while something before it had to wait: then it is tuned anew.
                Out::Send { .. } if !tuned.offer.holds() => return Ok(()),
                Out::Send { front, data } => {
                    patient(stop, socket.send_behind(Opcode::Binary, &front, &data)).await?;
                    self.meter.count(front.len() + data.len(), 0);
                    self.entry.count_sent(front.len() + data.len());
                }
            }
        }
        Ok(())
    }

    /// Takes what is offered now.
    async fn tune<S>(&mut self, socket: &mut Socket<S>, stop: &CancellationToken) -> Result<Tuned, End>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        loop {
            let offer = self.offers.borrow_and_update().clone();
            let wanted =
                self.variant.as_ref().and_then(|name| offer.variants().iter().find(|variant| variant.name == *name));
            if let Some(variant) = wanted.or(offer.variants().first()) {
                let units = variant.feed.subscribe(Start::Gop, Tracks::All);
                let live = Live::new(self.format, self.hears);
                if offer.variants().len() > 1 {
                    let told = Message::Variants { variants: self.told(&offer), current: variant.name.clone() };
                    say(socket, stop, &told).await?;
                }
                return Ok(Tuned { units, live, offer: offer.clone() });
            }
            let waited = tokio::select! {
                biased;
                () = stop.cancelled() => return Err(End::Stopped),
                waited = timeout(if offer.is_passing() { CHANGE } else { Duration::ZERO }, self.offers.changed()) => waited,
            };
            if !matches!(waited, Ok(Ok(()))) {
                return Err(End::NotAvailable(offer.why_none().unwrap_or_default().into()));
            }
        }
    }

    fn told(&self, offer: &Offer) -> Vec<VariantTold> {
        let made = self.entry.pictures().snapshot().video;
        let told = offer.variants().iter().map(|variant| {
            let known = made.iter().find(|made| made.name == variant.name);
            let size = known.and_then(|known| known.size);
            VariantTold {
                name: variant.name.clone(),
                width: size.map(|size| size.width),
                height: size.map(|size| size.height),
                bits_per_second: known.and_then(|known| known.bitrate_asked),
            }
        });
        told.collect()
    }

    /// Tells how the stream stands, unless the viewer knows.
    async fn tell_standing<S>(&mut self, socket: &mut Socket<S>, stop: &CancellationToken) -> Result<(), End>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let status = self.status.borrow_and_update().clone();
        // What passes by the plugins is neither gated nor withheld, nor must it be decoded.
        let condition = self.condition.borrow_and_update().clone();
        let condition = if self.entry.is_reencoded() { condition } else { Condition::Fine };
        let standing = Standing::of(&status, &condition);
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
            self.next_stats = Some((due + STATS).max(now));
            let reading = self.meter.read(now.into_std());
            say(socket, stop, &Message::stats(reading, self.entry.viewers().total)).await?;
        }
        self.pulse.beat(socket, stop, now).await
    }
}
