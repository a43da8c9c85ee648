use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// A refusal as RFC 9457 has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// The last segment of `type`: `unknown-stream`, `stream-offline` …
    pub kind: String,
    /// `Retry-After` in seconds, if it was sent.
    pub retry_after: Option<u64>,
    /// All of it.
    pub body: Value,
}

impl Problem {
    /// Reads an HTTP answer, which must be a problem.
    pub async fn read(response: reqwest::Response) -> Result<Self> {
        let status = response.status().as_u16();
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let media_type = header("content-type").unwrap_or_default();
        let retry_after = header("retry-after").and_then(|seconds| seconds.parse().ok());
        let text = response.text().await?;
        ensure!(media_type.starts_with("application/problem+json"), "{status} with {media_type:?}: {text}");
        let body: Value = serde_json::from_str(&text).with_context(|| format!("not JSON: {text}"))?;
        ensure!(body["status"] == status, "the body says another status than {status}: {text}");
        Ok(Self { status, kind: kind(&body), retry_after, body })
    }

    /// Reads the text message of a WebSocket that was refused: `{"type":"problem","problem":{…}}`.
    pub fn from_message(message: &Value) -> Self {
        let body = message["problem"].clone();
        let status = body["status"].as_u64().unwrap_or_default() as u16;
        Self { status, kind: kind(&body), retry_after: body["retry_after"].as_u64(), body }
    }
}

fn kind(body: &Value) -> String {
    let uri = body["type"].as_str().unwrap_or_default();
    uri.rsplit('/').next().unwrap_or_default().to_owned()
}
