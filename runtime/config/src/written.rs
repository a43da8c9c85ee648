//! What stands in `streams.toml`: each value checked by itself, with where it stands, and nothing filled in. Later code sees
//! [`crate::resolved`] only.
//!
//! The JSON schema for editors is made from these types, so their comments are what an editor shows.

mod amount;
mod compat;
mod grants;
mod hls;
mod log;
mod people;
mod push;
mod server;
mod text;
mod uses;
mod video;

use std::ops::Range;

use schemars::JsonSchema;
use toml::Spanned;
use toml::de::DeTable;

use crate::key::Key;
use crate::resolved::{OnError, StillsFormat, Transport};
use crate::section::{At, Reader, Section};

pub(crate) use amount::{BitRate, Bytes, Number, Time};
pub(crate) use compat::Compat;
pub(crate) use grants::Grants;
pub(crate) use hls::Hls;
pub(crate) use log::Log;
pub(crate) use people::{Access, Jwt, Permissions, Token, User};
pub(crate) use push::Push;
pub(crate) use server::{Open, Server, Tls};
pub(crate) use text::{Address, Digest, Options, Text, Words, digest};
pub(crate) use uses::{Chained, Policy, Sink};
pub(crate) use video::{Rung, Video};

/// The whole file.
#[derive(Debug, Default)]
pub(crate) struct File {
    pub(crate) server: Server,
    pub(crate) users: Vec<Named<User>>,
    pub(crate) tokens: Vec<Named<Token>>,
    pub(crate) anonymous: Option<At<Permissions>>,
    pub(crate) access: Option<At<Access>>,
    pub(crate) compat: Option<At<Compat>>,
    pub(crate) log: Option<At<Log>>,
    pub(crate) plugins: Vec<Named<Plugin>>,
    pub(crate) streams: Vec<Named<Stream>>,
}

/// A section with its name.
#[derive(Debug)]
pub(crate) struct Named<T> {
    pub(crate) name: String,
    /// Of the section's header.
    pub(crate) span: Range<usize>,
    pub(crate) section: T,
}

/// A component with its limits, under the name that `use` says. One that comes with Framegate needs no section.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Plugin {
    /// The name of one that comes with Framegate, a `.wasm` file (relative to the folder of this file), or
    /// `oci://registry/repository:tag@sha256:…`, which is pulled once and kept. Without it: the one that comes with Framegate under this section's name.
    #[schemars(extend("examples" = ["motion-gate", "plugins/mine.wasm", "oci://ghcr.io/acme/mine:1.0.0@sha256:…"]))]
    pub(crate) component: Option<At<Text>>,
    /// What the component must hash to, as 64 hexadecimal digits.
    pub(crate) sha256: Option<At<Digest>>,
    /// The most memory that one instance may have. Without it: 64 MiB, or 256 MiB for a component above 8 MB.
    #[schemars(extend("examples" = ["64MiB"]))]
    pub(crate) memory: Option<At<Bytes<{ 1 << 20 }, { 4 << 30 }>>>,
    /// The most time of the processor that one call may take. Without it: 50 ms, or 250 ms for a component above 8 MB.
    #[schemars(extend("examples" = ["50ms"]))]
    pub(crate) deadline: Option<At<Time<1, 10_000>>>,
    /// What becomes of a picture on which the plugin fails: it goes on as it was (`pass`), is withheld (`drop`), or the last good one is shown
    /// again (`last`). Without it: `drop` for a filter, `pass` for an analyzer.
    pub(crate) on_error: Option<At<Words<OnError>>>,
    /// What it may reach beyond pictures: nothing unless it is written here.
    #[schemars(with = "Option<Grants>")]
    pub(crate) grants: Option<At<Grants>>,
    /// How often a poller is called.
    #[schemars(extend("default" = "10s"))]
    pub(crate) every: Option<At<Time<1_000, 86_400_000>>>,
    /// The most time that a poller's call, the delivery of an event or a decision may take, waiting for the network included.
    #[schemars(extend("default" = "10s"))]
    pub(crate) timeout: Option<At<Time<10, 300_000>>>,
    /// How many events wait for an event sink; the oldest goes when it is full.
    #[schemars(extend("default" = crate::Defaults::QUEUE))]
    pub(crate) queue: Option<At<Number<1, 10_000>>>,
    /// So many failures within `window`, and the plugin is not started again on that stream until it is loaded anew.
    #[schemars(extend("default" = crate::Defaults::MAX_FAILURES))]
    pub(crate) max_failures: Option<At<Number<1, 1_000>>>,
    /// See `max_failures`.
    #[schemars(extend("default" = "10m"))]
    pub(crate) window: Option<At<Time<1_000, 86_400_000>>>,
    /// An instance is replaced after so many calls, unseen by viewers: for languages that give memory back late. Without it: 3,000 for a component
    /// above 8 MB, never for others.
    pub(crate) recycle_after: Option<At<Number<1, 1_000_000_000>>>,
}

/// One camera feed.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Stream {
    /// Where the media comes from: `rtsp://…`, `http://…` (multipart JPEG), `push` (stills are posted to `/ingest/{stream}`), `file://…` (mp4 or
    /// H.264, looped) or `test://` (a moving scene made here).
    #[schemars(required, extend("examples" = ["rtsp://10.0.0.4/stream1", "http://10.0.0.5/video_feed", "push", "file://clips/door.mp4",
        "test://?size=1280x720&fps=30"]))]
    pub(crate) source: Option<At<Address>>,
    /// User name of the camera; `${VARIABLE}` and `file:/path` are read from the environment and from a file.
    #[schemars(extend("examples" = ["viewer", "${CAMERA_USER}", "file:/run/secrets/camera-user"]))]
    pub(crate) username: Option<At<Text>>,
    /// Password of the camera; `${VARIABLE}` and `file:/path` are read from the environment and from a file.
    #[schemars(extend("examples" = ["${CAMERA_PASSWORD}", "file:/run/secrets/camera"]))]
    pub(crate) password: Option<At<Text>>,
    /// How RTP comes: `auto` is TCP, then UDP if the camera refuses that.
    #[schemars(extend("default" = "auto"))]
    pub(crate) transport: Option<At<Words<Transport>>>,
    /// The camera's sound is taken too, where it is AAC or G.711.
    #[schemars(extend("default" = true))]
    pub(crate) sound: Option<At<bool>>,
    /// The camera is connected only while somebody watches.
    #[schemars(extend("default" = true))]
    pub(crate) on_demand: Option<At<bool>>,
    /// How long a viewer waits for the camera's first picture.
    #[schemars(extend("default" = "10s"))]
    pub(crate) start_timeout: Option<At<Time<100, 600_000>>>,
    /// How long the camera stays connected when the last viewer has left.
    #[schemars(extend("default" = "15s"))]
    pub(crate) close_after: Option<At<Time<0, 86_400_000>>>,
    /// A camera that sends nothing for so long is connected anew.
    #[schemars(extend("default" = "5s"))]
    pub(crate) stall_timeout: Option<At<Time<500, 600_000>>>,
    /// The most viewers at once; the next one is told that it is full. Without it there is no limit.
    pub(crate) max_viewers: Option<At<Number<1, 1_000_000>>>,
    /// The most ways (format, quality, size, rate) in which the stream's stills are made at once.
    #[schemars(extend("default" = crate::Defaults::MAX_RENDITIONS))]
    pub(crate) max_renditions: Option<At<Number<1, 64>>>,
    /// The plugins that every picture goes through, in this order.
    #[schemars(with = "Option<Vec<Chained>>")]
    pub(crate) plugins: Vec<At<Option<Chained>>>,
    /// The plugins that are told what happens on this stream.
    #[schemars(with = "Option<Vec<Sink>>")]
    pub(crate) events: Vec<At<Option<Sink>>>,
    /// What a viewer of stills gets who asks for nothing in particular.
    #[schemars(with = "Option<Stills>")]
    pub(crate) stills: Option<At<Stills>>,
    /// How its video is offered to players of HLS.
    #[schemars(with = "Option<Hls>")]
    pub(crate) hls: Option<At<Hls>>,
    /// How its video is re-encoded, where a filter changes the pictures.
    #[schemars(with = "Option<Video>")]
    pub(crate) video: Option<At<Video>>,
    /// Several sizes in which its video is offered, all re-encoded from the same pictures, the best first.
    #[schemars(with = "Option<Vec<Rung>>")]
    pub(crate) ladder: Vec<At<Option<Rung>>>,
    /// Where its stills are pushed to.
    #[schemars(with = "Option<Vec<Push>>")]
    pub(crate) push: Vec<At<Option<Push>>>,
}

/// What a viewer of stills gets who asks for nothing in particular.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Stills {
    /// Without it: `webp`, and for `push` what was pushed.
    pub(crate) format: Option<At<Words<StillsFormat>>>,
    /// From 1 (small) to 100 (good).
    #[schemars(extend("default" = crate::Defaults::QUALITY))]
    pub(crate) quality: Option<At<Number<1, 100>>>,
    /// At most so many a second.
    #[schemars(extend("default" = crate::Defaults::FPS))]
    pub(crate) fps: Option<At<Number<1, 60>>>,
    /// In pixels; never scaled up. Without it: as wide as the camera's.
    pub(crate) width: Option<At<Number<16, 8192>>>,
    /// The plugin that chooses format, quality, width and rate for each viewer, within what it asks for.
    #[schemars(with = "Option<Policy>", extend("examples" = ["format-choice"]))]
    pub(crate) policy: Option<At<Policy>>,
}

impl File {
    /// Reads the whole file; every mistake goes to the reader.
    pub(crate) fn read(reader: &mut Reader<'_>, file: &Spanned<DeTable<'_>>) -> Self {
        let mut section = Section::new(reader, &Key::Root, file.get_ref(), 0..0);
        let read = Self {
            server: section.table("server", Server::read).map(|server| server.value).unwrap_or_default(),
            users: section.named("users", |name, span, section| Named {
                name: name.into(),
                span,
                section: User::read(section),
            }),
            tokens: section.named("tokens", |name, span, section| Named {
                name: name.into(),
                span,
                section: Token::read(section),
            }),
            anonymous: section.table("anonymous", Permissions::read),
            access: section.table("access", Access::read),
            compat: section.table("compat", Compat::read),
            log: section.table("log", Log::read),
            plugins: section.named("plugins", |name, span, section| Named {
                name: name.into(),
                span,
                section: Plugin::read(section),
            }),
            streams: section.named("streams", |name, span, section| Named {
                name: name.into(),
                span,
                section: Stream::read(section),
            }),
        };
        section.finish(&[
            ("cameras", "streams"),
            ("paths", "streams"),
            ("http", "server"),
            ("listen", "server.listen"),
            ("accounts", "users"),
            ("auth", "users"),
            ("api_keys", "tokens"),
            ("jwt", "[access.jwt]"),
            ("guest", "anonymous"),
            ("public", "anonymous"),
            ("adapters", "compat"),
            ("logging", "log"),
            ("logs", "log"),
        ]);
        read
    }
}

impl File {
    /// Whether it says who comes in.
    pub(crate) fn has_people(&self) -> bool {
        let has_issuer = self.access.as_ref().is_some_and(|access| access.value.jwt.is_some());
        !self.users.is_empty() || !self.tokens.is_empty() || self.anonymous.is_some() || has_issuer
    }
}

impl Plugin {
    fn read(mut section: Section<'_, '_, '_>) -> Self {
        let read = Self {
            component: section.take("component"),
            sha256: section.take("sha256"),
            memory: section.take("memory"),
            deadline: section.take("deadline"),
            on_error: section.take("on_error"),
            grants: section.table("grants", Grants::read),
            every: section.take("every"),
            timeout: section.take("timeout"),
            queue: section.take("queue"),
            max_failures: section.take("max_failures"),
            window: section.take("window"),
            recycle_after: section.take("recycle_after"),
        };
        section.finish(&[
            ("file", "component"),
            ("path", "component"),
            ("wasm", "component"),
            ("use", "component"),
            ("hash", "sha256"),
            ("interval", "every"),
            ("http", "grants.http"),
            ("env", "grants.env"),
            ("dir", "grants.dir"),
            ("clock", "grants.clock"),
            ("random", "grants.random"),
            ("grant", "grants"),
            ("options", "streams.….plugins = [{ use = …, options = … }]"),
        ]);
        read
    }
}

impl Stream {
    fn read(mut section: Section<'_, '_, '_>) -> Self {
        let read = Self {
            source: section.require("source", "rtsp://…, http://…, file://…, test:// or push"),
            username: section.take("username"),
            password: section.take("password"),
            transport: section.take("transport"),
            sound: section.take("sound"),
            on_demand: section.take("on_demand"),
            start_timeout: section.take("start_timeout"),
            close_after: section.take("close_after"),
            stall_timeout: section.take("stall_timeout"),
            max_viewers: section.take("max_viewers"),
            max_renditions: section.take("max_renditions"),
            plugins: section.list("plugins", Chained::HINT, None, Chained::read),
            events: section.list("events", Sink::HINT, Some(Sink::named), Sink::read),
            stills: section.table("stills", Stills::read),
            hls: section.table("hls", Hls::read),
            video: section.table("video", Video::read),
            ladder: section.list("ladder", Rung::HINT, None, Rung::read),
            push: section.list("push", Push::HINT, None, Push::read),
        };
        section.finish(&[
            ("url", "source"),
            ("uri", "source"),
            ("address", "source"),
            ("rtsp", "source"),
            ("user", "username"),
            ("login", "username"),
            ("pass", "password"),
            ("passwd", "password"),
            ("protocol", "transport"),
            ("timeout", "start_timeout"),
            ("max_clients", "max_viewers"),
            ("filters", "plugins"),
            ("sinks", "events"),
            ("policy", "stills.policy"),
            ("use", "plugins"),
            ("format", "stills.format"),
            ("quality", "stills.quality"),
            ("fps", "stills.fps"),
            ("width", "stills.width"),
            ("audio", "sound"),
            ("segment", "hls.segment"),
            ("part", "hls.part"),
            ("bitrate", "video.bitrate"),
            ("gop", "video.gop"),
            ("reencode", "video.reencode"),
            ("transcode", "video.reencode"),
            ("variants", "ladder"),
        ]);
        read
    }
}

impl Stills {
    fn read(mut section: Section<'_, '_, '_>) -> Self {
        let read = Self {
            format: section.take("format"),
            quality: section.take("quality"),
            fps: section.take("fps"),
            width: section.take("width"),
            policy: section.word_or_table("policy", Policy::named, Policy::read),
        };
        section.finish(&[("rate", "fps"), ("framerate", "fps"), ("size", "width"), ("type", "format")]);
        read
    }
}
