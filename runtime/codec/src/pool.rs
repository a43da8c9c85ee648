use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};

/// Memory for pictures, used again and again. Clones are the same pool.
///
/// Bounded: what comes back is kept while all that is kept has at most `max_idle_bytes`, and freed otherwise. Memory of one length only is
/// kept, the last asked for: after a change of size the old memory goes at once.
#[derive(Clone)]
pub struct Pool(Arc<Shelf>);

struct Shelf {
    max_idle_bytes: usize,
    idle: Mutex<Idle>,
}

#[derive(Default)]
struct Idle {
    length: usize,
    blocks: Vec<Arc<[u8]>>,
}

impl Pool {
    /// A pool that keeps at most this many bytes that nobody uses. A 1080p picture has 3.1 MB.
    pub fn new(max_idle_bytes: usize) -> Self {
        Self(Arc::new(Shelf { max_idle_bytes, idle: Mutex::default() }))
    }

    /// Memory of this length; what is in it is left over from another picture.
    pub(crate) fn take(&self, length: usize) -> Block {
        let kept = {
            let mut idle = self.0.lock();
            if idle.length != length {
                *idle = Idle { length, blocks: Vec::new() };
            }
            idle.blocks.pop()
        };
        Block { bytes: kept.unwrap_or_else(|| vec![0; length].into()), home: self.clone() }
    }

    /// Bytes that are kept and used by nobody.
    pub fn idle_bytes(&self) -> usize {
        let idle = self.0.lock();
        idle.blocks.len() * idle.length
    }
}

impl Shelf {
    /// A panic of another thread leaves the shelf in order: every change to it is one step.
    fn lock(&self) -> std::sync::MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("max_idle_bytes", &self.0.max_idle_bytes)
            .field("idle_bytes", &self.idle_bytes())
            .finish()
    }
}

/// Memory out of a pool; goes back when it is dropped.
pub(crate) struct Block {
    /// Lent by [`Self::share`]; unshared whenever it is written.
    bytes: Arc<[u8]>,
    home: Pool,
}

impl Block {
    pub(crate) fn pool(&self) -> &Pool {
        &self.home
    }

    /// The same bytes, for who cannot borrow them.
    pub(crate) fn share(&self) -> Arc<[u8]> {
        self.bytes.clone()
    }
}

impl Deref for Block {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl DerefMut for Block {
    fn deref_mut(&mut self) -> &mut [u8] {
        // Somebody may still read what was lent: it keeps its bytes.
        Arc::make_mut(&mut self.bytes)
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.bytes);
        if Arc::get_mut(&mut bytes).is_none() {
            // Lent still: not ours to write into again.
            return;
        }
        let mut idle = self.home.0.lock();
        if idle.length == bytes.len() && (idle.blocks.len() + 1) * idle.length <= self.home.0.max_idle_bytes {
            idle.blocks.push(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_comes_back_and_is_used_again() {
        let pool = Pool::new(1 << 20);
        let mut block = pool.take(1000);
        block[0] = 77;
        let address = block.as_ptr();
        drop(block);
        assert_eq!(pool.idle_bytes(), 1000);
        let block = pool.take(1000);
        assert_eq!((block.as_ptr(), block[0]), (address, 77));
        assert_eq!(pool.idle_bytes(), 0);
    }

    #[test]
    fn what_is_lent_stays_as_it_was() {
        let pool = Pool::new(1 << 20);
        let mut block = pool.take(4);
        block.fill(1);
        let lent = block.share();
        block.fill(2);
        assert_eq!((&*lent, &*block), (&[1; 4][..], &[2; 4][..]));
        let lent = block.share();
        drop(block);
        assert_eq!(pool.idle_bytes(), 0, "lent memory does not come back");
        assert_eq!(*lent, [2; 4]);
    }

    #[test]
    fn idle_memory_is_bounded() {
        let pool = Pool::new(2500);
        let blocks: Vec<_> = (0..10).map(|_| pool.take(1000)).collect();
        drop(blocks);
        assert_eq!(pool.idle_bytes(), 2000);
    }

    #[test]
    fn a_change_of_size_frees_the_old_memory() {
        let pool = Pool::new(1 << 20);
        let old = pool.take(1000);
        drop(pool.take(1000));
        let new = pool.take(500);
        assert_eq!(pool.idle_bytes(), 0);
        drop(old);
        assert_eq!(pool.idle_bytes(), 0, "memory of the old length does not come back");
        drop(new);
        assert_eq!(pool.idle_bytes(), 500);
    }
}
