use std::pin::Pin;

use anyhow::{Context, Result, ensure};
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt};

use crate::program::{LIMIT, Program};

type Body = Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>;

/// A viewer on `/mjpeg/{stream}`, as strict as the strictest client: each part must tell its length.
pub struct Multipart {
    body: Body,
    received: BytesMut,
}

/// One part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// `Content-Type`.
    pub content_type: String,
    /// As long as its `Content-Length` says.
    pub body: Bytes,
}

impl Multipart {
    /// Connects; the answer must be 200 with the headers that the design names.
    pub async fn connect(program: &Program, stream: &str) -> Result<Self> {
        Self::at(program, &format!("/mjpeg/{stream}")).await
    }

    /// The same at another address of it.
    pub async fn at(program: &Program, path: &str) -> Result<Self> {
        let client = reqwest::Client::builder().no_proxy().connect_timeout(LIMIT).build()?;
        let asking = client.get(program.url(path)).send();
        let response = tokio::time::timeout(LIMIT, asking).await.context("no answer")??.error_for_status()?;
        let header =
            |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        ensure!(header("content-type") == "multipart/x-mixed-replace; boundary=frame", "{:?}", header("content-type"));
        ensure!(header("x-accel-buffering") == "no", "X-Accel-Buffering is missing");
        ensure!(header("cache-control").contains("no-store"), "Cache-Control: {:?}", header("cache-control"));
        Ok(Self { body: Box::pin(response.bytes_stream()), received: BytesMut::new() })
    }

    /// The next part.
    pub async fn next(&mut self) -> Result<Part> {
        let receiving = async {
            let head = loop {
                if let Some(end) = self.received.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                    break self.received.split_to(end + 4);
                }
                self.receive().await?;
            };
            let head = std::str::from_utf8(&head)?.trim_start();
            ensure!(head.starts_with("--frame\r\n"), "no boundary: {head:?}");
            let field = |name: &str| {
                let matching =
                    |line: &str| line.split_once(':').filter(|(key, _)| key.eq_ignore_ascii_case(name)).is_some();
                let line = head.lines().find(|line| matching(line))?;
                Some(line.split_once(':')?.1.trim().to_owned())
            };
            let content_type = field("content-type").context("a part without Content-Type")?;
            let length: usize = field("content-length").context("a part without Content-Length")?.parse()?;
            while self.received.len() < length {
                self.receive().await?;
            }
            Ok(Part { content_type, body: self.received.split_to(length).freeze() })
        };
        tokio::time::timeout(LIMIT, receiving).await.context("no part in time")?
    }

    async fn receive(&mut self) -> Result<()> {
        let piece = self.body.next().await.context("the answer ended")??;
        self.received.extend_from_slice(&piece);
        Ok(())
    }
}

impl std::fmt::Debug for Multipart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Multipart").field("received", &self.received.len()).finish_non_exhaustive()
    }
}
