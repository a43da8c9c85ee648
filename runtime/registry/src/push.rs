//! A component and what describes it, given to a registry.

use bytes::Bytes;
use config::OciDigest;
use http::{Method, StatusCode};

use crate::Error;
use crate::manifest::{self, MANIFEST, hash};
use crate::session::{Ask, Session};

/// A component to be pushed.
#[derive(Clone, Copy, Debug)]
pub struct Artifact<'a> {
    /// The component.
    pub bytes: &'a [u8],
    /// What its file is called where somebody takes it out of the registry.
    pub file_name: &'a str,
    /// Its own name.
    pub name: &'a str,
    /// Its own version.
    pub version: &'a str,
    /// Its own description.
    pub description: &'a str,
    /// What it imports, as the component names it.
    pub imports: &'a [String],
    /// What it exports, as the component names it.
    pub exports: &'a [String],
}

/// Pushes layer, configuration and, when both are there, the manifest under its tag. Gives the manifest's digest.
pub(crate) async fn push(session: &mut Session<'_>, tag: &str, artifact: &Artifact<'_>) -> Result<OciDigest, Error> {
    let written = manifest::write(artifact);
    blob(session, Bytes::copy_from_slice(artifact.bytes), "take the component").await?;
    blob(session, written.config.into(), "take the component's configuration").await?;
    let (step, digest) = ("take the manifest", hash(&written.manifest));
    let what = session.place.repository();
    let content = Some((MANIFEST, Bytes::from(written.manifest)));
    let url = session.url(&format!("manifests/{tag}"))?;
    let answer = session.ask(&Ask { method: Method::PUT, url, accept: "*/*", content, step, what }).await?;
    let kept = answer.headers().get("docker-content-digest").and_then(|kept| kept.to_str().ok());
    match kept.filter(|kept| *kept != digest.to_string()) {
        Some(kept) => Err(session.odd(step, format!("it made another one of it, {kept:?} instead of {digest}"))),
        None => Ok(digest),
    }
}

/// In one piece, which every registry takes (distribution specification, "POST then PUT"); not at all if it is there.
async fn blob(session: &mut Session<'_>, bytes: Bytes, step: &'static str) -> Result<(), Error> {
    let digest = hash(&bytes).to_string();
    let what = session.place.repository();
    let there = session.url(&format!("blobs/{digest}"))?;
    let ask = Ask { method: Method::HEAD, url: there, accept: "*/*", content: None, step, what };
    match session.ask(&ask).await {
        Ok(_) => return Ok(()),
        Err(Error::NotFound { .. }) => {}
        Err(error) => return Err(error),
    }
    let begin = session.url("blobs/uploads/")?;
    let ask = Ask { method: Method::POST, url: begin.clone(), accept: "*/*", content: None, step, what };
    let answer = session.ask(&ask).await?;
    if answer.status() != StatusCode::ACCEPTED {
        return Err(session.odd(step, format!("it answers {} to the begin of an upload", answer.status())));
    }
    let mut url = session.location(&answer, &begin, step)?;
    url.query_pairs_mut().append_pair("digest", &digest);
    let content = Some(("application/octet-stream", bytes));
    session.ask(&Ask { method: Method::PUT, url, accept: "*/*", content, step, what }).await?;
    Ok(())
}
