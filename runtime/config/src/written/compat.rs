use schemars::JsonSchema;

use super::text::Text;
use crate::section::{At, Section};

/// Other programs' interfaces, for clients that were made for those.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Compat {
    /// MediaMTX's control API under `/v3`, and `POST /cameras/provision`.
    #[schemars(extend("default" = false))]
    pub(crate) mediamtx: Option<At<bool>>,
    /// The API of a small manager of streams: `/api/stream/start`, `/api/stream/stop`, `/api/stream/status`, `/api/streams/service`. `PORT`,
    /// `STREAM_DIR`, `CLEANUP_DELAY_SECONDS`, `HLS_SEGMENT_TIME` and `HLS_LIST_SIZE` are read from the environment.
    #[schemars(extend("default" = false))]
    pub(crate) stream_manager: Option<At<bool>>,
    /// The addresses of a server for one camera, for this stream: `/video_feed`, `/api/stream/video`, `/api/status`, `/socket.io/`.
    #[schemars(extend("examples" = ["lobby"]))]
    pub(crate) cctv: Option<At<Text>>,
}

impl Compat {
    pub(crate) fn read(mut section: Section<'_, '_, '_>) -> Self {
        let read = Self {
            mediamtx: section.take("mediamtx"),
            stream_manager: section.take("stream_manager"),
            cctv: section.take("cctv"),
        };
        section.finish(&[("mtx", "mediamtx"), ("streams", "stream_manager"), ("manager", "stream_manager")]);
        read
    }
}
