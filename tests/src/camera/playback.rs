//! The media of one session, at its pace, with what goes wrong in it.

use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use crate::camera::payload::payloads;
use crate::camera::script::{Fault, Script};
use crate::camera::sound::Sound;
use crate::camera::transport::{Port, Transport};
use crate::camera::{Shared, rtp};
use crate::clip::Clip;

/// Where RTP timestamps begin: they wrap within a second of each session.
const TIMESTAMP_START: u32 = 0xffff_8000;

/// How a playback ended.
pub(crate) enum End {
    /// The connection shall be closed.
    Closed,
}

pub(crate) struct Playback {
    /// Its share of [`super::Counts::playing`].
    alive: Alive,
    script: Script,
    faults: Vec<Fault>,
    transport: Transport,
    sound: Option<Sound>,
    sequence: rtp::Sequence,
    clip: Arc<Clip>,
    /// The clip that was ordered last, to see a new order.
    ordered: Arc<Clip>,
    /// The next access unit of the clip.
    at: usize,
    /// Added to a clip's ticks for its RTP timestamp.
    offset: i64,
    /// A packet that waits for the one behind it.
    delayed: Option<Vec<u8>>,
    packets: usize,
    due: Instant,
}

struct Alive(Arc<Shared>);

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.count(|counts| counts.playing -= 1);
    }
}

impl Playback {
    /// The RTP timestamp of a session's first packet.
    pub(crate) fn first_timestamp(script: &Script) -> u32 {
        (i64::from(TIMESTAMP_START) + script.clip.ticks(script.joins_at)) as u32
    }

    pub(crate) fn new(
        shared: Arc<Shared>,
        script: &Script,
        faults: Vec<Fault>,
        (transport, sound): (Transport, Option<Sound>),
        sequence: rtp::Sequence,
    ) -> Self {
        shared.count(|counts| counts.playing += 1);
        Self {
            ordered: shared.clip(),
            alive: Alive(shared),
            faults,
            transport,
            sound,
            sequence,
            clip: script.clip.clone(),
            at: script.joins_at,
            offset: i64::from(TIMESTAMP_START),
            delayed: None,
            packets: 0,
            due: Instant::now(),
            script: script.clone(),
        }
    }

    pub(crate) async fn run(mut self) -> End {
        let mut sent = 0;
        while self.run_once(sent).await.is_ok() {
            sent += 1;
        }
        End::Closed
    }

    /// One picture; an error when the connection is to end, or has.
    async fn run_once(&mut self, sent: usize) -> io::Result<()> {
        tokio::time::sleep_until(self.due).await;
        self.wait_while_stalled().await;
        self.take_new_clip();
        for fault in self.faults.clone() {
            self.apply(&fault, sent).await?;
        }
        if sent.is_multiple_of(self.clip.fps as usize) {
            let report = self.sequence.sender_report(self.timestamp(), SystemTime::now());
            self.transport.send(Port::Rtcp, &report).await?;
            if let Some(sound) = &self.sound {
                sound.report(self.clip.ticks(self.at)).await?;
            }
        }
        if let Some(sound) = &mut self.sound {
            sound.send_until(self.clip.ticks(self.at)).await?;
        }
        self.send_picture(sent).await?;
        self.at += 1;
        self.due += self.clip.interval();
        Ok(())
    }

    fn timestamp(&self) -> u32 {
        (self.offset + self.clip.ticks(self.at)) as u32
    }

    async fn wait_while_stalled(&mut self) {
        let mut orders = self.alive.0.orders.subscribe();
        if !orders.borrow().stalled {
            return;
        }
        let since = Instant::now();
        // An error means that the camera is gone, and with it this task.
        orders.wait_for(|orders| !orders.stalled).await.ok();
        self.skip(since.elapsed());
    }

    /// The camera's clock went on without pictures.
    fn skip(&mut self, time: Duration) {
        self.due += time;
        self.offset += (time.as_micros() * 9 / 100) as i64;
    }

    fn take_new_clip(&mut self) {
        let ordered = self.alive.0.clip();
        if !Arc::ptr_eq(&ordered, &self.ordered) {
            self.ordered = ordered.clone();
            self.switch(ordered);
        }
    }

    fn switch(&mut self, clip: Arc<Clip>) {
        self.offset += self.clip.ticks(self.at) - clip.ticks(0);
        self.at = 0;
        self.clip = clip;
    }

    async fn apply(&mut self, fault: &Fault, sent: usize) -> io::Result<()> {
        match fault {
            Fault::ClosesAfter(after) if sent == *after => return Err(io::ErrorKind::ConnectionAborted.into()),
            Fault::EndsAfter(after) if sent == *after => {
                let bye = self.sequence.bye(self.timestamp(), SystemTime::now());
                self.transport.send(Port::Rtcp, &bye).await?;
                std::future::pending::<()>().await;
            }
            Fault::StallsAfter(after) if sent == *after => std::future::pending::<()>().await,
            Fault::PausesAfter(after, time) if sent == *after => {
                tokio::time::sleep(*time).await;
                self.skip(*time);
            }
            Fault::SwitchesAfter(after, clip) if sent == *after => self.switch(clip.clone()),
            Fault::JumpsAfter(after, ticks) if sent == *after => self.offset += ticks,
            Fault::ChangesSsrcAfter(after) if sent == *after => {
                let ssrc = self.sequence.ssrc ^ 0x00ff_ff00;
                self.sequence = rtp::Sequence::new(ssrc, self.sequence.payload_type, 4_711);
                self.offset += 0x1234_5678;
            }
            Fault::SendsGarbageAfter(after) if sent == *after => self.send_garbage().await?,
            Fault::BreaksFramingAfter(after) if sent == *after => {
                self.transport.send_unframed(b"\x00\x17these bytes are neither a packet nor an answer\xff\xd9").await?;
            }
            _ => {}
        }
        Ok(())
    }

    async fn send_garbage(&mut self) -> io::Result<()> {
        let timestamp = self.timestamp();
        // Cut RTP header; version 0; reserved NAL unit type 31; the end of a fragment that never began; a STAP-A whose length lies.
        self.transport.send(Port::Rtp, &[0x80, 96, 0]).await?;
        self.transport.send(Port::Rtp, &[0u8; 40]).await?;
        for payload in [&[0x1f, 1, 2, 3][..], &[0x7c, 0x45, 9, 9], &[0x78, 0xff, 0xff, 1]] {
            let packet = self.sequence.packet(payload, timestamp, false);
            self.transport.send(Port::Rtp, &packet).await?;
        }
        self.transport.send(Port::Rtcp, &[0xff; 9]).await
    }

    async fn send_picture(&mut self, sent: usize) -> io::Result<()> {
        let unit = self.clip.unit(self.at).clone();
        let payloads = payloads(self.clip.codec, &unit, self.script.parameter_sets, self.script.packets);
        let (timestamp, last) = (self.timestamp(), payloads.len().saturating_sub(1));
        for (index, payload) in payloads.iter().enumerate() {
            let packet = self.sequence.packet(payload, timestamp, index == last);
            self.packets += 1;
            let packets = self.packets;
            let hits = |each: usize| packets.is_multiple_of(each.max(1));
            let lost =
                self.faults.iter().any(|fault| matches!(fault, Fault::LosesEach(each) if sent > 0 && hits(*each)));
            let late = self.faults.iter().any(|fault| matches!(fault, Fault::ReordersEach(each) if hits(*each)));
            if lost {
                continue;
            }
            if late && self.delayed.is_none() {
                self.delayed = Some(packet);
                continue;
            }
            self.transport.send(Port::Rtp, &packet).await?;
            if let Some(delayed) = self.delayed.take() {
                self.transport.send(Port::Rtp, &delayed).await?;
            }
        }
        self.alive.0.note_sent(unit.number);
        Ok(())
    }
}
