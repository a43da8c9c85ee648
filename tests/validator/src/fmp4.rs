//! Fragmented MP4 as HLS has it (rfc8216bis 3.1.2, ISO/IEC 14496-12 and -15): initialization sections, segments and parts.
//!
//! [`init`] and [`chunk`] read bytes and say what is wrong within them; [`Timeline`] holds chunks against those before and against their playlist.

mod atom;
mod chunk;
mod codec;
mod entry;
mod init;
mod layout;
mod nal;
mod parts;
mod sps;
mod timeline;
mod track;

pub use chunk::{Chunk, Fragment, Run, Sample, chunk};
pub(crate) use codec::RATES;
pub use codec::codecs_agree;
pub use init::init;
pub use parts::same_media;
pub use timeline::{Expected, Figures, Limits, Timeline};
pub use track::{Init, Kind, Nal, Track};
