//! What a service manager, such as systemd, is told of this program, and what it gives it: the protocols of sd_notify(3) and sd_listen_fds(3).
//!
//! Everything here does nothing where no such manager started the program.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use hub::Hub;
use listenfd::ListenFd;
use sd_notify::NotifyState;
use tokio::time::MissedTickBehavior;

/// How often what the program does is put into words for `systemctl status`.
const TELLS: Duration = Duration::from_secs(5);

/// Sockets that were passed: the first in place of `server.listen`, the second of `server.control`.
pub(crate) struct Passed {
    pub(crate) listen: TcpListener,
    pub(crate) control: Option<TcpListener>,
}

/// What was passed, if something was. To be asked for once, before there are threads: it is taken out of the environment, for no child of this program.
pub(crate) fn passed() -> io::Result<Option<Passed>> {
    let mut passed = ListenFd::from_env();
    let others = passed.len().saturating_sub(2);
    let (first, second) = (passed.take_tcp_listener(0)?, passed.take_tcp_listener(1)?);
    if others > 0 {
        tracing::warn!(others, "more sockets were passed than two: nobody answers at the others");
    }
    Ok(first.map(|listen| Passed { listen, control: second }))
}

/// Whoever connects finds everything there.
pub(crate) fn ready() {
    tell(&[NotifyState::Ready]);
}

/// The configuration is read again; [`ready`] says when that is done, whatever came of it.
pub(crate) fn reloading() {
    // Without the time the manager could not tell this reload from one that it asked for a moment later.
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(error) => tracing::warn!(%error, "the service manager is not told of the reload"),
    }
}

/// The end has begun.
pub(crate) fn stopping() {
    tell(&[NotifyState::Stopping, NotifyState::Status("ending")]);
}

/// Tells that the program lives, and what it does, for ever. It is a task among the others: a runtime that does not come to it has none to live for, and
/// the manager starts the program anew.
pub(crate) async fn run(hub: Arc<Hub>) {
    if std::env::var_os("NOTIFY_SOCKET").is_none() {
        return;
    }
    let watchdog = async {
        let Some(limit) = sd_notify::watchdog_enabled().filter(|limit| !limit.is_zero()) else { return };
        tracing::info!(?limit, "the service manager starts the program anew if it is silent for so long");
        let mut half = tokio::time::interval(limit / 2);
        half.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            half.tick().await;
            tell(&[NotifyState::Watchdog]);
        }
    };
    let status = async {
        let mut told = String::new();
        let mut again = tokio::time::interval(TELLS);
        loop {
            again.tick().await;
            let now = words(&Counted::now(&hub));
            if now != told {
                tell(&[NotifyState::Status(&now)]);
                told = now;
            }
        }
    };
    tokio::join!(watchdog, status);
}

/// What the line of the status is about.
struct Counted {
    streams: usize,
    live: usize,
    viewers: usize,
}

impl Counted {
    fn now(hub: &Hub) -> Self {
        let entries = hub.entries();
        let live = entries.iter().filter(|entry| entry.stream().status().state == stream::State::Live).count();
        let viewers = entries.iter().map(|entry| entry.viewers().total as usize).sum();
        Self { streams: entries.len(), live, viewers }
    }
}

fn words(counted: &Counted) -> String {
    let plural = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let Counted { streams, live, viewers } = *counted;
    format!("{}, {live} live, {}", plural(streams, "stream"), plural(viewers, "viewer"))
}

/// A datagram to a socket of this machine, which takes microseconds. A manager that leaves hundreds of them unread holds this task up, and by that the
/// watchdog it asked for; nobody who watches.
fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "the service manager cannot be told");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_counts_in_words() {
        assert_eq!(words(&Counted { streams: 1, live: 0, viewers: 1 }), "1 stream, 0 live, 1 viewer");
        assert_eq!(words(&Counted { streams: 12, live: 3, viewers: 0 }), "12 streams, 3 live, 0 viewers");
    }
}
