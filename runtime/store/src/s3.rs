//! Buckets: `object_store`'s S3 over the HTTP client that the program has anyway.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use config::S3Place;
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use object_store::aws::AmazonS3Builder;
use object_store::client::{
    ClientOptions, HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody, HttpResponse,
    HttpResponseBody, HttpService,
};
use object_store::path::Path;
use object_store::{BackoffConfig, RetryConfig};
use outward::Versions;
use secrecy::ExposeSecret;

use crate::Error;
use crate::object::{Object, told};

/// Until there is a TCP connection.
const CONNECT: Duration = Duration::from_secs(5);
/// From a request to the head of its answer, which follows the last byte of a segment that is put.
const ANSWER: Duration = Duration::from_secs(30);

/// The bucket and prefix that the configuration names.
pub(crate) fn bucket(place: &S3Place) -> Result<Object, Error> {
    let shown = format!("s3://{}/{}", place.bucket, place.prefix);
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&place.bucket)
        .with_region(&place.region)
        .with_access_key_id(&place.credentials.username)
        .with_secret_access_key(place.credentials.password.expose_secret())
        .with_http_connector(Connector)
        // Others than Amazon lack it, and one file at a time leaves the window.
        .with_disable_bulk_delete(true)
        // The keeper is the one that tries again.
        .with_retry(RetryConfig { max_retries: 0, retry_timeout: ANSWER, backoff: BackoffConfig::default() });
    if let Some(endpoint) = &place.endpoint {
        // Who writes http:// means it: a store in the cameras' own network.
        builder = builder.with_endpoint(endpoint).with_allow_http(true);
    }
    let store = builder.build().map_err(|error| told(&error, shown, "opened"))?;
    let prefix = Path::parse(&place.prefix);
    let prefix = prefix.map_err(|_| Error::Name { name: place.prefix.clone(), why: "the store does not take it" })?;
    Ok(Object::over(Arc::new(store), prefix))
}

#[derive(Debug)]
struct Connector;

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(Service(
            Client::builder(TokioExecutor::new()).build(outward::connector(CONNECT, Versions::One)),
        )))
    }
}

#[derive(Debug)]
struct Service(Client<outward::Connector, HttpRequestBody>);

impl HttpService for Service {
    fn call<'s, 'f>(
        &'s self,
        request: HttpRequest,
    ) -> Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'f>>
    where
        's: 'f,
        Self: 'f,
    {
        Box::pin(async move {
            let answer = tokio::time::timeout(ANSWER, self.0.request(request)).await;
            let answer = answer.map_err(|late| HttpError::new(HttpErrorKind::Timeout, late))?;
            let answer = answer.map_err(|error| {
                let kind = if error.is_connect() { HttpErrorKind::Connect } else { HttpErrorKind::Interrupted };
                HttpError::new(kind, error)
            })?;
            let broken = |error| HttpError::new(HttpErrorKind::Interrupted, error);
            Ok(answer.map(|body| HttpResponseBody::new(body.map_err(broken))))
        })
    }
}
