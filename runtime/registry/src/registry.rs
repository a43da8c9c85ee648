use std::path::PathBuf;
use std::time::Duration;

use config::{OciPlace, OciReference};

use crate::cache::Cache;
use crate::manifest::{self, MAX_MANIFEST};
use crate::session::{Rights, Session};
use crate::transport::{Timeouts, Transport};
use crate::{Artifact, Error, MAX_COMPONENT, credentials, pull, push};

/// What a [`Registry`] is made from.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The private folder for what was pulled (mode 0700, ours). None keeps nothing: each pull asks the registry.
    pub cache: Option<PathBuf>,
    /// The Docker configuration with the credentials; [`Settings::of_process`] knows where it is.
    pub docker: Option<PathBuf>,
    /// How long each step may take.
    pub timeouts: Timeouts,
}

/// All registries, and what was pulled from them. Every function waits, and may be called on any thread, one that runs async tasks included (which it
/// blocks).
#[derive(Debug)]
pub struct Registry {
    cache: Option<Cache>,
    docker: Option<PathBuf>,
    timeouts: Timeouts,
}

/// How far a pull is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that are here.
    pub done: u64,
    /// Bytes of the component.
    pub total: u64,
}

/// A component.
#[derive(Debug, PartialEq, Eq)]
pub struct Pulled {
    /// The `.wasm` file.
    pub bytes: Vec<u8>,
    /// Where it was.
    pub origin: Origin,
}

/// Where a component's bytes came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// They were pulled before.
    Cache,
    /// They were pulled now.
    Registry,
}

impl Settings {
    /// With the credentials and time-outs that a program has.
    pub fn of_process(cache: Option<PathBuf>) -> Self {
        Self { cache, docker: credentials::docker_config(), timeouts: Timeouts::default() }
    }
}

impl Registry {
    /// Opens the cache; nothing is asked yet. A folder that is not ours alone is an error here, before anything is taken from it.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let Settings { cache, docker, timeouts } = settings;
        Ok(Self { cache: cache.as_deref().map(Cache::open).transpose()?, docker, timeouts })
    }

    /// A component that was pulled before; its bytes have the digests that they are kept under.
    pub fn cached(&self, reference: &OciReference) -> Option<Vec<u8>> {
        let cache = self.cache.as_ref()?;
        let manifest = cache.read(reference.digest(), MAX_MANIFEST as u64)?;
        let layer = manifest::layer(&manifest, reference).ok()?;
        cache.read(layer.digest, MAX_COMPONENT)
    }

    /// A component from the cache, or else from its registry, which is told about as it comes.
    pub fn pull(&self, reference: &OciReference, told: &mut (dyn FnMut(Progress) + Send)) -> Result<Pulled, Error> {
        if let Some(bytes) = self.cached(reference) {
            return Ok(Pulled { bytes, origin: Origin::Cache });
        }
        let place = reference.place();
        let bytes = self.apart(place, Rights::Pull, "give the component", async |session| {
            let manifest = pull::manifest(session, reference.digest()).await?;
            let layer = manifest::layer(&manifest, reference)?;
            let bytes = pull::layer(session, layer, told).await?;
            if let Some(cache) = &self.cache {
                // The manifest behind its layer: with it there, all is there.
                let kept = cache.keep(layer.digest, &bytes).and_then(|()| cache.keep(reference.digest(), &manifest));
                if let Err(error) = kept {
                    tracing::warn!(%reference, %error, "not kept, and pulled again the next time");
                }
            }
            Ok(bytes)
        })?;
        Ok(Pulled { bytes, origin: Origin::Registry })
    }

    /// What a tag means now; without one `latest`. Asks the registry.
    pub fn find(&self, place: &OciPlace) -> Result<OciReference, Error> {
        let tag = place.tag().unwrap_or("latest");
        self.apart(place, Rights::Pull, "give the manifest", async |session| {
            let (digest, manifest) = pull::tagged(session, tag).await?;
            manifest::layer(&manifest, place)?;
            Ok(place.clone().at(digest))
        })
    }

    /// Pushes a component under its tag. The same one again makes the same reference.
    pub fn push(&self, place: &OciPlace, artifact: &Artifact<'_>) -> Result<OciReference, Error> {
        let tag = place.tag().ok_or_else(|| Error::NoTag { place: place.to_string() })?;
        let bytes = artifact.bytes.len() as u64;
        if bytes > MAX_COMPONENT {
            return Err(Error::TooLarge { bytes, limit: MAX_COMPONENT });
        }
        self.apart(place, Rights::Push, "take the component", async |session| {
            Ok(place.clone().at(push::push(session, tag, artifact).await?))
        })
    }

    /// Talks to a registry on a thread of its own, within the limit for all of it.
    fn apart<T: Send>(
        &self,
        place: &OciPlace,
        rights: Rights,
        step: &'static str,
        talk: impl AsyncFnOnce(&mut Session<'_>) -> Result<T, Error> + Send,
    ) -> Result<T, Error> {
        let talking = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(|source| Error::Thread { source })?;
            let talked = runtime.block_on(async {
                let transport = Transport::new(self.timeouts);
                let credentials = credentials::find(self.docker.as_deref(), place.registry()).await;
                let mut session = Session::new(&transport, place, rights, credentials)?;
                let after: Duration = self.timeouts.whole;
                let talked = tokio::time::timeout(after, talk(&mut session)).await;
                talked.unwrap_or_else(|_| Err(Error::TimedOut { registry: place.registry().into(), step, after }))
            });
            // A name server that does not answer keeps a thread of the runtime, which is not waited for.
            runtime.shutdown_background();
            talked
        };
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().name("registry".into()).spawn_scoped(scope, talking);
            let thread = thread.map_err(|source| Error::Thread { source })?;
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }
}
