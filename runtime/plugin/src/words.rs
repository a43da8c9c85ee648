use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

use crate::guest::Identity;
use crate::rate::Rate;

/// What a guest prints: line by line into the log with its stream and plugin, and the newest lines kept for the message of a fault (a
/// Rust guest prints its panic before it traps).
#[derive(Clone)]
pub(crate) struct Words(Arc<Mutex<Lines>>);

struct Lines {
    identity: Identity,
    /// What has no end of line yet.
    open: Vec<u8>,
    newest: VecDeque<String>,
    rate: Rate,
}

/// The longest line in bytes; the rest of it begins another.
const MAX_LINE: usize = 1024;
/// Lines of a fault's message.
const KEPT: usize = 8;
/// As many as `host.log` may write.
const LINES_PER_SECOND: u32 = 100;

impl Words {
    pub(crate) fn new(identity: Identity) -> Self {
        let rate = Rate::new(LINES_PER_SECOND);
        Self(Arc::new(Mutex::new(Lines { identity, open: Vec::new(), newest: VecDeque::new(), rate })))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was printed last, without empty lines and without what a panic says of environment variables that a guest does not have.
    pub(crate) fn take(&self) -> String {
        let mut lines = self.lock();
        lines.end_line();
        let newest: Vec<_> =
            lines.newest.drain(..).filter(|line| !line.starts_with("note: run with `RUST_BACKTRACE")).collect();
        newest.join(" ")
    }
}

impl Lines {
    fn write(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            for part in piece.chunks(MAX_LINE) {
                if self.open.len() + part.len() > MAX_LINE {
                    self.end_line();
                }
                self.open.extend_from_slice(part);
            }
            if piece.ends_with(b"\n") {
                self.end_line();
            }
        }
    }

    fn end_line(&mut self) {
        let bytes = std::mem::take(&mut self.open);
        let line = printable(String::from_utf8_lossy(&bytes).trim());
        if line.is_empty() {
            return;
        }
        if let Some(suppressed) = self.rate.take(Instant::now()) {
            let (stream, plugin) = (self.identity.stream(), &*self.identity.plugin);
            if suppressed > 0 {
                tracing::warn!(target: "plugin", stream, plugin, "{suppressed} lines of its output were left out");
            }
            tracing::info!(target: "plugin", stream, plugin, "{line}");
        }
        if self.newest.len() == KEPT {
            self.newest.pop_front();
        }
        self.newest.push_back(line);
    }
}

/// One line without control characters: a guest writes neither lines of its own making nor colours into the log.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

impl IsTerminal for Words {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Words {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Words {
    async fn ready(&mut self) {}
}

impl OutputStream for Words {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.lock().write(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(64 * MAX_LINE)
    }
}

impl AsyncWrite for Words {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.lock().write(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_lines_are_kept_clean_and_bounded() {
        let words = Words::new(Identity { stream: None, plugin: "p".into() });
        words.lock().write(b"first\n\nthread 'main' panicked at src/li");
        words.lock().write(b"b.rs:3:\nbo\x1b[31mom\nnote: run with `RUST_BACKTRACE=1`\nlast");
        assert_eq!(words.take(), "first thread 'main' panicked at src/lib.rs:3: bo [31mom last");
        assert_eq!(words.take(), "");
        words.lock().write(&[b'x'; 100_000]);
        assert!(words.take().len() <= KEPT * (MAX_LINE + 1));
    }
}
