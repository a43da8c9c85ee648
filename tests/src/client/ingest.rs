use anyhow::{Context, Result};
use bytes::Bytes;

use crate::program::{LIMIT, Program};

/// How a producer talks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/1.1 with keep-alive.
    Http1,
    /// HTTP/2 with prior knowledge (RFC 9113, section 3.3).
    H2c,
}

/// Posts stills to `/ingest/{stream}` over one connection.
#[derive(Clone, Debug)]
pub struct Producer {
    client: reqwest::Client,
    url: String,
}

impl Producer {
    /// Nothing is sent yet.
    pub fn new(program: &Program, stream: &str, protocol: Protocol) -> Result<Self> {
        let client = reqwest::Client::builder().no_proxy().timeout(LIMIT).pool_max_idle_per_host(1);
        let client = match protocol {
            Protocol::Http1 => client.http1_only(),
            Protocol::H2c => client.http2_prior_knowledge(),
        };
        Ok(Self { client: client.build()?, url: program.url(&format!("/ingest/{stream}")) })
    }

    /// Posts one body.
    pub async fn post(&self, body: impl Into<Bytes>) -> Result<reqwest::Response> {
        self.post_from(body, None).await
    }

    /// The same with the `Origin` that a browser would send.
    pub async fn post_from(&self, body: impl Into<Bytes>, origin: Option<&str>) -> Result<reqwest::Response> {
        let mut request = self.client.post(&self.url).body(body.into());
        if let Some(origin) = origin {
            request = request.header("Origin", origin);
        }
        request.send().await.context("POST")
    }
}
