use std::time::Duration;

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use futures::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::program::{LIMIT, Program};

/// A viewer on `/ws/{stream}`.
#[derive(Debug)]
pub struct Viewer {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// What a viewer is sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// A binary message: one complete still.
    Still(Bytes),
    /// A text message: `{"type": …}`.
    Text(Value),
    /// The close frame's code (RFC 6455, section 7.4); 1005 without one, 1006 if the connection broke.
    Closed(u16),
}

impl Viewer {
    /// Connects to `/ws/{stream}`, query included.
    pub async fn connect(program: &Program, stream: &str) -> Result<Self> {
        Self::connect_from(program, stream, None).await
    }

    /// The same with the `Origin` that a browser would send.
    pub async fn connect_from(program: &Program, stream: &str, origin: Option<&str>) -> Result<Self> {
        Self::connect_to(&program.ws_url(&format!("/ws/{stream}")), origin).await
    }

    /// The same of a whole address: behind a proxy.
    pub async fn connect_to(url: &str, origin: Option<&str>) -> Result<Self> {
        let mut request = url.into_client_request()?;
        if let Some(origin) = origin {
            request.headers_mut().insert("Origin", origin.parse()?);
        }
        let connecting = tokio::time::timeout(LIMIT, connect_async(request));
        let (socket, _) = connecting.await.context("no answer to the upgrade")??;
        Ok(Self { socket })
    }

    /// The next message.
    pub async fn next(&mut self) -> Result<Message> {
        self.next_within(LIMIT).await
    }

    /// The next message, if it comes in time.
    pub async fn next_within(&mut self, limit: Duration) -> Result<Message> {
        let receiving = async {
            loop {
                return match self.socket.next().await {
                    Some(Ok(tungstenite::Message::Binary(still))) => Ok(Message::Still(still)),
                    Some(Ok(tungstenite::Message::Text(text))) => {
                        Ok(Message::Text(serde_json::from_str(text.as_str())?))
                    }
                    Some(Ok(tungstenite::Message::Close(frame))) => {
                        Ok(Message::Closed(frame.map_or(1005, |frame| frame.code.into())))
                    }
                    Some(Ok(_)) => continue,
                    Some(Err(_)) | None => Ok(Message::Closed(1006)),
                };
            }
        };
        tokio::time::timeout(limit, receiving).await.with_context(|| format!("no message within {limit:?}"))?
    }

    /// The next still; text messages are passed over.
    pub async fn still(&mut self) -> Result<Bytes> {
        self.still_within(LIMIT).await
    }

    /// The next still, if it comes in time.
    pub async fn still_within(&mut self, limit: Duration) -> Result<Bytes> {
        let receiving = async {
            loop {
                match self.next_within(limit).await? {
                    Message::Still(still) => return Ok(still),
                    Message::Text(_) => {}
                    Message::Closed(code) => bail!("closed with {code} instead of a still"),
                }
            }
        };
        tokio::time::timeout(limit, receiving).await.with_context(|| format!("no still within {limit:?}"))?
    }

    /// The next text message of this `type`; stills are passed over.
    pub async fn text(&mut self, kind: &str) -> Result<Value> {
        self.text_where(kind, |_| true).await
    }

    /// The next status message with this state.
    pub async fn status(&mut self, state: &str) -> Result<Value> {
        self.text_where("status", |text| text["state"] == state).await
    }

    async fn text_where(&mut self, kind: &str, is_it: impl Fn(&Value) -> bool) -> Result<Value> {
        let receiving = async {
            loop {
                match self.next().await? {
                    Message::Text(text) if text["type"] == kind && is_it(&text) => return Ok(text),
                    Message::Closed(code) => bail!("closed with {code} instead of a {kind} message"),
                    _ => {}
                }
            }
        };
        tokio::time::timeout(LIMIT, receiving)
            .await
            .with_context(|| format!("no such {kind} message within {LIMIT:?}"))?
    }

    /// Everything until it is closed, and the code.
    pub async fn until_closed(&mut self) -> Result<(Vec<Message>, u16)> {
        let receiving = async {
            let mut messages = Vec::new();
            loop {
                match self.next().await? {
                    Message::Closed(code) => return Ok((messages, code)),
                    other => messages.push(other),
                }
            }
        };
        tokio::time::timeout(LIMIT, receiving).await.context("it stays open")?
    }

    /// Says good-bye.
    pub async fn close(mut self) -> Result<()> {
        self.socket.close(None).await?;
        tokio::time::timeout(LIMIT, async { while let Some(Ok(_)) = self.socket.next().await {} }).await?;
        Ok(())
    }

    /// Sends a text message, which nobody should mind.
    pub async fn say(&mut self, text: &str) -> Result<()> {
        Ok(self.socket.send(tungstenite::Message::text(text)).await?)
    }
}
