use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use config::resolved::OnError;
use journal::Journal;
use media::StreamName;

use wasmtime::component::InstancePre;

use crate::admission::{Admitted, Language};
use crate::compiled::hex;
use crate::engine::Engine;
use crate::exports::Places;
use crate::fault::backoff::Breaker;
use crate::fault::{Fault, Kind};
use crate::grants::{self, Missing, Wanted};
use crate::guest::{Guest, Identity};
use crate::http::Client;
use crate::instance::Instance;
use crate::state::State;

/// What a plugin does, told by its exports and imports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Looks at pictures: keeps or drops them. It exports `processor`.
    Analyzer,
    /// Changes pixels too: it imports `drawing`.
    Filter,
    /// Is called from time to time, away from the pictures. It exports `ticker`.
    Poller,
    /// Is told of events. It exports `event-receiver`.
    EventSink,
    /// Allows, challenges or refuses requests. It exports `access-decider`.
    AccessPolicy,
    /// Chooses what each viewer of stills gets. It exports `format-chooser`.
    FormatPolicy,
}

impl Role {
    /// As people read it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Analyzer => "analyzer",
            Self::Filter => "filter",
            Self::Poller => "poller",
            Self::EventSink => "event sink",
            Self::AccessPolicy => "access policy",
            Self::FormatPolicy => "format policy",
        }
    }

    /// The word of the API and of metrics.
    pub fn word(self) -> &'static str {
        match self {
            Self::EventSink => "event-sink",
            Self::AccessPolicy => "access-policy",
            Self::FormatPolicy => "format-policy",
            Self::Analyzer | Self::Filter | Self::Poller => self.as_str(),
        }
    }

    /// Whether it is called for pictures, on the stream's picture worker.
    pub fn sees_pictures(self) -> bool {
        matches!(self, Self::Analyzer | Self::Filter)
    }

    /// Whether it may wait for the network, away from the pictures.
    pub fn is_service(self) -> bool {
        matches!(self, Self::Poller | Self::EventSink | Self::AccessPolicy)
    }
}

/// What a plugin says of itself.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
pub struct Description {
    /// Its own name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// A sentence.
    pub description: String,
    /// JSON Schema 2020-12 of its options.
    #[serde(default)]
    pub options: serde_json::Value,
    /// What it cannot do without.
    #[serde(default)]
    pub grants: Wanted,
}

/// What is wrong with a plugin's options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where in the options: a JSON pointer (RFC 6901), empty for the whole.
    pub path: String,
    /// The rule and the value.
    pub message: String,
}

/// What an instance may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Over all its memories, in bytes.
    pub(crate) memory: u64,
    /// Of one call, in CPU time of its thread.
    pub(crate) deadline: Duration,
    /// Of one call that may wait, in wall time.
    pub(crate) timeout: Duration,
    /// An instance is replaced after so many calls.
    pub(crate) recycle_after: Option<u32>,
}

impl Limits {
    /// What is written, or a default by the component's size and language: one of more than 8 MB brings a language's whole runtime with it.
    pub(crate) fn new(config: &config::Plugin, component_bytes: usize, language: Language) -> Self {
        const MIB: u64 = 1024 * 1024;
        let is_large = component_bytes > LARGE;
        let (memory, deadline) = match is_large {
            false => (64 * MIB, Duration::from_millis(50)),
            true => (256 * MIB, Duration::from_millis(250)),
        };
        // A large one that does not say what it is, or that it is C, may be JavaScript by tools that nobody knows here; a new instance of it costs little.
        let collects_late = match language {
            Language::JavaScript => true,
            Language::Python | Language::Go | Language::Rust => false,
            Language::Other | Language::C => is_large,
        };
        let recycle_after = collects_late.then_some(RECYCLE_AFTER);
        Self {
            memory: config.memory.unwrap_or(memory),
            deadline: config.deadline.unwrap_or(deadline),
            timeout: config.timeout,
            recycle_after: config.recycle_after.or(recycle_after),
        }
    }
}

/// A component of more bytes brings a language's whole runtime with it.
const LARGE: usize = 8_000_000;
/// Calls after which an instance of JavaScript is replaced: its engine keeps garbage until a collection of 90 to 150 ms, and a new instance costs
/// less than one. Python counts references, and a new instance of it costs 0.5 ms.
const RECYCLE_AFTER: u32 = 3_000;

/// A component that was admitted, under its declaration in `streams.toml`.
pub struct Plugin {
    pub(crate) name: Arc<str>,
    pub(crate) config: config::Plugin,
    pub(crate) admitted: Admitted,
    pub(crate) sha256: [u8; 32],
    pub(crate) bytes: usize,
    pub(crate) description: Description,
    pub(crate) on_error: OnError,
    pub(crate) limits: Limits,
    /// Linked for calls that never wait.
    pub(crate) component: Linked,
    /// Linked for calls that may: there if it plays such a role.
    pub(crate) service: Option<Linked>,
    pub(crate) client: Client,
}

/// A component with the host functions that one engine gives it.
#[derive(Clone)]
pub(crate) struct Linked {
    pub(crate) component: InstancePre<Guest>,
    pub(crate) places: Places,
    pub(crate) engine: Arc<Engine>,
}

/// A description and a plugin's options are read whole; more than this is refused.
pub(crate) const MAX_DESCRIPTION: usize = 256 * 1024;
/// Mistakes of one plugin that are shown, and the length of each.
const MAX_MISTAKES: usize = 32;
const MAX_MISTAKE: usize = 1024;

impl Plugin {
    /// The name that `use` and the log say.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it does: at least one.
    pub fn roles(&self) -> &[Role] {
        &self.admitted.roles
    }

    /// Whether it plays a role.
    pub fn is(&self, role: Role) -> bool {
        self.roles().contains(&role)
    }

    /// What it does with pictures: [`Role::Analyzer`] or [`Role::Filter`], if anything.
    pub fn picture_role(&self) -> Option<Role> {
        self.roles().iter().copied().find(|role| role.sees_pictures())
    }

    /// Its declaration.
    pub fn config(&self) -> &config::Plugin {
        &self.config
    }

    /// What its bytes hash to.
    pub fn sha256(&self) -> String {
        hex(&self.sha256)
    }

    /// The size of its component.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// What it needs beyond what its declaration grants.
    pub fn missing_grants(&self) -> Vec<Missing> {
        grants::missing(&self.admitted, &self.description.grants, &self.config.grants)
    }

    /// What the component imports and exports.
    pub fn admitted(&self) -> &Admitted {
        &self.admitted
    }

    /// What it says of itself.
    pub fn describe(&self) -> &Description {
        &self.description
    }

    /// What becomes of a picture when it fails: as written, or `drop` for a filter (what it was to hide stays hidden) and `pass` for an
    /// analyzer (a failing motion detector blinds nobody).
    pub fn on_error(&self) -> OnError {
        self.on_error
    }

    /// Whether it takes these options for this stream, asked of an instance made for the purpose. Takes up to four times its deadline, twice.
    ///
    /// May be called on any thread, one that runs async tasks included.
    pub fn check(&self, stream: Option<&StreamName>, options: &serde_json::Value) -> Result<(), Vec<Mistake>> {
        let identity = self.identity(stream);
        apart(|| self.configured(identity, options, State::default(), None).map(drop))
            .map_err(|refusal| refusal.into_mistakes(self))
    }

    pub(crate) fn breaker(&self) -> Breaker {
        Breaker { max_failures: self.config.max_failures, window: self.config.window }
    }

    pub(crate) fn identity(&self, stream: Option<&StreamName>) -> Identity {
        Identity { stream: stream.cloned(), plugin: Arc::clone(&self.name) }
    }

    /// A new instance that took its options.
    pub(crate) fn configured(
        &self,
        identity: Identity,
        options: &serde_json::Value,
        state: State,
        journal: Option<Journal>,
    ) -> Result<Instance, Unconfigured> {
        let mut instance = Instance::new(self, identity, state, journal)?;
        match instance.configure(&options.to_string())? {
            Ok(()) => Ok(instance),
            Err(mistakes) => {
                Err(Unconfigured::Mistakes(mistakes.into_iter().take(MAX_MISTAKES).map(Mistake::from).collect()))
            }
        }
    }
}

/// Why an instance does not run.
pub(crate) enum Unconfigured {
    Mistakes(Vec<Mistake>),
    Fault(Fault),
}

impl From<Fault> for Unconfigured {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Unconfigured {
    /// As mistakes of the options: that it failed on them is one.
    pub(crate) fn into_mistakes(self, plugin: &Plugin) -> Vec<Mistake> {
        match self {
            Self::Mistakes(mistakes) => mistakes,
            Self::Fault(fault) => {
                let (name, kind) = (&plugin.name, fault.kind.as_str());
                let message = format!("the plugin `{name}` failed on these options ({kind}): {fault}");
                vec![Mistake { path: String::new(), message }]
            }
        }
    }

    /// The same for a stream that runs: options that were taken before are refused now.
    pub(crate) fn into_fault(self) -> Fault {
        match self {
            Self::Fault(fault) => fault,
            Self::Mistakes(mistakes) => {
                let said: Vec<_> =
                    mistakes.iter().map(|mistake| format!("`{}` {}", mistake.path, mistake.message)).collect();
                Fault::new(Kind::Options, format!("refused its options: {}", said.join("; ")))
            }
        }
    }
}

impl From<crate::bindings::exports::framegate::plugin::lifecycle::Mistake> for Mistake {
    fn from(told: crate::bindings::exports::framegate::plugin::lifecycle::Mistake) -> Self {
        let cut = |mut text: String| {
            text.truncate(text.floor_char_boundary(MAX_MISTAKE));
            crate::words::printable(&text)
        };
        Self { path: cut(told.path), message: cut(told.message) }
    }
}

/// Runs something of a guest on a thread of its own: WASI's synchronous functions panic on a thread that runs async tasks.
pub(crate) fn apart<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| match scope.spawn(work).join() {
        Ok(value) => value,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin")
            .field("name", &self.name)
            .field("roles", &self.roles())
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_component_gets_more_unless_it_is_written() {
        let mut config = config::Plugin::bundled("x");
        let small = Limits::new(&config, 8_000_000, Language::Other);
        assert_eq!((small.memory, small.deadline, small.recycle_after), (64 << 20, Duration::from_millis(50), None));
        let large = Limits::new(&config, 8_000_001, Language::Other);
        assert_eq!((large.memory, large.deadline), (256 << 20, Duration::from_millis(250)));
        assert_eq!(large.recycle_after, Some(RECYCLE_AFTER));
        (config.memory, config.recycle_after) = (Some(1), Some(7));
        let written = Limits::new(&config, 9_000_000, Language::Python);
        assert_eq!((written.memory, written.recycle_after), (1, Some(7)));
    }

    #[test]
    fn javascript_is_recycled_by_calls_and_python_by_its_memory_alone() {
        let config = config::Plugin::bundled("x");
        for (bytes, language, recycled) in [
            (12_000_000, Language::JavaScript, true),
            (1_000_000, Language::JavaScript, true),
            (18_000_000, Language::Python, false),
            (18_000_000, Language::Other, true),
            (200_000, Language::Other, false),
        ] {
            let limits = Limits::new(&config, bytes, language);
            assert_eq!(limits.recycle_after.is_some(), recycled, "{bytes} bytes of {language:?}");
        }
    }
}
