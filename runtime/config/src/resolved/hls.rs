use std::path::PathBuf;
use std::time::Duration;

use super::{Credentials, Defaults};

/// `[streams.*.hls]`: how a stream's video is offered to players of HLS.
#[derive(Clone, Debug, PartialEq)]
pub struct Hls {
    /// `variant`.
    pub variant: HlsVariant,
    /// `segment`: how long one is to be.
    pub segment: Duration,
    /// `part`: how long one is at most, for low latency.
    pub part: Duration,
    /// `window`: how many whole segments the playlist has.
    pub window: u32,
    /// `always`: segments are made also when nobody watches.
    pub always: bool,
    /// `segment_max_size` in bytes.
    pub segment_max_size: u64,
    /// `close_after`: how long segments are kept behind the last viewer.
    pub close_after: Duration,
    /// `storage`: where segments are.
    pub storage: HlsStorage,
}

/// `hls.variant`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HlsVariant {
    /// Fragmented mp4 in parts: low latency.
    #[default]
    LowLatency,
    /// Fragmented mp4 in whole segments.
    Fmp4,
    /// MPEG-TS in whole segments.
    Ts,
}

/// `hls.storage`.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum HlsStorage {
    /// `memory`: they are gone with the process.
    #[default]
    Memory,
    /// `file://…`: in this folder too, each stream in one of its own; a relative one was resolved against the folder of `streams.toml`.
    Disk(PathBuf),
    /// `stream_dir`, of streams that come by the API: in the folder of `STREAM_DIR` too, from which a stream that is taken away takes its files along.
    Scratch(PathBuf),
    /// `s3://…`: in a bucket too, each stream under its own prefix.
    S3(S3Place),
}

impl HlsStorage {
    /// What stands for [`Self::Scratch`] where no folder may be named.
    pub const STREAM_DIR: &str = "stream_dir";
}

/// `s3://BUCKET[/PREFIX]`, with what the environment says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct S3Place {
    /// The bucket.
    pub bucket: String,
    /// What all keys begin with, without `/` at its ends; may be empty.
    pub prefix: String,
    /// `AWS_ENDPOINT_URL`: where it is, if that is not Amazon.
    pub endpoint: Option<String>,
    /// `AWS_REGION`.
    pub region: String,
    /// `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
    pub credentials: Credentials,
}

impl Default for Hls {
    fn default() -> Self {
        Self {
            variant: HlsVariant::default(),
            segment: Defaults::HLS_SEGMENT,
            part: Defaults::HLS_PART,
            window: Defaults::HLS_WINDOW,
            always: false,
            segment_max_size: Defaults::HLS_SEGMENT_MAX_SIZE,
            close_after: Defaults::HLS_CLOSE_AFTER,
            storage: HlsStorage::default(),
        }
    }
}
