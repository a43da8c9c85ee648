//! HTTPS from both sides: an authority that gives out certificates, and clients that believe it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// How long anything may take.
const LIMIT: Duration = Duration::from_secs(10);

/// What the program's file says to serve what [`Authority::give`] wrote.
pub const SECTION: &str = "[server.tls]\ncertificate = \"cert.pem\"\nkey = \"key.pem\"\n\n";

/// Who gives out certificates.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
    pem: String,
}

impl Authority {
    /// A new one.
    pub fn new() -> Result<Self> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "an authority of tests");
        let key = KeyPair::generate()?;
        let made = params.self_signed(&key)?;
        Ok(Self { certificate: made.der().clone(), pem: made.pem(), issuer: Issuer::new(params, key) })
    }

    /// Writes a certificate for these names, with its key, as `cert.pem` and `key.pem`, and the authority's own as `authority.pem`.
    pub fn give(&self, names: &[&str], folder: &Path) -> Result<()> {
        let params = CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())?;
        let key = KeyPair::generate()?;
        let made = params.signed_by(&key, &self.issuer)?;
        std::fs::write(folder.join("cert.pem"), made.pem() + &self.pem)?;
        std::fs::write(folder.join("key.pem"), key.serialize_pem())?;
        std::fs::write(self.file(folder), &self.pem)?;
        Ok(())
    }

    /// Where [`Authority::give`] writes its own certificate.
    pub fn file(&self, folder: &Path) -> PathBuf {
        folder.join("authority.pem")
    }

    /// A connection of somebody who believes this authority, speaks these versions of TLS, and these protocols inside.
    pub async fn connect(
        &self,
        address: SocketAddr,
        versions: &[&'static SupportedProtocolVersion],
        protocols: &[&str],
    ) -> Result<TlsStream<TcpStream>> {
        let mut believed = RootCertStore::empty();
        believed.add(self.certificate.clone())?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut settings = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)?
            .with_root_certificates(believed)
            .with_no_client_auth();
        settings.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        let stream = TcpStream::connect(address).await?;
        let connecting = TlsConnector::from(Arc::new(settings)).connect(ServerName::try_from("localhost")?, stream);
        Ok(tokio::time::timeout(LIMIT, connecting).await.context("no TLS in time")??)
    }

    /// Status and body of what is answered to a request over TLS.
    pub async fn ask(&self, address: SocketAddr, request: &str) -> Result<(u16, String)> {
        let stream = self.connect(address, &[&rustls::version::TLS13], &["http/1.1"]).await?;
        answer(stream, request).await
    }
}

/// Status and body of what is answered to this request line, with `Host` and further fields behind it.
pub async fn answer(
    mut stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    request: &str,
) -> Result<(u16, String)> {
    let text = format!("{request}\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(text.as_bytes()).await?;
    let mut bytes = Vec::new();
    tokio::time::timeout(LIMIT, stream.read_to_end(&mut bytes)).await.context("no answer in time")??;
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").context("no header")?;
    let status = head.split(' ').nth(1).context("no status")?.parse()?;
    Ok((status, body.to_owned()))
}
