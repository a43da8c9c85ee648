use wasmtime::ResourceLimiter;

/// What an instance may have, over all its memories and tables together (wasmtime's own `StoreLimits` counts each alone).
#[derive(Debug)]
pub(crate) struct Limit {
    bytes: u64,
    used: u64,
    elements: usize,
    /// More was wanted than is allowed, since the start of the call: tells an allocation that failed from any other trap.
    denied: bool,
}

/// Entries of all tables: a large program has some thousand functions that it calls by pointer.
const MAX_ELEMENTS: usize = 200_000;
/// Core instances, memories and tables: a component of several languages joined together has a dozen.
const MAX_PARTS: usize = 64;

impl Limit {
    pub(crate) fn new(bytes: u64) -> Self {
        Self { bytes, used: 0, elements: 0, denied: false }
    }

    /// What it may have at most, in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What it has, in bytes.
    pub(crate) fn used(&self) -> u64 {
        self.used
    }

    /// Whether it has more than three quarters of what it may have: memory never shrinks, and what comes next may not fit.
    pub(crate) fn is_worn(&self) -> bool {
        self.used > self.bytes / 4 * 3
    }

    /// Whether more was wanted than is allowed, since this was asked last.
    pub(crate) fn take_denied(&mut self) -> bool {
        std::mem::take(&mut self.denied)
    }
}

impl ResourceLimiter for Limit {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let used = self.used.saturating_add(desired.saturating_sub(current) as u64);
        if used > self.bytes {
            self.denied = true;
            return Ok(false);
        }
        self.used = used;
        Ok(true)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let elements = self.elements.saturating_add(desired.saturating_sub(current));
        if elements > MAX_ELEMENTS {
            self.denied = true;
            return Ok(false);
        }
        self.elements = elements;
        Ok(true)
    }

    fn instances(&self) -> usize {
        MAX_PARTS
    }

    fn tables(&self) -> usize {
        MAX_PARTS
    }

    fn memories(&self) -> usize {
        MAX_PARTS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_memories_count_together() {
        let mut limit = Limit::new(100);
        assert!(limit.memory_growing(0, 60, None).unwrap());
        assert!(limit.memory_growing(0, 40, None).unwrap());
        assert!(!limit.take_denied() && limit.is_worn());
        assert!(!limit.memory_growing(40, 41, None).unwrap());
        assert!(limit.take_denied() && !limit.take_denied());
    }
}
