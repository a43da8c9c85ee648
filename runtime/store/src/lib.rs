//! Segments beyond memory: a folder or an object store that holds a stream's window.
//!
//! Owns where files go and how they get there whole ([`Store`]), the order and patience of writing ([`Keeper`]), and what a window can go on with after
//! a restart ([`recover()`]). Owns neither what a segment is nor which ones a window has: it is given bytes, names and the text of a playlist
//! (RFC 8216, second edition: draft-pantos-hls-rfc8216bis, cited by its sections).
//!
//! # What is in a folder
//!
//! `{folder}/{stream}/{variant}/` has the media playlist, init segments and segments of one variant, all under the names that they are served by, so
//! that any web server can serve the folder. The playlist that is stored names whole files alone: parts are not files, and a server of files answers no
//! blocking reload, so tags of low latency are left out of it.
//!
//! Files are replaced whole: written beside their place, then renamed. They are not forced to the disk (a camera on each of a hundred folders would
//! have it do nothing else), so that a power failure may cut the newest ones; the playlist says how many bytes each file has in a comment, and what has
//! others is none.
//!
//! # What is removed
//!
//! Files with our names that no window has, those of a process that was killed too. Never a file with another name, and never the folder of a stream
//! that the configuration does not name: one that its template makes is not named either and comes back with its first viewer. Such a folder holds one
//! window and grows no more.
//!
//! # Which object stores
//!
//! S3 and what speaks it, through `object_store` with its features `aws-base` and `ring`, over an HTTP client of our own (`s3.rs`). Its feature `aws` (looked
//! at in version 0.14) would bring `aws-lc-sys`, a second TLS in C beside ring, after which rustls has no default provider any more; and by the features of
//! `reqwest` it would give the camera's HTTP client TLS and HTTP/2.
#![forbid(unsafe_code)]

mod backlog;
mod disk;
mod error;
mod job;
mod keeper;
mod listing;
mod name;
mod object;
mod patience;
mod recover;
mod s3;
mod store;
mod telling;
mod utc;

use std::path::PathBuf;
use std::sync::Arc;

use config::HlsStorage;
use media::StreamName;

pub use backlog::{Counts, Limits};
pub use disk::Disk;
pub use error::Error;
pub use keeper::{Keeper, Settings};
pub use object::{Object, in_memory, local};
pub use recover::{Held, Recovered, erase, recover};
pub use store::{ALL, Boxed, Entry, Store};

/// The store of one variant of a stream, or of what all its variants share; none where segments are in memory alone.
pub fn open(
    storage: &HlsStorage,
    stream: &StreamName,
    variant: Option<&StreamName>,
) -> Result<Option<Arc<dyn Store>>, Error> {
    let mut names = [Some(stream), variant].into_iter().flatten().map(StreamName::as_str);
    Ok(match storage {
        HlsStorage::Memory => None,
        HlsStorage::Disk(folder) | HlsStorage::Scratch(folder) => {
            Some(Arc::new(Disk::new(folder.join(names.collect::<PathBuf>()))))
        }
        HlsStorage::S3(place) => Some(Arc::new(names.try_fold(s3::bucket(place)?, |at, name| at.below(name))?)),
    })
}
