//! What the C library's allocator keeps of what was freed: little, so that the process is as large as what it holds, and not as the most that it ever held.
//!
//! By itself glibc has up to eight arenas for each core (`mallopt(3)`, `M_ARENA_MAX`), gives none of one to a thread of another, and gives pages back to the
//! system from the end of the heap alone. A stream's memory goes up with each GOP and down with the next key frame, so that the process has the highest that
//! there ever was in each arena. `malloc_trim(3)` gives back the pages between as well; large blocks are none of an arena's. Measured by
//! `tests/measure/operations.py soak` and `hls.py cameras`. Other C libraries do as they do.

/// Does so from here on. Threads that there are already keep what they allocate from.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) fn keep_small() {
    glibc::tune();
    if let Err(error) = std::thread::Builder::new().name("memory".into()).spawn(glibc::trim_now_and_then) {
        tracing::warn!(%error, "no thread that gives memory back to the system: the process keeps the most that it ever had");
    }
}

/// Nothing is to be done here.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn keep_small() {}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code, reason = "the allocator is told by calls of C")]
mod glibc {
    use std::thread;
    use std::time::Duration;

    use plugin::thread_cpu;

    /// How long freed pages stay at least: a GOP lasts longer.
    const PAUSE: Duration = Duration::from_secs(1);
    /// The pause is so many times what it took of the processor: at most half a hundredth of a core.
    const SHARE: u32 = 200;

    /// What is as large as this, and has no room in what an arena has already, has pages of its own, which come when they are touched and go when it is
    /// freed. It is what glibc begins with; by itself it lets its arenas grow for whatever is smaller than the largest that was ever freed. Then what is
    /// small and stays lies between access units and buffers of codecs, which do not stay, and each keeps its page: with 1 MiB here the soak began at
    /// 50 MiB, with this at 32. Pictures come from pools and are not allocated again.
    const PAGES_OF_ITS_OWN: i32 = 128 << 10;
    /// What an arena keeps at its end until the next trim: without it, each free near the end asks the system.
    const KEPT: i32 = 32 << 20;

    /// What an operator has said in the environment counts.
    pub(super) fn tune() {
        // One arena for each core, which is what can allocate at the same time.
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let arenas = i32::try_from(cores.max(2)).unwrap_or(i32::MAX);
        for (variable, parameter, value) in [
            ("MALLOC_ARENA_MAX", libc::M_ARENA_MAX, arenas),
            ("MALLOC_MMAP_THRESHOLD_", libc::M_MMAP_THRESHOLD, PAGES_OF_ITS_OWN),
            ("MALLOC_TRIM_THRESHOLD_", libc::M_TRIM_THRESHOLD, KEPT),
        ] {
            if std::env::var_os(variable).is_none() {
                // SAFETY: `mallopt` takes two integers and sets one of its own; a value that it does not know it refuses.
                unsafe { libc::mallopt(parameter, value) };
            }
        }
    }

    pub(super) fn trim_now_and_then() {
        let mut pause = PAUSE;
        loop {
            thread::sleep(pause);
            // By the processor's time: on a machine that is busy otherwise it would be late by the clock's, and memory high for as long.
            let begun = thread_cpu();
            trim();
            pause = PAUSE.max((thread_cpu() - begun) * SHARE);
        }
    }

    fn trim() {
        // SAFETY: `malloc_trim` may be called from any thread at any time: it holds each arena's lock while it gives back pages that nobody has.
        unsafe { libc::malloc_trim(0) };
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn resident() -> usize {
            let text = std::fs::read_to_string("/proc/self/statm").expect("the system tells");
            text.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).expect("a number")
                * rustix::param::page_size()
        }

        /// One test: what the second frees is what the first would get.
        #[test]
        fn what_was_freed_goes_back_and_large_blocks_have_pages_of_their_own() {
            large_blocks_have_pages_of_their_own_whatever_was_freed();
            pages_between_what_is_held_go_back();
        }

        /// Blocks of 200 KiB, though one of 24 MiB was freed before.
        fn large_blocks_have_pages_of_their_own_whatever_was_freed() {
            const BLOCK: usize = 200 << 10;
            // SAFETY: it counts, under each arena's lock.
            let mapped = || unsafe { libc::mallinfo2() }.hblkhd;
            tune();
            drop(std::hint::black_box(vec![1_u8; 24 << 20]));
            let before = mapped();
            let blocks: Vec<Vec<u8>> = (0..256).map(|_| vec![1; BLOCK]).collect();
            let more = mapped().saturating_sub(before);
            // Not all: other tests free meanwhile. By itself it is nothing.
            assert!(more > blocks.len() * BLOCK / 2, "{more} bytes of {}", blocks.len() * BLOCK);
        }

        fn pages_between_what_is_held_go_back() {
            const BLOCK: usize = 16 << 10;
            let mut blocks: Vec<Vec<u8>> = (0..4_096).map(|_| vec![1; BLOCK]).collect();
            let freed = blocks.len() / 64 * 63 * BLOCK;
            let full = resident();
            let mut at = 0;
            blocks.retain(|_| {
                at += 1;
                at % 64 == 0
            });
            trim();
            let left = full.saturating_sub(resident());
            // Not all: other tests allocate meanwhile. Without a trim it is nothing.
            assert!(left > freed / 2, "{left} of {freed} bytes were given back");
            assert_eq!(blocks.len(), 64);
        }
    }
}
