//! What a component exports: looked up once for a component, taken out once for an instance.

use wasmtime::Store;
use wasmtime::component::{
    ComponentExportIndex, ComponentNamedList, Instance, InstancePre, Lift, Lower, Resource, TypedFunc,
};

use crate::access::Applicant;
use crate::bindings::exports::framegate::plugin::access_decider::Decision;
use crate::bindings::exports::framegate::plugin::event_receiver::Failure;
use crate::bindings::exports::framegate::plugin::lifecycle::Mistake;
use crate::bindings::exports::framegate::plugin::processor::Verdict;
use crate::guest::{Frame, Guest, Told};
use crate::policy::{Choice, Viewer};

/// Where a component's exports are. Those of roles that it does not play are not there.
#[derive(Clone)]
pub(crate) struct Places {
    describe: ComponentExportIndex,
    configure: ComponentExportIndex,
    process: Option<ComponentExportIndex>,
    tick: Option<ComponentExportIndex>,
    deliver: Option<ComponentExportIndex>,
    decide: Option<ComponentExportIndex>,
    choose: Option<ComponentExportIndex>,
}

/// A function that is lent a handle for the length of its call.
type Lent<Of, Answer> = TypedFunc<(Resource<Of>,), (Answer,)>;

/// One instance's exports.
pub(crate) struct Exports {
    pub(crate) describe: TypedFunc<(), (String,)>,
    pub(crate) configure: TypedFunc<(String,), (Result<(), Vec<Mistake>>,)>,
    pub(crate) process: Option<Lent<Frame, Verdict>>,
    pub(crate) tick: Option<TypedFunc<(), (Result<(), String>,)>>,
    pub(crate) deliver: Option<Lent<Told, Result<(), Failure>>>,
    pub(crate) decide: Option<Lent<Applicant, Decision>>,
    pub(crate) choose: Option<Lent<Viewer, Resource<Choice>>>,
}

impl Places {
    /// Looks the exports up. `lifecycle` must be there.
    pub(crate) fn of(component: &InstancePre<Guest>) -> wasmtime::Result<Self> {
        let component = component.component();
        let find = |interface: &str, function: &str| {
            let interface = component.get_export_index(None, format!("framegate:plugin/{interface}@0.1.0"))?;
            component.get_export_index(Some(&interface), function)
        };
        let missing = || wasmtime::format_err!("it does not export `lifecycle`");
        Ok(Self {
            describe: find("lifecycle", "describe").ok_or_else(missing)?,
            configure: find("lifecycle", "configure").ok_or_else(missing)?,
            process: find("processor", "process"),
            tick: find("ticker", "tick"),
            deliver: find("event-receiver", "deliver"),
            decide: find("access-decider", "decide"),
            choose: find("format-chooser", "choose"),
        })
    }

    /// Takes an instance's exports out; one of another shape than `wit/` says is an error.
    pub(crate) fn take(&self, store: &mut Store<Guest>, instance: &Instance) -> wasmtime::Result<Exports> {
        Ok(Exports {
            describe: instance.get_typed_func(&mut *store, self.describe)?,
            configure: instance.get_typed_func(&mut *store, self.configure)?,
            process: optional(store, instance, self.process)?,
            tick: optional(store, instance, self.tick)?,
            deliver: optional(store, instance, self.deliver)?,
            decide: optional(store, instance, self.decide)?,
            choose: optional(store, instance, self.choose)?,
        })
    }
}

fn optional<P, R>(
    store: &mut Store<Guest>,
    instance: &Instance,
    place: Option<ComponentExportIndex>,
) -> wasmtime::Result<Option<TypedFunc<P, R>>>
where
    P: ComponentNamedList + Lower,
    R: ComponentNamedList + Lift,
{
    place.map(|place| instance.get_typed_func(store, place)).transpose()
}
