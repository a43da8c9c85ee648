//! Whether there is room, and leave to write, where the program keeps something.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use config::{Config, HlsStorage};

use super::Finding;

/// What is kept of streams and compiled plugins is some megabytes.
const LITTLE: u64 = 64 << 20;
/// Minutes of video of a few cameras.
const LITTLE_VIDEO: u64 = 1 << 30;

/// A folder, and what it is for.
struct Kept<'a> {
    subject: String,
    folder: &'a Path,
    /// What does not work without.
    without: &'static str,
    little: u64,
}

/// The folders of `streams.state.json`, of the cache, and of `hls.storage`.
pub(crate) fn look(config: &Config, state: &Path, cache: Option<&Path>) -> Vec<Finding> {
    let state = state.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut findings = vec![folder(Kept {
        subject: "state".into(),
        folder: state,
        without: "streams of the API cannot be kept",
        little: LITTLE,
    })];
    findings.push(match cache {
        Some(cache) => {
            folder(Kept { subject: "cache".into(), folder: cache, without: "plugins are not loaded", little: LITTLE })
        }
        None => Finding::look(
            "cache",
            "no folder: plugins are compiled at each start",
            "set HOME, or XDG_CACHE_HOME to a folder that the user may write",
        ),
    });
    let stored = config.streams.values().chain(&config.template).filter_map(|stream| match &stream.hls.storage {
        HlsStorage::Disk(folder) | HlsStorage::Scratch(folder) => Some(folder.as_path()),
        HlsStorage::Memory | HlsStorage::S3(_) => None,
    });
    let stored = stored.chain(config.compat.stream_manager.as_ref().and_then(|manager| manager.folder.as_deref()));
    findings.extend(stored.collect::<BTreeSet<_>>().into_iter().map(|stored| {
        folder(Kept {
            subject: "hls.storage".into(),
            folder: stored,
            without: "segments cannot be kept",
            little: LITTLE_VIDEO,
        })
    }));
    findings
}

fn folder(Kept { subject, folder, without, little }: Kept<'_>) -> Finding {
    let shown = folder.display();
    let there = existing(folder);
    if let Err(error) = try_to_write(&there) {
        return Finding::bad(
            subject,
            format!("{shown} cannot be written: {error}"),
            format!("{without}: give it to the user that serves (chown), or run this as that user"),
        );
    }
    match free(&there) {
        Err(error) => {
            Finding::look(subject, format!("{shown}: {error}"), "look whether its file system is as it should be")
        }
        Ok(free) if free < little => Finding::look(
            subject,
            format!("{} MiB are free in {shown}", free >> 20),
            format!("{without} when it is full: make room"),
        ),
        Ok(free) => Finding::fine(subject, format!("{shown} can be written, {} MiB are free", free >> 20)),
    }
}

/// The folder, or the nearest one above it that there is: it is made in there.
fn existing(folder: &Path) -> PathBuf {
    let here = Path::new(".");
    let above = folder.ancestors().map(|above| if above.as_os_str().is_empty() { here } else { above });
    above.into_iter().find(|above| above.is_dir()).unwrap_or(here).to_owned()
}

fn try_to_write(folder: &Path) -> io::Result<()> {
    let file = folder.join(format!(".framegate-doctor-{}", std::process::id()));
    OpenOptions::new().write(true).create_new(true).open(&file)?;
    fs::remove_file(file)
}

/// Bytes that this user may take.
fn free(folder: &Path) -> io::Result<u64> {
    let system = rustix::fs::statvfs(folder)?;
    Ok(system.f_bavail * system.f_frsize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    #[test]
    fn a_folder_that_is_not_there_is_judged_by_the_one_above() -> io::Result<()> {
        let here = tempfile::tempdir()?;
        let kept = |folder: &Path, little| {
            super::folder(Kept { subject: "state".into(), folder, without: "nothing is kept", little })
        };
        let fine = kept(&here.path().join("a/b"), 0);
        assert_eq!((fine.verdict, fine.found.contains("a/b can be written")), (Verdict::Fine, true), "{fine:?}");
        assert_eq!(fs::read_dir(here.path())?.count(), 0, "nothing is left");
        assert_eq!(kept(here.path(), u64::MAX).verdict, Verdict::Look);
        // A folder that nobody may write to, root included.
        let bad = kept(Path::new("/proc/self"), 0);
        assert_eq!((bad.verdict, bad.advice.is_some()), (Verdict::Bad, true), "{bad:?}");
        Ok(())
    }
}
