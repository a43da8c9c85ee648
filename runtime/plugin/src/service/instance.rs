use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use journal::Journal;
use wasmtime::component::Resource;
use wasmtime::{Store, UpdateDeadline};

use crate::access::{Applicant, Decision, REMEMBERED};
use crate::bindings::exports::framegate::plugin::access_decider::Decision as Answer;
use crate::bindings::exports::framegate::plugin::event_receiver::Failure;
use crate::deadline::Deadline;
use crate::engine::Engine;
use crate::exports::Exports;
use crate::fault::{Fault, Kind};
use crate::guest::{Decided, Guest, Identity, Subject, Told, Waits};
use crate::plugin::{Linked, Plugin, Unconfigured};
use crate::state::State;
use crate::words::printable;

/// One running copy of a component that may wait: for one stream, one call at a time. A call that gives a [`Fault`] was its last.
pub(super) struct Service {
    store: Store<Guest>,
    exports: Exports,
    engine: Arc<Engine>,
    /// Processor time of one call.
    budget: Duration,
    /// Wall time of one call.
    timeout: Duration,
    calls: u32,
    recycle_after: Option<u32>,
}

/// What a service may compute in one call, in deadlines of a picture's: it puts requests together and reads answers.
const BUDGET: u32 = 20;

impl Service {
    /// Makes an instance that took its options.
    pub(super) async fn configured(
        plugin: &Arc<Plugin>,
        identity: Identity,
        options: &serde_json::Value,
        state: State,
        journal: Journal,
    ) -> Result<Self, Unconfigured> {
        let Some(Linked { component, places, engine }) = &plugin.service else {
            return Err(Fault::new(Kind::Host, "it plays no role that may wait").into());
        };
        // Granted folders are opened here: on a disk that does not answer that takes for ever, and others share this thread.
        let making = tokio::task::spawn_blocking({
            let (engine, plugin) = (Arc::clone(engine), Arc::clone(plugin));
            move || crate::instance::store(&engine, &plugin, identity, state, Some(journal))
        });
        let made = tokio::time::timeout(plugin.limits.timeout, making).await;
        let made = made.map_err(|_| Fault::new(Kind::Deadline, "its granted folders cannot be opened in time"))?;
        let mut store = made.unwrap_or_else(|panic| Err(Fault::of_panic(&panic.to_string())))?;
        store.epoch_deadline_callback(|store| {
            let guest = store.data();
            guest.deadline.check(guest.meter.spent())?;
            Ok(UpdateDeadline::Yield(1))
        });
        let (budget, timeout) = (plugin.limits.deadline * BUDGET, plugin.limits.timeout);
        let exports = guarded(engine, &mut store, budget, timeout, async |store| {
            let instance = component.instantiate_async(&mut *store).await?;
            places.take(store, &instance)
        })
        .await?;
        let recycle_after = plugin.limits.recycle_after;
        let mut service = Self { store, exports, engine: Arc::clone(engine), budget, timeout, calls: 0, recycle_after };
        let Self { store, exports, engine, .. } = &mut service;
        let options = options.to_string();
        let (answer,) = guarded(engine, store, budget, timeout, async |store| {
            exports.configure.call_async(store, (options,)).await
        })
        .await?;
        match answer {
            Ok(()) => Ok(service),
            Err(mistakes) => Err(Unconfigured::Mistakes(mistakes.into_iter().map(Into::into).collect())),
        }
    }

    /// Counts a call. True if it is to be replaced then, as one for pictures is: it took most of its memory, or was called as often as it may be.
    pub(super) fn is_worn_by_a_call(&mut self) -> bool {
        self.calls += 1;
        self.store.data().memory.is_worn() || self.recycle_after.is_some_and(|most| self.calls >= most)
    }

    /// Bytes of its memories.
    pub(super) fn memory(&self) -> u64 {
        self.store.data().memory.used()
    }

    pub(super) async fn tick(&mut self) -> Result<Result<(), String>, Fault> {
        let Self { store, exports, engine, budget, timeout, .. } = self;
        let tick = exports.tick.as_ref().ok_or_else(|| not_exported("ticker"))?;
        store.data_mut().http.waits = Waits::Allowed;
        let answer = guarded(engine, store, *budget, *timeout, async |store| tick.call_async(store, ()).await).await;
        store.data_mut().http.waits = Waits::No;
        answer.map(|(answer,)| answer)
    }

    pub(super) async fn deliver(&mut self, told: Told) -> Result<Result<(), Failure>, Fault> {
        let Self { store, exports, engine, budget, timeout, .. } = self;
        let deliver = exports.deliver.as_ref().ok_or_else(|| not_exported("event-receiver"))?;
        (store.data_mut().subject, store.data_mut().http.waits) = (Subject::Event(told), Waits::Allowed);
        // The number is never looked at: the one event that there is lies in the store, and the guest's handle ends with the call.
        let answer = guarded(engine, store, *budget, *timeout, async |store| {
            deliver.call_async(store, (Resource::new_borrow(0),)).await
        })
        .await;
        (store.data_mut().subject, store.data_mut().http.waits) = (Subject::Nothing, Waits::No);
        answer.map(|(answer,)| answer)
    }

    /// What becomes of a request, and for how long that holds.
    pub(super) async fn decide(&mut self, applicant: Applicant) -> Result<(Decision, Duration), Fault> {
        let Self { store, exports, engine, budget, timeout, .. } = self;
        let decide = exports.decide.as_ref().ok_or_else(|| not_exported("access-decider"))?;
        let subject = Subject::Request(Decided { applicant, remember: None, name: None, is_particular: false });
        (store.data_mut().subject, store.data_mut().http.waits) = (subject, Waits::Allowed);
        let answer = guarded(engine, store, *budget, *timeout, async |store| {
            decide.call_async(store, (Resource::new_borrow(0),)).await
        })
        .await;
        let subject = std::mem::take(&mut store.data_mut().subject);
        store.data_mut().http.waits = Waits::No;
        let (answer,) = answer?;
        let (remember, name) = match subject {
            Subject::Request(Decided { name, is_particular: true, .. }) => (Some(Duration::ZERO), name),
            Subject::Request(Decided { remember, name, .. }) => (remember, name),
            _ => (None, None),
        };
        let decision = match answer {
            Answer::Allow => Decision::Allow(name),
            Answer::Challenge => Decision::Challenge,
            Answer::Refuse(why) => Decision::Refuse(printable(&why[..why.floor_char_boundary(1024)])),
        };
        Ok((decision, remember.unwrap_or(REMEMBERED)))
    }
}

fn not_exported(interface: &str) -> Fault {
    Fault::new(Kind::Host, format!("it does not export `{interface}`"))
}

/// Runs something of the guest within its processor time and wall time, and makes a fault of whatever goes wrong, a panic in a host function
/// included.
async fn guarded<T>(
    engine: &Engine,
    store: &mut Store<Guest>,
    budget: Duration,
    timeout: Duration,
    call: impl AsyncFnOnce(&mut Store<Guest>) -> wasmtime::Result<T>,
) -> Result<T, Fault> {
    let _running = engine.ticker.enter();
    store.data_mut().deadline = Deadline::new(budget);
    store.set_epoch_deadline(1);
    let meter = store.data().meter.clone();
    let call = AssertUnwindSafe(meter.run(call(&mut *store))).catch_unwind();
    let called = tokio::time::timeout(timeout, call).await;
    match called {
        Ok(Ok(Ok(value))) => Ok(value),
        Ok(Ok(Err(error))) => Err(Fault::of(&error, store.data_mut())),
        Ok(Err(panic)) => Err(Fault::of_panic(&*panic)),
        Err(_) => Err(Fault::new(Kind::Deadline, format!("took more than {timeout:?}, waiting included"))),
    }
}
