//! The interfaces that plugins are made for, embedded; and a project's own world over them.

use std::fs;
use std::path::Path;

use wit_bindgen_core::wit_parser::{PackageId, Resolve, WorldId};

use crate::{Error, Name, Role};

/// The package `framegate:plugin`, file by file.
const FILES: [(&str, &str); 8] = [
    ("types.wit", include_str!("../../../wit/types.wit")),
    ("pictures.wit", include_str!("../../../wit/pictures.wit")),
    ("drawing.wit", include_str!("../../../wit/drawing.wit")),
    ("host.wit", include_str!("../../../wit/host.wit")),
    ("http.wit", include_str!("../../../wit/http.wit")),
    ("events.wit", include_str!("../../../wit/events.wit")),
    ("policies.wit", include_str!("../../../wit/policies.wit")),
    ("roles.wit", include_str!("../../../wit/roles.wit")),
];

/// Where a project keeps them: the place where every WIT tool looks for what a package depends on.
const FOLDER: &str = "wit/deps/framegate-plugin";

/// The world of every project; what it is called makes the names of generated files.
pub(crate) const WORLD: &str = "plugin";

/// Writes a new project's WIT: the interfaces, and a world of its own that includes its role's.
pub(crate) fn write(project: &Path, name: &Name, role: Role) -> Result<(), Error> {
    let folder = project.join(FOLDER);
    fs::create_dir_all(&folder).map_err(Error::file(&folder))?;
    for (file, text) in FILES {
        let path = folder.join(file);
        fs::write(&path, text).map_err(Error::file(path))?;
    }
    let path = project.join("wit/world.wit");
    let world = format!(
        "package local:{name};\n\n/// What this plugin is. It may play several roles: include another world of `{FOLDER}/roles.wit`, and export its functions.\n\
         world {WORLD} {{\n    include framegate:plugin/{role}@0.1.0;\n}}\n"
    );
    fs::write(&path, world).map_err(Error::file(path))
}

/// A project's world, resolved.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) resolve: Resolve,
    pub(crate) id: WorldId,
    /// The name of its package, which is the project's.
    pub(crate) name: String,
}

impl World {
    /// Reads the folder `wit` of a project.
    pub(crate) fn read(project: &Path) -> Result<Self, Error> {
        let path = project.join("wit");
        if !path.is_dir() {
            let reason = "it has no folder `wit`; `framegate plugin new` makes a project that has".into();
            return Err(Error::NoProject { path: project.to_owned(), reason });
        }
        let wrong = |reason: String| Error::Interface { path: path.clone(), reason };
        let mut resolve = Resolve::default();
        let (package, _): (PackageId, _) = resolve.push_dir(&path).map_err(|error| wrong(format!("{error:#}")))?;
        let id = resolve.select_world(&[package], None).map_err(|error| {
            wrong(format!("its package must have one world, which says what the plugin is: {error:#}"))
        })?;
        let name = resolve.packages[package].name.name.clone();
        Ok(Self { resolve, id, name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_roles_world_is_read_back_under_the_projects_name() {
        for role in Role::ALL {
            let folder = tempfile::tempdir().unwrap();
            write(folder.path(), &"line-counter".parse().unwrap(), role).unwrap();
            let world = World::read(folder.path()).unwrap();
            assert_eq!(world.name, "line-counter");
            let exports = &world.resolve.worlds[world.id].exports;
            assert_eq!(exports.len(), 2, "{role}: lifecycle and its own");
        }
    }

    #[test]
    fn every_file_of_the_interfaces_is_embedded() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
        let there = fs::read_dir(folder).unwrap().filter_map(|entry| entry.unwrap().file_name().into_string().ok());
        let mut there: Vec<_> = there.filter(|name| name.ends_with(".wit")).collect();
        let mut embedded = FILES.map(|(name, _)| name);
        there.sort();
        embedded.sort();
        assert_eq!(there, embedded);
    }

    #[test]
    fn a_folder_without_wit_or_with_two_worlds_is_told() {
        let folder = tempfile::tempdir().unwrap();
        assert!(World::read(folder.path()).err().unwrap().to_string().contains("plugin new"));
        write(folder.path(), &"a".parse().unwrap(), Role::Filter).unwrap();
        fs::write(folder.path().join("wit/more.wit"), "world other {}").unwrap();
        let told = World::read(folder.path()).err().unwrap().to_string();
        assert!(told.contains("one world"), "{told}");
    }
}
