//! Where a session's packets go: into the RTSP connection (RFC 2326, section 10.12), or to the client's UDP ports.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use tokio::io::AsyncWriteExt;
use tokio::net::UdpSocket;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::Mutex;

/// The writing half of an RTSP connection: answers and interleaved packets.
pub(crate) type Writer = Arc<Mutex<OwnedWriteHalf>>;

/// Which of the two ports or channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Port {
    Rtp,
    Rtcp,
}

#[derive(Clone, Debug)]
pub(crate) enum Transport {
    Interleaved { writer: Writer, channel: u8 },
    Udp(Arc<Udp>),
}

#[derive(Debug)]
pub(crate) struct Udp {
    rtp: UdpSocket,
    rtcp: UdpSocket,
    peer: IpAddr,
    peer_ports: (u16, u16),
}

impl Transport {
    /// Opens what a `Transport` header asks for, and says what the answer's header is.
    pub(crate) async fn open(asked: &str, writer: &Writer, peer: IpAddr, ssrc: u32) -> Result<(Self, String)> {
        if is_interleaved(asked) {
            let channel = range(asked, "interleaved").map_or(0, |(first, _)| first as u8);
            let header = format!("RTP/AVP/TCP;unicast;interleaved={channel}-{};ssrc={ssrc:08X}", channel + 1);
            return Ok((Self::Interleaved { writer: writer.clone(), channel }, header));
        }
        let peer_ports = range(asked, "client_port").context("no `client_port`")?;
        let (rtp, rtcp) = pair().await?;
        let first = rtp.local_addr()?.port();
        let (a, b) = peer_ports;
        let header = format!("RTP/AVP;unicast;client_port={a}-{b};server_port={first}-{};ssrc={ssrc:08X}", first + 1);
        Ok((Self::Udp(Arc::new(Udp { rtp, rtcp, peer, peer_ports })), header))
    }

    pub(crate) async fn send(&self, port: Port, packet: &[u8]) -> io::Result<()> {
        match self {
            Self::Interleaved { writer, channel } => {
                let length = (packet.len() as u16).to_be_bytes();
                let header = [b'$', channel + u8::from(port == Port::Rtcp), length[0], length[1]];
                writer.lock().await.write_all(&[&header, packet].concat()).await
            }
            Self::Udp(udp) => {
                let (socket, to) = match port {
                    Port::Rtp => (&udp.rtp, udp.peer_ports.0),
                    Port::Rtcp => (&udp.rtcp, udp.peer_ports.1),
                };
                // A client that is gone answers with ICMP, which the next send reports: no reason to end.
                let _gone = socket.send_to(packet, SocketAddr::new(udp.peer, to)).await;
                Ok(())
            }
        }
    }

    /// Bytes beside all packets; over UDP there is no such place.
    pub(crate) async fn send_unframed(&self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Interleaved { writer, .. } => writer.lock().await.write_all(bytes).await,
            Self::Udp(_) => Ok(()),
        }
    }

    pub(crate) fn is_udp(&self) -> bool {
        matches!(self, Self::Udp(_))
    }
}

/// Whether a `Transport` header asks for interleaving.
pub(crate) fn is_interleaved(header: &str) -> bool {
    header.split(';').next().is_some_and(|first| first.eq_ignore_ascii_case("RTP/AVP/TCP"))
}

/// `key=a-b` of a `Transport` header.
fn range(header: &str, key: &str) -> Option<(u16, u16)> {
    let value = header.split(';').find_map(|part| part.strip_prefix(key)?.strip_prefix('='))?;
    let (first, last) = value.split_once('-')?;
    Some((first.parse().ok()?, last.parse().ok()?))
}

/// Two neighbouring ports, as RFC 3550 (section 11) has them.
async fn pair() -> Result<(UdpSocket, UdpSocket)> {
    for _ in 0..64 {
        let rtp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = rtp.local_addr()?.port();
        if port % 2 == 0
            && let Ok(rtcp) = UdpSocket::bind((Ipv4Addr::LOCALHOST, port + 1)).await
        {
            return Ok((rtp, rtcp));
        }
    }
    bail!("no two neighbouring UDP ports are free")
}
