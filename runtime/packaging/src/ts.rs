//! MPEG transport stream (ISO/IEC 13818-1, ITU-T H.222.0) as segments of HLS hold it (RFC 8216, section 3.2): H.264 and AAC in packets of 188 bytes.
//!
//! Owns the bytes: tables, packets, PES headers, ADTS headers, the clock reference. Does not own when a segment begins, nor when a picture is decoded: the
//! caller passes both in. Pure: no clock, no I/O. Clause numbers without a name are those of ISO/IEC 13818-1.
//!
//! ```text
//!   Tracks::new ──▶ Muxer::new ──▶ begin ──▶ picture, sound … ──▶ end ──▶ begin …
//! ```
//!
//! Everything is written behind what the caller's buffer holds, in whole packets: what was written after any call may be sent on its own.

mod adts;
mod clock;
mod muxer;
mod packet;
mod pes;
mod sound;
mod tables;
#[cfg(test)]
mod tests;
mod tracks;

pub use adts::BadConfig;
pub use muxer::Muxer;
pub use packet::PACKET;
pub use tracks::{Tracks, Unfit};
