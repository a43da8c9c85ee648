//! What is to be done in a store, and in which order. Pure: time is passed in.
//!
//! ```text
//!   put ──▶ waiting ──next──▶ under way ──done──▶ held ──remove──▶ leaving ──next──▶ gone
//!              │                  │ fails: waits, longer each time, and is first again
//!              └─ full, or removed before it was written: lost
//! ```
//!
//! In the store there is at any time a playlist that names only files that are there, but for one case: on a full disk files that left the window are
//! removed before the playlist that names them is replaced, for that needs room too.

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use crate::Error;
use crate::job::{File, Job, Kind};
use crate::listing::{Listing, Rendered};
use crate::patience::Patience;

/// Names that wait to be removed, beyond which the oldest is left for [`recover`](crate::recover()): a day of segments of 2 s is ten times that.
const LEAVING: usize = 4_096;

/// How much waits to be written. When there is more, the oldest segment that waits is lost: it is not written, and not named in the stored playlist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Segments and init segments.
    pub files: usize,
    /// Their bytes. Those of the file that is being written are not counted.
    pub bytes: u64,
}

impl Default for Limits {
    /// 16 s of segments of 2 s, which is what a disk may take to spin up; their bytes are mostly in the window's memory anyway.
    fn default() -> Self {
        Self { files: 8, bytes: 64 << 20 }
    }
}

/// What became of it all so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Segments and init segments that were written.
    pub written: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Playlists that were written.
    pub playlists: u64,
    /// Files that were removed.
    pub removed: u64,
    /// Attempts that failed.
    pub failed: u64,
    /// Segments and init segments that were never written.
    pub lost: u64,
    /// Files that wait to be written, the one that is being written among them.
    pub waiting: u64,
}

/// What is to be done now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Do(Job),
    /// Nothing before then.
    Wait(Instant),
    /// Nothing before there is more.
    Idle,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Backlog {
    limits: Limits,
    /// What the stored playlist is called.
    name: String,
    waiting: VecDeque<File>,
    underway: Option<Job>,
    held: BTreeMap<String, u64>,
    /// The playlist that was given last.
    newest: Option<String>,
    /// Something changed since it was looked what the stored playlist should be.
    stale: bool,
    stored: Option<Rendered>,
    /// What is stored as playlist goes, or is replaced by one that came later.
    erasing: bool,
    /// What is under way was begun before that.
    revoked: bool,
    leaving: VecDeque<String>,
    /// With writing, and with removing: a file that cannot be removed keeps nothing from being written.
    writing: Patience,
    removing: Patience,
    full: bool,
    counts: Counts,
}

impl Backlog {
    /// `name`: what the stored playlist is called.
    pub(crate) fn new(name: String, limits: Limits) -> Self {
        Self {
            limits,
            name,
            waiting: VecDeque::new(),
            underway: None,
            held: BTreeMap::new(),
            newest: None,
            stale: false,
            stored: None,
            erasing: false,
            revoked: false,
            leaving: VecDeque::new(),
            writing: Patience::default(),
            removing: Patience::default(),
            full: false,
            counts: Counts::default(),
        }
    }

    /// Takes over what was found: files that are there, the playlist that names them and perhaps others, files that are to go.
    pub(crate) fn found(&mut self, held: BTreeMap<String, u64>, playlist: Option<String>, rubbish: Vec<String>) {
        self.held = held;
        self.leaving.extend(rubbish);
        let Some(text) = playlist else { return };
        let wanted = Listing::read(&text).and_then(|listing| listing.render(|name| self.held.get(name).copied()));
        match wanted {
            Some(wanted) if wanted.text == text => self.stored = Some(wanted),
            Some(_) => (self.newest, self.stale) = (Some(text), true),
            None => self.erasing = true,
        }
    }

    pub(crate) fn put(&mut self, file: File) {
        self.waiting.push_back(file);
        // The newest is never the one that goes: it alone may be larger than all may be.
        while self.waiting.len() > 1
            && (self.waiting.len() > self.limits.files || self.waiting_bytes() > self.limits.bytes)
        {
            let mut before = self.waiting.iter().take(self.waiting.len() - 1);
            let oldest = before.position(|file| file.kind == Kind::Segment).unwrap_or(0);
            if let Some(file) = self.waiting.remove(oldest) {
                self.lose(file);
            }
        }
    }

    pub(crate) fn playlist(&mut self, text: String) {
        (self.newest, self.stale) = (Some(text), true);
    }

    pub(crate) fn remove(&mut self, name: &str) {
        if let Some(at) = self.waiting.iter().position(|file| file.name == name)
            && let Some(file) = self.waiting.remove(at)
        {
            self.lose(file);
        } else if self.held.contains_key(name) || self.is_under_way(name) {
            self.leave(name.to_owned());
        }
    }

    /// Everything goes, the playlist first.
    pub(crate) fn erase(&mut self) {
        (self.newest, self.stale, self.erasing) = (None, false, true);
        self.revoked = self.underway.is_some();
        let underway = match &self.underway {
            Some(Job::Put(file)) => Some(file.name.clone()),
            _ => None,
        };
        let held: Vec<String> = self.held.keys().cloned().chain(underway).collect();
        held.into_iter().for_each(|name| self.leave(name));
        while let Some(file) = self.waiting.pop_front() {
            self.lose(file);
        }
    }

    pub(crate) fn next(&mut self, now: Instant) -> Step {
        let (written_at, removed_at) = (self.writing.until(now), self.removing.until(now));
        if written_at.is_none()
            && let Some(playlist) = self.new_playlist()
        {
            return self.begin(Job::Playlist { name: self.name.clone(), text: playlist.text.into() });
        }
        let removed = match self.erasing {
            true => Some(self.name.clone()),
            false => self.next_to_leave(),
        };
        if let Some(name) = removed {
            match removed_at {
                None => return self.begin(Job::Remove(name)),
                Some(_) if name != self.name => self.leaving.push_front(name),
                Some(_) => {}
            }
        }
        if written_at.is_none()
            && let Some(file) = self.waiting.pop_front()
        {
            return self.begin(Job::Put(file));
        }
        let written_at = written_at.filter(|_| self.stale || !self.waiting.is_empty());
        let removed_at = removed_at.filter(|_| self.erasing || !self.leaving.is_empty());
        written_at.into_iter().chain(removed_at).min().map_or(Step::Idle, Step::Wait)
    }

    pub(crate) fn done(&mut self, result: Result<&(), &Error>, now: Instant) {
        let revoked = std::mem::take(&mut self.revoked);
        let Some(job) = self.underway.take() else { return };
        let (patience, is_write) = match &job {
            Job::Put(_) | Job::Playlist { .. } => (&mut self.writing, true),
            Job::Remove(_) => (&mut self.removing, false),
        };
        match result {
            Ok(()) => {
                patience.succeeded();
                if is_write {
                    self.full = false;
                } else if self.full {
                    // There is room perhaps.
                    self.writing.hurry(now);
                }
                self.succeeded(job, revoked);
            }
            Err(error) => {
                patience.failed(now);
                self.counts.failed += 1;
                if is_write {
                    self.full = matches!(error, Error::Full { .. });
                }
                match error {
                    // Nothing mends that.
                    Error::Name { .. } => self.give_up(&job),
                    _ => self.again(job),
                }
            }
        }
    }

    /// The next attempt is made at once.
    pub(crate) fn hurry(&mut self, now: Instant) {
        self.writing.hurry(now);
        self.removing.hurry(now);
    }

    /// How many bytes a file has that was written and is to stay.
    pub(crate) fn holds(&self, name: &str) -> Option<u64> {
        self.held.get(name).copied().filter(|_| !self.leaving.iter().any(|leaving| leaving == name))
    }

    /// Nothing is written any more: how many segments and init segments that costs.
    pub(crate) fn give_up_all(&mut self) -> u64 {
        let left = self.counts().waiting;
        self.counts.lost += left;
        self.waiting.clear();
        self.underway = None;
        left
    }

    pub(crate) fn counts(&self) -> Counts {
        let underway = matches!(self.underway, Some(Job::Put(_)));
        Counts { waiting: self.waiting.len() as u64 + u64::from(underway), ..self.counts }
    }

    fn begin(&mut self, job: Job) -> Step {
        self.underway = Some(job.clone());
        Step::Do(job)
    }

    /// The playlist that should be stored, if that is another one than there is.
    fn new_playlist(&mut self) -> Option<Rendered> {
        if !std::mem::take(&mut self.stale) {
            return None;
        }
        let wanted = Listing::read(self.newest.as_deref()?)?.render(|name| self.held.get(name).copied())?;
        (self.stored.as_ref() != Some(&wanted)).then_some(wanted)
    }

    /// A file that is to go, and may: not before the stored playlist names it no more, unless its room is needed, or all goes.
    fn next_to_leave(&mut self) -> Option<String> {
        let named = self.stored.as_ref().filter(|_| !self.full).map(|stored| &stored.names);
        let at = self.leaving.iter().position(|name| named.is_none_or(|named| !named.contains(name)))?;
        self.leaving.remove(at)
    }

    fn succeeded(&mut self, job: Job, revoked: bool) {
        match job {
            Job::Put(file) => {
                self.counts.written += 1;
                self.counts.bytes += file.bytes();
                self.held.insert(file.name.clone(), file.bytes());
                self.stale = self.newest.is_some();
            }
            Job::Playlist { text, .. } => {
                self.counts.playlists += 1;
                self.erasing &= revoked;
                let text = String::from_utf8_lossy(&text).into_owned();
                let names = Listing::read(&text).map(|listing| listing.names()).unwrap_or_default();
                self.stored = Some(Rendered { text, names });
            }
            Job::Remove(name) if name == self.name => (self.erasing, self.stored) = (false, None),
            Job::Remove(name) => {
                self.counts.removed += 1;
                self.held.remove(&name);
            }
        }
    }

    /// What failed is the first again, unless there is newer, or it is to go anyway.
    fn again(&mut self, job: Job) {
        match job {
            Job::Put(file) if self.leaving.contains(&file.name) => self.counts.lost += 1,
            Job::Put(file) => self.waiting.push_front(file),
            Job::Playlist { .. } => self.stale = self.newest.is_some(),
            Job::Remove(name) if name == self.name => {}
            // Others may be removed where this one may not.
            Job::Remove(name) => self.leaving.push_back(name),
        }
    }

    fn give_up(&mut self, job: &Job) {
        match job {
            Job::Put(_) => self.counts.lost += 1,
            Job::Remove(name) => self.erasing &= *name != self.name,
            Job::Playlist { .. } => {}
        }
    }

    /// It is not written. What an attempt left of it goes.
    fn lose(&mut self, file: File) {
        self.counts.lost += 1;
        if self.writing.is_failing() {
            self.leave(file.name);
        }
    }

    fn leave(&mut self, name: String) {
        if self.leaving.contains(&name) {
            return;
        }
        self.leaving.push_back(name);
        while self.leaving.len() > LEAVING
            && let Some(name) = self.leaving.pop_front()
        {
            self.held.remove(&name);
        }
    }

    fn is_under_way(&self, name: &str) -> bool {
        matches!(&self.underway, Some(Job::Put(file)) if file.name == name)
    }

    fn waiting_bytes(&self) -> u64 {
        self.waiting.iter().map(File::bytes).sum()
    }
}

#[cfg(test)]
mod tests;
