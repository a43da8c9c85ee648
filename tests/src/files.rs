//! A web server of files, for pages that need no Framegate behind them.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Result;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Bytes of a request's header.
const MAX_HEADER: u64 = 16 << 10;

/// Serves folders until it is dropped.
#[derive(Debug)]
pub struct Files {
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Files {
    /// Each folder's files (not those of folders in it) below a path: `("/assets/", …)`.
    pub async fn serve(folders: &'static [(&'static str, &'static str)]) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // A browser that goes away in the middle is its own affair.
                tokio::spawn(async move { answer(stream, folders).await.ok() });
            }
        });
        Ok(Self { address, serving })
    }

    /// `http://…` and this path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(mut stream: TcpStream, folders: &[(&str, &str)]) -> io::Result<()> {
    let (reading, mut writing) = stream.split();
    let mut lines = BufReader::new(reading.take(MAX_HEADER)).lines();
    let request = lines.next_line().await?.unwrap_or_default();
    while lines.next_line().await?.is_some_and(|line| !line.is_empty()) {}
    let target = request.split(' ').nth(1).unwrap_or_default();
    let path = target.split('?').next().unwrap_or_default();
    let file = find(path, folders).and_then(|file| Some((std::fs::read(&file).ok()?, media_type(&file))));
    let (status, (body, media_type)) = match file {
        Some(found) => ("200 OK", found),
        None => ("404 Not Found", (Vec::new(), "text/plain")),
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    writing.write_all(head.as_bytes()).await?;
    writing.write_all(&body).await?;
    writing.shutdown().await
}

fn find(path: &str, folders: &[(&str, &str)]) -> Option<PathBuf> {
    folders.iter().find_map(|(below, folder)| {
        let name = path.strip_prefix(below)?;
        (!name.contains('/')).then(|| Path::new(folder).join(name))
    })
}

fn media_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css",
        Some("js") => "text/javascript",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}
