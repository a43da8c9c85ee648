use std::path::PathBuf;
use std::time::Duration;

use media::StreamName;

/// `[compat]`: other programs' interfaces that are spoken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compat {
    /// `mediamtx`: its control API.
    pub mediamtx: bool,
    /// `stream_manager`: a small manager of streams.
    pub stream_manager: Option<StreamManager>,
    /// `cctv`: a server for one camera, which this stream is.
    pub cctv: Option<StreamName>,
}

/// What streams are that the stream manager's clients start. Durations are whole seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamManager {
    /// `CLEANUP_DELAY_SECONDS`: how long one runs without a viewer.
    pub close_after: Duration,
    /// `HLS_SEGMENT_TIME`.
    pub segment: Option<Duration>,
    /// `HLS_LIST_SIZE`: segments in a playlist.
    pub window: Option<u32>,
    /// `STREAM_DIR`: where their segments are files too; a relative one was resolved against the folder of `streams.toml`.
    pub folder: Option<PathBuf>,
}

impl Default for StreamManager {
    fn default() -> Self {
        Self { close_after: Duration::from_secs(30), segment: None, window: None, folder: None }
    }
}
