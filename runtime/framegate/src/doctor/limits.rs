//! What the system lets the process have: descriptors, memory, processors.

use std::fs;
use std::thread::available_parallelism;

use config::Config;
use rustix::process::{Resource, getrlimit};

use super::Finding;

/// What the program itself has open, connections to registries and hosts of plugins included.
const OWN: u64 = 64;
/// What a stream has: RTSP over UDP has four sockets, and the connection beside them.
const OF_A_STREAM: u64 = 5;
/// The limit of a shell in most systems, from before there were servers.
const FEW: u64 = 4_096;
/// Less than that and one plugin in Python (256 MiB) has no place beside the program.
const LITTLE: u64 = 512 << 20;

/// Descriptors and memory.
pub(crate) fn look(config: &Config) -> Vec<Finding> {
    let limit = getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX);
    let viewers: u64 = config.streams.values().filter_map(|stream| stream.max_viewers).map(u64::from).sum();
    vec![descriptors(limit, config.streams.len() as u64, viewers), memory(available(), limit_of_group())]
}

fn descriptors(limit: u64, streams: u64, viewers: u64) -> Finding {
    let needed = OWN + OF_A_STREAM * streams + viewers;
    let found = format!(
        "{limit} open files may be had; {streams} streams and {viewers} places for viewers (`max_viewers`) take {needed}"
    );
    let advice = "raise it: LimitNOFILE= of the unit, `ulimit -Hn` of the shell, --ulimit nofile= of the container";
    match limit {
        limit if limit < needed => Finding::bad("open files", found, advice),
        ..FEW => Finding::look("open files", found, advice),
        _ => Finding::fine("open files", found),
    }
}

fn memory(available: Option<u64>, limit: Option<u64>) -> Finding {
    let processors = available_parallelism().map_or(1, usize::from);
    let processors = format!("{processors} processor{}", if processors == 1 { "" } else { "s" });
    let have = match (available, limit) {
        (Some(available), Some(limit)) => available.min(limit),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => return Finding::look("memory", "the system does not say how much there is", "look at /proc"),
    };
    let limited = limit.is_some_and(|limit| limit == have);
    let found = format!(
        "{} MiB {}, {processors}",
        have >> 20,
        if limited { "are the limit of this group (cgroup)" } else { "are available" }
    );
    match have {
        ..LITTLE => Finding::look(
            "memory",
            found,
            "each plugin may take its `memory` (64 MiB by default, 256 MiB for large components) on each stream that has viewers: give it more, or write less",
        ),
        _ => Finding::fine("memory", found),
    }
}

/// What could be taken without swapping.
fn available() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib << 10)
}

/// Of the group that a container or unit is, in both versions of it; none if there is none.
fn limit_of_group() -> Option<u64> {
    let own = fs::read_to_string("/proc/self/cgroup").ok()?;
    let path = |line: &str| line.rsplit_once(':').map(|(_, path)| path.trim_start_matches('/').to_owned());
    let second = own.lines().find(|line| line.starts_with("0::")).and_then(path);
    let first = own.lines().find(|line| line.contains(":memory:")).and_then(path);
    let files = [
        second.map(|path| format!("/sys/fs/cgroup/{path}/memory.max")),
        Some("/sys/fs/cgroup/memory.max".into()),
        first.map(|path| format!("/sys/fs/cgroup/memory/{path}/memory.limit_in_bytes")),
        Some("/sys/fs/cgroup/memory/memory.limit_in_bytes".into()),
    ];
    let limits = files.into_iter().flatten().filter_map(|file| fs::read_to_string(file).ok()?.trim().parse().ok());
    // The first version says "none" with nearly all bits.
    limits.filter(|limit| *limit < 1 << 60).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    #[test]
    fn descriptors_are_enough_for_whom_may_come() {
        assert_eq!(descriptors(1_048_576, 10, 500).verdict, Verdict::Fine);
        assert_eq!(descriptors(1_024, 10, 500).verdict, Verdict::Look);
        let bad = descriptors(1_024, 100, 900);
        assert_eq!((bad.verdict, bad.found.contains("take 1464")), (Verdict::Bad, true), "{bad:?}");
    }

    #[test]
    fn a_group_may_have_less_than_the_machine() {
        let limited = memory(Some(8 << 30), Some(256 << 20));
        assert_eq!((limited.verdict, limited.found.contains("cgroup")), (Verdict::Look, true), "{limited:?}");
        assert_eq!(memory(Some(8 << 30), None).verdict, Verdict::Fine);
        assert!(available().is_some_and(|bytes| bytes > 1 << 20));
    }
}
