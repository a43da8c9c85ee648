//! HTTP/1.1 by hand: what is sent is what is written here, to the byte.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use bytes::Bytes;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::server::soon;

pub(crate) struct Connection {
    pub(crate) io: BufReader<TcpStream>,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.body))
    }

    /// The end of a problem's type, after checks that it is one.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:?}");
        let json = self.json();
        assert_eq!(json["status"], self.status);
        json["type"].as_str().unwrap().strip_prefix("/problems/").unwrap().into()
    }
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        Self { io: BufReader::new(TcpStream::connect(address).await.unwrap()) }
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.io.get_mut().write_all(bytes.as_ref()).await.unwrap();
    }

    /// Status and headers.
    pub(crate) async fn head(&mut self) -> (u16, BTreeMap<String, String>) {
        let status = self.line().await;
        let status = status.split(' ').nth(1).unwrap_or_else(|| panic!("{status:?}")).parse().unwrap();
        let mut headers = BTreeMap::new();
        loop {
            let line = self.line().await;
            let Some((name, value)) = line.split_once(": ") else {
                return (status, headers);
            };
            headers.insert(name.to_lowercase(), value.into());
        }
    }

    pub(crate) async fn line(&mut self) -> String {
        let mut line = String::new();
        soon(self.io.read_line(&mut line)).await.unwrap();
        line.trim_end().into()
    }

    pub(crate) async fn exactly(&mut self, length: usize) -> Bytes {
        let mut bytes = vec![0; length];
        soon(self.io.read_exact(&mut bytes)).await.unwrap();
        bytes.into()
    }

    pub(crate) async fn answer(&mut self, method: &str) -> Answer {
        let (status, headers) = self.head().await;
        let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
        let body = if method == "HEAD" { Bytes::new() } else { self.exactly(length).await };
        Answer { status, headers, body }
    }

    pub(crate) async fn post(&mut self, host: &str, path: &str, body: &[u8]) -> Answer {
        let head = format!("POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {}\r\n\r\n", body.len());
        self.send(head).await;
        self.send(body).await;
        self.answer("POST").await
    }

    /// The next chunk of a body in `Transfer-Encoding: chunked`; empty at its end.
    pub(crate) async fn chunk(&mut self) -> Bytes {
        let length = usize::from_str_radix(&self.line().await, 16).unwrap();
        let bytes = self.exactly(length).await;
        self.exactly(2).await;
        bytes
    }
}

/// One request on a connection of its own; `headers` are whole lines.
pub(crate) async fn request(address: SocketAddr, method: &str, path: &str, headers: &[&str]) -> Answer {
    let mut connection = Connection::open(address).await;
    let mut head = format!("{method} {path} HTTP/1.1\r\n");
    if !headers.iter().any(|header| header.to_lowercase().starts_with("host:")) {
        head += &format!("Host: {address}\r\n");
    }
    for header in headers {
        head += &format!("{header}\r\n");
    }
    connection.send(head + "\r\n").await;
    connection.answer(method).await
}

pub(crate) async fn get(address: SocketAddr, path: &str) -> Answer {
    request(address, "GET", path, &[]).await
}
