//! Streams as operators see them.

use std::sync::Arc;
use std::time::Instant;

use hub::{Entry, Held, ViewerCounts};
use media::StreamName;
use media::since::milliseconds;
use picture::{Condition, RenditionSnapshot, VariantSnapshot};
use plugin::ServiceSnapshot;
use serde::Serialize;
use stream::{ReasonKind, State};

use crate::measure::Measure;
use crate::plugins::Plugin;
use crate::reload::Standing;

/// `GET /api/streams`.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
#[schemars(rename = "StreamList")]
pub struct List {
    /// All streams, by name.
    pub streams: Vec<Stream>,
}

/// One stream of the list. Counts are since the start of the process.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Stream {
    /// Its name.
    pub name: StreamName,
    /// Where it is configured.
    pub origin: Origin,
    /// What an operator said of it, `started` or `stopped`.
    pub held: Option<Held>,
    /// `idle`, `connecting`, `live`, `stalled`, `back-off`, `failed` or `disabled`.
    pub state: State,
    /// Why there is no picture, for programs.
    pub reason: Option<ReasonKind>,
    /// Why there is no picture, for people.
    pub detail: Option<Arc<str>>,
    /// When it came into this state: milliseconds since 1970.
    pub since: u64,
    /// In how many milliseconds the source is tried again.
    pub retry_in_ms: Option<u64>,
    /// What its pictures are, while somebody wants them.
    pub pictures: Pictures,
    /// The address of the source, without secrets.
    pub source: String,
    /// `tcp`, `udp`, `http`, `push`, `file` or `test` while there is a connection.
    pub transport: Option<&'static str>,
    /// What the source says that it is.
    pub server: Option<Arc<str>>,
    /// How the source compresses: `H.264`, `H.265`, `JPEG`, `WebP` or `PNG`, once it is known.
    pub codec: Option<&'static str>,
    /// Pixels of the source, once they are known.
    pub size: Option<Size>,
    /// Access units a second.
    pub rate: f64,
    /// Bits a second from the source.
    pub bitrate: u64,
    /// Who watches.
    pub viewers: ViewerCounts,
    /// How many may; any number if none.
    pub max_viewers: Option<u32>,
    /// The ways in which stills are being made.
    pub renditions: Vec<RenditionSnapshot>,
    /// Connections that brought media, after the first.
    pub reconnects: u64,
    /// Attempts to connect that brought none.
    pub failures: u64,
    /// Packets lost on the way from the source.
    pub lost: u64,
    /// Access units received.
    pub units: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Bytes of media that were handed to viewers.
    pub sent: u64,
}

/// Where a stream is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// In a section of `streams.toml`.
    File,
    /// It came by the API.
    Api,
    /// By the template of `streams.toml`, on first use.
    Template,
}

impl Origin {
    fn of(entry: &Entry, standing: &Standing) -> Self {
        let name = entry.name();
        match entry.is_from_template() {
            true => Self::Template,
            false if standing.state.stream(name).is_some() && !standing.in_file_too.contains(name) => Self::Api,
            false => Self::File,
        }
    }
}

/// Width and height in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Size {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

/// What the pictures of a stream are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(tag = "condition", rename_all = "kebab-case")]
#[schemars(rename = "PicturesCondition")]
pub enum Pictures {
    /// They come as the source brings them.
    Fine,
    /// They cannot be made from this source.
    NotAvailable {
        /// Why.
        detail: String,
    },
    /// A plugin said `drop`.
    Gated {
        /// Which.
        plugin: String,
    },
    /// A plugin failed, and nothing is shown without it.
    Withheld {
        /// Which.
        plugin: String,
    },
}

/// `GET /api/streams/{name}`.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
#[schemars(rename = "StreamDetail")]
pub struct Detail {
    /// What the list says.
    #[serde(flatten)]
    pub stream: Stream,
    /// Of its configuration, where that came by the API: for `If-Match`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
    /// What was said of it over the API, without secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<serde_json::Map<String, serde_json::Value>>,
    /// Whether the source is connected only while somebody watches.
    pub on_demand: bool,
    /// How many ways of making stills there may be.
    pub max_renditions: u32,
    /// Access units that were left out for slow subscribers, summed over them.
    pub skipped: u64,
    /// Bytes that are kept for late and slow subscribers.
    pub kept_bytes: usize,
    /// How long its pictures take.
    pub measure: Measure,
    /// The ways in which its video is re-encoded, once somebody wanted it.
    pub variants: Vec<Variant>,
    /// Its plugins, in the order of the chain.
    pub plugins: Vec<Plugin>,
    /// Its pollers and event sinks.
    pub services: Vec<ServiceSnapshot>,
}

/// One way in which video is re-encoded. Counts are since the stream's filters changed last.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Variant {
    /// As addresses say it.
    pub name: String,
    /// Outputs that take it.
    pub subscribers: usize,
    /// Pixels, once a picture was encoded.
    pub size: Option<Size>,
    /// Pictures a second, as its encoder was told.
    pub rate: Option<u32>,
    /// Bits a second that the encoder was told.
    pub bitrate_asked: Option<u32>,
    /// Bits a second that were made, sound included.
    pub bitrate: u64,
    /// Pictures encoded.
    pub encoded: u64,
    /// Pictures that were due and not encoded: the encoders were behind, or failed.
    pub left_out: u64,
    /// Key frames that were made since somebody came.
    pub keys_forced: u64,
    /// Bytes that are kept for late and slow subscribers.
    pub kept_bytes: usize,
}

impl List {
    /// All streams as they are now.
    pub fn now(hub: &hub::Hub, standing: &Standing) -> Self {
        Self { streams: hub.entries().iter().map(|entry| Stream::now(entry, standing)).collect() }
    }
}

impl Stream {
    /// As it is now.
    pub fn now(entry: &Entry, standing: &Standing) -> Self {
        Self::with(entry, standing, entry.pictures().snapshot().renditions)
    }

    fn with(entry: &Entry, standing: &Standing, renditions: Vec<RenditionSnapshot>) -> Self {
        let (config, status, counted) = (entry.config(), entry.stream().status(), entry.stream().snapshot());
        let parameters = status.parameters.as_ref();
        let reason = status.reason.as_ref();
        Self {
            name: entry.name().clone(),
            origin: Origin::of(entry, standing),
            held: standing.state.held(entry.name()),
            state: status.state,
            reason: reason.map(|reason| reason.kind),
            detail: reason.map(|reason| reason.text.clone()),
            since: milliseconds(status.since.wall),
            retry_in_ms: status
                .retry_at
                .map(|at| at.steady.saturating_duration_since(Instant::now()).as_millis() as u64),
            pictures: Pictures::of(&entry.pictures().condition().borrow()),
            source: crate::source::shown(&config.source),
            transport: Some(status.transport).filter(|transport| !transport.is_empty()),
            server: status.server.clone(),
            codec: parameters.map(|parameters| parameters.codec.name()),
            size: parameters.map(|parameters| parameters.size).map(|s| Size { width: s.width, height: s.height }),
            rate: (f64::from(counted.rate) * 100.0).round() / 100.0,
            bitrate: counted.bits_per_second,
            viewers: entry.viewers(),
            max_viewers: config.max_viewers,
            renditions,
            reconnects: counted.sessions.saturating_sub(1),
            failures: counted.failures,
            lost: counted.lost,
            units: counted.units,
            bytes: counted.bytes,
            sent: entry.sent(),
        }
    }
}

impl Detail {
    /// As it is now.
    pub fn now(entry: &Entry, standing: &Standing) -> Self {
        let pictures = entry.pictures().snapshot();
        let (config, counted) = (entry.config(), entry.stream().snapshot());
        let is_added = Origin::of(entry, standing) == Origin::Api;
        let added = standing.state.stream(entry.name()).filter(|_| is_added);
        Self {
            revision: added.map(|added| added.revision),
            config: added.map(|added| config::shown(&added.config)),
            stream: Stream::with(entry, standing, pictures.renditions),
            on_demand: config.on_demand,
            max_renditions: config.max_renditions,
            skipped: counted.skipped,
            kept_bytes: counted.kept_bytes,
            measure: Measure::of(&pictures.measure),
            variants: pictures.video.into_iter().map(Variant::of).collect(),
            plugins: pictures.plugins.into_iter().map(Plugin::of).collect(),
            services: entry.service_snapshots(),
        }
    }
}

impl Variant {
    fn of(made: VariantSnapshot) -> Self {
        Self {
            name: made.name,
            subscribers: made.subscribers,
            size: made.size.map(|size| Size { width: size.width, height: size.height }),
            rate: made.fps,
            bitrate_asked: made.bitrate_asked,
            bitrate: made.bitrate,
            encoded: made.encoded,
            left_out: made.left_out,
            keys_forced: made.keys_forced,
            kept_bytes: made.kept_bytes,
        }
    }
}

impl Pictures {
    fn of(condition: &Condition) -> Self {
        match condition {
            Condition::Fine => Self::Fine,
            Condition::NotAvailable(why) => Self::NotAvailable { detail: why.clone() },
            Condition::Gated { plugin } => Self::Gated { plugin: plugin.clone() },
            Condition::Withheld { plugin } => Self::Withheld { plugin: plugin.clone() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_told_by_its_word() {
        let json = |condition: &Condition| serde_json::to_string(&Pictures::of(condition)).unwrap();
        assert_eq!(json(&Condition::Fine), r#"{"condition":"fine"}"#);
        assert_eq!(json(&Condition::Gated { plugin: "motion".into() }), r#"{"condition":"gated","plugin":"motion"}"#);
        assert_eq!(json(&Condition::NotAvailable("H.265".into())), r#"{"condition":"not-available","detail":"H.265"}"#);
    }
}
