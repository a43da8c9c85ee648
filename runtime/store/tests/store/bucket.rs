//! A server that answers as S3 does (<https://docs.aws.amazon.com/AmazonS3/latest/API/>), as far as it is asked, in this process.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// What is in it, by path.
#[derive(Debug, Default)]
pub(crate) struct Bucket {
    objects: Mutex<BTreeMap<String, Bytes>>,
    /// The status of every answer, where it is to be one.
    refuses: Mutex<Option<StatusCode>>,
}

impl Bucket {
    pub(crate) async fn serve() -> (Arc<Self>, SocketAddr) {
        let bucket = Arc::new(Self::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let serving = bucket.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let bucket = serving.clone();
                let service = service_fn(move |request| {
                    let bucket = bucket.clone();
                    async move { Ok::<_, Infallible>(bucket.answer(request).await) }
                });
                tokio::spawn(
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service),
                );
            }
        });
        (bucket, address)
    }

    pub(crate) fn refuse(&self, status: Option<StatusCode>) {
        *self.refuses.lock().expect("a status") = status;
    }

    pub(crate) fn keys(&self) -> Vec<String> {
        self.objects.lock().expect("objects").keys().cloned().collect()
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        let signed = head.headers.get("authorization").is_some_and(|value| {
            value.to_str().is_ok_and(|value| value.starts_with("AWS4-HMAC-SHA256 Credential=us/"))
        });
        let refused = *self.refuses.lock().expect("a status");
        if let Some(status) = refused.or((!signed).then_some(StatusCode::FORBIDDEN)) {
            return answer(status, "<Error><Code>Refused</Code></Error>".into());
        }
        let mut objects = self.objects.lock().expect("objects");
        let path = head.uri.path().to_owned();
        match head.method {
            Method::PUT => {
                objects.insert(path, body);
                answer(StatusCode::OK, Bytes::new())
            }
            Method::DELETE => {
                objects.remove(&path);
                answer(StatusCode::NO_CONTENT, Bytes::new())
            }
            _ if head.uri.query().is_some_and(|query| query.contains("list-type=2")) => {
                answer(StatusCode::OK, list(&objects, &path, head.uri.query().unwrap_or_default()).into())
            }
            _ => match objects.get(&path) {
                Some(object) => part(object, &head.headers),
                None => answer(StatusCode::NOT_FOUND, "<Error><Code>NoSuchKey</Code></Error>".into()),
            },
        }
    }
}

fn answer(status: StatusCode, body: Bytes) -> Response<Full<Bytes>> {
    let response = Response::builder().status(status).header("etag", "\"1\"");
    let response = response.header("last-modified", "Thu, 01 Jan 2026 00:00:00 GMT");
    response.body(Full::new(body)).expect("an answer")
}

fn part(object: &Bytes, headers: &HeaderMap) -> Response<Full<Bytes>> {
    let range = headers.get("range").and_then(|value| value.to_str().ok()?.strip_prefix("bytes=")?.split_once('-'));
    let Some((from, to)) = range else { return answer(StatusCode::OK, object.clone()) };
    let (from, to): (usize, usize) = (from.parse().expect("a number"), to.parse().expect("a number"));
    if from >= object.len() {
        return answer(StatusCode::RANGE_NOT_SATISFIABLE, Bytes::new());
    }
    let to = to.min(object.len() - 1);
    let mut response = answer(StatusCode::PARTIAL_CONTENT, object.slice(from..=to));
    let told = format!("bytes {from}-{to}/{}", object.len());
    response.headers_mut().insert("content-range", told.parse().expect("a header"));
    response
}

fn list(objects: &BTreeMap<String, Bytes>, bucket: &str, query: &str) -> String {
    let of = |key: &str| query.split('&').find_map(|pair| pair.strip_prefix(key)?.strip_prefix('=')).unwrap_or("");
    let prefix = of("prefix").replace("%2F", "/");
    let bucket = format!("{}/", bucket.trim_end_matches('/'));
    let keys = objects.iter().filter_map(|(path, object)| Some((path.strip_prefix(&bucket)?, object)));
    let keys = keys.filter(|(key, _)| key.strip_prefix(&*prefix).is_some_and(|rest| !rest.contains('/')));
    let contents: String = keys
        .map(|(key, object)| {
            let size = object.len();
            format!("<Contents><Key>{key}</Key><Size>{size}</Size><LastModified>2026-01-01T00:00:00Z</LastModified><ETag>1</ETag></Contents>")
        })
        .collect();
    format!("<ListBucketResult><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>")
}
