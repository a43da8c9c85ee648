//! HLS as a strict player reads it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use framegate_validator::playlist::Date;
use framegate_validator::watch::{Options, Request, Watch};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::time::Instant;

use crate::program::Program;

/// A blocking reload may take three target durations; those of tests are short.
const ANSWER: Duration = Duration::from_secs(40);

/// Watches a presentation for so long, as a strict player would; what it thinks of it is in the validator's hands.
pub async fn watch(program: &Program, path: &str, options: Options, time: Duration) -> Result<Watch> {
    let http = reqwest::Client::builder().no_proxy().timeout(ANSWER).gzip(true).build()?;
    watch_by(&http, &program.url(path), options, time).await
}

/// The same by a client of the test's, of a whole address: behind a proxy.
pub async fn watch_by(http: &reqwest::Client, url: &str, options: Options, time: Duration) -> Result<Watch> {
    let mut watch = Watch::new(options);
    let end = Instant::now() + time;
    let mut answers: FuturesUnordered<_> =
        watch.open(url, now()).into_iter().map(|request| fetch(http.clone(), request)).collect();
    while let Ok(Some((url, answer))) = tokio::time::timeout_at(end, answers.next()).await {
        let next = match answer? {
            Ok(bytes) => watch.loaded(&url, &bytes, now()),
            Err(status) => watch.failed(&url, status, now()),
        };
        answers.extend(next.into_iter().map(|request| fetch(http.clone(), request)));
    }
    Ok(watch)
}

/// The query that waits for the part behind the last one of a media playlist, and that part's place: segment, part.
pub fn next_part(text: &str) -> Option<(String, (u64, usize))> {
    if !text.contains("CAN-BLOCK-RELOAD=YES") {
        return None;
    }
    let first: u64 = text.lines().find_map(|line| line.strip_prefix("#EXT-X-MEDIA-SEQUENCE:"))?.parse().ok()?;
    let segments = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).count() as u64;
    let open = text.lines().rev().take_while(|line| line.starts_with('#') || line.is_empty());
    let parts = open.filter(|line| line.starts_with("#EXT-X-PART:")).count();
    let msn = first + segments;
    Some((format!("_HLS_msn={msn}&_HLS_part={parts}"), (msn, parts)))
}

/// Fails where the validator found an error that is not of these rules.
pub fn assert_clean(watch: &Watch, allowed: &[&str]) {
    let errors: Vec<_> =
        watch.findings().iter().filter(|finding| finding.is_error() && !allowed.contains(&finding.rule.name)).collect();
    let told: Vec<_> = errors.iter().take(12).map(|finding| format!("{finding}")).collect();
    assert!(errors.is_empty(), "{} findings:\n{}\n{:#?}", errors.len(), told.join("\n"), watch.report());
}

async fn fetch(http: reqwest::Client, request: Request) -> (String, Result<std::result::Result<Vec<u8>, u16>>) {
    let wait = u64::try_from(request.not_before.0 - now().0).unwrap_or_default();
    tokio::time::sleep(Duration::from_micros(wait)).await;
    let url = request.url.clone();
    let answer = async {
        let response = http.get(&request.url).send().await.with_context(|| request.url.clone())?;
        if !response.status().is_success() {
            return Ok(Err(response.status().as_u16()));
        }
        Ok(Ok(response.bytes().await?.to_vec()))
    };
    (url, answer.await)
}

fn now() -> Date {
    Date(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros() as i64)
}
