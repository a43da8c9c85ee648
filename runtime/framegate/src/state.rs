//! The file of what was said over the API, beside `streams.toml` or where a service manager says: replaced as a whole, so that a kill at any moment leaves the old one or the new one.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use control::state::{State, Unreadable};

/// Where it is kept.
#[derive(Clone, Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
}

/// What was found at the start.
#[derive(Debug)]
pub(crate) enum Found {
    /// It, or nothing yet.
    State(State),
    /// Something that cannot be read, put aside under this name so that nothing is lost.
    PutAside(PathBuf, Unreadable),
}

impl StateFile {
    /// For this `streams.toml`: `streams.state.json` in the folder that `STATE_DIRECTORY` names, as systemd does (systemd.exec(5)), where the
    /// configuration is not the program's to write; else beside it.
    pub(crate) fn of(file: &Path) -> Self {
        Self::within(std::env::var_os("STATE_DIRECTORY").as_deref(), file)
    }

    fn within(folders: Option<&OsStr>, file: &Path) -> Self {
        // Several are joined by colons; ours is the first.
        let folder =
            folders.and_then(|folders| std::env::split_paths(folders).next()).filter(|path| path.is_absolute());
        let beside = file.with_extension("state.json");
        Self { path: folder.zip(beside.file_name()).map_or(beside.clone(), |(folder, name)| folder.join(name)) }
    }

    /// Its name.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What is kept.
    pub(crate) fn load(&self) -> io::Result<Found> {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::State(State::default())),
            Err(error) => return Err(error),
        };
        match State::parse(&text) {
            Ok(state) => Ok(Found::State(state)),
            Err(unreadable) => {
                let aside = self.aside()?;
                fs::rename(&self.path, &aside)?;
                Ok(Found::PutAside(aside, unreadable))
            }
        }
    }

    /// Keeps this instead of what is there. When it returns it is on the disk.
    pub(crate) fn save(&self, state: &State) -> io::Result<()> {
        let beside = with_end(&self.path, ".new");
        // There are passwords in it.
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        file.write_all(state.render().as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, &self.path)?;
        // The name is in the folder, which is written by itself.
        File::open(self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")))?
            .sync_all()
    }

    /// A name that nothing has.
    fn aside(&self) -> io::Result<PathBuf> {
        let names = (1_u32..).map(|number| with_end(&self.path, &format!(".unreadable-{number}")));
        for name in names {
            if !name.try_exists()? {
                return Ok(name);
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(end);
    name.into()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use control::state::{Change, Match};

    use super::*;

    #[test]
    fn what_is_saved_is_there_and_for_nobody_else() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let file = StateFile::within(None, &folder.path().join("streams.toml"));
        assert!(matches!(file.load()?, Found::State(state) if state == State::default()));
        let name = "lobby".parse().expect("a name");
        let state = State::default().change(&name, Change::Put(serde_json::Map::new(), Match::Any)).expect("a change");
        file.save(&state)?;
        assert!(matches!(file.load()?, Found::State(found) if found == state));
        assert_eq!(fs::metadata(file.path())?.permissions().mode() & 0o777, 0o600);
        Ok(())
    }

    #[test]
    fn it_lies_where_a_service_manager_says_or_beside_the_file() {
        let path = |folders: Option<&str>, file: &str| StateFile::within(folders.map(OsStr::new), Path::new(file)).path;
        let file = "/etc/framegate/streams.toml";
        assert_eq!(path(None, file), Path::new("/etc/framegate/streams.state.json"));
        assert_eq!(path(Some("/var/lib/framegate"), file), Path::new("/var/lib/framegate/streams.state.json"));
        assert_eq!(path(Some("/var/lib/a:/var/lib/b"), "x.toml"), Path::new("/var/lib/a/x.state.json"));
        for nowhere in ["", "here"] {
            assert_eq!(path(Some(nowhere), "x.toml"), Path::new("x.state.json"));
        }
    }

    #[test]
    fn what_cannot_be_read_is_put_aside() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let file = StateFile::within(None, &folder.path().join("streams.toml"));
        for number in 1..3 {
            fs::write(file.path(), "{ half")?;
            let Found::PutAside(aside, _) = file.load()? else { panic!("it was read") };
            assert_eq!(fs::read_to_string(&aside)?, "{ half");
            assert!(aside.ends_with(format!("streams.state.json.unreadable-{number}")), "{aside:?}");
        }
        assert!(matches!(file.load()?, Found::State(state) if state == State::default()));
        Ok(())
    }
}
