//! The sound of a scripted camera: units that say when they were taken, at the pace of its pictures.

use std::io;
use std::time::SystemTime;

use crate::camera::rtp;
use crate::camera::script::{ExtraTrack, SoundClock};
use crate::camera::transport::{Port, Transport};

/// Where RTP timestamps of sound begin: elsewhere than those of pictures.
pub(crate) const TIMESTAMP_START: u32 = 0x1234_5678;
/// Samples of a unit of AAC.
const AAC: u32 = 1_024;
/// AAC-LC, 48 kHz, stereo (ISO/IEC 14496-3, section 4.4.2.1): two channels without a spectrum.
const SILENCE: [u8; 9] = [0x21, 0x00, 0x49, 0x90, 0x02, 0x19, 0x00, 0x23, 0x80];
/// Samples of a packet of G.711: 20 ms.
const G711: u32 = 160;

/// A track of sound that somebody set up.
#[derive(Clone, Debug)]
pub(crate) struct Sound {
    pub(crate) kind: ExtraTrack,
    pub(crate) transport: Transport,
    pub(crate) sequence: rtp::Sequence,
    pub(crate) clock: SoundClock,
    /// Samples since the clip began.
    at: u64,
}

impl Sound {
    pub(crate) fn new(kind: ExtraTrack, transport: Transport, ssrc: u32, clock: SoundClock) -> Self {
        let payload_type = if kind == ExtraTrack::Pcmu { 0 } else { 98 };
        Self { kind, transport, sequence: rtp::Sequence::new(ssrc, payload_type, 9), clock, at: 0 }
    }

    fn rate(&self) -> u32 {
        if self.kind == ExtraTrack::Pcmu { 8_000 } else { 48_000 }
    }

    /// The RTP timestamp of what was taken so many samples after the clip began.
    fn timestamp(&self, at: u64) -> u32 {
        let late = match self.clock {
            SoundClock::Late(time) => (time.as_millis() as u64 * u64::from(self.rate()) / 1_000) as u32,
            SoundClock::Told | SoundClock::Untold => 0,
        };
        TIMESTAMP_START.wrapping_add(at as u32).wrapping_add(late)
    }

    /// Sends what was taken until `ticks` of the video's clock; it is that of the first picture at 0.
    pub(crate) async fn send_until(&mut self, ticks: i64) -> io::Result<()> {
        let (rate, step) = (self.rate(), if self.kind == ExtraTrack::Pcmu { G711 } else { AAC });
        while (self.at as i64) * 90_000 < ticks * i64::from(rate) {
            let payload = match self.kind {
                // A tone in the first tenth of each second, nothing otherwise.
                ExtraTrack::Pcmu => {
                    let is_loud = |sample: u64| sample % 8_000 < 800;
                    (self.at..self.at + u64::from(step))
                        .map(|n| if is_loud(n) { 0x80 | (n as u8 & 8) } else { 0xff })
                        .collect()
                }
                ExtraTrack::Silence => aac(&SILENCE),
                _ => aac(&self.at.to_be_bytes()),
            };
            let packet = self.sequence.packet(&payload, self.timestamp(self.at), true);
            self.transport.send(Port::Rtp, &packet).await?;
            self.at += u64::from(step);
        }
        Ok(())
    }

    /// A report: the time of the clip in ticks of the video's clock is now.
    pub(crate) async fn report(&self, ticks: i64) -> io::Result<()> {
        let at = (ticks * i64::from(self.rate()) / 90_000) as u64;
        let report = self.sequence.sender_report(self.timestamp(at), SystemTime::now());
        self.transport.send(Port::Rtcp, &report).await
    }
}

/// One access unit in a packet (RFC 3640, section 3.3.6: AAC-hbr).
fn aac(unit: &[u8]) -> Vec<u8> {
    let header = (unit.len() as u16) << 3;
    [&16_u16.to_be_bytes()[..], &header.to_be_bytes(), unit].concat()
}
