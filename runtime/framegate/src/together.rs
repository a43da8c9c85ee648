//! The file and what was said over the API, as one configuration with its plugins.

use std::collections::BTreeMap;

use config::{Added, Config, Known, Loaded, Mistake, Process};
use hub::InForce;
use media::StreamName;

use crate::bundled;
use crate::plugins::{Loader, Refused, Set};

/// All of it.
pub(crate) struct Together {
    pub(crate) config: Config,
    pub(crate) set: Set,
    /// Streams that came by the API and cannot be had. They wait until they can: a plugin may come back.
    pub(crate) left_out: BTreeMap<StreamName, Vec<Mistake>>,
    /// Streams that came by the API and stand in the file too.
    pub(crate) declared: Vec<StreamName>,
}

/// Puts streams that came by the API to those of a file, and loads the plugins of all. What is wrong with the file is an error; a stream of the API that
/// has a mistake is left out.
///
/// Takes as long as pulling and compiling do, and runs guests: not on a thread that runs async tasks.
pub(crate) fn together(file: &Loaded, added: &Added, loader: &Loader, before: &InForce) -> Result<Together, Refused> {
    let bundled = bundled::names();
    let known = Known { bundled: &bundled, environment: &Process };
    let config::Together { mut loaded, refused: mut left_out, declared } = file.with(added, &known);
    let declared = declared.into_iter().collect();
    loop {
        let refused = match loader.load(&loaded, before) {
            Ok(set) => return Ok(Together { config: loaded.config, set, left_out, declared }),
            Err(refused) => refused,
        };
        // By whom: keys of streams that the file has not are not the file's.
        let of: Vec<_> = refused.mistakes.iter().filter_map(|mistake| of_added(&loaded, file, mistake)).collect();
        if of.is_empty() {
            return Err(refused);
        }
        for (name, mistake) in of {
            loaded.config.streams.remove(&name);
            left_out.entry(name).or_default().push(mistake);
        }
    }
}

/// The stream of the API that a mistake is in.
fn of_added(loaded: &Loaded, file: &Loaded, mistake: &Mistake) -> Option<(StreamName, Mistake)> {
    let mut names = loaded.config.streams.keys().filter(|name| !file.config.streams.contains_key(*name));
    let name = names.find(|name| mistake.key_in(name).is_some());
    name.map(|name| (name.clone(), mistake.clone()))
}
