//! Prometheus as `examples/deploy` configures it, with this test's ports and times, in a folder of the test's.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::Instant;

use crate::tool;

/// From its start to its first answer, and for a value to become what it should be.
const LIMIT: Duration = Duration::from_secs(30);
const AGAIN: Duration = Duration::from_millis(100);
/// Where its configuration and the rules are.
pub const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/deploy");

/// A running Prometheus. It ends with this handle.
#[derive(Debug)]
pub struct Prometheus {
    child: Child,
    address: SocketAddr,
    http: reqwest::Client,
    folder: TempDir,
}

impl Prometheus {
    /// Starts one that scrapes a program; none, and a line that says so, where it is not installed.
    pub async fn start(scraped: SocketAddr, test: &str) -> Result<Option<Self>> {
        let Some(program) = tool::find("prometheus", test) else { return Ok(None) };
        let folder = tempfile::tempdir()?;
        let mut text = std::fs::read_to_string(PathBuf::from(FOLDER).join("prometheus.yml"))?;
        for (written, here) in [
            ("127.0.0.1:8080", scraped.to_string().as_str()),
            ("scrape_interval: 15s", "scrape_interval: 200ms"),
            ("evaluation_interval: 15s", "evaluation_interval: 1s"),
        ] {
            ensure!(text.contains(written), "prometheus.yml has no `{written}`");
            text = text.replace(written, here);
        }
        let file = folder.path().join("prometheus.yml");
        std::fs::write(&file, text)?;
        std::fs::copy(PathBuf::from(FOLDER).join("alerts.yml"), folder.path().join("alerts.yml"))?;
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let log = std::fs::File::create(folder.path().join("log"))?;
        let child = Command::new(program)
            .arg(format!("--config.file={}", file.display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()?;
        let http = reqwest::Client::builder().no_proxy().timeout(LIMIT).build()?;
        let mut prometheus = Self { child, address, http, folder };
        let limit = Instant::now() + LIMIT;
        while !prometheus.is_ready().await {
            let status = prometheus.child.try_wait()?;
            ensure!(status.is_none() && Instant::now() < limit, "not ready ({status:?}): {}", prometheus.log());
            tokio::time::sleep(AGAIN).await;
        }
        Ok(Some(prometheus))
    }

    async fn is_ready(&self) -> bool {
        let answer = self.http.get(format!("http://{}/-/ready", self.address)).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// `data` of an answer of its API (version 1).
    pub async fn api(&self, path: &str, query: &[(&str, &str)]) -> Result<Value> {
        let mut url = reqwest::Url::parse(&format!("http://{}/api/v1/{path}", self.address))?;
        url.query_pairs_mut().extend_pairs(query);
        let mut answer: Value = self.http.get(url).send().await?.json().await?;
        ensure!(answer["status"] == "success", "{query:?}: {answer}");
        Ok(answer["data"].take())
    }

    /// The values that an expression has now.
    pub async fn query(&self, expression: &str) -> Result<Vec<f64>> {
        let data = self.api("query", &[("query", expression)]).await?;
        let results = data["result"].as_array().context("no result")?;
        let value = |result: &Value| Ok(result["value"][1].as_str().context("no value")?.parse()?);
        results.iter().map(value).collect()
    }

    /// Waits until an expression has this one value.
    pub async fn has(&self, expression: &str, value: f64) -> Result<()> {
        let limit = Instant::now() + LIMIT;
        loop {
            let values = self.query(expression).await?;
            if values == [value] {
                return Ok(());
            }
            if Instant::now() > limit {
                bail!("{expression} is {values:?}, not {value}: {}", self.log());
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// What it said.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}
