//! `framegate link`: a link to a stream, made without asking the program that runs.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use access::{LinkAction, Links};
use media::StreamName;

use super::{MISTAKE, read};

/// Prints the path that players are given, behind the server's own address.
pub(crate) fn run(file: &Path, stream: &str, action: LinkAction, lasts: Duration) -> anyhow::Result<ExitCode> {
    let loaded = match read(file) {
        Ok(loaded) => loaded,
        Err(mistakes) => return Ok(mistakes),
    };
    let mistake = |words: &str| -> anyhow::Result<ExitCode> {
        writeln!(io::stderr(), "error: {words}")?;
        Ok(ExitCode::from(MISTAKE))
    };
    let config = &loaded.config;
    let Some(secret) = &config.server.link_secret else {
        return mistake(
            "`server.link_secret` is missing: without it a link can be made by the program that runs alone, by `POST /api/streams/NAME/link`",
        );
    };
    let name = match stream.parse::<StreamName>() {
        Ok(name) if config.template.is_some() || config.streams.contains_key(&name) => name,
        _ => {
            let meant = config::nearest(stream, config.streams.keys().map(StreamName::as_str));
            let meant = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
            return mistake(&format!("no stream named {stream:?} is configured{meant}"));
        }
    };
    let token = Links::new(Some(secret.expose())).sign(action, &name, SystemTime::now() + lasts);
    match action {
        LinkAction::View => writeln!(io::stdout(), "/hls/{name}/index.m3u8?token={token}")?,
        LinkAction::Publish => writeln!(io::stdout(), "/ingest/{name}?token={token}")?,
    }
    Ok(ExitCode::SUCCESS)
}
