//! Whether a project's sources changed since somebody looked.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::{Language, Project};

/// How a project's sources were at one moment: two that are equal are of the same sources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources(BTreeMap<PathBuf, (u64, Option<SystemTime>)>);

/// Files that are looked at: no project by hand has as many, and a folder that was put there by mistake may.
const MOST: usize = 10_000;

impl Project {
    /// Looks at the sources. What builds make and what begins with a dot is none of them.
    pub fn sources(&self) -> Sources {
        let mut sources = Sources::default();
        self.look(&self.folder, &mut sources);
        sources
    }

    fn look(&self, folder: &Path, sources: &mut Sources) {
        // What cannot be read now was not there: the next look sees it.
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if self.is_made(&path) || sources.0.len() >= MOST {
                continue;
            }
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => self.look(&path, sources),
                Ok(metadata) => _ = sources.0.insert(path, (metadata.len(), metadata.modified().ok())),
                Err(_) => {}
            }
        }
    }

    /// Whether a build makes this, or nobody's build reads it.
    fn is_made(&self, path: &Path) -> bool {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let within = path.strip_prefix(&self.folder).unwrap_or(path);
        let made: &[&str] = match self.language {
            Language::Rust => &["target", "Cargo.lock"],
            Language::C => &["bindings", "build"],
            Language::JavaScript => &["node_modules", "package-lock.json"],
            Language::Python => &["wit_world", "componentize_py_types.py"],
            Language::Go => &["build", "imports", "exports/wit_exports"],
        };
        // A hidden folder may hold a build's settings (`.cargo`), those of others are many and never the plugin's.
        let is_hidden = name.starts_with('.') && name != ".cargo";
        let is_ours = Path::new(name).extension().is_some_and(|ending| ending == "wasm" || ending == "pyc");
        is_hidden
            || is_ours
            || name == "__pycache__"
            || within == Path::new("out")
            || name == crate::DEV
            || made.iter().any(|made| within == Path::new(made))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Role;

    #[test]
    fn what_is_written_by_hand_is_a_change_and_what_a_build_makes_is_none() {
        for language in Language::ALL {
            let parent = tempfile::tempdir().unwrap();
            let project = crate::new(parent.path(), &"a".parse().unwrap(), language, Role::Filter).unwrap();
            let before = project.sources();
            assert!(!before.0.is_empty());
            for made in [
                "a.wasm",
                "dev.toml",
                ".git/HEAD",
                "target/x",
                "node_modules/x",
                "__pycache__/a.pyc",
                "out/report.json",
            ] {
                let is_everybodys = !made.starts_with("target") && !made.starts_with("node_modules");
                let its_own = match language {
                    Language::Rust => made.starts_with("target"),
                    Language::JavaScript => made.starts_with("node_modules"),
                    _ => false,
                };
                if is_everybodys || its_own {
                    let path = parent.path().join("a").join(made);
                    fs::create_dir_all(path.parent().unwrap()).unwrap();
                    fs::write(path, "made").unwrap();
                }
            }
            assert_eq!(project.sources(), before, "{language}");
            let source = parent.path().join("a").join(language.mark());
            fs::write(&source, fs::read_to_string(&source).unwrap() + "\n").unwrap();
            let changed = project.sources();
            assert_ne!(changed, before, "{language}");
            fs::remove_file(parent.path().join("a/wit/world.wit")).unwrap();
            assert_ne!(project.sources(), changed, "{language}");
        }
    }
}
