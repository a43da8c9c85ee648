use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use journal::Journal;
use wasmtime::component::Resource;
use wasmtime::{Store, UpdateDeadline};

use crate::bindings::exports::framegate::plugin::lifecycle;
use crate::bindings::exports::framegate::plugin::processor::Verdict;
use crate::bindings::{Filter, FilterPre};
use crate::deadline::{Deadline, thread_cpu};
use crate::engine::Engine;
use crate::fault::{Fault, Kind};
use crate::guest::{Frame, Guest, Identity};
use crate::plugin::Limits;
use crate::state::State;

/// One running copy of a component: for one stream, on one thread at a time.
///
/// A call that gives a [`Fault`] was its last: what is left in the guest is in no known state.
pub(crate) struct Instance {
    store: Store<Guest>,
    exports: Filter,
    engine: Arc<Engine>,
    limits: Limits,
    /// Bytes that the guest may pass to the host in one call: about one picture.
    fuel: usize,
}

/// What a guest may pass in one call before any picture came: an image, a state value, options.
const LEAST_FUEL: usize = 20 * 1024 * 1024;
/// Handles of all kinds that a guest may hold.
const MAX_HANDLES: usize = 2048;
/// Starting and configuring may take so many times a call's deadline: it happens once, and fills a guest's tables.
const START: u32 = 4;

impl Instance {
    /// Makes an instance and runs its start code.
    pub(crate) fn new(
        engine: &Arc<Engine>,
        component: &FilterPre<Guest>,
        limits: Limits,
        identity: Identity,
        state: State,
        journal: Option<Journal>,
    ) -> Result<Self, Fault> {
        let mut store = Store::new(&engine.wasmtime, Guest::new(identity, limits.memory, state, journal));
        store.limiter(|guest| &mut guest.memory);
        store.set_max_component_handles(MAX_HANDLES);
        store.set_hostcall_fuel(LEAST_FUEL);
        store.epoch_deadline_callback(|mut store| {
            store.data_mut().deadline.look(Instant::now(), thread_cpu())?;
            Ok(UpdateDeadline::Continue(1))
        });
        let exports = guarded(engine, &mut store, limits.deadline * START, |store| component.instantiate(store))?;
        Ok(Self { store, exports, engine: Arc::clone(engine), limits, fuel: LEAST_FUEL })
    }

    /// What it says of itself.
    pub(crate) fn describe(&mut self) -> Result<String, Fault> {
        let Self { store, exports, engine, limits, .. } = self;
        guarded(engine, store, limits.deadline * START, |store| {
            exports.framegate_plugin_lifecycle().call_describe(store)
        })
    }

    /// Gives it the options of its stream.
    pub(crate) fn configure(&mut self, options: &str) -> Result<Result<(), Vec<lifecycle::Mistake>>, Fault> {
        let Self { store, exports, engine, limits, .. } = self;
        guarded(engine, store, limits.deadline * START, |store| {
            exports.framegate_plugin_lifecycle().call_configure(store, options)
        })
    }

    /// Shows it a picture, and gives that back as it is then.
    pub(crate) fn process(&mut self, frame: Frame) -> Result<(Frame, Verdict), Fault> {
        let Self { store, exports, engine, limits, fuel } = self;
        let wanted = LEAST_FUEL.max(frame.picture.size().pixels() as usize * 4 + 4096);
        if *fuel != wanted {
            *fuel = wanted;
            store.set_hostcall_fuel(wanted);
        }
        store.data_mut().frame = Some(frame);
        // The number is never looked at: the one picture that there is lies in the store, and the guest's handle ends with the call.
        let picture = Resource::new_borrow(0);
        let verdict = guarded(engine, store, limits.deadline, |store| {
            exports.framegate_plugin_processor().call_process(store, picture)
        })?;
        let frame =
            store.data_mut().frame.take().ok_or_else(|| Fault::new(Kind::Panic, "the picture did not come back"))?;
        Ok((frame, verdict))
    }
}

/// Runs something of the guest under its deadline, and makes a fault of whatever goes wrong, a panic in a host function included.
fn guarded<T>(
    engine: &Engine,
    store: &mut Store<Guest>,
    budget: Duration,
    call: impl FnOnce(&mut Store<Guest>) -> wasmtime::Result<T>,
) -> Result<T, Fault> {
    let _running = engine.ticker.enter();
    store.data_mut().deadline = Deadline::new(budget);
    store.set_epoch_deadline(1);
    match catch_unwind(AssertUnwindSafe(|| call(store))) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Fault::of(&error, store.data_mut())),
        Err(panic) => Err(Fault::of_panic(&*panic)),
    }
}
