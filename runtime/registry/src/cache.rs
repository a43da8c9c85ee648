//! What was pulled, kept by digest in a folder that is ours alone.
//!
//! A file's name is the digest of its bytes, which is looked at whenever it is read: a damaged file is as good as none. So nothing here is ever
//! changed, and the folder may be emptied at any time.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use config::OciDigest;

use crate::Error;
use crate::manifest::hash;

/// The folder.
#[derive(Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
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
        let us = rustix::process::geteuid().as_raw();
        if is.uid() != us {
            return Err(refuse(format!("it belongs to user {}, not to us (user {us})", is.uid())));
        }
        if is.mode() & 0o022 != 0 {
            let mode = is.mode() & 0o777;
            return Err(refuse(format!("others may write to it (mode {mode:o}); `chmod go-w` mends that")));
        }
        Ok(Self { folder: folder.to_owned() })
    }

    /// The bytes with this digest, at most `limit` of them. A file with other bytes is told and is none.
    pub(crate) fn read(&self, digest: OciDigest, limit: u64) -> Option<Vec<u8>> {
        let path = self.path(digest);
        let unusable = |reason: &str| tracing::warn!(path = %path.display(), reason, "not used, and pulled again");
        let mut bytes = Vec::new();
        let read = File::open(&path).and_then(|file| file.take(limit).read_to_end(&mut bytes));
        match read {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => unusable(&error.to_string()),
            Ok(_) if hash(&bytes) == digest => return Some(bytes),
            Ok(_) => unusable("it is damaged"),
        }
        None
    }

    /// Keeps bytes under their digest, whole or not at all.
    pub(crate) fn keep(&self, digest: OciDigest, bytes: &[u8]) -> io::Result<()> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let scratch = self.folder.join(format!(".{}-{count}", std::process::id()));
        let kept = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&scratch).and_then(
            |mut file| {
                file.write_all(bytes)?;
                file.sync_all()?;
                fs::rename(&scratch, self.path(digest))
            },
        );
        if kept.is_err() {
            _ = fs::remove_file(&scratch);
        }
        kept
    }

    fn path(&self, digest: OciDigest) -> PathBuf {
        self.folder.join(format!("sha256-{}", digest.hex()))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_is_kept_is_read_and_what_is_damaged_is_not() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("framegate/oci");
        let cache = Cache::open(&folder).unwrap();
        assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
        let digest = hash(b"bytes");
        assert_eq!(cache.read(digest, 10), None);
        cache.keep(digest, b"bytes").unwrap();
        assert_eq!(cache.read(digest, 10).unwrap(), b"bytes");
        assert_eq!(cache.read(digest, 4), None, "more than is wanted");
        assert_eq!(fs::metadata(cache.path(digest)).unwrap().mode() & 0o777, 0o600);
        fs::write(cache.path(digest), b"Bytes").unwrap();
        assert_eq!(cache.read(digest, 10), None);
        cache.keep(digest, b"bytes").unwrap();
        assert_eq!(cache.read(digest, 10).unwrap(), b"bytes");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_folder_that_others_may_write_to_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        assert!(Cache::open(folder.path()).unwrap_err().to_string().contains("mode 777"));
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(folder.path(), &link).unwrap();
        assert!(Cache::open(&link).is_err(), "a link is not followed");
    }
}
