//! The real program, started with a `streams.toml` of the test's in a folder of its own, and ended with its handle.

mod binary;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::time::Instant;

pub use binary::path;

/// Start-up compiles the bundled plugins, on a machine that runs other tests as well.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How long anything else may take.
pub const LIMIT: Duration = Duration::from_secs(20);
/// Lines of the log that are kept for a failed test.
const LOG_LINES: usize = 400;

/// What it reads, in its folder.
const FILE: &str = "streams.toml";

type Log = Arc<Mutex<VecDeque<String>>>;

/// The line of `[users.NAME]` for a password, as `framegate user hash` prints it.
pub async fn user_hash(password: &str) -> Result<String> {
    let mut child = Command::new(path()?)
        .args(["user", "hash"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut input = child.stdin.take().context("a pipe")?;
    input.write_all(format!("{password}\n").as_bytes()).await?;
    drop(input);
    let output = tokio::time::timeout(LIMIT, child.wait_with_output()).await.context("it does not end")??;
    anyhow::ensure!(output.status.success(), "{:?}", output.status);
    Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
}

/// A running Framegate.
#[derive(Debug)]
pub struct Program {
    child: Child,
    address: SocketAddr,
    log: Log,
    /// How often another configuration was put in force.
    reloads: watch::Receiver<u64>,
    http: reqwest::Client,
    folder: TempDir,
}

impl Program {
    /// Starts it with these sections; `[server]` with a free port is put before them.
    pub async fn start(sections: &str) -> Result<Self> {
        Self::start_in(tempfile::tempdir()?, sections).await
    }

    /// The same in a folder that the test has put files into.
    pub async fn start_in(folder: TempDir, sections: &str) -> Result<Self> {
        Self::start_with(folder, sections, &[]).await
    }

    /// The same with these variables in its environment.
    pub async fn start_with(folder: TempDir, sections: &str, variables: &[(&str, &Path)]) -> Result<Self> {
        let file = folder.path().join(FILE);
        std::fs::write(&file, with_server(sections))?;
        Self::start_command(folder, &["run", file.to_str().context("a folder of UTF-8")?], variables).await
    }

    /// Starts it with these words on its command line, in this folder.
    pub async fn start_command(folder: TempDir, words: &[&str], variables: &[(&str, &Path)]) -> Result<Self> {
        let mut command = Command::new(path()?);
        command.args(words).envs(variables.iter().copied()).stdin(Stdio::null());
        Self::start_by(folder, command).await
    }

    /// The same on a socket that listens already, passed as a service manager does: as the third descriptor, with the process's own id beside it.
    pub async fn start_on(socket: std::net::TcpListener, sections: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join(FILE), with_server(sections))?;
        let mut command = Command::new("sh");
        command.args(["-c", "exec env LISTEN_FDS=1 LISTEN_PID=$$ \"$0\" run 3<&0 0</dev/null"]).arg(path()?);
        command.stdin(std::os::fd::OwnedFd::from(socket));
        Self::start_by(folder, command).await
    }

    async fn start_by(folder: TempDir, mut command: Command) -> Result<Self> {
        let mut child = command
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let log = Log::default();
        let told = watch::Sender::new(None);
        let mut listening = told.subscribe();
        let (counted, reloads) = watch::channel(0);
        keep(child.stderr.take(), log.clone(), None, counted.clone());
        keep(child.stdout.take(), log.clone(), Some(told), counted);
        let waiting = tokio::time::timeout(START_LIMIT, listening.wait_for(Option::is_some));
        let address = match waiting.await {
            Ok(Ok(address)) => address.context("just waited for it")?,
            _ => {
                let status = child.try_wait()?;
                bail!("it did not say where it listens ({status:?}); its log:\n{}", text(&log));
            }
        };
        let http = reqwest::Client::builder().no_proxy().timeout(LIMIT).build()?;
        Ok(Self { child, address, log, reloads, http, folder })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same, asked where operators have an address of their own, by HTTP.
    pub async fn at_operators(mut self) -> Result<Self> {
        self.logs("operators on http://").await?;
        let log = self.log();
        let told = log.lines().find_map(|line| line.strip_prefix("operators on http://"));
        self.address = told.context("it was just there")?.parse()?;
        Ok(self)
    }

    /// `http://…` and this path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// `ws://…` and this path.
    pub fn ws_url(&self, path: &str) -> String {
        format!("ws://{}{path}", self.address)
    }

    /// The folder of its `streams.toml`.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Saves a `streams.toml` with other sections as editors do: beside it, and renamed over it.
    pub fn rewrite(&self, sections: &str) -> Result<()> {
        self.replace(FILE, with_server(sections).as_bytes())
    }

    /// Saves other sections, has them read at once, and waits until they are in force.
    pub async fn apply(&self, sections: &str) -> Result<()> {
        let mut reloads = self.reloads.clone();
        let before = *reloads.borrow_and_update();
        self.rewrite(sections)?;
        self.hang_up()?;
        let applied = tokio::time::timeout(LIMIT, reloads.wait_for(|count| *count > before)).await;
        applied.with_context(|| format!("not in force after {LIMIT:?}:\n{}", self.log()))?.context("it ended")?;
        Ok(())
    }

    /// Saves a file of its folder in the same way.
    pub fn replace(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let beside = self.folder().join(format!("{name}.new"));
        std::fs::write(&beside, bytes)?;
        Ok(std::fs::rename(beside, self.folder().join(name))?)
    }

    /// What it said until now.
    pub fn log(&self) -> String {
        text(&self.log)
    }

    /// Waits until a line of its log holds this.
    pub async fn logs(&self, words: &str) -> Result<()> {
        self.until(&format!("a log line with {words:?}"), async || Ok(self.log().contains(words))).await
    }

    /// Any request, with a limit on the whole of it.
    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, self.url(path))
    }

    /// A GET with a limit on the whole of it.
    pub async fn get(&self, path: &str) -> Result<reqwest::Response> {
        self.http.get(self.url(path)).send().await.with_context(|| format!("GET {path}"))
    }

    /// A POST without a body.
    pub async fn post(&self, path: &str) -> Result<reqwest::Response> {
        self.http.post(self.url(path)).send().await.with_context(|| format!("POST {path}"))
    }

    /// A GET whose answer is JSON and 200.
    pub async fn json(&self, path: &str) -> Result<Value> {
        Ok(self.get(path).await?.error_for_status()?.json().await?)
    }

    /// `GET /api/streams/{name}`.
    pub async fn stream(&self, name: &str) -> Result<Value> {
        self.json(&format!("/api/streams/{name}")).await
    }

    /// Waits until a stream is in this state.
    pub async fn wait_for_state(&self, name: &str, state: &str) -> Result<()> {
        let is_so = async || Ok(self.stream(name).await?["state"] == state);
        self.until(&format!("stream `{name}` is {state}"), is_so).await
    }

    /// Waits until a stream has so many viewers.
    pub async fn wait_for_viewers(&self, name: &str, total: u64) -> Result<()> {
        let is_so = async || Ok(self.stream(name).await?["viewers"]["total"] == total);
        self.until(&format!("stream `{name}` has {total} viewers"), is_so).await
    }

    async fn until(&self, what: &str, is_so: impl AsyncFn() -> Result<bool>) -> Result<()> {
        let limit = Instant::now() + LIMIT;
        while !is_so().await? {
            if Instant::now() > limit {
                bail!("not within {LIMIT:?}: {what}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Its process id.
    pub fn id(&self) -> Result<u32> {
        self.child.id().context("it has ended")
    }

    /// Its resident memory.
    pub fn resident_bytes(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id()?))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.trim().trim_end_matches("kB").trim().parse::<u64>()? * 1_024)
    }

    /// SIGTERM.
    pub fn terminate(&self) -> Result<()> {
        self.signal(Signal::TERM)
    }

    /// SIGHUP.
    pub fn hang_up(&self) -> Result<()> {
        self.signal(Signal::HUP)
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        let id = self.id()?;
        Ok(kill_process(Pid::from_raw(id as i32).context("a process id is positive")?, signal)?)
    }

    /// SIGKILL. What it left in its folder is there.
    pub async fn kill(mut self) -> Result<TempDir> {
        self.child.kill().await?;
        Ok(std::mem::replace(&mut self.folder, tempfile::tempdir()?))
    }

    /// Waits for its end.
    pub async fn ended(&mut self, limit: Duration) -> Result<ExitStatus> {
        Ok(tokio::time::timeout(limit, self.child.wait())
            .await
            .with_context(|| format!("it still runs after {limit:?}"))??)
    }
}

impl Drop for Program {
    /// `cargo test` shows this for a failed test only.
    #[allow(clippy::print_stderr, reason = "a failed test is read by a person")]
    fn drop(&mut self) {
        eprintln!("the program's log:\n{}", self.log());
    }
}

/// Keeps the last lines of a pipe; the one that says where it listens is told as well, and those that say that another configuration is in force are counted.
fn keep(
    pipe: Option<impl AsyncRead + Unpin + Send + 'static>,
    log: Log,
    told: Option<watch::Sender<Option<SocketAddr>>>,
    reloads: watch::Sender<u64>,
) {
    let Some(pipe) = pipe else { return };
    tokio::spawn(async move {
        let mut lines = BufReader::new(pipe).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            let address = line.split_once("listening on http").and_then(|(_, url)| url.split_once("://"));
            let address = address.and_then(|(_, address)| address.trim().parse().ok());
            if let (Some(told), Some(address)) = (&told, address) {
                told.send_replace(Some(address));
            }
            let is_reload = line.contains("the new configuration is in force");
            {
                let mut log = log.lock().expect("nobody panics in it");
                if log.len() == LOG_LINES {
                    log.pop_front();
                }
                log.push_back(line);
            }
            if is_reload {
                reloads.send_modify(|count| *count += 1);
            }
        }
    });
}

/// A file that listens on a free port.
fn with_server(sections: &str) -> String {
    format!("[server]\nlisten = \"127.0.0.1:0\"\n\n{sections}")
}

fn text(log: &Log) -> String {
    log.lock().expect("nobody panics in it").iter().fold(String::new(), |text, line| text + line + "\n")
}
