//! A scripted camera: an RTSP server of our own on 127.0.0.1 (RFC 2326), over TCP and UDP, that counts what it is asked and fails as it is told.
//!
//! What it does is a [`Script`], plain data; what it shall do from now on is said through [`Camera`]. It runs on a thread of its own, so that a
//! busy test cannot make it late, and is gone when the handle is dropped.

mod auth;
mod connection;
mod payload;
mod playback;
mod rtp;
mod script;
mod sdp;
mod sound;
mod transport;

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinSet;

pub use rtsp_types::{Method, StatusCode};
pub use script::{Auth, ExtraTrack, Fault, Packets, ParameterSets, Scheme, Script, SoundClock, Transports};

use crate::clip::Clip;

/// Pictures whose time of sending is remembered.
const REMEMBERED: usize = 4_096;

/// A running camera.
#[derive(Debug)]
pub struct Camera {
    shared: Arc<Shared>,
    address: SocketAddr,
    /// Bound and never listening: the port stays ours while the camera is down.
    _port: TcpSocket,
    runtime: Option<Runtime>,
}

/// What a camera was asked, and what it sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Connections that were accepted.
    pub connections: usize,
    /// OPTIONS requests outside of a playing session.
    pub options: usize,
    /// DESCRIBE requests, refused ones too.
    pub describes: usize,
    /// SETUP requests, refused ones too.
    pub setups: usize,
    /// PLAY requests that were answered with 200.
    pub plays: usize,
    /// TEARDOWN requests.
    pub teardowns: usize,
    /// OPTIONS, GET_PARAMETER and SET_PARAMETER in a playing session.
    pub keepalives: usize,
    /// Answers other than 200.
    pub refusals: usize,
    /// The tracks that were set up, in the order of asking: 0 is the video.
    pub tracks: Vec<usize>,
    /// Sessions that were set up over UDP.
    pub udp: usize,
    /// Sessions that play now.
    pub playing: usize,
    /// Pictures that were sent, over all sessions.
    pub pictures: usize,
    /// Whether it takes connections.
    pub listening: bool,
}

/// What was commanded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Orders {
    up: bool,
    stalled: bool,
    /// Connections of an older generation close.
    generation: u64,
}

/// What connections share with the handle.
#[derive(Debug)]
pub(crate) struct Shared {
    script: Mutex<Script>,
    counts: watch::Sender<Counts>,
    orders: watch::Sender<Orders>,
    sent: Mutex<VecDeque<(u32, Instant)>>,
}

impl Shared {
    fn count(&self, change: impl FnOnce(&mut Counts)) {
        self.counts.send_modify(change);
    }

    fn script(&self) -> Script {
        self.script.lock().expect("nobody panics in it").clone()
    }

    fn clip(&self) -> Arc<Clip> {
        self.script.lock().expect("nobody panics in it").clip.clone()
    }

    fn note_sent(&self, number: u32) {
        let mut sent = self.sent.lock().expect("nobody panics in it");
        if sent.len() == REMEMBERED {
            sent.pop_front();
        }
        sent.push_back((number, Instant::now()));
        drop(sent);
        self.count(|counts| counts.pictures += 1);
    }
}

impl Camera {
    /// Starts a camera on a free port of 127.0.0.1.
    pub fn start(script: Script) -> Self {
        Self::try_start(script).expect("a camera on loopback starts")
    }

    fn try_start(script: Script) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("camera")
            .enable_all()
            .build()
            .context("the camera's thread")?;
        let _entered = runtime.enter();
        let port = bind((Ipv4Addr::LOCALHOST, 0).into())?;
        let address = port.local_addr()?;
        let counts = watch::Sender::new(Counts { listening: true, ..Counts::default() });
        let orders = watch::Sender::new(Orders { up: true, stalled: false, generation: 0 });
        let shared = Arc::new(Shared { script: Mutex::new(script), counts, orders, sent: Mutex::default() });
        let listener = bind(address)?.listen(64)?;
        runtime.spawn(run(listener, address, shared.clone()));
        drop(_entered);
        Ok(Self { shared, address, _port: port, runtime: Some(runtime) })
    }

    /// `rtsp://127.0.0.1:{port}/cam`.
    pub fn url(&self) -> String {
        format!("rtsp://{}/cam", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it was asked until now.
    pub fn counts(&self) -> Counts {
        self.shared.counts.borrow().clone()
    }

    /// Waits until the counts are so; an error after `limit`, with the counts in it.
    pub async fn wait_for(&self, limit: Duration, is_so: impl Fn(&Counts) -> bool) -> Result<Counts> {
        let mut counts = self.shared.counts.subscribe();
        let found = tokio::time::timeout(limit, counts.wait_for(|counts| is_so(counts))).await;
        match found {
            Ok(counts) => Ok(counts.context("the camera is gone")?.clone()),
            Err(_) => anyhow::bail!("after {limit:?} the camera's counts are {:?}", self.counts()),
        }
    }

    /// When the picture with this number was last sent.
    pub fn sent_at(&self, number: u32) -> Option<Instant> {
        let sent = self.shared.sent.lock().expect("nobody panics in it");
        sent.iter().rev().find(|(sent, _)| *sent == number).map(|(_, at)| *at)
    }

    /// The number of the picture that was sent last.
    pub fn last_sent(&self) -> Option<u32> {
        self.shared.sent.lock().expect("nobody panics in it").back().map(|(number, _)| *number)
    }

    /// No more media until [`Camera::resume`]; requests are answered.
    pub fn stall(&self) {
        self.shared.orders.send_modify(|orders| orders.stalled = true);
    }

    /// Media goes on, with timestamps that tell of the gap.
    pub fn resume(&self) {
        self.shared.orders.send_modify(|orders| orders.stalled = false);
    }

    /// Closes every connection, and takes new ones.
    pub fn close_sessions(&self) {
        self.shared.orders.send_modify(|orders| orders.generation += 1);
    }

    /// As if its plug were pulled: connections are closed, new ones refused.
    pub async fn down(&self) -> Result<()> {
        self.shared.orders.send_modify(|orders| {
            orders.up = false;
            orders.generation += 1;
        });
        self.wait_for(Duration::from_secs(5), |counts| !counts.listening && counts.playing == 0).await?;
        Ok(())
    }

    /// On the same port again.
    pub async fn up(&self) -> Result<()> {
        self.shared.orders.send_modify(|orders| orders.up = true);
        self.wait_for(Duration::from_secs(5), |counts| counts.listening).await?;
        Ok(())
    }

    /// Films something else from the next picture on, with its own parameter sets.
    pub fn switch(&self, clip: Arc<Clip>) {
        self.shared.script.lock().expect("nobody panics in it").clip = clip;
    }

    /// Changes what it does with connections from now on.
    pub fn change(&self, change: impl FnOnce(Script) -> Script) {
        let mut script = self.shared.script.lock().expect("nobody panics in it");
        *script = change(script.clone());
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // A test drops it within its own runtime, where waiting for another one is not allowed.
            runtime.shutdown_background();
        }
    }
}

fn bind(address: SocketAddr) -> Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// Accepts for ever, and listens only while it is ordered to.
async fn run(listener: TcpListener, address: SocketAddr, shared: Arc<Shared>) {
    let mut orders = shared.orders.subscribe();
    // What was ordered before this task ran is still to be obeyed.
    orders.mark_changed();
    let mut listener = Some(listener);
    let mut connections = JoinSet::new();
    loop {
        let accepted = async {
            match &listener {
                Some(listener) => listener.accept().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            accepted = accepted => {
                let Ok((stream, _)) = accepted else { continue };
                let index = shared.counts.borrow().connections;
                shared.count(|counts| counts.connections += 1);
                connections.spawn(connection::serve(stream, shared.clone(), index));
            }
            Some(_) = connections.join_next() => {}
            changed = orders.changed() => {
                if changed.is_err() {
                    return;
                }
                let up = orders.borrow_and_update().up;
                if !up {
                    listener = None;
                } else if listener.is_none() {
                    listener = bind(address).and_then(|socket| Ok(socket.listen(64)?)).ok();
                }
                shared.count(|counts| counts.listening = listener.is_some());
            }
        }
    }
}
