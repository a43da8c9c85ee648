use std::sync::{Arc, Mutex, PoisonError};

use media::Size;

use super::{Error, Format, Rect};

/// What can be made of a picture's samples and kept for the next who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Thumbnail(Size),
    Scaled(Rect, Size, Format),
}

/// As many results are kept with a picture; the oldest goes for a new one.
const MOST: usize = 8;
/// As many bytes of results are kept with a picture.
const MOST_BYTES: usize = 8 << 20;

/// What was made of a picture's samples, shared by its clones: two plugins that want the same thumbnail have it made once.
#[derive(Default)]
pub(crate) struct Made(Mutex<Vec<(Kind, Arc<[u8]>)>>);

impl Made {
    /// The samples change: nothing of it is true any more.
    pub(crate) fn forget(&mut self) {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// What was made before, or what `make` makes. Who comes meanwhile waits for it instead of making it again.
    pub(super) fn get_or_make(
        &self,
        kind: Kind,
        make: impl FnOnce() -> Result<Arc<[u8]>, Error>,
    ) -> Result<Arc<[u8]>, Error> {
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, pixels)) = made.iter().find(|(known, _)| *known == kind) {
            return Ok(pixels.clone());
        }
        let pixels = make()?;
        let mut bytes = made.iter().map(|(_, pixels)| pixels.len()).sum::<usize>() + pixels.len();
        while made.len() >= MOST || (bytes > MOST_BYTES && !made.is_empty()) {
            bytes -= made.remove(0).1.len();
        }
        if bytes <= MOST_BYTES {
            made.push((kind, pixels.clone()));
        }
        Ok(pixels)
    }
}
