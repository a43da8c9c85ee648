//! How the program itself connects over `http://` and `https://`: to registries, stores, other Framegates. What plugins connect to is the plugin room's.
//!
//! Owns which certificate authorities are believed: the system's (`SSL_CERT_FILE` names others), and Mozilla's where it has none, as for plugins' HTTPS.
#![forbid(unsafe_code)]

use std::io;
use std::net::TcpStream;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use hyper_rustls::{ConfigBuilderExt as _, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, StreamOwned};

/// Makes connections, for hyper's client.
pub type Connector = HttpsConnector<HttpConnector>;

/// What is spoken over TLS, where the other side may choose (RFC 7301).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Versions {
    /// HTTP/1.1.
    One,
    /// HTTP/2, else HTTP/1.1.
    TwoOrOne,
}

/// Connections that are there within this time. The first call reads the authorities, which takes milliseconds: not for a thread that runs async tasks.
pub fn connector(within: Duration, versions: Versions) -> Connector {
    let mut tcp = HttpConnector::new();
    tcp.set_connect_timeout(Some(within));
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    let builder = HttpsConnectorBuilder::new().with_tls_config(authorities().clone()).https_or_http().enable_http1();
    match versions {
        Versions::One => builder.wrap_connector(tcp),
        Versions::TwoOrOne => builder.enable_http2().wrap_connector(tcp),
    }
}

/// An error and what is behind it: hyper says least in front.
pub fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.ends_with(&next) {
            text = format!("{text}: {next}");
        }
        cause = error.source();
    }
    text
}

/// Whose certificate is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Believed {
    /// One that an authority gave out for the name that was asked for.
    Known,
    /// Any: for who asks this machine by its address, which nobody stands before.
    Any,
}

/// TLS over a connection that is there, for who waits: its time is that of the connection.
pub fn blocking(
    connection: TcpStream,
    name: &str,
    believed: Believed,
) -> io::Result<StreamOwned<ClientConnection, TcpStream>> {
    let wrong = |error: &dyn std::fmt::Display| io::Error::new(io::ErrorKind::InvalidInput, error.to_string());
    let name = ServerName::try_from(name.to_owned()).map_err(|error| wrong(&error))?;
    let mut settings = authorities().clone();
    if believed == Believed::Any {
        settings.dangerous().set_certificate_verifier(Arc::new(AnyCertificate(rings())));
    }
    let client = ClientConnection::new(Arc::new(settings), name).map_err(|error| wrong(&error))?;
    Ok(StreamOwned::new(client, connection))
}

/// Asks for no more than that the other side has the key of what it shows.
#[derive(Debug)]
struct AnyCertificate(CryptoProvider);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _issuers: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _stapled: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

fn rings() -> CryptoProvider {
    rustls::crypto::ring::default_provider()
}

/// Read once.
fn authorities() -> &'static ClientConfig {
    static AUTHORITIES: OnceLock<ClientConfig> = OnceLock::new();
    AUTHORITIES.get_or_init(|| {
        let builder = || {
            ClientConfig::builder_with_provider(Arc::new(rings()))
                .with_safe_default_protocol_versions()
                .expect("ring has the suites of TLS 1.2 and 1.3")
        };
        builder().with_native_roots().unwrap_or_else(|_| builder().with_webpki_roots()).with_no_client_auth()
    })
}

#[cfg(test)]
mod tests {
    use http::Uri;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn both_schemes_are_connected_and_no_other() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let connect = |uri: String| async move {
            let uri: Uri = uri.parse().expect("an address");
            connector(Duration::from_secs(5), Versions::TwoOrOne).oneshot(uri).await
        };
        assert!(connect(format!("http://{address}/")).await.is_ok());
        assert!(connect(format!("ftp://{address}/")).await.is_err());
        // It is connected, and ends where no TLS is spoken.
        let accepting = std::thread::spawn(move || listener.accept().and_then(|_| listener.accept()).map(drop));
        assert!(connect(format!("https://{address}/")).await.is_err());
        accepting.join().expect("no panic").expect("two connections");
    }
}
