use std::error::Error as _;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use config::HttpGrant;
use http::header::{HOST, HeaderValue};
use http::{Request, Response, Uri};
use http_body_util::LengthLimitError;
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use super::Failure;
use super::address::is_public;

/// What sends the requests of one plugin: it knows what that plugin may reach. Cloning gives another handle.
#[derive(Clone)]
pub(crate) struct Client {
    grants: Arc<[HttpGrant]>,
}

/// Where a request goes, granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) secure: bool,
    /// A name in lower case, or an address without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Whether private addresses are granted.
    private: bool,
}

/// An answer whose body is still on the way. Dropping it closes the connection.
pub(crate) struct Answer {
    pub(crate) response: Response<Incoming>,
    /// The task that moves the connection's bytes.
    pub(crate) connection: JoinSet<()>,
}

/// How long connecting may take, TLS included.
const CONNECT: Duration = Duration::from_secs(5);

impl Client {
    pub(crate) fn new(grants: &[HttpGrant]) -> Self {
        Self { grants: grants.into() }
    }

    /// Whether a URL may be asked, and what of it matters. Pure.
    pub(crate) fn check(&self, url: &Url) -> Result<Target, Failure> {
        let secure = match url.scheme() {
            "https" => true,
            "http" => false,
            other => return Err(Failure::Failed(format!("the scheme must be http or https, got {other:?}"))),
        };
        let host = match url.host() {
            Some(Host::Domain(name)) => name.trim_end_matches('.').to_ascii_lowercase(),
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string(),
            None => return Err(Failure::Failed("the URL has no host".into())),
        };
        let port = url.port_or_known_default().unwrap_or(if secure { 443 } else { 80 });
        let mut granted = self.grants.iter().filter(|grant| grant.covers(&host, port)).peekable();
        if granted.peek().is_none() {
            let host = if host.contains(':') { format!("[{host}]") } else { host };
            return Err(Failure::NotGranted(format!("grants.http = [\"{host}:{port}\"]")));
        }
        let private = granted.any(|grant| grant.private);
        Ok(Target { secure, host, port, private })
    }

    /// Sends one request, without following redirects. The body of the answer is still to be read.
    pub(crate) async fn send<B>(&self, url: &Url, mut request: Request<B>) -> Result<Answer, Failure>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let target = self.check(url)?;
        // A request in origin form (RFC 9112 section 3.2.1) with its host.
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let bad = |what: String| Failure::Failed(format!("the URL cannot be asked: {what}"));
        *request.uri_mut() = path.parse::<Uri>().map_err(|error| bad(error.to_string()))?;
        let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
        request.headers_mut().insert(HOST, HeaderValue::from_str(host).map_err(|error| bad(error.to_string()))?);

        let connecting = tokio::time::timeout(CONNECT, connect(&target));
        let stream = connecting.await.map_err(|_| Failure::TimedOut)??;
        match target.secure {
            false => exchange(stream, request).await,
            true => {
                let name = ServerName::try_from(target.host.clone());
                let name = name.map_err(|_| Failure::Failed(format!("{:?} is no name for TLS", target.host)))?;
                let connecting = tokio::time::timeout(CONNECT, TlsConnector::from(tls()).connect(name, stream));
                let stream = connecting.await.map_err(|_| Failure::TimedOut)?;
                let stream = stream.map_err(|error| Failure::Failed(format!("TLS with {}: {error}", target.host)))?;
                exchange(stream, request).await
            }
        }
    }
}

/// Resolves the name once, and connects to what it resolved to: nothing is asked a second time that could answer otherwise.
async fn connect(target: &Target) -> Result<TcpStream, Failure> {
    let addresses: Vec<SocketAddr> = match target.host.parse::<IpAddr>() {
        Ok(address) => vec![(address, target.port).into()],
        Err(_) => {
            // A lookup keeps a thread until the system gives up: those of all plugins together keep some.
            static LOOKUPS: Semaphore = Semaphore::const_new(16);
            let _lookup = LOOKUPS.acquire().await;
            let found = tokio::net::lookup_host((target.host.as_str(), target.port)).await;
            found.map_err(|error| Failure::Failed(format!("{} cannot be resolved: {error}", target.host)))?.collect()
        }
    };
    if !target.private
        && let Some(private) = addresses.iter().find(|address| !is_public(address.ip()))
    {
        let (host, port) = (target.host.clone(), target.port);
        return Err(Failure::Private { host, port, address: private.ip() });
    }
    let mut why = "it has no address".to_owned();
    let each = CONNECT / u32::try_from(addresses.len().max(1)).unwrap_or(u32::MAX);
    for address in addresses {
        match tokio::time::timeout(each, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Ok(Err(error)) => why = error.to_string(),
            Err(_) => why = format!("{address} does not answer"),
        }
    }
    Err(Failure::Failed(format!("no connection to {}:{}: {why}", target.host, target.port)))
}

async fn exchange<S, B>(stream: S, request: Request<B>) -> Result<Answer, Failure>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let failed = |error: hyper::Error| match is_of_length(&error) {
        true => Failure::BodyTooLarge,
        false => Failure::Failed(with_causes(&error)),
    };
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
    let mut task = JoinSet::new();
    task.spawn(async move {
        // What goes wrong is told to who reads the answer.
        _ = connection.await;
    });
    let response = sender.send_request(request).await.map_err(failed)?;
    Ok(Answer { response, connection: task })
}

/// Whether a request came to nothing since its body was longer than it may be.
fn is_of_length(error: &hyper::Error) -> bool {
    let mut causes = std::iter::successors(error.source(), |&cause| cause.source());
    causes.any(|cause| cause.is::<LengthLimitError>())
}

/// An error with what it comes from: hyper says only on which level something failed.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// Makes ready what the first request would wait for: not on a thread that others wait for.
pub(crate) fn prepare() {
    tls();
}

/// TLS as all plugins use it: the certificate authorities of the system (`SSL_CERT_FILE` names others), and Mozilla's where the system has none.
fn tls() -> Arc<rustls::ClientConfig> {
    static CONFIG: OnceLock<Arc<rustls::ClientConfig>> = OnceLock::new();
    let make = || {
        let mut roots = rustls::RootCertStore::empty();
        let system = rustls_native_certs::load_native_certs();
        let (added, ignored) = roots.add_parsable_certificates(system.certs);
        if added == 0 {
            tracing::info!(ignored, "the system has no certificate authorities: Mozilla's are used for plugins' HTTPS");
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring has the suites of TLS 1.2 and 1.3");
        Arc::new(config.with_root_certificates(roots).with_no_client_auth())
    };
    Arc::clone(CONFIG.get_or_init(make))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client() -> Client {
        let grant = |host: &str, below, port, private| HttpGrant { host: host.into(), below, port, private };
        Client::new(&[
            grant("api.example.org", false, 443, false),
            grant("example.net", true, 8443, false),
            grant("10.0.0.7", false, 80, true),
            grant("::1", false, 80, true),
        ])
    }

    fn check(url: &str) -> Result<Target, Failure> {
        client().check(&url.parse().unwrap())
    }

    #[test]
    fn scheme_host_and_port_are_looked_at() {
        assert!(check("https://API.example.org/bot?x=1").is_ok_and(|target| target.secure && !target.private));
        assert!(check("https://user:word@api.example.org./").is_ok());
        assert!(check("https://a.b.example.net:8443/").is_ok());
        assert!(check("http://10.0.0.7/").is_ok_and(|target| target.private));
        assert!(check("http://[::1]/").is_ok());
        for (url, line) in [
            ("http://api.example.org/", "api.example.org:80"),
            ("https://api.example.org:8443/", "api.example.org:8443"),
            ("https://example.net:8443/", "example.net:8443"),
            ("https://api.example.org.evil.net/", "api.example.org.evil.net:443"),
            ("https://evil.net/?@api.example.org", "evil.net:443"),
            ("https://evil.net\\@api.example.org/", "evil.net:443"),
            // Other ways of writing an address come out as the address.
            ("http://167772168/", "10.0.0.8:80"),
            ("http://[::2]/", "[::2]:80"),
        ] {
            assert_eq!(check(url), Err(Failure::NotGranted(format!("grants.http = [\"{line}\"]"))), "{url}");
        }
        assert!(matches!(check("ftp://api.example.org/"), Err(Failure::Failed(_))));
        assert!(matches!(check("file:///etc/passwd"), Err(Failure::Failed(_))));
    }

    #[tokio::test]
    async fn a_granted_name_that_leads_home_is_refused() {
        // A name that any resolver takes to this machine, granted as if it were one of the internet.
        let grant = HttpGrant { host: "localhost".into(), below: false, port: 9, private: false };
        let client = Client::new(&[grant]);
        let request = Request::new(http_body_util::Empty::<Bytes>::new());
        let refused = client.send(&"http://localhost:9/".parse().unwrap(), request).await;
        assert!(matches!(refused, Err(Failure::Private { .. })));
    }
}
