use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use config::resolved::{Component as Where, OnError};
use sha2::{Digest, Sha256};

use crate::compile::{self, Compiler};
use crate::compiled::{Cache, hex};
use crate::engine::Engine;
use crate::exports::Places;
use crate::grants::Wanted;
use crate::http::{self, Client};
use crate::instance::Instance;
use crate::plugin::{Description, Limits, Linked, MAX_DESCRIPTION, apart};
use crate::state::State;
use crate::words::printable;
use crate::{Error, Plugin, Role, admission, wasi};

/// A component that comes with the program.
#[derive(Clone, Copy, Debug)]
pub struct Bundled {
    /// What `component` says.
    pub name: &'static str,
    /// The `.wasm` file.
    pub bytes: &'static [u8],
}

/// What a [`Host`] is made from.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The components that come with the program.
    pub bundled: &'static [Bundled],
    /// The private folder for compiled code (mode 0700, ours). None compiles in this process, anew each time.
    pub cache: Option<PathBuf>,
    /// Who compiles.
    pub compiler: Compiler,
}

/// The engines that all plugins of a process share.
pub struct Host {
    prompt: Arc<Engine>,
    patient: Arc<Engine>,
    bundled: &'static [Bundled],
    cache: Option<Cache>,
    compiler: Compiler,
}

/// The largest component: those of JavaScript and Python have 10 to 40 MB.
const MAX_COMPONENT: u64 = 256 * 1024 * 1024;

impl Host {
    /// Starts the engine. A folder for compiled code that is not ours alone is an error here, before anything is loaded from it.
    pub fn new(settings: Settings) -> Result<Arc<Self>, Error> {
        let Settings { bundled, cache, compiler } = settings;
        let cache = cache.as_deref().map(Cache::open).transpose()?;
        let (prompt, patient) = (Arc::new(Engine::prompt()?), Arc::new(Engine::patient()?));
        Ok(Arc::new(Self { prompt, patient, bundled, cache, compiler }))
    }

    /// Loads a plugin and checks it as far as that goes without a stream: bytes, pin, role, imports, exports, description. Compiles it if it is
    /// not in the cache, which takes from 60 ms (Rust) to 10 s (JavaScript, Python).
    ///
    /// May be called on any thread, one that runs async tasks included (which it blocks).
    pub fn load(&self, config: &config::Plugin) -> Result<Arc<Plugin>, Error> {
        granted(self.inspect(config)?)
    }

    /// The same from bytes that were brought: those of a component in a registry, which this room does not know.
    pub fn load_from(&self, config: &config::Plugin, bytes: &[u8]) -> Result<Arc<Plugin>, Error> {
        granted(self.inspect_from(config, bytes)?)
    }

    /// What [`Self::load`] does, for who only looks at it: without what it needs and was not granted.
    pub fn inspect(&self, config: &config::Plugin) -> Result<Arc<Plugin>, Error> {
        match &config.component {
            Where::Bundled(name) => self.inspect_from(config, self.bundled(name)?),
            Where::File(path) => self.inspect_from(config, &read_component(path)?),
            Where::Oci(reference) => Err(Error::NotPulled { reference: reference.to_string() }),
        }
    }

    /// The same from bytes that were brought.
    pub fn inspect_from(&self, config: &config::Plugin, bytes: &[u8]) -> Result<Arc<Plugin>, Error> {
        let sha256: [u8; 32] = Sha256::digest(bytes).into();
        if let Some(pinned) = config.sha256.filter(|pinned| *pinned != sha256) {
            return Err(Error::OtherBytes { is: hex(&sha256), pinned: hex(&pinned) });
        }
        let admitted = admission::admit(bytes)?;
        if !config.grants.http.is_empty() {
            http::prepare();
        }
        let limits = Limits::new(config, bytes.len(), admitted.language);
        let service = match admitted.roles.iter().any(|role| role.is_service()) {
            true => Some(self.link(bytes, &sha256, &self.patient)?),
            false => None,
        };
        let is_filter = admitted.roles.contains(&Role::Filter);
        let mut plugin = Plugin {
            name: config.name.as_str().into(),
            description: Description::nothing(),
            on_error: config.on_error.unwrap_or(if is_filter { OnError::Drop } else { OnError::Pass }),
            component: self.link(bytes, &sha256, &self.prompt)?,
            client: Client::new(&config.grants.http),
            config: config.clone(),
            bytes: bytes.len(),
            admitted,
            sha256,
            limits,
            service,
        };
        wasi::check(&config.grants).map_err(|reason| Error::GrantNotThere { reason })?;
        plugin.description = apart(|| described(&plugin))?;
        Ok(Arc::new(plugin))
    }

    /// Compiles a component, or takes its code from the cache, and gives it an engine's host functions.
    fn link(&self, bytes: &[u8], sha256: &[u8; 32], engine: &Arc<Engine>) -> Result<Linked, Error> {
        let misfit = |error: wasmtime::Error| Error::Misfit { reason: format!("{error:#}") };
        let component = compile::component(bytes, sha256, &engine.wasmtime, &self.compiler, self.cache.as_ref())?;
        let component = engine.linker.instantiate_pre(&component).map_err(misfit)?;
        let places = Places::of(&component).map_err(misfit)?;
        Ok(Linked { component, places, engine: Arc::clone(engine) })
    }

    fn bundled(&self, name: &str) -> Result<&'static [u8], Error> {
        let found = self.bundled.iter().find(|bundled| bundled.name == name);
        found.map(|bundled| bundled.bytes).ok_or_else(|| {
            let known: Vec<_> = self.bundled.iter().map(|bundled| format!("`{}`", bundled.name)).collect();
            Error::NotBundled { name: name.to_owned(), known: known.join(", ") }
        })
    }
}

fn granted(plugin: Arc<Plugin>) -> Result<Arc<Plugin>, Error> {
    let missing = plugin.missing_grants();
    if missing.is_empty() { Ok(plugin) } else { Err(Error::Grants { missing }) }
}

fn read_component(path: &Path) -> Result<Vec<u8>, Error> {
    let unreadable = |source| Error::Unreadable { path: path.to_owned(), source };
    let bytes = fs::metadata(path).map_err(unreadable)?.len();
    if bytes > MAX_COMPONENT {
        return Err(Error::TooLarge { bytes, limit: MAX_COMPONENT });
    }
    fs::read(path).map_err(unreadable)
}

/// What the plugin says of itself, from an instance made for the purpose.
fn described(plugin: &Plugin) -> Result<Description, Error> {
    let refuse = |reason: String| Error::Describe { reason };
    let identity = plugin.identity(None);
    let text = Instance::new(plugin, identity, State::default(), None)
        .and_then(|mut instance| instance.describe())
        .map_err(|fault| refuse(format!("{} ({})", fault, fault.kind.as_str())))?;
    if text.len() > MAX_DESCRIPTION {
        return Err(refuse(format!("its description has {} bytes, {MAX_DESCRIPTION} are the most", text.len())));
    }
    let wrong = |error| refuse(printable(&format!("its description is not what it must be: {error}")));
    let Description { name, version, description, options, grants } = serde_json::from_str(&text).map_err(wrong)?;
    let [name, version, description] = [name, version, description].map(|text| printable(&text));
    Ok(Description { name, version, description, options, grants })
}

impl Description {
    fn nothing() -> Self {
        Self {
            name: String::new(),
            version: String::new(),
            description: String::new(),
            options: serde_json::Value::Null,
            grants: Wanted::default(),
        }
    }
}
