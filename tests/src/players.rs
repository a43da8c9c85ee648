//! The scripts of `tests/players`: real players, one at a time, and what they say of a stream.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::process::Command;
use tokio::sync::{Mutex, MutexGuard};

use crate::tool;

/// A browser or a player that decodes, and the server beside it, are what two cores can do.
static TURN: Mutex<()> = Mutex::const_new(());

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/players");
/// A browser starts, waits for its first picture and settles, as slowly as it may; and levels are chosen.
const AROUND: Duration = Duration::from_secs(150);
/// Behind SIGTERM, which a script ends its player for.
const LAST_WORDS: Duration = Duration::from_secs(10);
/// How often a player that had no time is looked at: the machine has other work.
const ATTEMPTS: u32 = 3;

/// Nobody else plays while this is held.
pub async fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().await
}

/// How many seconds are judged: `FRAMEGATE_PLAY_SECONDS`, or as few as show whether it plays.
pub fn seconds() -> u64 {
    std::env::var("FRAMEGATE_PLAY_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(13)
}

/// One of the scripts, and what it plays.
#[derive(Clone, Copy, Debug)]
pub struct Play<'a> {
    /// `page.mjs` or `program.mjs`.
    pub script: &'a str,
    /// What plays it: the script's first word.
    pub player: &'a str,
    /// `chromium` or `firefox`, for pages.
    pub browser: &'a str,
    /// Where Framegate is, with a proxy's prefix.
    pub base: &'a str,
    /// Which stream.
    pub stream: &'a str,
    /// How many are judged.
    pub seconds: u64,
}

impl Play<'_> {
    /// Plays, and prints what was seen. An error where it was not well; where the machine had no time for it, it is played again before that.
    ///
    /// `None`, and a line that says so, where something that it needs is not installed.
    pub async fn run(self, test: &str) -> Result<Option<Value>> {
        let mut attempt = 1;
        loop {
            let Some(said) = self.look(test).await? else { return Ok(None) };
            if said["well"] == true {
                return Ok(Some(said));
            }
            let busy = said["busy"] == true && attempt < ATTEMPTS;
            ensure!(busy, "{test}: {}: {said}", said["wrong"]);
            attempt += 1;
        }
    }

    /// Plays once, prints what was seen, and leaves to the test what it thinks of that. `None` as above.
    pub async fn look(self, test: &str) -> Result<Option<Value>> {
        let Some(node) = tool::find("node", test) else { return Ok(None) };
        let said = self.once(&node).await?;
        if let Some(missing) = said["skipped"].as_str() {
            tool::skip(test, missing);
            return Ok(None);
        }
        tool::say(&format!("played: {test}: {said}"));
        Ok(Some(said))
    }

    async fn once(self, node: &Path) -> Result<Value> {
        let script: PathBuf = Path::new(FOLDER).join(self.script);
        let seconds = self.seconds.to_string();
        let child = Command::new(node)
            .arg(&script)
            .args([self.player, self.base, self.stream, &seconds])
            .env("BROWSER", self.browser)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let id = Pid::from_raw(child.id().context("it runs")? as i32).context("a process id is positive")?;
        let limit = AROUND + Duration::from_secs(2 * self.seconds);
        let mut ending = Box::pin(child.wait_with_output());
        let output = match tokio::time::timeout(limit, &mut ending).await {
            Ok(output) => output?,
            Err(_) => {
                kill_process(id, Signal::TERM)?;
                tokio::time::timeout(LAST_WORDS, ending).await.ok();
                bail!("{} {} still runs after {limit:?}", self.script, self.player);
            }
        };
        let said = String::from_utf8_lossy(&output.stdout);
        let last = said.lines().last().unwrap_or_default();
        serde_json::from_str(last).with_context(|| format!("{last:?}: {}", String::from_utf8_lossy(&output.stderr)))
    }
}
