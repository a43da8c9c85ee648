//! Where log lines go: standard error, for people.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// The variable that says what is logged, such as `debug` or `info,stream=debug`.
pub(crate) const VARIABLE: &str = "FRAMEGATE_LOG";

/// Begins to log. Third-party crates are heard from WARN on: what they call INFO is a step to us.
pub(crate) fn begin() {
    let written = std::env::var(VARIABLE).ok().filter(|text| !text.trim().is_empty());
    let (filter, mistake) = match written.as_deref().map(EnvFilter::try_new) {
        Some(Ok(filter)) => (filter, None),
        Some(Err(error)) => (usual(), Some(error)),
        None => (usual(), None),
    };
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .init();
    if let Some(error) = mistake {
        tracing::warn!(%error, "`{VARIABLE}` cannot be read, logging at info");
    }
}

fn usual() -> EnvFilter {
    EnvFilter::new("info,retina=error,wasmtime=warn,hyper=warn,h2=warn,reqwest=warn,cranelift_codegen=warn")
}
