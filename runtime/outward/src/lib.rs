//! How the program itself connects over `http://` and `https://`: to registries, stores, other Framegates. What plugins connect to is the plugin room's.
//!
//! Owns which certificate authorities are believed: the system's (`SSL_CERT_FILE` names others), and Mozilla's where it has none, as for plugins' HTTPS.
#![forbid(unsafe_code)]

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use hyper_rustls::{ConfigBuilderExt as _, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::ClientConfig;

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

/// Read once.
fn authorities() -> &'static ClientConfig {
    static AUTHORITIES: OnceLock<ClientConfig> = OnceLock::new();
    AUTHORITIES.get_or_init(|| {
        let builder = || {
            ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
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
