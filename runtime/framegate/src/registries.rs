//! Components that are in registries: pulled with a bar where somebody looks, and with a line in the log where a server runs.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Instant;

use config::{OciPlace, OciReference};
use journal::Journal;
use registry::{Artifact, Error, Origin, Progress, Registry, Settings};
use serde_json::json;

use crate::commands::plugin::progress::Transfer;
use crate::plugins;

/// Who is told of a pull.
#[derive(Clone, Debug, Default)]
pub(crate) enum Told {
    /// The person who typed the command, if standard error is a terminal.
    #[default]
    Bar,
    /// The log, and whoever hears of events.
    Log(Journal),
}

/// All registries. The cache is opened with the first component of one.
#[derive(Default)]
pub(crate) struct Registries {
    registry: OnceLock<Registry>,
    told: Told,
}

impl Registries {
    pub(crate) fn new(told: Told) -> Self {
        Self { registry: OnceLock::new(), told }
    }

    /// A component's bytes: out of the cache, or pulled.
    pub(crate) fn pull(&self, reference: &OciReference) -> Result<Vec<u8>, Error> {
        let begin = Instant::now();
        let mut bar = None;
        let mut told = |Progress { done, total }| match &self.told {
            Told::Bar => {
                bar.get_or_insert_with(|| Transfer::begin(format!("pulling {}", reference.place()), total)).set(done)
            }
            Told::Log(journal) if done == 0 => {
                tracing::info!(%reference, bytes = total, "pulling");
                let data = json!({ "component": reference.to_string(), "bytes": total });
                journal.write("component-pulling", None, None, data);
            }
            Told::Log(_) => {}
        };
        let pulled = self.registry()?.pull(reference, &mut told)?;
        if let (Origin::Registry, Told::Log(journal)) = (pulled.origin, &self.told) {
            tracing::info!(%reference, bytes = pulled.bytes.len(), took = ?begin.elapsed(), "pulled");
            let data = json!({ "component": reference.to_string(), "bytes": pulled.bytes.len() });
            journal.write("component-pulled", None, None, data);
        }
        Ok(pulled.bytes)
    }

    /// What a tag means now.
    pub(crate) fn find(&self, place: &OciPlace) -> Result<OciReference, Error> {
        self.registry()?.find(place)
    }

    /// Pushes a component.
    pub(crate) fn push(&self, place: &OciPlace, artifact: &Artifact<'_>) -> Result<OciReference, Error> {
        self.registry()?.push(place, artifact)
    }

    fn registry(&self) -> Result<&Registry, Error> {
        if let Some(registry) = self.registry.get() {
            return Ok(registry);
        }
        let registry = Registry::new(Settings::of_process(folder()))?;
        Ok(self.registry.get_or_init(|| registry))
    }
}

/// Beside compiled code; without such a place each pull asks the registry.
fn folder() -> Option<PathBuf> {
    plugins::cache().map(|cache| cache.join("oci"))
}

/// An error in one line, with what to do about it.
pub(crate) fn told(error: &Error) -> String {
    match error.help() {
        Some(help) => format!("{error}\n  = help: {help}"),
        None => error.to_string(),
    }
}
