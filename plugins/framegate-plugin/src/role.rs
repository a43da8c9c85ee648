use serde::de::DeserializeOwned;

use crate::{Applicant, Choice, Decision, Event, Failure, Mistake, Picture, Verdict, Viewer};

/// An analyzer or, if it calls [`drawing`](crate::drawing), a filter: takes pictures. One value of this type lives on each stream that uses it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is exported as a `Plugin`, but does not implement it",
    label = "takes no pictures",
    note = "other roles are named behind the type: `framegate_plugin::export!({Self}: Poller)`"
)]
pub trait Plugin: Sized {
    /// The options of a stream, read from the JSON that `streams.toml` gives. `#[serde(deny_unknown_fields)]` is what its writer wants.
    type Options: DeserializeOwned;

    /// JSON Schema 2020-12 of [`Self::Options`], for editors and people.
    const OPTIONS: &'static str;

    /// What it cannot do without, as `lifecycle.describe` in `wit/roles.wit` has it: a JSON object by the keys of `streams.toml`.
    const GRANTS: &'static str = "{}";

    /// Makes the plugin for a stream, or says what is wrong with its options. Called before the first picture.
    fn configure(options: Self::Options) -> Result<Self, Vec<Mistake>>;

    /// Takes one picture, in the order of presentation.
    fn process(&mut self, picture: &Picture) -> Verdict;
}

/// What a component without pictures has in common with a [`Plugin`], which has all this by itself: options, and how it is made of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no options: it implements neither `Configure` nor `Plugin`",
    note = "a type that takes pictures implements `Plugin`, any other `Configure`, beside the traits of its roles"
)]
pub trait Configure: Sized {
    /// The options of a stream, read from the JSON that `streams.toml` gives. `#[serde(deny_unknown_fields)]` is what its writer wants.
    type Options: DeserializeOwned;

    /// JSON Schema 2020-12 of [`Self::Options`], for editors and people.
    const OPTIONS: &'static str;

    /// What it cannot do without, as `lifecycle.describe` in `wit/roles.wit` has it: a JSON object by the keys of `streams.toml`.
    const GRANTS: &'static str = "{}";

    /// Makes a value of these options, or says what is wrong with them. Called before anything else, and again when they change. No HTTP here.
    fn configure(options: Self::Options) -> Result<Self, Vec<Mistake>>;
}

impl<T: Plugin> Configure for T {
    type Options = T::Options;
    const OPTIONS: &'static str = T::OPTIONS;
    const GRANTS: &'static str = T::GRANTS;

    fn configure(options: Self::Options) -> Result<Self, Vec<Mistake>> {
        <T as Plugin>::configure(options)
    }
}

/// Works from time to time, away from the pictures. Beside another role it lives in an instance of its own: the two values of the type share
/// nothing but [`state`](crate::state).
#[diagnostic::on_unimplemented(message = "`{Self}` is exported as a `Poller`, but does not implement it")]
pub trait Poller: Configure {
    /// Called at the interval in `streams.toml` (`every`, 10 s by default). The error is logged.
    fn tick(&mut self) -> Result<(), String>;
}

/// Takes events to somewhere else.
#[diagnostic::on_unimplemented(message = "`{Self}` is exported as an `EventSink`, but does not implement it")]
pub trait EventSink: Configure {
    /// One event, in order.
    fn deliver(&mut self, event: &Event) -> Result<(), Failure>;
}

/// Chooses format, quality, width and rate for each viewer of stills.
#[diagnostic::on_unimplemented(message = "`{Self}` is exported as a `FormatPolicy`, but does not implement it")]
pub trait FormatPolicy: Configure {
    /// For a viewer at its start and every 2 s after that. The host keeps answers by equal viewers, so it depends on its argument alone.
    fn choose(&self, viewer: &Viewer) -> Choice;
}

/// Allows or refuses requests.
#[diagnostic::on_unimplemented(message = "`{Self}` is exported as an `AccessPolicy`, but does not implement it")]
pub trait AccessPolicy: Configure {
    /// One request. A panic refuses.
    fn decide(&mut self, applicant: &Applicant) -> Decision;
}
