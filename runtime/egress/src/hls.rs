//! HTTP Live Streaming of running streams: on demand, for as long as somebody watches. What segments and playlists are is in `packaging`.

mod hidden;
mod index;
mod kept;
mod muxer;
mod numbering;
pub mod output;
pub mod outputs;
mod places;
mod scratch;
mod sessions;
mod stored;
