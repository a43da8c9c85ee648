use media::Moment;
use serde::Serialize;

/// The counters of a stream at one moment. What counts up does so from the start of the process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Snapshot {
    /// Access units that were handed to subscribers, or would have been had there been one.
    pub units: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Packets that the source counted as lost.
    pub lost: u64,
    /// Access units that subscribers did not get because they read too slowly, summed over them.
    pub skipped: u64,
    /// Sessions that brought media.
    pub sessions: u64,
    /// Attempts that brought none.
    pub failures: u64,
    /// Access units a second over the last seconds.
    pub rate: f32,
    /// Bits a second over the last seconds.
    pub bits_per_second: u64,
    /// Bytes that are kept for subscribers.
    pub kept_bytes: usize,
    /// Subscriptions that are held.
    pub subscribers: usize,
    /// Since when media has been flowing, if it does.
    #[serde(skip)]
    pub live_since: Option<Moment>,
}
