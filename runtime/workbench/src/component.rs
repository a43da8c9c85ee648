//! The last step for languages whose compilers end at a core module: the component around it.

mod alone;

use std::fs;
use std::path::Path;

use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME as PREVIEW1, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER as ADAPTER,
};
use wit_component::{ComponentEncoder, StringEncoding};

use crate::Error;
use crate::interface::World;

/// Whether the module says itself which world it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    /// The linker put an object with the world's type in (C).
    World,
    /// It knows nothing of worlds (Go).
    Nothing,
}

/// Makes a component of a core module. What the module imports of WASI preview 1 is adapted to WASI 0.2; what it does not import is not there.
pub(crate) fn wrap(module: &Path, says: Says, world: &World, out: &Path) -> Result<u64, Error> {
    let wrong = |error: anyhow::Error| Error::Component { module: module.to_owned(), reason: format!("{error:#}") };
    let mut bytes = fs::read(module).map_err(Error::file(module))?;
    if says == Says::Nothing {
        bytes = alone::wrap(&bytes).map_err(|error| wrong(error.into()))?;
        wit_component::embed_component_metadata(&mut bytes, &world.resolve, world.id, StringEncoding::UTF8, false)
            .map_err(wrong)?;
    }
    let mut encoder = ComponentEncoder::default();
    encoder.validate(true);
    encoder.module(&bytes).map_err(wrong)?;
    encoder.adapter(PREVIEW1, ADAPTER).map_err(wrong)?;
    let component = encoder.encode().map_err(wrong)?;
    fs::write(out, &component).map_err(Error::file(out))?;
    Ok(component.len() as u64)
}
