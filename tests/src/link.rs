//! A link between two programs that breaks, comes back, and is as slow as a test wants.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// As fast as the machine.
    Up,
    /// So many bytes a second each way.
    Slow(u64),
    /// Connections are cut, and new ones end at once.
    Down,
}

/// The link, on a port of its own; it ends with its handle.
#[derive(Debug)]
pub struct Wire {
    address: SocketAddr,
    state: watch::Sender<Link>,
    connections: Arc<AtomicU64>,
}

impl Wire {
    /// Leads to this address.
    pub async fn to(target: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (state, link) = watch::channel(Link::Up);
        let connections = Arc::new(AtomicU64::new(0));
        let counted = connections.clone();
        tokio::spawn(async move {
            let mut ended = link.clone();
            loop {
                let accepted = tokio::select! {
                    accepted = listener.accept() => accepted,
                    () = closed(&mut ended) => return,
                };
                let Ok((near, _)) = accepted else { return };
                if *link.borrow() == Link::Down {
                    continue;
                }
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(carry(near, target, link.clone()));
            }
        });
        Ok(Self { address, state, connections })
    }

    /// Where it begins.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Makes it so.
    pub fn set(&self, link: Link) {
        self.state.send_replace(link);
    }

    /// Connections that were carried so far.
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::SeqCst)
    }
}

/// Waits until the handle is gone.
async fn closed(link: &mut watch::Receiver<Link>) {
    while link.changed().await.is_ok() {}
}

async fn carry(near: TcpStream, target: SocketAddr, link: watch::Receiver<Link>) {
    let Ok(far) = TcpStream::connect(target).await else { return };
    let (near_read, near_write) = near.into_split();
    let (far_read, far_write) = far.into_split();
    let mut down = link.clone();
    tokio::select! {
        () = copy(near_read, far_write, link.clone()) => {}
        () = copy(far_read, near_write, link) => {}
        _ = down.wait_for(|link| *link == Link::Down) => {}
    }
}

/// One direction. On a slow link it reads no more than what it has sent: the sender sees how slow it is.
async fn copy(mut from: impl AsyncReadExt + Unpin, mut to: impl AsyncWriteExt + Unpin, link: watch::Receiver<Link>) {
    let mut room = vec![0; 16 << 10];
    loop {
        let state = *link.borrow();
        let most = if matches!(state, Link::Slow(_)) { 2_048 } else { room.len() };
        let Ok(read @ 1..) = from.read(&mut room[..most]).await else { return };
        if let Link::Slow(bytes_per_second) = state {
            tokio::time::sleep(Duration::from_secs_f64(read as f64 / bytes_per_second as f64)).await;
        }
        if to.write_all(&room[..read]).await.is_err() {
            return;
        }
    }
}
