use std::sync::Arc;
use std::time::Duration;

use codec::Picture;
use codec::pixels::MotionReference;
use journal::Journal;
use media::StreamName;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use crate::bindings::framegate::plugin::pictures::Annotation;
use crate::calendar::Zones;
use crate::deadline::Deadline;
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
}

/// What one store holds beside the guest's own memory.
pub(crate) struct Guest {
    pub(crate) identity: Identity,
    /// Only during `process`: the one handle that a guest may have of a picture is lent to it for that call.
    pub(crate) frame: Option<Frame>,
    pub(crate) motion: MotionReference,
    /// What `read` gave last; empty until then.
    pub(crate) read: Arc<[u8]>,
    /// Images, text styles, and what WASI hands out.
    pub(crate) table: ResourceTable,
    /// Of all images of this instance together.
    pub(crate) image_bytes: u64,
    pub(crate) memory: memory::Limit,
    pub(crate) deadline: Deadline,
    pub(crate) words: Words,
    pub(crate) zones: Zones,
    pub(crate) state: State,
    pub(crate) journal: Option<Journal>,
    pub(crate) log_rate: Rate,
    pub(crate) event_rate: Rate,
    wasi: WasiCtx,
}

/// Images, text styles and streams that a guest may hold at once.
const MAX_RESOURCES: usize = 1024;
/// `host.log`, as the WIT promises.
const LOG_LINES_PER_SECOND: u32 = 100;
/// `host.emit`, as the WIT promises.
const EVENTS_PER_SECOND: u32 = 10;

impl Guest {
    pub(crate) fn new(identity: Identity, memory_bytes: u64, state: State, journal: Option<Journal>) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(MAX_RESOURCES);
        let words = Words::new(identity.clone());
        Self {
            wasi: wasi::context(&words),
            identity,
            frame: None,
            motion: MotionReference::default(),
            read: Arc::default(),
            table,
            image_bytes: 0,
            memory: memory::Limit::new(memory_bytes),
            deadline: Deadline::new(Duration::ZERO),
            words,
            zones: Zones::default(),
            state,
            journal,
            log_rate: Rate::new(LOG_LINES_PER_SECOND),
            event_rate: Rate::new(EVENTS_PER_SECOND),
        }
    }
}

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}
