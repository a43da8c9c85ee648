//! MPEG-2 transport streams as HLS has them (rfc8216bis 3.1.1, ISO/IEC 13818-1): segments, one after another.

mod adts;
mod clock;
mod packet;
mod pes;
mod section;
mod stream;
mod track;
mod unit;

pub use stream::{Figures, Limits, Stream};
