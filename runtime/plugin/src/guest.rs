use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use bytes::Bytes;
use codec::Picture;
use codec::pixels::MotionReference;
use journal::{Event, Journal};
use media::StreamName;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::access::Applicant;
use crate::bindings::framegate::plugin::pictures::Annotation;
use crate::calendar::Zones;
use crate::deadline::{Deadline, Meter};
use crate::http::{Client, Hooks};
use crate::plugin::Plugin;
use crate::policy::Viewer;
use crate::rate::Rate;
use crate::state::State;
use crate::words::Words;
use crate::{memory, wasi};

/// Whose an instance is.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    /// None while it is only asked to describe itself.
    pub(crate) stream: Option<StreamName>,
    pub(crate) plugin: Arc<str>,
}

impl Identity {
    /// The stream's name, for the log.
    pub(crate) fn stream(&self) -> &str {
        self.stream.as_ref().map_or("", StreamName::as_str)
    }
}

/// The picture at hand, and what was found in it.
#[derive(Clone)]
#[allow(unreachable_pub, reason = "the generated bindings re-export it")]
pub struct Frame {
    pub(crate) picture: Picture,
    pub(crate) annotations: Vec<Annotation>,
    /// What time it is, for whoever counts by time while the picture is at hand.
    pub(crate) now: Instant,
}

/// An event on its way to a sink.
#[derive(Clone)]
#[allow(unreachable_pub, reason = "the generated bindings re-export it")]
pub struct Told {
    pub(crate) event: Arc<Event>,
    pub(crate) still: Option<Bytes>,
    /// 1 for the first try.
    pub(crate) attempt: u32,
}

/// What a plugin emitted while it had a picture.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Emitted {
    pub(crate) kind: String,
    pub(crate) data: serde_json::Value,
}

/// What a call is about: there is one of these for the length of one call, and the one handle that a guest may have of it is lent for that call.
#[derive(Default)]
pub(crate) enum Subject {
    #[default]
    Nothing,
    Event(Told),
    Request(Decided),
    Viewer(Viewer),
}

/// A request, and what the guest said of it beside its decision.
pub(crate) struct Decided {
    pub(crate) applicant: Applicant,
    pub(crate) remember: Option<Duration>,
    pub(crate) name: Option<String>,
    /// It looked at more than what an answer is remembered by.
    pub(crate) is_particular: bool,
}

/// Whether a guest may wait for a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waits {
    /// It may not: it is called for pictures, or is being made.
    No,
    /// It may: it runs away from the pictures.
    Allowed,
}

/// What one store holds beside the guest's own memory.
pub(crate) struct Guest {
    pub(crate) identity: Identity,
    /// Only during `process`: the one handle that a guest may have of a picture is lent to it for that call.
    pub(crate) frame: Option<Frame>,
    pub(crate) subject: Subject,
    pub(crate) motion: MotionReference,
    /// What `read` gave last; empty until then.
    pub(crate) read: Arc<[u8]>,
    /// What it emitted during `process`.
    pub(crate) emitted: Vec<Emitted>,
    /// Images, text styles, requests, and what WASI hands out.
    pub(crate) table: ResourceTable,
    /// Of all images of this instance together.
    pub(crate) image_bytes: u64,
    /// Of all requests and answers of this instance together.
    pub(crate) http_bytes: usize,
    /// Processor time, where the thread is shared with others.
    pub(crate) meter: Meter,
    pub(crate) memory: memory::Limit,
    pub(crate) deadline: Deadline,
    pub(crate) words: Words,
    pub(crate) zones: Zones,
    pub(crate) state: State,
    pub(crate) journal: Option<Journal>,
    pub(crate) log_rate: Rate,
    pub(crate) event_rate: Rate,
    pub(crate) client: Client,
    pub(crate) http: Hooks,
    http_context: WasiHttpCtx,
    wasi: WasiCtx,
}

/// Images, text styles and streams that a guest may hold at once.
const MAX_RESOURCES: usize = 1024;
/// `host.log`, as the WIT promises.
const LOG_LINES_PER_SECOND: u32 = 100;
/// `host.emit`, as the WIT promises.
const EVENTS_PER_SECOND: u32 = 10;

impl Guest {
    /// The error says what of its grants cannot be given: a folder that is not there.
    pub(crate) fn new(
        plugin: &Plugin,
        identity: Identity,
        state: State,
        journal: Option<Journal>,
    ) -> Result<Self, String> {
        let mut table = ResourceTable::new();
        table.set_max_capacity(MAX_RESOURCES);
        let words = Words::new(identity.clone());
        Ok(Self {
            wasi: wasi::context(&words, &plugin.config.grants)?,
            http_context: WasiHttpCtx::new(),
            http: Hooks::new(plugin.client.clone(), identity.clone(), journal.clone()),
            client: plugin.client.clone(),
            identity,
            frame: None,
            subject: Subject::Nothing,
            motion: MotionReference::default(),
            read: Arc::default(),
            emitted: Vec::new(),
            table,
            image_bytes: 0,
            http_bytes: 0,
            meter: Meter::default(),
            memory: memory::Limit::new(plugin.limits.memory),
            deadline: Deadline::new(Duration::ZERO),
            words,
            zones: Zones::default(),
            state,
            journal,
            log_rate: Rate::new(LOG_LINES_PER_SECOND),
            event_rate: Rate::new(EVENTS_PER_SECOND),
        })
    }
}

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for Guest {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { ctx: &mut self.http_context, table: &mut self.table, hooks: &mut self.http }
    }
}
