//! The file of what was said over the API, beside `streams.toml`: replaced as a whole, so that a kill at any moment leaves the old one or the new one.

use std::ffi::OsString;
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
    /// Beside this `streams.toml`: `streams.state.json`.
    pub(crate) fn beside(file: &Path) -> Self {
        Self { path: file.with_extension("state.json") }
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
        let file = StateFile::beside(&folder.path().join("streams.toml"));
        assert!(matches!(file.load()?, Found::State(state) if state == State::default()));
        let name = "lobby".parse().expect("a name");
        let state = State::default().change(&name, Change::Put(serde_json::Map::new(), Match::Any)).expect("a change");
        file.save(&state)?;
        assert!(matches!(file.load()?, Found::State(found) if found == state));
        assert_eq!(fs::metadata(file.path())?.permissions().mode() & 0o777, 0o600);
        Ok(())
    }

    #[test]
    fn what_cannot_be_read_is_put_aside() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let file = StateFile::beside(&folder.path().join("streams.toml"));
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
