//! Compiled code: the private folder that it is kept in, and the one place where native code is taken from a file.
//!
//! Native code from a stranger is a stranger's program. So it is loaded only from a folder that belongs to the user we run as and that nobody
//! else can write to, by a name that holds the hash of the component that it was made from, of wasmtime's version and of the settings.
#![allow(unsafe_code, reason = "alone in this room; see `load`")]

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::hash::{Hash, Hasher};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};
use wasmtime::component::Component;

use crate::Error;

/// A folder for compiled code that is ours alone.
#[derive(Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
}

/// The name that compiled code has in the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key(String);

impl Key {
    /// Of a component with this hash for this engine, whose own hash covers version, settings and the machine's features.
    pub(crate) fn new(component: &[u8; 32], engine: &wasmtime::Engine) -> Self {
        struct Sha(Sha256);
        impl Hasher for Sha {
            fn write(&mut self, bytes: &[u8]) {
                self.0.update(bytes);
            }

            fn finish(&self) -> u64 {
                0 // not asked for: the digest is taken whole
            }
        }
        let mut settings = Sha(Sha256::new());
        engine.precompile_compatibility_hash().hash(&mut settings);
        let settings = settings.0.finalize();
        Self(format!("{}-{}.cwasm", hex(component), hex(&settings[..8])))
    }
}

/// Lower case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Cache {
    /// Opens the folder, and makes it (mode 0700) if there is none.
    pub(crate) fn open(folder: &Path) -> Result<Self, Error> {
        let refuse = |reason: String| Error::Cache { path: folder.to_owned(), reason };
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| refuse(error.to_string()))?;
        let is = fs::symlink_metadata(folder).map_err(|error| refuse(error.to_string()))?;
        if !is.is_dir() {
            return Err(refuse("it is no folder".into()));
        }
        check_owner(&is).map_err(refuse)?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// Where code of this key is or would be.
    pub(crate) fn path(&self, key: &Key) -> PathBuf {
        self.folder.join(&key.0)
    }

    /// Where a file may be made that nobody reads yet; [`Self::keep`] gives it its name.
    pub(crate) fn scratch(&self, ending: &str) -> PathBuf {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        self.folder.join(format!(".{}-{count}.{ending}", std::process::id()))
    }

    /// Gives a finished file its name, in one step: a reader finds it whole or not at all.
    pub(crate) fn keep(&self, scratch: &Path, key: &Key) -> io::Result<()> {
        File::open(scratch)?.sync_all()?;
        fs::rename(scratch, self.path(key))
    }

    /// Loads the code of this key; none if there is none that can be used.
    pub(crate) fn load(&self, key: &Key, engine: &wasmtime::Engine) -> Result<Option<Component>, Error> {
        let path = self.path(key);
        let refuse = |reason: String| Error::Cache { path: path.clone(), reason };
        let is = match fs::symlink_metadata(&path) {
            Ok(is) => is,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(refuse(error.to_string())),
        };
        if !is.is_file() {
            return Err(refuse("it is no file".into()));
        }
        check_owner(&is).map_err(refuse)?;
        // SAFETY: `deserialize_file` asks that the file was made by wasmtime's own compiler and is not changed while it is mapped. The folder and
        // the file belong to the user that we run as and nobody else may write to either (checked in `open` and above), so only this program put it
        // there: by `keep`, whole, from a compilation of the component that the name has the hash of. Nothing of ours changes a file that has its
        // name: another compilation renames another file over it, and the mapping keeps the old one.
        match unsafe { Component::deserialize_file(engine, &path) } {
            Ok(component) => Ok(Some(component)),
            Err(error) => {
                tracing::warn!(path = %path.display(), error = format!("{error:#}"), "compiled code is not used and made anew");
                Ok(None)
            }
        }
    }
}

/// A new file that only we can read.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)
}

fn check_owner(is: &fs::Metadata) -> Result<(), String> {
    let us = rustix::process::geteuid().as_raw();
    if is.uid() != us {
        return Err(format!("it belongs to user {}, not to us (user {us})", is.uid()));
    }
    if is.mode() & 0o022 != 0 {
        return Err(format!("others may write to it (mode {:o}); `chmod go-w` mends that", is.mode() & 0o777));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_folder_that_others_may_write_to_is_refused() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("a/b");
        Cache::open(&folder).unwrap();
        assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o770)).unwrap();
        assert!(Cache::open(&folder).unwrap_err().to_string().contains("mode 770"));
        let link = parent.path().join("link");
        std::os::unix::fs::symlink(&folder, &link).unwrap();
        assert!(Cache::open(&link).is_err(), "a link is not followed");
    }

    #[test]
    fn code_that_others_may_write_to_or_that_is_damaged_is_not_loaded() {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        let engine = wasmtime::Engine::new(&crate::engine::config()).unwrap();
        let key = Key::new(&[7; 32], &engine);
        assert!(cache.load(&key, &engine).unwrap().is_none());
        write_private(&cache.path(&key), b"\x7fELF and nothing behind it").unwrap();
        assert!(cache.load(&key, &engine).unwrap().is_none(), "a damaged file is made anew");
        fs::set_permissions(cache.path(&key), fs::Permissions::from_mode(0o666)).unwrap();
        assert!(cache.load(&key, &engine).is_err());
    }

    #[test]
    fn the_key_is_of_content_and_settings() {
        let engine = wasmtime::Engine::new(&crate::engine::config()).unwrap();
        let other = wasmtime::Engine::new(crate::engine::config().epoch_interruption(false)).unwrap();
        let key = Key::new(&[7; 32], &engine);
        assert_eq!(key, Key::new(&[7; 32], &engine));
        assert_ne!(key, Key::new(&[8; 32], &engine));
        assert_ne!(key, Key::new(&[7; 32], &other));
    }
}
