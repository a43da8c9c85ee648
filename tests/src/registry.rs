//! Debian's `docker-registry`: a process of the test's own, with its storage in a temporary folder.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::tool;

/// Starting takes it some milliseconds, on a machine that runs other tests as well.
const START_LIMIT: Duration = Duration::from_secs(20);
/// `me` with the password `hunter2`, as `htpasswd -B` writes it.
const USERS: &str = "me:$2b$04$xmJM1ycAuSs7pvlmA403je9JZsTb6lX6s1.edio8tqKC.uem78coa\n";
/// The same as Docker writes it.
pub const AUTH: &str = "bWU6aHVudGVyMg==";

/// Whom it lets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doors {
    /// Everybody.
    Open,
    /// `me` with the password `hunter2`.
    Locked,
}

/// A running registry. It ends with this handle.
#[derive(Debug)]
pub struct Registry {
    child: Child,
    address: SocketAddr,
    _folder: TempDir,
}

impl Registry {
    /// Starts one on a free port; none, and a line that says so, where it is not installed.
    pub async fn start(doors: Doors, test: &str) -> Result<Option<Self>> {
        let Some(program) = tool::find("docker-registry", test) else { return Ok(None) };
        let folder = tempfile::tempdir()?;
        let (users, file) = (folder.path().join("users"), folder.path().join("config.yml"));
        std::fs::write(&users, USERS)?;
        let auth = match doors {
            Doors::Open => json!({}),
            Doors::Locked => json!({ "htpasswd": { "realm": "test", "path": users } }),
        };
        let config = json!({
            "version": 0.1,
            "log": { "level": "info" },
            "storage": { "filesystem": { "rootdirectory": folder.path().join("storage") } },
            "http": { "addr": "127.0.0.1:0" },
            "auth": auth,
        });
        // JSON is YAML.
        std::fs::write(&file, config.to_string())?;
        let mut child = Command::new(program)
            .arg("serve")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut log = BufReader::new(child.stderr.take().context("a pipe")?).lines();
        let listening = async {
            let mut said = String::new();
            while let Some(line) = log.next_line().await? {
                let address = line.split_once("listening on ").and_then(|(_, rest)| rest.split(['"', ' ', ',']).next());
                if let Some(address) = address.and_then(|address| address.parse().ok()) {
                    return Ok(address);
                }
                said += &(line + "\n");
            }
            anyhow::bail!("it ended before it listened:\n{said}")
        };
        let address = tokio::time::timeout(START_LIMIT, listening).await.context("it does not listen")??;
        // Read on, so that its pipe is never full.
        tokio::spawn(async move { while let Ok(Some(_)) = log.next_line().await {} });
        Ok(Some(Self { child, address, _folder: folder }))
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `oci://…` of this repository and tag.
    pub fn place(&self, name: &str) -> String {
        format!("oci://{}/{name}", self.address)
    }

    /// Puts a component there by hand, under a media type; gives the manifest's digest.
    pub async fn put(&self, repository: &str, tag: &str, media_type: &str, component: &[u8]) -> Result<String> {
        let config = self.put_blob(repository, b"{}").await?;
        let layer = self.put_blob(repository, component).await?;
        let kind = "application/vnd.oci.image.manifest.v1+json";
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": kind,
            "config": { "mediaType": "application/vnd.wasm.config.v1+json", "digest": config, "size": 2 },
            "layers": [{ "mediaType": media_type, "digest": layer, "size": component.len() }],
        });
        let url = format!("http://{}/v2/{repository}/manifests/{tag}", self.address);
        let put = reqwest::Client::builder().no_proxy().build()?.put(url);
        let answer = put.header("content-type", kind).body(manifest.to_string()).send().await?.error_for_status()?;
        digest_of(&answer)
    }

    async fn put_blob(&self, repository: &str, bytes: &[u8]) -> Result<String> {
        let http = reqwest::Client::builder().no_proxy().build()?;
        let begin = http.post(format!("http://{}/v2/{repository}/blobs/uploads/", self.address)).send().await?;
        let upload = begin.error_for_status()?.headers()["location"].to_str()?.to_owned();
        let sent = http.patch(upload).body(bytes.to_vec()).send().await?.error_for_status()?;
        let upload = sent.headers()["location"].to_str()?.to_owned();
        let hash: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let digest = format!("sha256:{hash}");
        let end = http.put(format!("{upload}&digest={digest}")).send().await?;
        digest_of(&end.error_for_status()?)
    }

    /// Ends it, and waits for that: nobody listens there any more.
    pub async fn stop(mut self) -> Result<()> {
        self.child.kill().await?;
        let connected = tokio::net::TcpStream::connect(self.address).await;
        ensure!(connected.is_err(), "it still listens");
        Ok(())
    }
}

fn digest_of(answer: &reqwest::Response) -> Result<String> {
    Ok(answer.headers().get("docker-content-digest").context("no digest")?.to_str()?.to_owned())
}

/// A Docker configuration in a folder, with `me` for this registry.
pub fn log_in(folder: &Path, registry: SocketAddr) -> Result<()> {
    let config = json!({ "auths": { registry.to_string(): { "auth": AUTH } } });
    Ok(std::fs::write(folder.join("config.json"), config.to_string())?)
}
