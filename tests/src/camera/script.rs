//! What a scripted camera does, as plain data.

use std::sync::Arc;
use std::time::Duration;

use rtsp_types::{Method, StatusCode};

use crate::clip::Clip;

/// A camera before it is started. [`Script::new`] is a good camera; each builder method takes one virtue from it.
#[derive(Clone, Debug)]
pub struct Script {
    /// What it films.
    pub clip: Arc<Clip>,
    /// Further tracks of its SDP, behind the video.
    pub tracks: Vec<ExtraTrack>,
    /// How their times are told.
    pub sound_clock: SoundClock,
    /// Which transports it takes.
    pub transports: Transports,
    /// Who may come in.
    pub auth: Option<Auth>,
    /// Where its parameter sets are.
    pub parameter_sets: ParameterSets,
    /// How NAL units become packets.
    pub packets: Packets,
    /// Where in the clip a session begins: 0 is the key frame, anything else the middle of a GOP.
    pub joins_at: usize,
    /// `timeout` of its `Session` header (RFC 2326, section 12.37), from which clients take their keepalive's pace.
    pub session_timeout: Duration,
    /// How long it thinks before it answers.
    pub thinks: Duration,
    /// What goes wrong in every session.
    pub faults: Vec<Fault>,
    /// What goes wrong in the first connection only.
    pub first_faults: Vec<Fault>,
}

/// A track that is no video. AAC and G.711 are sent when somebody sets them up, the others only told in the SDP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtraTrack {
    /// RFC 7587.
    Opus,
    /// MPEG4-GENERIC, RFC 3640: units that say when they were taken, which no decoder takes.
    Aac,
    /// The same, of silence, for real players.
    Silence,
    /// G.711 µ-law, payload type 0 (RFC 3551).
    Pcmu,
    /// `vnd.onvif.metadata` (ONVIF Streaming Specification, section 5.2.1.1).
    OnvifMetadata,
}

/// How a camera's sound is told to belong to its pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SoundClock {
    /// Both tracks are in `RTP-Info`, and both send reports.
    #[default]
    Told,
    /// Only the reports say it.
    Untold,
    /// `RTP-Info` is wrong by so much; the reports are right.
    Late(Duration),
}

/// Which transports SETUP is answered well for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transports {
    /// Interleaved and UDP.
    #[default]
    Both,
    /// UDP is answered with 461 (RFC 2326, section 11.3.14).
    TcpOnly,
    /// Interleaved is answered with 461.
    UdpOnly,
    /// Interleaved is answered with 400, as one server written in Perl does.
    UdpOnlyAnd400,
}

/// Who may come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Auth {
    /// How it is asked.
    pub scheme: Scheme,
    /// User name.
    pub username: String,
    /// Password.
    pub password: String,
}

/// How credentials are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// RFC 7617.
    Basic,
    /// RFC 2069: MD5 without `qop`, as most cameras do.
    Digest,
    /// RFC 7616: MD5 with `qop="auth"`.
    DigestQop,
}

/// Where parameter sets are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ParameterSets {
    /// In the SDP and before each key frame.
    #[default]
    Both,
    /// In the SDP only.
    SdpOnly,
    /// In the stream only, as VLC does.
    InBandOnly,
}

/// How NAL units become packets (RFC 6184).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packets {
    /// The most payload bytes of a packet; larger NAL units become FU-A.
    pub payload_limit: usize,
    /// Whether small NAL units are put together in a STAP-A.
    pub aggregate: bool,
}

impl Default for Packets {
    fn default() -> Self {
        Self { payload_limit: 1_400, aggregate: false }
    }
}

/// One thing that goes wrong. "After" counts the pictures of a session.
#[derive(Clone, Debug)]
pub enum Fault {
    /// This method is never answered; the connection stays open.
    NeverAnswers(Method),
    /// This method is answered with that status.
    Answers(Method, StatusCode),
    /// The connection is closed.
    ClosesAfter(usize),
    /// A BYE (RFC 3550, section 6.6), then silence, as a file that ended.
    EndsAfter(usize),
    /// No more media, while keepalives are answered.
    StallsAfter(usize),
    /// No media for a while, then on as if nothing had been.
    PausesAfter(usize, Duration),
    /// Each n-th packet is not sent, but none of the first picture.
    LosesEach(usize),
    /// Each n-th packet is sent behind the one after it.
    ReordersEach(usize),
    /// Packets that are none: too short, a wrong version, a NAL unit type that does not exist, fragments without a start.
    SendsGarbageAfter(usize),
    /// Bytes between the interleaved packets that are neither a packet nor an answer.
    BreaksFramingAfter(usize),
    /// From here on another clip, with its own parameter sets and size.
    SwitchesAfter(usize, Arc<Clip>),
    /// RTP timestamps jump by so many ticks of 90 kHz, forth or back.
    JumpsAfter(usize, i64),
    /// From here on another SSRC, sequence and timestamp, as a camera that restarted its encoder.
    ChangesSsrcAfter(usize),
    /// After so many well-answered requests the nonce is stale: 401 with `stale=true` and a new one, once.
    NonceGoesStaleAfter(usize),
}

impl Script {
    /// A good camera.
    pub fn new(clip: Arc<Clip>) -> Self {
        Self {
            clip,
            tracks: Vec::new(),
            sound_clock: SoundClock::default(),
            transports: Transports::default(),
            auth: None,
            parameter_sets: ParameterSets::default(),
            packets: Packets::default(),
            joins_at: 0,
            session_timeout: Duration::from_secs(60),
            thinks: Duration::ZERO,
            faults: Vec::new(),
            first_faults: Vec::new(),
        }
    }

    /// With times of its sound told so.
    pub fn sound_clock(mut self, clock: SoundClock) -> Self {
        self.sound_clock = clock;
        self
    }

    /// Has this track as well.
    pub fn track(mut self, track: ExtraTrack) -> Self {
        self.tracks.push(track);
        self
    }

    /// Takes only these transports.
    pub fn transports(mut self, transports: Transports) -> Self {
        self.transports = transports;
        self
    }

    /// Wants credentials.
    pub fn auth(mut self, scheme: Scheme, username: &str, password: &str) -> Self {
        self.auth = Some(Auth { scheme, username: username.into(), password: password.into() });
        self
    }

    /// Tells its parameter sets there.
    pub fn parameter_sets(mut self, parameter_sets: ParameterSets) -> Self {
        self.parameter_sets = parameter_sets;
        self
    }

    /// Makes packets so.
    pub fn packets(mut self, packets: Packets) -> Self {
        self.packets = packets;
        self
    }

    /// Begins each session at this access unit of the clip.
    pub fn joins_at(mut self, unit: usize) -> Self {
        self.joins_at = unit;
        self
    }

    /// Says this session time-out.
    pub fn session_timeout(mut self, timeout: Duration) -> Self {
        self.session_timeout = timeout;
        self
    }

    /// Thinks so long before each answer.
    pub fn thinks(mut self, time: Duration) -> Self {
        self.thinks = time;
        self
    }

    /// Does this in every session.
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// Does this in the first connection only.
    pub fn first_fault(mut self, fault: Fault) -> Self {
        self.first_faults.push(fault);
        self
    }

    /// What goes wrong in the connection with this number, from 0.
    pub(crate) fn faults_of(&self, connection: usize) -> Vec<Fault> {
        let first: &[Fault] = if connection == 0 { &self.first_faults } else { &[] };
        self.faults.iter().chain(first).cloned().collect()
    }
}
