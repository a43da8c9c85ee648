use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use reqwest::StatusCode;

use super::footage::{Footage, Shots};
use super::hls::next_part;
use crate::program::Program;

/// Between two attempts where there is nothing.
const AGAIN: Duration = Duration::from_millis(20);
const ANSWER: Duration = Duration::from_secs(30);

/// A player of one variant over HLS, which stays when its files are gone: every part and every segment that playlists name, loaded once and decoded.
#[derive(Debug)]
pub struct Player {
    http: reqwest::Client,
    /// Where addresses in the playlist are relative to.
    folder: String,
    playlist: String,
    /// What to ask to wait for.
    wait: Option<String>,
    inits: BTreeMap<String, Bytes>,
    loaded: BTreeSet<String>,
    /// The init segment that parts are decoded by, and what decodes them.
    parts: Option<(String, Footage)>,
    last_part: Option<String>,
    /// Files and playlists that were not there any more.
    pub missed: u64,
}

/// What a playlist names.
struct Named {
    name: String,
    init: String,
    is_part: bool,
    independent: bool,
}

impl Player {
    /// Of the media playlist `stream.m3u8`, or `{variant}.m3u8`.
    pub fn new(program: &Program, stream: &str, variant: &str) -> Result<Self> {
        Ok(Self {
            http: reqwest::Client::builder().no_proxy().timeout(ANSWER).build()?,
            folder: program.url(&format!("/hls/{stream}/")),
            playlist: format!("{variant}.m3u8"),
            wait: None,
            inits: BTreeMap::new(),
            loaded: BTreeSet::new(),
            parts: None,
            last_part: None,
            missed: 0,
        })
    }

    /// What was loaded until now, init segments too.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.loaded.iter().chain(self.inits.keys())
    }

    /// What is new, after a wait for it: nothing where there is nothing, or not any more.
    pub async fn next(&mut self) -> Result<Vec<Shots>> {
        let query = self.wait.take().unwrap_or_default();
        let Some(text) = self.load(&format!("{}{query}", self.playlist)).await? else {
            tokio::time::sleep(AGAIN).await;
            return Ok(Vec::new());
        };
        let text = std::str::from_utf8(&text)?;
        self.wait = next_part(text).map(|(query, _)| format!("?{query}"));
        let mut all = Vec::new();
        for named in named(text) {
            if !self.loaded.contains(&named.name) {
                all.extend(self.play(named).await?);
            }
        }
        if self.wait.is_none() {
            tokio::time::sleep(AGAIN).await;
        }
        Ok(all)
    }

    async fn play(&mut self, named: Named) -> Result<Option<Shots>> {
        if !self.inits.contains_key(&named.init) {
            let Some(init) = self.load(&named.init).await? else { return Ok(None) };
            self.inits.insert(named.init.clone(), init);
        }
        let Some(bytes) = self.load(&named.name).await? else {
            self.parts = None;
            return Ok(None);
        };
        self.loaded.insert(named.name.clone());
        let init = self.inits.get(&named.init).context("it was loaded")?;
        if !named.is_part {
            // Without the segment before it, one that begins between key frames is none: the second, behind a first of one part.
            if !named.independent {
                return Ok(None);
            }
            let shots = Footage::of_init(init)?.fragments(&bytes)?;
            return Ok(Some(shots));
        }
        // What was missed cannot be decoded without.
        let goes_on = self.parts.as_ref().is_some_and(|(of, _)| *of == named.init)
            && self.last_part.as_deref().and_then(following).as_ref() == Some(&named.name);
        if !goes_on {
            self.parts = None;
        }
        if self.parts.is_none() && named.independent {
            self.parts = Some((named.init, Footage::of_init(init)?));
        }
        self.last_part = Some(named.name);
        self.parts.as_mut().map(|(_, footage)| footage.fragments(&bytes)).transpose()
    }

    async fn load(&mut self, name: &str) -> Result<Option<Bytes>> {
        // What breaks off is of something that is not shown any more; its connection ends with it.
        let answer = self.http.get(format!("{}{name}", self.folder)).send().await.ok();
        let bytes = match answer.filter(|answer| answer.status() == StatusCode::OK) {
            Some(answer) => answer.bytes().await.ok(),
            None => None,
        };
        self.missed += u64::from(bytes.is_none());
        Ok(bytes)
    }
}

/// The name of the part behind this one.
fn following(part: &str) -> Option<String> {
    let (prefix, rest) = part.rsplit_once("-p")?;
    let (number, extension) = rest.split_once('.')?;
    Some(format!("{prefix}-p{}.{extension}", number.parse::<u64>().ok()? + 1))
}

fn attribute<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    line.split_once(&format!("{name}=\""))?.1.split('"').next()
}

fn named(text: &str) -> Vec<Named> {
    let (mut init, mut found) = (String::new(), Vec::new());
    // Of the segment that is read: whether its first part is independent, where parts are told.
    let mut begins = None;
    for line in text.lines() {
        if line.starts_with("#EXT-X-MAP:") {
            init = attribute(line, "URI").unwrap_or_default().to_owned();
        } else if line.starts_with("#EXT-X-PART:") {
            let name = attribute(line, "URI").unwrap_or_default().to_owned();
            let independent = line.contains("INDEPENDENT=YES");
            begins.get_or_insert(independent);
            found.push(Named { name, init: init.clone(), is_part: true, independent });
        } else if !line.starts_with('#') && !line.is_empty() {
            let independent = begins.take().unwrap_or(true);
            found.push(Named { name: line.to_owned(), init: init.clone(), is_part: false, independent });
        }
    }
    found
}
