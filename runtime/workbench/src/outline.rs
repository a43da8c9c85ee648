use std::fs;
use std::path::Path;

use wit_bindgen_core::wit_parser::{Resolve, WorldKey};
use wit_component::DecodedWasm;

use crate::{Error, Role};

/// What a component says of itself: what it imports and exports, by the names of its interfaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// Such as `framegate:plugin/host@0.1.0`.
    pub imports: Vec<String>,
    /// Such as `framegate:plugin/processor@0.1.0`.
    pub exports: Vec<String>,
}

/// The interface that a role exports.
fn exported(role: Role) -> &'static str {
    match role {
        Role::Analyzer | Role::Filter => "processor",
        Role::Poller => "ticker",
        Role::EventSink => "event-receiver",
        Role::FormatPolicy => "format-chooser",
        Role::AccessPolicy => "access-decider",
    }
}

impl Outline {
    /// Reads a component's types, which must be whole.
    pub fn read(component: &Path) -> Result<Self, Error> {
        let wrong = |reason: String| Error::Component { module: component.to_owned(), reason };
        let bytes = fs::read(component).map_err(Error::file(component))?;
        match wit_component::decode(&bytes).map_err(|error| wrong(format!("{error:#}")))? {
            DecodedWasm::Component(resolve, world) => {
                let world = &resolve.worlds[world];
                let names = |keys: &mut dyn Iterator<Item = &WorldKey>| names(&resolve, keys);
                Ok(Self { imports: names(&mut world.imports.keys()), exports: names(&mut world.exports.keys()) })
            }
            DecodedWasm::WitPackage(..) => Err(wrong("it is a package of WIT, not a component".into())),
        }
    }

    /// The roles that it plays. One that can draw is a filter, not an analyzer.
    pub fn roles(&self) -> Vec<Role> {
        let has = |names: &[String], interface: &str| {
            names.iter().any(|name| name.starts_with(&format!("framegate:plugin/{interface}@0.1.")))
        };
        let draws = has(&self.imports, "drawing");
        let plays = |role: &Role| match role {
            Role::Analyzer if draws => false,
            Role::Filter if !draws => false,
            role => has(&self.exports, exported(*role)),
        };
        Role::ALL.into_iter().filter(plays).collect()
    }
}

fn names(resolve: &Resolve, keys: &mut dyn Iterator<Item = &WorldKey>) -> Vec<String> {
    keys.map(|key| resolve.name_world_key(key)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_told_by_exports_and_by_drawing() {
        let outline = |imports: &[&str], exports: &[&str]| {
            let names = |names: &[&str]| names.iter().map(|name| format!("framegate:plugin/{name}@0.1.0")).collect();
            Outline { imports: names(imports), exports: names(exports) }.roles()
        };
        assert_eq!(outline(&["pictures"], &["lifecycle", "processor"]), [Role::Analyzer]);
        assert_eq!(outline(&["drawing"], &["lifecycle", "processor", "ticker"]), [Role::Filter, Role::Poller]);
        assert_eq!(outline(&[], &["lifecycle"]), []);
    }

    #[test]
    fn what_is_no_component_is_told_with_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.wasm");
        fs::write(&file, b"GIF89a").unwrap();
        assert!(Outline::read(&file).unwrap_err().to_string().contains("x.wasm"));
    }
}
