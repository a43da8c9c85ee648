//! The process, by the names that every client library gives these figures.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::process::{Resource, getrlimit};

use super::Program;
use super::exposition::Sheet;
use crate::process::{self, kilobytes};

/// The process at one moment. What the system does not tell is none, and left out.
pub(super) struct Process {
    program: Program,
    started: SystemTime,
    cpu_seconds: f64,
    resident: Option<u64>,
    virtual_memory: Option<u64>,
    threads: Option<u64>,
    open_fds: Option<u64>,
    max_fds: Option<u64>,
}

impl Process {
    /// As it is now. Reads `/proc`.
    pub(super) fn now(started: SystemTime, program: Program) -> Self {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        Self {
            program,
            started,
            cpu_seconds: process::cpu_seconds(),
            resident: kilobytes(&status, "VmRSS:"),
            virtual_memory: kilobytes(&status, "VmSize:"),
            threads: threads(&status),
            // Looking at the folder holds one of them.
            open_fds: std::fs::read_dir("/proc/self/fd").ok().map(|fds| fds.count().saturating_sub(1) as u64),
            max_fds: getrlimit(Resource::Nofile).current,
        }
    }

    pub(super) fn write(&self, sheet: &mut Sheet<'_>) -> fmt::Result {
        let of = |value: Option<u64>| value.map(|value| ([], value));
        let seconds = |time: SystemTime| time.duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
        let started = seconds(self.started);
        sheet.gauge(
            "framegate_build_info",
            "The version that runs; always 1.",
            [([("version", self.program.version)], 1u64)],
        )?;
        sheet.gauge(
            "framegate_tls_certificate_end_time_seconds",
            "Until when the certificate of HTTPS is valid, since 1970.",
            self.program.certificate_ends.map(|ends| ([], seconds(ends))),
        )?;
        sheet.counter(
            "process_cpu_seconds_total",
            "CPU time of all threads, in user and in system mode.",
            [([], self.cpu_seconds)],
        )?;
        sheet.gauge("process_start_time_seconds", "When it started, since 1970.", [([], started)])?;
        sheet.gauge("process_resident_memory_bytes", "Memory that is in RAM.", of(self.resident))?;
        sheet.gauge("process_virtual_memory_bytes", "Address space that is reserved.", of(self.virtual_memory))?;
        sheet.gauge(
            "process_open_fds",
            "File descriptors that are open, connections among them.",
            of(self.open_fds),
        )?;
        sheet.gauge("process_max_fds", "File descriptors that may be open.", of(self.max_fds))?;
        sheet.gauge("process_threads", "Threads of the operating system.", of(self.threads))
    }
}

/// `Threads` of `/proc/self/status`, proc(5).
fn threads(status: &str) -> Option<u64> {
    status.lines().find_map(|line| line.strip_prefix("Threads:"))?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_are_read_from_proc() {
        assert_eq!(threads("VmRSS:\t 12 kB\nThreads:\t17\n"), Some(17));
        assert_eq!(threads("Threads:\tmany\n"), None);
    }
}
