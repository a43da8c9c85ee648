//! A manifest and its layer, looked at while they come.

use bytes::Bytes;
use config::OciDigest;
use http::Method;
use sha2::{Digest as _, Sha256};

use crate::manifest::{self, Layer, MAX_MANIFEST, hash};
use crate::session::{Ask, Session};
use crate::transport::Failure;
use crate::{Error, Progress};

/// The manifest that a digest means; its bytes have that digest.
pub(crate) async fn manifest(session: &mut Session<'_>, digest: OciDigest) -> Result<Bytes, Error> {
    let bytes = manifest_of(session, &digest.to_string()).await?;
    check(session, "manifest", hash(&bytes), digest)?;
    Ok(bytes)
}

/// The digest of the manifest that a tag means now.
pub(crate) async fn tagged(session: &mut Session<'_>, tag: &str) -> Result<(OciDigest, Bytes), Error> {
    let bytes = manifest_of(session, tag).await?;
    Ok((hash(&bytes), bytes))
}

async fn manifest_of(session: &mut Session<'_>, name: &str) -> Result<Bytes, Error> {
    let step = "give the manifest";
    let url = session.url(&format!("manifests/{name}"))?;
    let what = format!("{}, manifest {name}", session.place.repository());
    let ask = Ask { method: Method::GET, url, accept: manifest::ACCEPT, content: None, step, what: &what };
    let body = session.ask(&ask).await?.into_body();
    let whole = body.whole(MAX_MANIFEST).await.map_err(|failure| session.failed(failure, step))?;
    whole.ok_or_else(|| session.odd(step, format!("it has more than {MAX_MANIFEST} bytes")))
}

/// The bytes of a layer, of its size and with its digest.
pub(crate) async fn layer(
    session: &mut Session<'_>,
    layer: Layer,
    told: &mut (dyn FnMut(Progress) + Send),
) -> Result<Vec<u8>, Error> {
    let step = "give the component";
    let url = session.url(&format!("blobs/{}", layer.digest))?;
    let what = format!("{}, layer {}", session.place.repository(), layer.digest);
    let ask = Ask { method: Method::GET, url, accept: "*/*", content: None, step, what: &what };
    let mut body = session.ask(&ask).await?.into_body();
    let (mut bytes, mut digest) = (Vec::new(), Sha256::new());
    let other_size = |got: usize, reason: String| {
        let registry = session.place.registry().to_owned();
        Error::OtherSize { registry, got: got as u64, size: layer.size, reason }
    };
    loop {
        told(Progress { done: bytes.len() as u64, total: layer.size });
        match body.piece().await {
            Ok(Some(piece)) => {
                let got = bytes.len() + piece.len();
                if got as u64 > layer.size {
                    return Err(other_size(got, String::new()));
                }
                digest.update(&piece);
                bytes.extend_from_slice(&piece);
            }
            Ok(None) if bytes.len() as u64 == layer.size => break,
            Ok(None) => return Err(other_size(bytes.len(), String::new())),
            Err(Failure::Unreachable(reason)) => return Err(other_size(bytes.len(), reason)),
            Err(failure) => return Err(session.failed(failure, step)),
        }
    }
    check(session, "component", <[u8; 32]>::from(digest.finalize()).into(), layer.digest)?;
    Ok(bytes)
}

fn check(session: &Session<'_>, what: &'static str, is: OciDigest, meant: OciDigest) -> Result<(), Error> {
    if is == meant {
        return Ok(());
    }
    let registry = session.place.registry().to_owned();
    Err(Error::OtherBytes { registry, what, is: is.to_string(), meant: meant.to_string() })
}
