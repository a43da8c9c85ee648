use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use config::resolved::OnError;
use journal::Journal;
use media::StreamName;

use crate::bindings::FilterPre;
use crate::engine::Engine;
use crate::fault::{Fault, Kind};
use crate::guest::{Guest, Identity};
use crate::instance::Instance;
use crate::state::State;

/// What a plugin does with pictures, told by its imports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Looks at pictures: keeps or drops them.
    Analyzer,
    /// Changes pixels too: it imports `drawing`.
    Filter,
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
}

impl Limits {
    /// What is written, or a default by the component's size: one of more than 8 MB brings a language's whole runtime with it.
    pub(crate) fn new(config: &config::Plugin, component_bytes: usize) -> Self {
        const MIB: u64 = 1024 * 1024;
        let (memory, deadline) = match component_bytes {
            0..=8_000_000 => (64 * MIB, Duration::from_millis(50)),
            _ => (256 * MIB, Duration::from_millis(250)),
        };
        Self { memory: config.memory.unwrap_or(memory), deadline: config.deadline.unwrap_or(deadline) }
    }
}

/// A component that was admitted, under its declaration in `streams.toml`.
pub struct Plugin {
    pub(crate) name: Arc<str>,
    pub(crate) role: Role,
    pub(crate) description: Description,
    pub(crate) on_error: OnError,
    pub(crate) limits: Limits,
    pub(crate) component: FilterPre<Guest>,
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

    /// What it does.
    pub fn role(&self) -> Role {
        self.role
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
    pub fn check(&self, stream: &StreamName, options: &serde_json::Value) -> Result<(), Vec<Mistake>> {
        let identity = self.identity(Some(stream));
        apart(|| self.configured(identity, options, State::default(), None).map(drop)).map_err(
            |refusal| match refusal {
                Unconfigured::Mistakes(mistakes) => mistakes,
                Unconfigured::Fault(fault) => {
                    let message = format!(
                        "the plugin `{}` failed on these options ({}): {fault}",
                        self.name,
                        fault.kind.as_str()
                    );
                    vec![Mistake { path: String::new(), message }]
                }
            },
        )
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
        let mut instance = Instance::new(&self.engine, &self.component, self.limits, identity, state, journal)?;
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
            .field("role", &self.role)
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
        assert_eq!(Limits::new(&config, 8_000_000), Limits { memory: 64 << 20, deadline: Duration::from_millis(50) });
        assert_eq!(Limits::new(&config, 8_000_001), Limits { memory: 256 << 20, deadline: Duration::from_millis(250) });
        config.memory = Some(1);
        assert_eq!(Limits::new(&config, 9_000_000).memory, 1);
    }
}
