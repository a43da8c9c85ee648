//! Servers that are not ours, as cameras: started with a test, ended with it.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::tool;

/// GStreamer builds its plugin registry the first time.
const START_LIMIT: Duration = Duration::from_secs(30);
/// `nobody` on Debian: VLC does not run as root.
const NOBODY: u32 = 65_534;

/// A server that runs.
#[derive(Debug)]
pub struct Server {
    port: u16,
    _child: Child,
    _folder: Option<TempDir>,
}

impl Server {
    /// gst-rtsp-server with the mounts of `media/gst_camera.py`; `None`, and a line that says so, where it is not installed.
    pub async fn gstreamer(test: &str, arguments: &[&str]) -> Result<Option<Self>> {
        // Debian's own interpreter: its bindings are not for any other.
        let python = Path::new("/usr/bin/python3");
        let import = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer";
        let probe = tool::run(Command::new(python).args(["-c", import]), START_LIMIT).await;
        if !probe.is_ok_and(|output| output.status.success()) {
            tool::skip(test, "gst-rtsp-server for Python is not installed");
            return Ok(None);
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("media/gst_camera.py");
        // Its standard input stays open as long as this handle lives; when the test is killed, it ends, and the server with it.
        let mut child = Command::new(python)
            .arg(script)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("its stdout is piped")?).lines();
        let line = timeout(START_LIMIT, lines.next_line()).await.context("it does not start")??.context("it ended")?;
        let port = line.strip_prefix("ready ").and_then(|port| port.parse().ok()).context(line)?;
        Ok(Some(Self { port, _child: child, _folder: None }))
    }

    /// VLC, which serves an Annex B file round and round as `/cam`, over UDP only and with its parameter sets in band.
    pub async fn vlc(test: &str, file: &[u8]) -> Result<Option<Self>> {
        let Some(vlc) = tool::find("cvlc", test) else {
            return Ok(None);
        };
        let folder = tempfile::tempdir()?;
        let clip = folder.path().join("clip.h264");
        std::fs::write(&clip, file)?;
        let port = free_port()?;
        let mut command = Command::new(vlc);
        command.args(["-I", "dummy", "--no-audio", "--loop", "--demux", "h264", "--h264-fps", "25"]).arg(&clip);
        command.args(["--sout", &format!("#rtp{{sdp=rtsp://127.0.0.1:{port}/cam}}"), "--sout-keep"]);
        command.env("HOME", folder.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if rustix::process::getuid().is_root() {
            std::os::unix::fs::chown(folder.path(), Some(NOBODY), Some(NOBODY))?;
            command.uid(NOBODY).gid(NOBODY);
        }
        let child = command.kill_on_drop(true).spawn()?;
        let server = Self { port, _child: child, _folder: Some(folder) };
        Ok(Some(server.once_it_listens().await?))
    }

    /// ffmpeg's own HTTP server with multipart MJPEG at `/feed`, for one client.
    pub async fn ffmpeg(test: &str) -> Result<Option<Self>> {
        let Some(ffmpeg) = tool::find("ffmpeg", test) else {
            return Ok(None);
        };
        let port = free_port()?;
        let mut command = Command::new(ffmpeg);
        command.args([
            "-hide_banner",
            "-loglevel",
            "error",
            "-re",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=320x240:rate=20",
        ]);
        command.args(["-q:v", "5", "-f", "mpjpeg", "-listen", "1"]);
        command.args(["-content_type", "multipart/x-mixed-replace;boundary=ffmpeg"]);
        command.arg(format!("http://127.0.0.1:{port}/feed"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Some(Self { port, _child: command.kill_on_drop(true).spawn()?, _folder: None }))
    }

    /// `{scheme}://127.0.0.1:{port}{path}`.
    pub fn url(&self, scheme: &str, path: &str) -> String {
        format!("{scheme}://127.0.0.1:{}{path}", self.port)
    }

    async fn once_it_listens(self) -> Result<Self> {
        let connecting = async {
            while tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).await.is_err() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        timeout(START_LIMIT, connecting).await.context("it does not listen")?;
        Ok(self)
    }
}

/// A port for a server that cannot be told to take a free one; nobody else took it a moment ago.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
