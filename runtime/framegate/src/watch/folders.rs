use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use notify::{ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

/// The folders that the system tells of changes in.
pub(super) struct Folders {
    /// None where the system has no place for one.
    watcher: Option<Box<dyn Watcher + Send>>,
    /// What is followed, each with what it was when that began: a folder that another one was put in the place of is followed anew.
    followed: BTreeMap<PathBuf, Identity>,
    /// It was logged that the system tells nothing.
    is_logged: bool,
}

/// Which folder it is. A new one may be given the number of one that went: it is younger.
type Identity = (u64, u64, Option<SystemTime>);

/// What the system tells of changes of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// All, as far as it knows of them itself.
    All,
    /// Nothing of at least one of them.
    Nothing,
}

impl Folders {
    /// Calls `wake` on a thread of its own when something is another in one of the folders.
    pub(super) fn new(wake: impl Fn() + Send + 'static) -> Self {
        let tell = move |event: notify::Result<Event>| {
            // Whoever only reads, as we do, changes nothing. An error may be a queue that was too full: something changed.
            if event.is_ok_and(|event| matches!(event.kind, EventKind::Access(_))) {
                return;
            }
            wake();
        };
        let mut folders = Self { watcher: None, followed: BTreeMap::new(), is_logged: false };
        match RecommendedWatcher::new(tell, notify::Config::default()) {
            Ok(watcher) => folders.watcher = Some(Box::new(watcher)),
            Err(error) => folders.log(&error),
        }
        folders
    }

    /// Follows the folders of these files from here on, and no others.
    pub(super) fn follow<'a>(&mut self, files: impl Iterator<Item = &'a PathBuf>) -> Told {
        let wanted: BTreeMap<PathBuf, Option<Identity>> =
            files.flat_map(|file| folders(file)).map(|folder| (folder.clone(), identity(&folder))).collect();
        let Some(watcher) = &mut self.watcher else { return Told::Nothing };
        let is_gone = |folder: &PathBuf, was: &Identity| wanted.get(folder).copied().flatten() != Some(*was);
        for (folder, _) in self.followed.extract_if(.., |folder, was| is_gone(folder, was)) {
            // The system may have let go of it by itself.
            _ = watcher.unwatch(&folder);
        }
        let (mut told, mut failed) = (Told::All, None);
        for (folder, identity) in wanted {
            if self.followed.contains_key(&folder) {
                continue;
            }
            let Some(identity) = identity else {
                told = Told::Nothing;
                continue;
            };
            match watcher.watch(&folder, RecursiveMode::NonRecursive) {
                Ok(()) => _ = self.followed.insert(folder, identity),
                Err(error) => (told, failed) = (Told::Nothing, Some(error)),
            }
        }
        // One that goes just now is looked for again, like one that is not there yet.
        if let Some(error) = failed.filter(|error| !matches!(error.kind, ErrorKind::PathNotFound)) {
            self.log(&error);
        }
        told
    }

    fn log(&mut self, error: &notify::Error) {
        if !std::mem::replace(&mut self.is_logged, true) {
            tracing::warn!(
                "the system does not tell when files change ({error}): they are looked at ten times a second"
            );
        }
    }
}

/// The folder that a file's name is in, and the one that it is in itself if the name is a link's.
fn folders(file: &Path) -> BTreeSet<PathBuf> {
    // A relative name without a folder is in the one where the program runs.
    let parent = |path: &Path| match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Some(PathBuf::from(".")),
        folder => folder.map(Path::to_owned),
    };
    let itself = fs::canonicalize(file).ok();
    let name = parent(file).map(|folder| fs::canonicalize(&folder).unwrap_or(folder));
    [name, itself.and_then(|itself| parent(&itself))].into_iter().flatten().collect()
}

fn identity(folder: &Path) -> Option<Identity> {
    let is = fs::metadata(folder).ok().filter(fs::Metadata::is_dir)?;
    Some((is.dev(), is.ino(), is.created().ok()))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, sync_channel};
    use std::time::Duration;

    use super::*;

    fn folders_and_wakes() -> (Folders, Receiver<()>) {
        let (wake, wakes) = sync_channel(1);
        (Folders::new(move || _ = wake.try_send(())), wakes)
    }

    /// Whether it was awoken by this.
    fn wakes_on(wakes: &Receiver<()>, change: impl FnOnce()) -> bool {
        while wakes.recv_timeout(Duration::from_millis(100)).is_ok() {}
        change();
        wakes.recv_timeout(Duration::from_secs(5)).is_ok()
    }

    #[test]
    fn a_link_is_in_its_own_folder_and_in_that_of_what_it_points_to() {
        let folder = tempfile::tempdir().unwrap();
        let at = fs::canonicalize(folder.path()).unwrap();
        fs::create_dir_all(at.join("one")).unwrap();
        fs::create_dir_all(at.join("other")).unwrap();
        fs::write(at.join("other/b"), "1").unwrap();
        std::os::unix::fs::symlink("../other/b", at.join("one/a")).unwrap();
        assert_eq!(folders(&at.join("one/a")), BTreeSet::from([at.join("one"), at.join("other")]));
        assert_eq!(folders(&at.join("one/none")), BTreeSet::from([at.join("one")]));
        assert_eq!(folders(&at.join("none/a")), BTreeSet::from([at.join("none")]));
        assert_eq!(folders(Path::new("none.toml")), BTreeSet::from([fs::canonicalize(".").unwrap()]));
    }

    #[test]
    fn a_folder_that_is_not_there_is_followed_when_it_comes_and_when_another_takes_its_place() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("build");
        let files = [folder.join("a")];
        let (mut folders, wakes) = folders_and_wakes();
        assert_eq!(folders.follow(files.iter()), Told::Nothing);
        for _ in 0..2 {
            fs::create_dir(&folder).unwrap();
            assert_eq!(folders.follow(files.iter()), Told::All);
            assert!(wakes_on(&wakes, || fs::write(&files[0], "1").unwrap()));
            assert!(wakes_on(&wakes, || fs::rename(&files[0], folder.join("b")).unwrap()));
            fs::rename(&folder, parent.path().join("old")).unwrap();
            fs::remove_dir_all(parent.path().join("old")).unwrap();
        }
        fs::create_dir(&folder).unwrap();
        assert_eq!(folders.follow([].iter()), Told::All);
        assert!(!wakes_on(&wakes, || fs::write(&files[0], "1").unwrap()), "it is followed no more");
    }

    #[test]
    fn who_only_reads_awakes_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        fs::write(&file, "1").unwrap();
        let (mut folders, wakes) = folders_and_wakes();
        assert_eq!(folders.follow([&file].into_iter()), Told::All);
        assert!(!wakes_on(&wakes, || drop(fs::read(&file).unwrap())));
    }

    #[test]
    fn where_the_system_has_no_place_nothing_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let mut folders = Folders { watcher: None, followed: BTreeMap::new(), is_logged: false };
        assert_eq!(folders.follow([&folder.path().join("a")].into_iter()), Told::Nothing);
        // As it is where the limit is reached.
        folders.watcher = Some(Box::new(Full));
        assert_eq!(folders.follow([&folder.path().join("a")].into_iter()), Told::Nothing);
        assert!(folders.is_logged);
    }

    /// A system that takes no folder.
    #[derive(Debug)]
    struct Full;

    impl Watcher for Full {
        fn new<F: notify::EventHandler>(_: F, _: notify::Config) -> notify::Result<Self> {
            Ok(Self)
        }

        fn watch(&mut self, _: &Path, _: RecursiveMode) -> notify::Result<()> {
            Err(notify::Error::new(ErrorKind::MaxFilesWatch))
        }

        fn unwatch(&mut self, _: &Path) -> notify::Result<()> {
            Ok(())
        }

        fn kind() -> notify::WatcherKind {
            notify::WatcherKind::NullWatcher
        }
    }
}
