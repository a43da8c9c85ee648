//! What a stream costs that nobody watches: an installation configures a thousand, and a few are looked at.

use std::sync::Arc;
use std::time::Instant;

use framegate_stream::{Parts, State, Stream};
use journal::Journal;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

const STREAMS: usize = 5_000;
/// Bytes of resident memory for one, its configuration included.
const AT_MOST: usize = 10_000;

/// Resident memory of this process in bytes, where the system tells (`proc_pid_status(5)`).
fn resident() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix(" kB")?.trim().parse::<usize>().ok()? * 1024)
}

fn spawn(n: usize, parts: &Parts) -> Stream {
    let source = config::Source::Rtsp(format!("rtsp://10.0.{}.{}:554/Streaming/Channels/101", n / 256, n % 256));
    Stream::spawn(Arc::new(config::Stream::new(format!("camera-{n}").parse().expect("a name"), source)), parts)
}

/// This runtime runs its tasks in the order in which they were spawned.
async fn every_task_ran() {
    tokio::spawn(async {}).await.expect("it does nothing");
}

#[tokio::test]
async fn an_idle_stream_is_small_and_quickly_made() {
    let parts = Parts {
        journal: Journal::default(),
        tracker: TaskTracker::new(),
        stop: CancellationToken::new(),
        limit: framegate_stream::Limit::default(),
    };
    let warm: Vec<_> = (0..200).map(|n| spawn(n, &parts)).collect();
    every_task_ran().await;
    let before = resident();
    let start = Instant::now();
    let streams: Vec<_> = (0..STREAMS).map(|n| spawn(n, &parts)).collect();
    let took = start.elapsed();
    every_task_ran().await;
    let settled = start.elapsed();
    let after = resident();
    assert!(streams.iter().chain(&warm).all(|stream| stream.status().state == State::Idle));
    let thousands = STREAMS as u32 / 1_000;
    println!("a thousand idle streams: made in {:?}, waiting after {:?}", took / thousands, settled / thousands);
    match (before, after) {
        (Some(before), Some(after)) => {
            let each = after.saturating_sub(before) / STREAMS;
            println!("{each} bytes each");
            assert!(each <= AT_MOST, "{each} bytes");
        }
        _ => println!("skipped: this system does not tell resident memory in /proc/self/status"),
    }
    let stop = Instant::now();
    parts.stop.cancel();
    parts.tracker.close();
    parts.tracker.wait().await;
    println!("all ended after {:?}", stop.elapsed());
}
