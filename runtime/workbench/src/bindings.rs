//! Bindings for the languages whose own tools make none: C and Go. The generators are linked, so that nobody installs one.

use std::fs;
use std::path::Path;

use wit_bindgen_core::{Files, WorldGenerator};

use crate::Error;
use crate::interface::World;

/// C: `plugin.h`, `plugin.c` and the object with the component's type. What a call lends is given back by the bindings.
pub(crate) fn c(world: &World, folder: &Path) -> Result<(), Error> {
    let options =
        wit_bindgen_c::Opts { autodrop_borrows: wit_bindgen_c::Enabled::Yes, ..wit_bindgen_c::Opts::default() };
    generate(options.build(), world, folder)
}

/// Go: packages below `imports` and `exports` of this module.
pub(crate) fn go(world: &World, module: &str, folder: &Path) -> Result<(), Error> {
    let options = wit_bindgen_go::Opts {
        format: wit_bindgen_go::Format::True,
        pkg_name: Some(module.to_owned()),
        quiet: true,
        ..wit_bindgen_go::Opts::default()
    };
    generate(options.build(), world, folder)
}

fn generate(mut generator: Box<dyn WorldGenerator>, world: &World, folder: &Path) -> Result<(), Error> {
    let wrong = |error: anyhow::Error| Error::Interface { path: "wit".into(), reason: format!("{error:#}") };
    let mut files = Files::default();
    // The generators rename types within the one they are given.
    let mut resolve = world.resolve.clone();
    generator.generate(&mut resolve, world.id, &mut files).map_err(wrong)?;
    for (name, bytes) in files.iter() {
        let path = folder.join(name);
        // A file that is as it was keeps its time: builds look at it.
        if fs::read(&path).is_ok_and(|there| there == bytes) {
            continue;
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(Error::file(parent))?;
        }
        fs::write(&path, bytes).map_err(Error::file(path))?;
    }
    Ok(())
}
