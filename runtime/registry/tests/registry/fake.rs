//! A registry in memory, and what goes wrong with it.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use config::{OciDigest, OciPlace, OciReference};
use framegate_registry::{Error, Progress, Pulled, Registry, Settings, Timeouts};
use futures::{Stream, StreamExt as _, stream};
use http::{HeaderName, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// `me:hunter2`, as Docker writes it.
pub(crate) const AUTH: &str = "bWU6aHVudGVyMg==";
/// The type of layer of today.
pub(crate) const COMPONENT: &str = "application/wasm";
/// The one of before.
pub(crate) const COMPONENT_OF_OLD: &str = "application/vnd.wasm.content.layer.v1+wasm";

/// How it goes wrong.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Damage {
    #[default]
    None,
    /// Sends these bytes instead of any manifest or layer.
    Other(Vec<u8>),
    /// Sends half of a layer, and closes the connection.
    Half,
    /// Sends a layer without end.
    Endless,
    /// Sends nothing behind the head of its answer.
    Stalls,
    /// Answers nothing.
    Silent,
    /// A layer is elsewhere.
    Elsewhere(String),
}

/// Whom it lets in.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Login {
    #[default]
    Nobody,
    Basic,
    Token,
}

#[derive(Default)]
pub(crate) struct Content {
    pub(crate) manifests: HashMap<String, Vec<u8>>,
    pub(crate) blobs: HashMap<String, Vec<u8>>,
    pub(crate) damage: Damage,
    pub(crate) login: Login,
    /// Method, path and whether there was an `Authorization`.
    pub(crate) asked: Vec<(String, bool)>,
    address: String,
}

pub(crate) struct Fake {
    content: Arc<Mutex<Content>>,
    address: SocketAddr,
    _runtime: Runtime,
}

impl Fake {
    pub(crate) fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let content = Arc::new(Mutex::new(Content::default()));
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        content.lock().unwrap().address = address.to_string();
        let shared = content.clone();
        runtime.spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let shared = shared.clone();
                let service = service_fn(move |request| {
                    let shared = shared.clone();
                    async { Ok::<_, std::convert::Infallible>(answer(shared, request).await) }
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(connection), service));
            }
        });
        Self { content, address, _runtime: runtime }
    }

    pub(crate) fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// How often something with this in its method and path was asked for.
    pub(crate) fn asked(&self, what: &str) -> usize {
        self.content().asked.iter().filter(|(asked, _)| asked.contains(what)).count()
    }

    pub(crate) fn place(&self, name: &str) -> OciPlace {
        format!("oci://{}/{name}", self.address).parse().unwrap()
    }

    /// Puts an artifact there as other tools do: a layer of this type. Gives its reference.
    pub(crate) fn put(&self, name: &str, kind: &str, bytes: &[u8]) -> OciReference {
        let manifest = manifest(kind, &hash(bytes).to_string(), bytes.len() as u64);
        self.content().blobs.insert(hash(bytes).to_string(), bytes.to_vec());
        self.put_manifest(name, manifest.as_bytes())
    }

    pub(crate) fn put_manifest(&self, name: &str, manifest: &[u8]) -> OciReference {
        self.content().manifests.insert(hash(manifest).to_string(), manifest.to_vec());
        self.place(name).at(hash(manifest))
    }
}

/// A manifest of one layer.
pub(crate) fn manifest(kind: &str, digest: &str, size: u64) -> String {
    format!(
        r#"{{ "schemaVersion": 2, "config": {{ "mediaType": "application/vnd.wasm.config.v0+json", "digest": "{digest}", "size": 2 }},
            "layers": [{{ "mediaType": "{kind}", "digest": "{digest}", "size": {size} }}] }}"#
    )
}

pub(crate) fn hash(bytes: &[u8]) -> OciDigest {
    <[u8; 32]>::from(Sha256::digest(bytes)).into()
}

/// One who pulls, with a cache and a Docker configuration of its own.
pub(crate) struct Puller {
    pub(crate) folder: TempDir,
    pub(crate) registry: Registry,
}

impl Puller {
    pub(crate) fn new() -> Self {
        Self::with(None)
    }

    pub(crate) fn with(docker: Option<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.json");
        if let Some(docker) = docker {
            std::fs::write(&file, docker).unwrap();
        }
        let timeouts =
            Timeouts { answer: Duration::from_millis(700), stall: Duration::from_millis(700), ..Timeouts::default() };
        let settings = Settings { cache: Some(folder.path().join("oci")), docker: Some(file), timeouts };
        Self { registry: Registry::new(settings).unwrap(), folder }
    }

    pub(crate) fn pull(&self, reference: &OciReference) -> Result<Pulled, Error> {
        self.registry.pull(reference, &mut |Progress { done, total }| assert!(done <= total))
    }

    /// What a pull that fails is told as, with what to do.
    pub(crate) fn refused(&self, reference: &OciReference) -> String {
        told(&self.pull(reference).expect_err("not pulled"))
    }

    pub(crate) fn kept(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.folder.path().join("oci")).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }
}

pub(crate) fn told(error: &Error) -> String {
    let mut told = error.to_string();
    if let Some(help) = error.help() {
        write!(told, "; {help}").unwrap();
    }
    assert!(!format!("{told} {error:?}").contains("hunter2"), "{told}");
    assert!(!told.contains(AUTH), "{told}");
    told
}

type Answer = Response<UnsyncBoxBody<Bytes, std::io::Error>>;
type Piece = Result<Bytes, std::io::Error>;

/// A whole answer.
fn reply(status: StatusCode, header: Option<(HeaderName, String)>, body: impl Into<Bytes>) -> Answer {
    let body = Full::new(body.into()).map_err(|never| match never {}).boxed_unsync();
    headed(status, header, body)
}

/// An answer that comes in pieces, and not all of it perhaps.
fn streamed(header: Option<(HeaderName, String)>, pieces: impl Stream<Item = Piece> + Send + 'static) -> Answer {
    headed(StatusCode::OK, header, StreamBody::new(pieces.map(|piece| piece.map(Frame::data))).boxed_unsync())
}

fn headed(
    status: StatusCode,
    header: Option<(HeaderName, String)>,
    body: UnsyncBoxBody<Bytes, std::io::Error>,
) -> Answer {
    let response = Response::builder().status(status);
    let response = header.into_iter().fold(response, |response, (name, value)| response.header(name, value));
    response.body(body).unwrap()
}

async fn answer(content: Arc<Mutex<Content>>, request: Request<Incoming>) -> Answer {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let query = request.uri().query().unwrap_or_default().to_owned();
    let authorization = request.headers().get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let damage = {
        let mut content = content.lock().unwrap();
        content.asked.push((format!("{method} {path}?{query}"), authorization.is_some()));
        content.damage.clone()
    };
    if damage == Damage::Silent {
        std::future::pending::<()>().await;
    }
    let mut content = content.lock().unwrap();
    if path == "/token" {
        let mine = authorization.as_deref() == Some(&format!("Basic {AUTH}"));
        let token = format!(r#"{{ "access_token": "for-{query}" }}"#);
        return if mine {
            reply(StatusCode::OK, None, token)
        } else {
            reply(StatusCode::UNAUTHORIZED, None, "go away")
        };
    }
    if let Some(refusal) = refusal(&content, authorization.as_deref()) {
        return refusal;
    }
    let name = path.rsplit('/').next().unwrap_or_default().to_owned();
    let missing =
        || reply(StatusCode::NOT_FOUND, None, r#"{ "errors": [{ "code": "X", "message": "unknown here" }] }"#);
    match method {
        Method::GET if path.contains("/manifests/") => match content.manifests.get(&name) {
            Some(manifest) => altered(manifest, &damage),
            None => missing(),
        },
        Method::GET | Method::HEAD => match (content.blobs.get(&name), &damage) {
            (Some(_), Damage::Elsewhere(url)) => {
                reply(StatusCode::TEMPORARY_REDIRECT, Some((header::LOCATION, format!("{url}{path}"))), "")
            }
            (Some(blob), _) => altered(blob, &damage),
            (None, _) => missing(),
        },
        Method::POST => reply(StatusCode::ACCEPTED, Some((header::LOCATION, format!("{path}1?_state=a%3D"))), ""),
        Method::PUT if path.contains("/manifests/") => {
            let digest = hash(&body).to_string();
            content.manifests.insert(digest.clone(), body.to_vec());
            content.manifests.insert(name, body.to_vec());
            let name = HeaderName::from_static("docker-content-digest");
            reply(StatusCode::CREATED, Some((name, digest)), "")
        }
        Method::PUT => {
            let digest = query.split("digest=").nth(1).unwrap_or_default().replace("%3A", ":");
            assert!(query.starts_with("_state=a%3D&") && hash(&body).to_string() == digest, "{query}");
            content.blobs.insert(digest, body.to_vec());
            reply(StatusCode::CREATED, None, "")
        }
        _ => reply(StatusCode::METHOD_NOT_ALLOWED, None, ""),
    }
}

/// A challenge, unless somebody answered it.
fn refusal(content: &Content, authorization: Option<&str>) -> Option<Answer> {
    let is_let_in = match content.login {
        Login::Nobody => true,
        Login::Basic => authorization == Some(&format!("Basic {AUTH}")),
        Login::Token => {
            authorization.is_some_and(|token| token.starts_with("Bearer for-scope=repository%3Aa%2Fb%3Apull"))
        }
    };
    let challenge = match content.login {
        Login::Basic => r#"Basic realm="here""#.to_owned(),
        _ => format!(r#"Bearer realm="http://{}/token",service="it",scope="repository:a/b:pull""#, content.address),
    };
    (!is_let_in).then(|| reply(StatusCode::UNAUTHORIZED, Some((header::WWW_AUTHENTICATE, challenge)), ""))
}

fn altered(bytes: &[u8], damage: &Damage) -> Answer {
    let is_layer = !bytes.starts_with(b"{");
    let length = Some((header::CONTENT_LENGTH, bytes.len().to_string()));
    match damage {
        Damage::Other(other) => reply(StatusCode::OK, None, other.clone()),
        Damage::Half if is_layer => {
            let half = Piece::Ok(Bytes::copy_from_slice(&bytes[..bytes.len() / 2]));
            // Behind what was sent: hyper closes without sending what it holds.
            let cut = async {
                tokio::time::sleep(Duration::from_millis(100)).await;
                Err(std::io::Error::other("cut"))
            };
            streamed(length, stream::iter([half]).chain(stream::once(cut)))
        }
        Damage::Stalls => streamed(length, stream::pending()),
        Damage::Endless if is_layer => streamed(None, stream::repeat_with(|| Ok(vec![7; 4096].into()))),
        _ => reply(StatusCode::OK, None, bytes.to_vec()),
    }
}
