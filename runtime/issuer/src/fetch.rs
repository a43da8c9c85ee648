//! Gets a JSON Web Key Set: a GET over https, or a file.

use std::path::PathBuf;
use std::time::Duration;

use access::{BadKeys, Keys};
use bytes::Bytes;
use config::Jwks;
use http::header::{ACCEPT, USER_AGENT};
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Empty, LengthLimitError, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use outward::{Connector, Versions, with_causes};
use tokio::io::AsyncReadExt as _;
use tokio::time::timeout;

/// How long connecting may take, of what all may.
const CONNECT: Duration = Duration::from_secs(3);
/// How long all may take: a request may be waiting for it.
const WITHIN: Duration = Duration::from_secs(5);
/// Bytes that are read: sets with a certificate for each of twenty keys have 40 kB.
const MOST: u64 = 64 << 10;

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotFetched {
    /// What is there is no set.
    #[error(transparent)]
    Bad(#[from] BadKeys),
    /// It is longer than what is read.
    #[error("what is there has more than {MOST} bytes")]
    TooLong,
    /// It is not there in time.
    #[error("no answer within {WITHIN:?}")]
    Late,
    /// There is something else, such as the address of another place: that is followed nowhere.
    #[error("it answers {0}")]
    Refused(StatusCode),
    /// No connection, or it broke.
    #[error("{0}")]
    Lost(String),
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    File(#[from] std::io::Error),
}

/// Fetches sets, over a connection that it keeps for the next time.
#[derive(Default)]
pub(crate) struct Fetcher {
    client: Option<Client<Connector, Empty<Bytes>>>,
}

impl Fetcher {
    pub(crate) async fn fetch(&mut self, jwks: &Jwks) -> Result<Keys, NotFetched> {
        let fetching = async {
            match jwks {
                Jwks::Address(address) => self.get(address).await,
                Jwks::File(path) => read(path.clone()).await,
            }
        };
        let set = timeout(WITHIN, fetching).await.map_err(|_| NotFetched::Late)??;
        Ok(Keys::parse(&set)?)
    }

    async fn get(&mut self, address: &str) -> Result<Vec<u8>, NotFetched> {
        let client = match &self.client {
            Some(client) => client.clone(),
            None => self.client.insert(client().await?).clone(),
        };
        let request = Request::get(address)
            .header(ACCEPT, "application/jwk-set+json, application/json")
            .header(USER_AGENT, concat!("framegate/", env!("CARGO_PKG_VERSION")))
            .body(Empty::new());
        let answer = client.request(request.map_err(|error| lost(&error))?).await.map_err(|error| lost(&error))?;
        if answer.status() != StatusCode::OK {
            return Err(NotFetched::Refused(answer.status()));
        }
        let body = Limited::new(answer.into_body(), MOST as usize).collect().await;
        let body = body.map_err(|error| match error.is::<LengthLimitError>() {
            true => NotFetched::TooLong,
            false => lost(&*error),
        })?;
        Ok(body.to_bytes().to_vec())
    }
}

/// The first one reads the certificate authorities, on a thread where that may take its time.
async fn client() -> Result<Client<Connector, Empty<Bytes>>, NotFetched> {
    let connector = tokio::task::spawn_blocking(|| outward::connector(CONNECT, Versions::One)).await;
    let connector = connector.map_err(|error| lost(&error))?;
    Ok(Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector))
}

async fn read(path: PathBuf) -> Result<Vec<u8>, NotFetched> {
    let mut set = Vec::new();
    tokio::fs::File::open(path).await?.take(MOST + 1).read_to_end(&mut set).await?;
    if set.len() as u64 > MOST {
        return Err(NotFetched::TooLong);
    }
    Ok(set)
}

fn lost(error: &dyn std::error::Error) -> NotFetched {
    NotFetched::Lost(with_causes(error))
}
