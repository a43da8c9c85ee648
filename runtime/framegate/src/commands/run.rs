//! `framegate run`: the assembly. The order has reasons, given at each step.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use access::Policy;
use anyhow::Context as _;
use config::Loaded;
use hub::Hub;
use journal::Journal;
use picture::Encoders;
use plugin::policy::Policies;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::commands::read;
use crate::signals::Signals;
use crate::{limits, log, plugins};

/// How long the end may take: TEARDOWN to every camera, close frames to every viewer.
const END_WITHIN: Duration = Duration::from_millis(4_500);
/// What a shell sees of a program that a second ctrl-c ended: 128 + SIGINT.
const INTERRUPTED: i32 = 130;

/// Runs until a signal.
pub(crate) fn run(file: &Path) -> anyhow::Result<ExitCode> {
    log::begin();
    // The file first: what is wrong with it is all that is said.
    let loaded = match read(file) {
        Ok(loaded) => loaded,
        Err(mistakes) => return Ok(mistakes),
    };
    // Plugins before anything runs: a stream whose mask does not load must not start, and components are compiled and asked on this thread,
    // where synchronous WebAssembly is allowed.
    let plugins = match plugins::load(&loaded) {
        Ok(plugins) => plugins,
        Err(mistakes) => return Ok(super::tell(&loaded.report(mistakes))),
    };
    limits::raise();
    advise();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no runtime")?;
    runtime.block_on(serve(loaded, plugins))
}

async fn serve(
    loaded: Loaded,
    plugins: std::collections::BTreeMap<String, Arc<plugin::Plugin>>,
) -> anyhow::Result<ExitCode> {
    // Signals from here on ask; before, they end the process, which holds nothing yet.
    let mut signals = Signals::listen().context("signals cannot be listened to")?;
    let server = loaded.config.server.clone();
    let (tracker, stop) = (TaskTracker::new(), CancellationToken::new());
    let hub = Hub::new(hub::Parts {
        config: loaded.config,
        plugins,
        encoders: Encoders::new().context("no encoder threads")?,
        policies: Policies::start().context("no thread for policies")?,
        journal: Journal::default(),
        tracker: tracker.clone(),
        stop: stop.child_token(),
        runtime: tokio::runtime::Handle::current(),
    });
    // The listener last: whoever connects finds every stream there.
    let listener = web::bind(&server).await?;
    let address = listener.address();
    let parts = web::Parts {
        hub: hub.clone(),
        policy: Policy::new(server.access, address),
        tracker: tracker.clone(),
        stop: stop.clone(),
        version: env!("CARGO_PKG_VERSION"),
    };
    let mut serving = tokio::spawn(web::serve(listener, parts));
    // The one line on standard output: for people, and for programs that let the system choose the port.
    writeln!(std::io::stdout(), "listening on http://{address}").context("standard output is closed")?;

    let served = tokio::select! {
        signal = signals.next() => {
            tracing::info!("{signal}: ending; once more ends at once");
            None
        }
        served = &mut serving => Some(served),
    };
    tokio::spawn(async move {
        let signal = signals.next().await;
        tracing::warn!("{signal} again: ended at once");
        std::process::exit(INTERRUPTED);
    });
    stop.cancel();
    let ended = tokio::time::timeout(END_WITHIN, async {
        hub.close().await;
        let served = match served {
            Some(served) => served,
            None => serving.await,
        };
        tracker.close();
        tracker.wait().await;
        served
    });
    match ended.await {
        Ok(served) => served.context("the listener panicked")??,
        Err(_) => tracing::warn!("some tasks did not end within {END_WITHIN:?}"),
    }
    tracing::info!("ended");
    Ok(ExitCode::SUCCESS)
}

/// Says in a line what this build does slower than it could.
fn advise() {
    if !codec::capabilities().simd_assembly {
        tracing::warn!(
            "built without nasm: decoding H.264 takes up to 1.8 times as long; install nasm, run `cargo clean -p openh264-sys2 -p turbojpeg-sys` and build again"
        );
    }
}
