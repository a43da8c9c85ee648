use std::path::{Path, PathBuf};

use crate::interface::World;
use crate::{Error, Language};

/// A plugin's folder: its sources in one language, and its world in `wit`.
pub struct Project {
    pub(crate) folder: PathBuf,
    pub(crate) language: Language,
    pub(crate) world: World,
}

impl Project {
    /// Reads what is there; nothing is changed.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        // Absolute: the tools run in it.
        let folder = std::path::absolute(folder).map_err(Error::file(folder))?;
        let language = language(&folder)?;
        let world = World::read(&folder)?;
        Ok(Self { folder, language, world })
    }

    /// Its folder, absolute.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What it is written in, told by the file that the language's own tools look for.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The name of its WIT package.
    pub fn name(&self) -> &str {
        &self.world.name
    }

    /// Where `build` puts the component.
    pub fn component(&self) -> PathBuf {
        self.folder.join(format!("{}.wasm", self.name()))
    }

    /// Where it is made: beside that, under a name that nobody watches.
    pub(crate) fn scratch(&self) -> PathBuf {
        // Two that build at once do not take each other's.
        self.folder.join(format!(".{}-{}.wasm", self.name(), std::process::id()))
    }
}

fn language(folder: &Path) -> Result<Language, Error> {
    let no = |reason: String| Err(Error::NoProject { path: folder.to_owned(), reason });
    let marks = || Language::ALL.map(Language::mark).join(", ");
    let found: Vec<_> = Language::ALL.into_iter().filter(|language| folder.join(language.mark()).is_file()).collect();
    match found[..] {
        [language] => Ok(language),
        [] if !folder.is_dir() => no("there is no such folder".into()),
        [] => no(format!(
            "it has none of the files that tell the language ({}); `framegate plugin new --lang … --role … NAME` makes a project",
            marks()
        )),
        [first, second, ..] => {
            no(format!("it has both {} and {}, and a plugin has one language", first.mark(), second.mark()))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_language_is_told_by_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let told = |folder: &Path| language(folder).map_err(|error| error.to_string());
        assert!(told(folder.path()).unwrap_err().contains("plugin new"));
        assert!(told(&folder.path().join("nowhere")).unwrap_err().contains("no such folder"));
        fs::write(folder.path().join("go.mod"), "").unwrap();
        assert_eq!(told(folder.path()), Ok(Language::Go));
        fs::write(folder.path().join("plugin.py"), "").unwrap();
        assert!(told(folder.path()).unwrap_err().contains("both plugin.py and go.mod"));
    }
}
