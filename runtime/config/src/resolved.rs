//! What `streams.toml` means: plain, comparable values with every default filled in. Later code sees only these.

mod compat;
mod grants;
mod hls;
mod jwt;
mod log;
mod network;
mod people;
mod push;
mod uses;
mod video;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use media::{Size, StreamName};
use secrecy::{ExposeSecret, SecretString};

use crate::oci::OciReference;
use crate::secret;

pub use compat::{Compat, StreamManager};
pub use grants::{DirGrant, Grants, HttpGrant, Variables};
pub use hls::{Hls, HlsStorage, HlsVariant, S3Place};
pub use jwt::{Jwks, Jwt, Signing};
pub use log::{Log, LogFile, LogFormat, Rotation};
pub use network::{BadNetwork, Network};
pub use people::{LinkSecret, PasswordHash, People, Permissions, Token, TokenSecret, User};
pub use push::{PushTo, PushToken};
pub use uses::{PluginUse, PolicyUse, SinkUse};
pub use video::{Reencode, Video, VideoSize, VideoVariant};

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// `[server]`.
    pub server: Server,
    /// `[users.*]`, `[tokens.*]`, `[anonymous]` and `[access.jwt]`.
    pub people: People,
    /// `[compat]`.
    pub compat: Compat,
    /// `[log]`.
    pub log: Log,
    /// `[plugins.*]`, and one for each bundled plugin that a stream uses without declaring it.
    pub plugins: BTreeMap<String, Arc<Plugin>>,
    /// `[streams.*]` without the template.
    pub streams: BTreeMap<StreamName, Arc<Stream>>,
    /// `[streams."*"]`: what a stream is that the file does not name; its `name` is `*`-less and filled in on first use.
    pub template: Option<Arc<Stream>>,
}

/// `[server]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Server {
    /// `listen`: where HTTP is served.
    pub listen: SocketAddr,
    /// `control`: where what operators do is served, and nowhere else then.
    pub control: Option<SocketAddr>,
    /// `tls`: the certificate; HTTP is served if none.
    pub tls: Option<Tls>,
    /// `access`: who may come in.
    pub access: Access,
    /// `access_policy`: the plugin that is asked about every request, behind the rules of `access`.
    pub access_policy: Option<PolicyUse>,
    /// How many streams may run at once; any number if none.
    pub max_streams: Option<u32>,
    /// `link_secret`: what links are signed with.
    pub link_secret: Option<LinkSecret>,
    /// `cors`: origins whose pages may read what is served, as browsers write them.
    pub cors: Vec<String>,
    /// `trusted_proxies`: whose word is taken for who asked them.
    pub trusted_proxies: Vec<Network>,
}

/// `[server.tls]`: files that whoever serves reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// `certificate`: the certificate and its issuers, as PEM.
    pub certificate: PathBuf,
    /// `key`: its private key, as PEM.
    pub key: PathBuf,
}

impl Tls {
    /// Whether HTTPS is served at this `control` too: not on loopback, where nobody reads on the way.
    pub fn covers_control(control: SocketAddr) -> bool {
        !control.ip().to_canonical().is_loopback()
    }
}

/// `server.access`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// Not written: without users, tokens and an access policy everything is allowed, and only loopback is listened on.
    #[default]
    Loopback,
    /// `"open"`: everything is allowed to everybody who can connect, unless an access policy refuses it.
    Open,
}

/// `[plugins.*]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plugin {
    /// The name that `use` and the log say.
    pub name: String,
    /// `component`.
    pub component: Component,
    /// `sha256`: what the component's bytes must hash to.
    pub sha256: Option<[u8; 32]>,
    /// `memory` in bytes, over all memories of an instance; by the component's size if not written.
    pub memory: Option<u64>,
    /// `deadline` of a call in CPU time of its thread; by the component's size if not written.
    pub deadline: Option<Duration>,
    /// `on_error`; by the plugin's role if not written.
    pub on_error: Option<OnError>,
    /// `grants`: what it may reach beyond pictures.
    pub grants: Grants,
    /// `every`: how often a poller is called.
    pub every: Duration,
    /// `timeout` of one tick, delivery or decision, waiting for the network included.
    pub timeout: Duration,
    /// `queue`: how many events wait for a sink; the oldest goes when it is full.
    pub queue: u32,
    /// `max_failures` within `window`: so many, and it is not started again on that stream until it is loaded anew.
    pub max_failures: u32,
    /// `window`, see there.
    pub window: Duration,
    /// `recycle_after`: an instance is replaced after so many calls; never for their number if none.
    pub recycle_after: Option<u32>,
}

/// Where a component's bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Component {
    /// One that comes with the program.
    Bundled(String),
    /// A file; relative ones were resolved against the folder of `streams.toml`.
    File(PathBuf),
    /// One manifest in an OCI registry, which never becomes another one.
    Oci(OciReference),
}

impl fmt::Display for Component {
    /// As `component` has it, for a log or a list.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bundled(name) => f.write_str(name),
            Self::File(path) => path.display().fmt(f),
            Self::Oci(reference) => reference.fmt(f),
        }
    }
}

/// What becomes of a picture when the plugin fails on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnError {
    /// The picture goes on as it was before this plugin.
    Pass,
    /// The picture is withheld.
    Drop,
    /// The last good picture is shown again.
    Last,
}

/// `[streams.*]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    /// The key of the section.
    pub name: StreamName,
    /// `source`.
    pub source: Source,
    /// `username` and `password`.
    pub credentials: Option<Credentials>,
    /// `transport`.
    pub transport: Transport,
    /// `sound`: whether the camera's sound is taken too.
    pub sound: Sound,
    /// `on_demand`: the camera is connected only while somebody watches.
    pub on_demand: bool,
    /// `start_timeout`: how long a viewer waits for first media.
    pub start_timeout: Duration,
    /// `close_after`: how long the camera stays connected behind the last viewer.
    pub close_after: Duration,
    /// `stall_timeout`: a session without media for so long is broken.
    pub stall_timeout: Duration,
    /// `max_viewers`; none is no limit.
    pub max_viewers: Option<u32>,
    /// `max_renditions`: how many ways its stills are made at most.
    pub max_renditions: u32,
    /// `plugins`, in the order of the chain.
    pub plugins: Vec<PluginUse>,
    /// `events`: the plugins that are told what happens.
    pub events: Vec<SinkUse>,
    /// `[streams.*.stills]`.
    pub stills: Stills,
    /// `stills.policy`: the plugin that chooses what each viewer of stills gets.
    pub format_policy: Option<PolicyUse>,
    /// `[streams.*.hls]`.
    pub hls: Hls,
    /// `[streams.*.video]` and `[[streams.*.ladder]]`.
    pub video: Video,
    /// `push`: where stills are pushed to.
    pub push: Vec<PushTo>,
}

/// Where a stream's media comes from. Prints as [`Source::shown`].
#[derive(Clone, PartialEq, Eq)]
pub enum Source {
    /// `rtsp://host[:port]/path`, without credentials.
    Rtsp(String),
    /// `http://host[:port]/path`: multipart MJPEG, without credentials.
    Http(String),
    /// `push`: stills are posted to `/ingest/{stream}`.
    Push,
    /// `file://…`: an mp4 or Annex B file, looped in real time.
    File(PathBuf),
    /// `test://`: a moving scene made in the process.
    Test(TestScene),
}

/// `test://?size=1280x720&fps=30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TestScene {
    /// Pixels; even.
    pub size: Size,
    /// Pictures a second, 1 to 60.
    pub fps: u32,
}

impl Default for TestScene {
    fn default() -> Self {
        Self { size: Size::new(1280, 720), fps: 30 }
    }
}

impl Source {
    /// The address as it may be shown to anybody: credentials are not in it, and a parameter such as `?password=` is `***`.
    pub fn shown(&self) -> String {
        match self {
            Self::Rtsp(url) | Self::Http(url) => secret::without_credentials(url),
            Self::Push => "push".into(),
            Self::File(path) => format!("file://{}", path.display()),
            Self::Test(scene) => format!("test://?size={}&fps={}", scene.size, scene.fps),
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

/// User name and password of a camera. The password prints as `***`.
#[derive(Clone)]
pub struct Credentials {
    /// As it is sent.
    pub username: String,
    /// As it is sent.
    pub password: SecretString,
}

impl PartialEq for Credentials {
    fn eq(&self, other: &Self) -> bool {
        self.username == other.username && self.password.expose_secret() == other.password.expose_secret()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:***", self.username)
    }
}

/// `transport`: how RTP comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transport {
    /// TCP, then UDP if the camera refuses that.
    #[default]
    Auto,
    /// Interleaved in the RTSP connection.
    Tcp,
    /// Packets of their own.
    Udp,
}

/// `sound`: whether a camera's sound is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sound {
    /// Where it can be carried.
    #[default]
    On,
    /// Only pictures are asked for.
    Off,
}

/// `[streams.*.stills]`: what a viewer gets who asks for nothing in particular.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stills {
    /// `format`; if not written: what was pushed for `push`, WebP otherwise.
    pub format: StillsFormat,
    /// `quality`, 1 to 100.
    pub quality: u8,
    /// `fps`: at most so many a second; as they come if none, which is what `push` has if it is not written.
    pub fps: Option<u32>,
    /// `width` in pixels; the camera's own if none.
    pub width: Option<u32>,
}

/// `stills.format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StillsFormat {
    /// As it was pushed or as the camera's own JPEG: only for sources that bring stills.
    AsPushed,
    /// WebP.
    WebP,
    /// JPEG.
    Jpeg,
}

/// The defaults, in one place, with their reasons.
#[derive(Debug)]
pub enum Defaults {}

impl Defaults {
    /// Loopback: nothing is offered to a network unless it is written.
    pub const LISTEN: &'static str = "127.0.0.1:8080";
    /// Cameras need up to eight seconds for their first key frame (a GOP of 250 at 30/s).
    pub const START_TIMEOUT: Duration = Duration::from_secs(10);
    /// A page that is reloaded should find the camera connected.
    pub const CLOSE_AFTER: Duration = Duration::from_secs(15);
    /// Five times the slowest rate that is still video.
    pub const STALL_TIMEOUT: Duration = Duration::from_secs(5);
    /// Each rendition is an encoder's work for every picture.
    pub const MAX_RENDITIONS: u32 = 4;
    /// Where WebP and JPEG look like the camera's picture.
    pub const QUALITY: u8 = 80;
    /// As fast as cameras mostly are.
    pub const FPS: u32 = 30;
    /// What is read from elsewhere changes more slowly than that, and its server has others to serve.
    pub const EVERY: Duration = Duration::from_secs(10);
    /// A server that is well answers within a second; one behind a slow link within some.
    pub const TIMEOUT: Duration = Duration::from_secs(10);
    /// Events of some minutes, so that a receiver may be restarted.
    pub const QUEUE: u32 = 64;
    /// With waits that double from 1 s, the fifth failure comes after a quarter of a minute.
    pub const MAX_FAILURES: u32 = 5;
    /// The claim of a token that says what its bearer may.
    pub const CLAIM: &'static str = "framegate_permissions";
    /// Clocks that are set by the network differ by less than a second; by hand, by less than this (RFC 7519, section 4.1.4: "no more than a few minutes").
    pub const LEEWAY: Duration = Duration::from_secs(60);
    /// A key that a provider takes back is believed for no longer than this while it answers.
    pub const REFRESH: Duration = Duration::from_secs(600);
    /// Failures so far apart have nothing to do with each other.
    pub const WINDOW: Duration = Duration::from_secs(600);
    /// What most cameras send a key frame in: one GOP is one segment.
    pub const HLS_SEGMENT: Duration = Duration::from_secs(2);
    /// Six pictures at 30/s: a second of latency without a request for each picture.
    pub const HLS_PART: Duration = Duration::from_millis(200);
    /// Twice what a player keeps to live (RFC 8216, section 6.3.3: three target durations), and one to read.
    pub const HLS_WINDOW: u32 = 7;
    /// Twenty times what a 4K camera sends in 2 s.
    pub const HLS_SEGMENT_MAX_SIZE: u64 = 50 << 20;
    /// A page that is opened again within a minute has a picture, and its window, at once.
    pub const HLS_CLOSE_AFTER: Duration = Duration::from_secs(60);
    /// One segment of HLS; who comes late decodes no more than that.
    pub const GOP: Duration = Duration::from_secs(2);
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: Defaults::LISTEN.parse().expect("a constant address"),
            control: None,
            tls: None,
            access: Access::default(),
            access_policy: None,
            max_streams: None,
            link_secret: None,
            cors: Vec::new(),
            trusted_proxies: Vec::new(),
        }
    }
}

impl Stream {
    /// A stream with every default.
    pub fn new(name: StreamName, source: Source) -> Self {
        let format = if source == Source::Push { StillsFormat::AsPushed } else { StillsFormat::WebP };
        let fps = (source != Source::Push).then_some(Defaults::FPS);
        Self {
            name,
            source,
            credentials: None,
            transport: Transport::default(),
            sound: Sound::default(),
            on_demand: true,
            start_timeout: Defaults::START_TIMEOUT,
            close_after: Defaults::CLOSE_AFTER,
            stall_timeout: Defaults::STALL_TIMEOUT,
            max_viewers: None,
            max_renditions: Defaults::MAX_RENDITIONS,
            plugins: Vec::new(),
            events: Vec::new(),
            format_policy: None,
            hls: Hls::default(),
            video: Video::default(),
            push: Vec::new(),
            stills: Stills { format, quality: Defaults::QUALITY, fps, width: None },
        }
    }

    /// The template made into a stream of this name.
    pub fn named(&self, name: StreamName) -> Self {
        Self { name, ..self.clone() }
    }
}

impl Plugin {
    /// A plugin that comes with the program, with every default.
    pub fn bundled(name: &str) -> Self {
        Self {
            name: name.into(),
            component: Component::Bundled(name.into()),
            sha256: None,
            memory: None,
            deadline: None,
            on_error: None,
            grants: Grants::default(),
            every: Defaults::EVERY,
            timeout: Defaults::TIMEOUT,
            queue: Defaults::QUEUE,
            max_failures: Defaults::MAX_FAILURES,
            window: Defaults::WINDOW,
            recycle_after: None,
        }
    }
}
