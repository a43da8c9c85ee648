use std::collections::{BTreeMap, BTreeSet};
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::time::SystemTime;

/// What was seen of files, and what was told of it.
#[derive(Debug, Default)]
pub(super) struct Looks {
    files: BTreeMap<PathBuf, Seen>,
}

#[derive(Debug)]
struct Seen {
    /// What was told, or what there was when it was first looked at.
    known: Look,
    /// What the last look saw.
    last: Look,
}

/// What a look found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// All is as it is known.
    Same,
    /// Something is not, and was still another at the look before: whoever writes may not be done.
    Moving,
    /// Something is not, and all is as the look before saw it.
    Settled,
}

/// One look at a file; none if there is none that can be looked at.
type Look = Option<Traits>;

/// What is another when a file's content is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Traits {
    modified: Option<SystemTime>,
    /// Another name's file that was renamed to this one may be as old and as long.
    inode: (u64, u64),
    bytes: u64,
}

impl Looks {
    /// Looks at these files from here on; what is known of those that were looked at before stays known.
    pub(super) fn set(&mut self, files: BTreeSet<PathBuf>) {
        self.files.retain(|path, _| files.contains(path));
        for path in files {
            self.files.entry(path).or_insert_with_key(|path| {
                let now = look(path);
                Seen { known: now, last: now }
            });
        }
    }

    /// The files that are looked at.
    pub(super) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.files.keys()
    }

    /// Looks once. What has settled is known from then on.
    pub(super) fn look(&mut self) -> Found {
        let (mut is_new, mut is_moving) = (false, false);
        for (path, seen) in &mut self.files {
            let now = look(path);
            is_moving |= now != seen.last;
            is_new |= now != seen.known;
            seen.last = now;
        }
        match (is_new, is_moving) {
            (false, _) => Found::Same,
            (true, true) => Found::Moving,
            (true, false) => {
                self.files.values_mut().for_each(|seen| seen.known = seen.last);
                Found::Settled
            }
        }
    }
}

fn look(path: &PathBuf) -> Look {
    // Through links: what is read is what they point to.
    let traits = |is: Metadata| Traits { modified: is.modified().ok(), inode: (is.dev(), is.ino()), bytes: is.len() };
    std::fs::metadata(path).ok().map(traits)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A folder with `a`, and looks at `a` and at `b`, which is not there.
    fn two() -> (tempfile::TempDir, Looks) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "1").unwrap();
        let mut looks = Looks::default();
        looks.set(["a", "b"].map(|name| folder.path().join(name)).into());
        (folder, looks)
    }

    #[test]
    fn a_change_is_told_once_and_only_when_it_is_over() {
        let (folder, mut looks) = two();
        assert_eq!([looks.look(), looks.look()], [Found::Same; 2], "nothing happened");
        fs::write(folder.path().join("a"), "22").unwrap();
        assert_eq!(looks.look(), Found::Moving, "the writer may not be done");
        fs::write(folder.path().join("a"), "333").unwrap();
        assert_eq!(looks.look(), Found::Moving, "it was not");
        assert_eq!([looks.look(), looks.look(), looks.look()], [Found::Settled, Found::Same, Found::Same]);
    }

    #[test]
    fn a_file_that_comes_goes_or_is_renamed_over_has_changed() {
        let (folder, mut looks) = two();
        let path = |name: &str| folder.path().join(name);
        let mut told = || [looks.look(), looks.look()];
        fs::write(path("b"), "1").unwrap();
        assert_eq!(told(), [Found::Moving, Found::Settled], "it came");
        fs::write(path("c"), "1").unwrap();
        let as_old = fs::File::open(path("b")).unwrap().metadata().unwrap().modified().unwrap();
        fs::File::options().write(true).open(path("c")).unwrap().set_modified(as_old).unwrap();
        fs::rename(path("c"), path("b")).unwrap();
        assert_eq!(told(), [Found::Moving, Found::Settled], "as old and as long, and another file");
        fs::remove_file(path("b")).unwrap();
        assert_eq!(told(), [Found::Moving, Found::Settled], "it went");
    }

    #[test]
    fn what_was_not_looked_at_before_is_as_it_is() {
        let (folder, mut looks) = two();
        fs::write(folder.path().join("a"), "22").unwrap();
        looks.set(["a", "c"].map(|name| folder.path().join(name)).into());
        assert_eq!([looks.look(), looks.look()], [Found::Moving, Found::Settled], "what is known of `a` stays known");
    }
}
