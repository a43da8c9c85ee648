//! nginx and HAProxy as `examples/deploy` configures them, with this test's ports, in a folder of the test's.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::net::TcpStream;

use crate::tool;

/// From its start to its first connection, and from SIGTERM to its end.
const LIMIT: Duration = Duration::from_secs(10);
const AGAIN: Duration = Duration::from_millis(20);
const CONFIGURATIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/deploy");

/// Which one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `nginx.conf`.
    Nginx,
    /// `haproxy.cfg`.
    Haproxy,
}

/// What becomes of `/hls/` on the way to Framegate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// Taken away, as the configuration has it.
    Stripped,
    /// Left where it is, as the configuration says that it may be.
    Kept,
}

/// A running proxy. It ends with this handle.
#[derive(Debug)]
pub struct Proxy {
    child: Child,
    address: SocketAddr,
    folder: TempDir,
}

impl Proxy {
    /// Starts one before a server; none, and a line that says so, where it is not installed.
    pub async fn start(kind: Kind, prefix: Prefix, upstream: SocketAddr, test: &str) -> Result<Option<Self>> {
        let name = match kind {
            Kind::Nginx => "nginx",
            Kind::Haproxy => "haproxy",
        };
        // Debian keeps both where only an administrator's PATH leads.
        let Some(program) = tool::find_beyond(name, &["/usr/sbin", "/usr/local/sbin"], test) else { return Ok(None) };
        let folder = tempfile::tempdir()?;
        // nginx that root starts works as another user, who has to come to the files below.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))?;
        let address = free_port()?;
        let file = folder.path().join("proxy.conf");
        std::fs::write(&file, configuration(kind, prefix, address, upstream, folder.path())?)?;
        let mut command = Command::new(program);
        match kind {
            Kind::Nginx => command.arg("-p").arg(folder.path()).arg("-c").arg(&file),
            Kind::Haproxy => command.arg("-f").arg(&file),
        };
        let log = std::fs::File::create(folder.path().join("log"))?;
        let child = command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
        let mut proxy = Self { child, address, folder };
        let limit = Instant::now() + LIMIT;
        while TcpStream::connect(address).await.is_err() {
            let status = proxy.child.try_wait()?;
            ensure!(status.is_none() && Instant::now() < limit, "{name} does not listen ({status:?}): {}", proxy.log());
            tokio::time::sleep(AGAIN).await;
        }
        Ok(Some(proxy))
    }

    /// `http://…` and this path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// `ws://…` and this path.
    pub fn ws_url(&self, path: &str) -> String {
        format!("ws://{}{path}", self.address)
    }

    /// What it complained of.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// nginx's workers outlive one that is killed: it is asked to end.
    fn end(&mut self) -> Result<()> {
        let id = Pid::from_raw(self.child.id() as i32).context("a process id is positive")?;
        kill_process(id, Signal::TERM)?;
        let limit = Instant::now() + LIMIT;
        while self.child.try_wait()?.is_none() {
            if Instant::now() > limit {
                self.child.kill()?;
                bail!("it does not end");
            }
            std::thread::sleep(AGAIN);
        }
        Ok(())
    }
}

impl Drop for Proxy {
    /// `cargo test` shows this for a failed test only.
    #[allow(clippy::print_stderr, reason = "a failed test is read by a person")]
    fn drop(&mut self) {
        let ended = self.end();
        eprintln!("the proxy ended ({ended:?}), and had said:\n{}", self.log());
    }
}

/// What `examples/deploy` has, with other ports, and with what nginx writes in a folder of the test's.
fn configuration(kind: Kind, prefix: Prefix, own: SocketAddr, upstream: SocketAddr, folder: &Path) -> Result<String> {
    let folder = folder.display().to_string();
    let (name, mut changes) = match kind {
        Kind::Nginx => {
            let server = format!("server {upstream}");
            (
                "nginx.conf",
                vec![
                    ("listen 127.0.0.1:8081", format!("listen {own}")),
                    ("server 127.0.0.1:8080", server),
                    ("/tmp", folder),
                ],
            )
        }
        Kind::Haproxy => {
            let server = format!("server framegate {upstream}");
            (
                "haproxy.cfg",
                vec![("bind 127.0.0.1:8082", format!("bind {own}")), ("server framegate 127.0.0.1:8080", server)],
            )
        }
    };
    if prefix == Prefix::Kept {
        changes.push(match kind {
            Kind::Nginx => ("http://framegate$1$is_args$args", "http://framegate/hls$1$is_args$args".to_owned()),
            Kind::Haproxy => ("replace-path ^/hls/(.*)$ /\\1", "replace-path ^/hls/(.*)$ /hls/\\1".to_owned()),
        });
    }
    let mut text = std::fs::read_to_string(Path::new(CONFIGURATIONS).join(name)).context(name)?;
    for (written, here) in changes {
        ensure!(text.contains(written), "{name} has no `{written}`");
        text = text.replace(written, &here);
    }
    Ok(text)
}

/// One that nobody has now.
fn free_port() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
