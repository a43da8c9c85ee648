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
    let mut watch = Watch::new(options);
    let end = Instant::now() + time;
    let mut answers: FuturesUnordered<_> =
        watch.open(&program.url(path), now()).into_iter().map(|request| fetch(http.clone(), request)).collect();
    while let Ok(Some((url, answer))) = tokio::time::timeout_at(end, answers.next()).await {
        let next = match answer? {
            Ok(bytes) => watch.loaded(&url, &bytes, now()),
            Err(status) => watch.failed(&url, status, now()),
        };
        answers.extend(next.into_iter().map(|request| fetch(http.clone(), request)));
    }
    Ok(watch)
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
