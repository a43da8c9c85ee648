use std::time::Duration;

use wasmtime::Config;
use wasmtime::component::{HasSelf, Linker};

use crate::bindings::Everything;
use crate::guest::Guest;
use crate::ticker::Ticker;
use crate::{Error, functions, wasi};

/// wasmtime, set up once for a process, and the host functions that a component may import.
pub(crate) struct Engine {
    pub(crate) wasmtime: wasmtime::Engine,
    pub(crate) linker: Linker<Guest>,
    pub(crate) ticker: Ticker,
}

/// How often an epoch passes while guests run: how late a deadline is noticed.
pub(crate) const TICK: Duration = Duration::from_millis(5);

/// The settings of every engine of ours: compiled code runs in one that has the same.
///
/// Memory is reserved as wasmtime does by default, 4 GiB of addresses for each linear memory: that is address space and no memory, and it
/// saves a bounds check on each access of a guest's pixel loops. What an instance really may have is limited by [`crate::memory`].
pub(crate) fn config() -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        // Everything here is synchronous: an empty call takes a third of the time without the tables of concurrent ones.
        .concurrency_support(false)
        .epoch_interruption(true)
        // 64 bits of memory are more than a guest may have.
        .wasm_memory64(false);
    config
}

impl Engine {
    /// The engine of calls that never wait: pictures.
    pub(crate) fn prompt() -> Result<Self, Error> {
        Self::new("plugin-epochs", |linker| {
            functions::add_pixels(linker)?;
            wasi::add(linker)
        })
    }

    /// The engine of calls that may wait: pollers, event sinks, access policies. Its instances run async.
    pub(crate) fn patient() -> Result<Self, Error> {
        Self::new("service-epochs", |linker| {
            functions::add_send(linker)?;
            wasi::add_patient(linker)
        })
    }

    fn new(thread: &str, add: impl FnOnce(&mut Linker<Guest>) -> wasmtime::Result<()>) -> Result<Self, Error> {
        let wasmtime = wasmtime::Engine::new(&config()).map_err(Error::engine)?;
        let mut linker = Linker::new(&wasmtime);
        add_ours(&mut linker).and_then(|()| add(&mut linker)).map_err(Error::engine)?;
        let ticker = Ticker::start(thread, wasmtime.clone(), TICK).map_err(|source| Error::Thread { source })?;
        Ok(Self { wasmtime, linker, ticker })
    }
}

/// All interfaces of `wit/`: each is there for each role.
fn add_ours(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    Everything::add_to_linker::<_, HasSelf<Guest>>(linker, |guest| guest)
}
