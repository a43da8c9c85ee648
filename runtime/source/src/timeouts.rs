use std::time::Duration;

/// How long each step of connecting may take. Media time-outs are the stream's watchdog, not these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// TCP (and for RTSP: TCP and DESCRIBE in one, since retina connects inside DESCRIBE). A camera on a slow radio link answers within two
    /// seconds; five leave room for one lost SYN, which is sent again after one second and then after two.
    pub connect: Duration,
    /// DESCRIBE, or the head of an HTTP response. Some servers look at the encoder before they describe it.
    pub describe: Duration,
    /// SETUP of one track.
    pub setup: Duration,
    /// PLAY. Some cameras wait for a key frame before they answer.
    pub play: Duration,
    /// How long a session that is closed may take to say TEARDOWN: a program that ends is over within 5 s, whatever cameras do.
    pub teardown: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let step = Duration::from_secs(5);
        Self { connect: step, describe: step, setup: step, play: step, teardown: Duration::from_secs(1) }
    }
}
