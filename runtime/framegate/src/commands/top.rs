//! `framegate top`: which server is shown, and who asks.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use config::{Known, Process};

use super::{MISTAKE, is_colorless};
use crate::arguments::TopArguments;
use crate::bundled;
use crate::doctor::listening;

/// Until `q`.
pub(crate) fn run(arguments: TopArguments) -> anyhow::Result<ExitCode> {
    let TopArguments { url, token, file } = arguments;
    let url = url.unwrap_or_else(|| here(&file));
    let colors = if is_colorless() { top::Colors::None } else { top::Colors::Used };
    let settings = top::Settings { url, token: token.map(|token| token.0), colors };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(1).build();
    match runtime.context("no runtime")?.block_on(top::run(settings)) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error @ (top::Error::Address(_) | top::Error::NoTerminal)) => {
            writeln!(io::stderr(), "error: {error}")?;
            Ok(ExitCode::from(MISTAKE))
        }
        Err(error @ top::Error::Terminal(_)) => Err(error.into()),
    }
}

/// Where the server of this file listens. One that cannot be read is as one that says nothing: what runs may have been started with a better one.
fn here(file: &Path) -> String {
    let bundled = bundled::names();
    let loaded = config::load(file, &Known { bundled: &bundled, environment: &Process });
    listening::url(&loaded.map_or_else(|_| config::Server::default(), |loaded| loaded.config.server))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_here_is_where_its_file_says() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("streams.toml");
        assert_eq!(here(&file), "http://127.0.0.1:8080");
        std::fs::write(&file, "[server]\nlisten = \"0.0.0.0:9000\"\naccess = \"open\"\n")?;
        assert_eq!(here(&file), "http://127.0.0.1:9000");
        Ok(())
    }
}
