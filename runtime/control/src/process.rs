//! What the system tells of this process.

use rustix::time::{ClockId, clock_gettime};

/// CPU time of all threads in seconds, in user and in system mode.
pub(crate) fn cpu_seconds() -> f64 {
    let cpu = clock_gettime(ClockId::ProcessCPUTime);
    cpu.tv_sec as f64 + cpu.tv_nsec as f64 / 1e9
}

/// Resident memory in bytes, where the system tells (`VmRSS` of `/proc/self/status`, proc(5)).
pub(crate) fn resident() -> Option<u64> {
    std::fs::read_to_string("/proc/self/status").ok().and_then(|status| kilobytes(&status, "VmRSS:"))
}

/// Bytes of a line of `/proc/self/status`, such as `VmRSS:`, whose unit is always kB (proc(5)).
pub(crate) fn kilobytes(status: &str, key: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_is_read_from_proc() {
        assert_eq!(kilobytes("Name:\tframegate\nVmRSS:\t   12345 kB\nThreads:\t4\n", "VmRSS:"), Some(12_345 * 1024));
        assert_eq!(kilobytes("Name:\tframegate\n", "VmRSS:"), None);
    }
}
