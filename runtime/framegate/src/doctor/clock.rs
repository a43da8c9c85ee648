//! Whether the clock on the wall is kept right: sessions, links and tokens end by it, playlists and events have its times.

use std::path::Path;
use std::time::{Duration, SystemTime};

use super::Finding;

/// Who keeps a clock right, and what is there while they do.
const KEEPERS: [(&str, &str); 6] = [
    ("/run/systemd/timesync/synchronized", "systemd-timesyncd"),
    ("/run/chrony/chronyd.pid", "chrony"),
    ("/run/chronyd.pid", "chrony"),
    ("/run/ntpd.pid", "ntpd"),
    ("/run/ntpsec/ntpd.pid", "ntpsec"),
    ("/run/openntpd/ntpd.sock", "OpenNTPD"),
];
/// What a container has, whose clock is that of its machine.
const CONTAINERS: [&str; 3] = ["/.dockerenv", "/run/.containerenv", "/run/systemd/container"];
/// Clocks of two machines, of which one built the program, differ by less.
const SLACK: Duration = Duration::from_secs(24 * 3_600);

/// One finding.
pub(crate) fn look() -> Finding {
    let made = std::env::current_exe().and_then(|program| program.metadata()?.modified()).ok();
    judge(SystemTime::now(), made, |path| Path::new(path).exists())
}

fn judge(now: SystemTime, made: Option<SystemTime>, exists: impl Fn(&str) -> bool) -> Finding {
    if made.is_some_and(|made| made > now + SLACK) {
        return Finding::bad(
            "clock",
            "it is before the day on which this program was made",
            "set it, and have it kept right: install chrony or switch on systemd-timesyncd",
        );
    }
    if let Some((_, keeper)) = KEEPERS.iter().find(|(path, _)| exists(path)) {
        return Finding::fine("clock", format!("kept right by {keeper}"));
    }
    if CONTAINERS.into_iter().any(exists) {
        return Finding::fine("clock", "that of the machine which this container runs on");
    }
    Finding::look(
        "clock",
        "nothing was found here that keeps it right",
        "install chrony or switch on systemd-timesyncd (`timedatectl set-ntp true`), if the machine's own host does not do it",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    #[test]
    fn a_clock_is_kept_by_somebody() {
        let now = SystemTime::now();
        let verdict = |made: Option<SystemTime>, there: &str| judge(now, made, |path| path == there).verdict;
        assert_eq!(verdict(Some(now), "/run/chrony/chronyd.pid"), Verdict::Fine);
        assert_eq!(verdict(None, "/.dockerenv"), Verdict::Fine);
        assert_eq!(verdict(Some(now), ""), Verdict::Look);
        assert_eq!(verdict(Some(now + SLACK * 2), "/run/chrony/chronyd.pid"), Verdict::Bad);
    }
}
