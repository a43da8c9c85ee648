//! The least that a server can do: one thread, epoll, and write the same bytes to each socket. `bare.c`, built by the system's compiler.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::{process, viewers};

/// CPU seconds of the bare program for each GB that arrived.
pub(crate) async fn measure(bytes: usize, connections: usize, rate: u64, seconds: u64) -> Result<f64> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bare.c");
    let folder = tempfile::tempdir()?;
    let program = folder.path().join("bare");
    let status = Command::new("cc").arg("-O2").arg("-o").arg(&program).arg(source).status().context("a C compiler")?;
    ensure!(status.success(), "cc: {status}");
    let mut child = tokio::process::Command::new(&program)
        .args([bytes.to_string(), connections.to_string(), rate.to_string(), (rate * seconds).to_string()])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut lines = BufReader::new(child.stdout.take().context("it was piped")?).lines();
    let port: u16 = lines.next_line().await?.context("it says its port")?.trim().parse()?;
    let mut reading = JoinSet::new();
    for _ in 0..connections {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        reading.spawn(async move {
            let mut buffer = vec![0; 1 << 16];
            let mut total = 0u64;
            loop {
                match stream.read(&mut buffer).await {
                    Ok(0) | Err(_) => return total,
                    Ok(read) => total += read as u64,
                }
            }
        });
    }
    let id = child.id().context("it runs")?;
    let limit = Instant::now() + Duration::from_secs(seconds * 3 + 30);
    let mut total = 0;
    let mut cpu = Duration::ZERO;
    // It says when all is written and waits to be ended, so that its CPU time can still be read.
    while let Ok(line) = tokio::time::timeout_at(limit.into(), lines.next_line()).await {
        if line?.is_some_and(|line| line == "done") {
            cpu = process::cpu(id)?;
            break;
        }
    }
    child.kill().await?;
    while let Some(read) = reading.join_next().await {
        total += read?;
    }
    ensure!(!cpu.is_zero() && total > 0, "the bare program did not come to its end");
    Ok(viewers::per_gb(cpu, total))
}
