use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use journal::Journal;
use wasmtime::component::Resource;
use wasmtime::{Store, UpdateDeadline};

use crate::bindings::exports::framegate::plugin::lifecycle;
use crate::bindings::exports::framegate::plugin::processor::Verdict;
use crate::deadline::{Deadline, thread_cpu};
use crate::engine::Engine;
use crate::exports::Exports;
use crate::fault::{Fault, Kind};
use crate::guest::{Emitted, Frame, Guest, Identity, Subject};
use crate::plugin::{Limits, Linked, Plugin};
use crate::policy::{Choice, Viewer};
use crate::state::State;

/// One running copy of a component: for one stream, on one thread at a time.
///
/// A call that gives a [`Fault`] was its last: what is left in the guest is in no known state.
pub(crate) struct Instance {
    store: Store<Guest>,
    exports: Exports,
    engine: Arc<Engine>,
    limits: Limits,
    /// Calls of `process`.
    calls: u32,
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
        plugin: &Plugin,
        identity: Identity,
        state: State,
        journal: Option<Journal>,
    ) -> Result<Self, Fault> {
        let Linked { component, places, engine } = &plugin.component;
        let limits = plugin.limits;
        let mut store = store(engine, plugin, identity, state, journal)?;
        store.epoch_deadline_callback(|mut store| {
            store.data_mut().deadline.look(Instant::now(), thread_cpu())?;
            Ok(UpdateDeadline::Continue(1))
        });
        let exports = guarded(engine, &mut store, limits.deadline * START, |store| {
            let instance = component.instantiate(&mut *store)?;
            places.take(store, &instance)
        })?;
        Ok(Self { store, exports, engine: Arc::clone(engine), limits, calls: 0, fuel: LEAST_FUEL })
    }

    /// What it says of itself.
    pub(crate) fn describe(&mut self) -> Result<String, Fault> {
        let Self { store, exports, engine, limits, .. } = self;
        let (text,) = guarded(engine, store, limits.deadline * START, |store| exports.describe.call(store, ()))?;
        Ok(text)
    }

    /// Gives it the options of its stream.
    pub(crate) fn configure(&mut self, options: &str) -> Result<Result<(), Vec<lifecycle::Mistake>>, Fault> {
        let Self { store, exports, engine, limits, .. } = self;
        let (answer,) = guarded(engine, store, limits.deadline * START, |store| {
            exports.configure.call(store, (options.to_owned(),))
        })?;
        Ok(answer)
    }

    /// What it emitted since this was asked last, to be told when it is known what becomes of the picture.
    pub(crate) fn take_emitted(&mut self) -> Vec<Emitted> {
        std::mem::take(&mut self.store.data_mut().emitted)
    }

    /// Whether it is to be replaced: it took more than three quarters of its memory, which never shrinks, or was called as often as it may be.
    pub(crate) fn is_worn(&self) -> bool {
        self.store.data().memory.is_worn() || self.limits.recycle_after.is_some_and(|most| self.calls >= most)
    }

    /// Bytes of its memories.
    pub(crate) fn memory(&self) -> u64 {
        self.store.data().memory.used()
    }

    /// Shows it a picture, and gives that back as it is then.
    pub(crate) fn process(&mut self, frame: Frame) -> Result<(Frame, Verdict), Fault> {
        let Self { store, exports, engine, limits, calls, fuel } = self;
        let Some(process) = &exports.process else {
            return Err(Fault::new(Kind::Host, "it does not export `processor`"));
        };
        *calls += 1;
        let wanted = LEAST_FUEL.max(frame.picture.size().pixels() as usize * 4 + 4096);
        if *fuel != wanted {
            *fuel = wanted;
            store.set_hostcall_fuel(wanted);
        }
        store.data_mut().frame = Some(frame);
        // The number is never looked at: the one picture that there is lies in the store, and the guest's handle ends with the call.
        let picture = Resource::new_borrow(0);
        let (verdict,) = guarded(engine, store, limits.deadline, |store| process.call(store, (picture,)))?;
        let frame =
            store.data_mut().frame.take().ok_or_else(|| Fault::new(Kind::Panic, "the picture did not come back"))?;
        Ok((frame, verdict))
    }

    /// Asks it about a viewer.
    pub(crate) fn choose(&mut self, viewer: Viewer) -> Result<Choice, Fault> {
        let Self { store, exports, engine, limits, calls, .. } = self;
        let Some(choose) = &exports.choose else {
            return Err(Fault::new(Kind::Host, "it does not export `format-chooser`"));
        };
        *calls += 1;
        store.data_mut().subject = Subject::Viewer(viewer);
        // As with pictures: there is one, and the handle says nothing.
        let lent = Resource::new_borrow(0);
        let answer = guarded(engine, store, limits.deadline, |store| {
            let (choice,) = choose.call(&mut *store, (lent,))?;
            // The guest gave its handle away with the answer.
            Ok(store.data_mut().table.delete(choice)?)
        });
        store.data_mut().subject = Subject::Nothing;
        answer
    }
}

/// A store for one instance, under its limits.
pub(crate) fn store(
    engine: &Engine,
    plugin: &Plugin,
    identity: Identity,
    state: State,
    journal: Option<Journal>,
) -> Result<Store<Guest>, Fault> {
    let guest = Guest::new(plugin, identity, state, journal).map_err(|why| Fault::new(Kind::Host, why))?;
    let mut store = Store::new(&engine.wasmtime, guest);
    store.limiter(|guest| &mut guest.memory);
    store.set_max_component_handles(MAX_HANDLES);
    store.set_hostcall_fuel(LEAST_FUEL);
    Ok(store)
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
