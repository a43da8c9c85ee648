//! Framegate under a service manager, without one: what it tells it (sd_notify), and the socket that it is given (LISTEN_FDS).

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use framegate_tests::program::{LIMIT, Program};
use tempfile::TempDir;
use tokio::net::UnixDatagram;
use tokio::time::{Instant, timeout};

/// As systemd says it: microseconds.
const WATCHDOG_USEC: &str = "400000";
const WATCHDOG: Duration = Duration::from_millis(400);
const STREAM: &str = "[streams.demo]\nsource = \"test://?size=320x180&fps=5\"\n";

/// What is freed goes back to the system by a thread of its own, where the C library is glibc.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[tokio::test]
async fn a_thread_gives_freed_memory_back() -> Result<()> {
    let program = Program::start(STREAM).await?;
    let threads = std::fs::read_dir(format!("/proc/{}/task", program.id()?))?;
    let names: Vec<_> =
        threads.flatten().flat_map(|thread| std::fs::read_to_string(thread.path().join("comm"))).collect();
    ensure!(names.iter().any(|name| name.trim() == "memory"), "{names:?}");
    Ok(())
}

/// A manager: it reads what it is told.
struct Manager {
    socket: UnixDatagram,
    folder: TempDir,
}

impl Manager {
    fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        Ok(Self { socket: UnixDatagram::bind(folder.path().join("notify"))?, folder })
    }

    async fn start(&self, sections: &str) -> Result<Program> {
        let socket = self.folder.path().join("notify");
        let variables = [("NOTIFY_SOCKET", socket.as_path()), ("WATCHDOG_USEC", Path::new(WATCHDOG_USEC))];
        Program::start_with(tempfile::tempdir()?, sections, &variables).await
    }

    async fn next(&self) -> Result<String> {
        let mut bytes = [0; 512];
        let length = timeout(LIMIT, self.socket.recv(&mut bytes)).await.context("nothing more is told")??;
        Ok(std::str::from_utf8(&bytes[..length])?.to_owned())
    }

    /// The next message with this in it; others are passed over.
    async fn until(&self, words: &str) -> Result<String> {
        let limit = Instant::now() + LIMIT;
        loop {
            let message = self.next().await?;
            if message.contains(words) {
                return Ok(message);
            }
            ensure!(Instant::now() < limit, "no {words}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_is_told_of_the_start_of_life_of_reloads_and_of_the_end() -> Result<()> {
    let manager = Manager::new()?;
    let mut program = manager.start(STREAM).await?;
    // Nothing before it: who is told that, connects.
    assert_eq!(manager.next().await?.trim(), "READY=1");
    assert_eq!(program.get("/readyz").await?.status(), 200);
    assert!(manager.until("STATUS=").await?.contains("STATUS=1 stream, 0 live, 0 viewers"));
    // At half of the time, so that one that is late is no end.
    manager.until("WATCHDOG=1").await?;
    let begun = Instant::now();
    for _ in 0..4 {
        manager.until("WATCHDOG=1").await?;
    }
    assert!(begun.elapsed() > WATCHDOG * 3 / 2, "{:?}", begun.elapsed());
    // A file that is not taken ends a reload as well as one that is.
    for sections in [format!("{STREAM}max_viewers = 3\n"), format!("{STREAM}max_viewers = \"some\"\n")] {
        program.rewrite(&sections)?;
        program.hang_up()?;
        let reloading = manager.until("RELOADING=1").await?;
        let time = reloading.lines().find_map(|line| line.strip_prefix("MONOTONIC_USEC=")).context("no time")?;
        assert!(time.parse::<u64>()? > 0);
        manager.until("READY=1").await?;
    }
    program.terminate()?;
    manager.until("STOPPING=1").await?;
    assert!(program.ended(LIMIT).await?.success());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_connects_before_the_program_is_there_is_answered_by_it() -> Result<()> {
    let socket = TcpListener::bind("127.0.0.1:0")?;
    let address = socket.local_addr()?;
    let mut early = TcpStream::connect(address)?;
    early.set_read_timeout(Some(LIMIT))?;
    early.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let program = Program::start_on(socket, STREAM).await?;
    assert_eq!(program.address(), address, "not where the file says");
    let answer = tokio::task::spawn_blocking(move || -> Result<String> {
        let mut text = String::new();
        early.read_to_string(&mut text)?;
        Ok(text)
    });
    assert!(answer.await??.starts_with("HTTP/1.1 200"));
    program.logs("in place of `server.listen`").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passed_socket_lets_in_other_machines_only_where_that_is_written() -> Result<()> {
    let refused = Program::start_on(TcpListener::bind("0.0.0.0:0")?, STREAM).await;
    let why = refused.err().context("it served everybody")?.to_string();
    assert!(why.contains("is reached from other machines"), "{why}");
    let open = Program::start_on(TcpListener::bind("0.0.0.0:0")?, &format!("access = \"open\"\n{STREAM}")).await?;
    assert!(open.address().ip().is_unspecified());
    Ok(())
}
