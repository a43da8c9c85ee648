//! `framegate run`: the assembly. The order has reasons, given at each step.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use access::{Rulebook, Rules};
use anyhow::Context as _;
use config::Loaded;
use control::reload::Standing;
use control::state::State;
use hub::{Hub, InForce};
use issuer::Issuer;
use journal::Journal;
use logs::Logs;
use picture::Encoders;
use plugin::policy::Policies;
use relay::Relays;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use web::Certificates;

use crate::commands::read;
use crate::plugins::Loader;
use crate::reload::{self, Reloader};
use crate::service::Passed;
use crate::signals::Signals;
use crate::state::{Found, StateFile};
use crate::together::{Together, together};
use crate::watch::Watch;
use crate::{certificate, limits, memory, service};

/// How long the end may take: TEARDOWN to every camera, close frames to every viewer.
const END_WITHIN: Duration = Duration::from_millis(4_500);
/// What a shell sees of a program that a second ctrl-c ended: 128 + SIGINT.
const INTERRUPTED: i32 = 130;

/// Runs until a signal.
pub(crate) fn run(file: &Path) -> anyhow::Result<ExitCode> {
    let logs = logs::begin();
    // Before there are threads.
    let passed = service::passed().context("the service manager passed something that cannot be served")?;
    memory::keep_small();
    start(file, Begun { logs, passed }, |_, _| async {})
}

/// The same behind what has begun. `listening` is told where, once whoever connects finds everything there, and is given the journal; what it has to
/// do besides goes on until the end.
pub(crate) fn start<F>(
    file: &Path,
    begun: Begun,
    listening: impl FnOnce(SocketAddr, Journal) -> F,
) -> anyhow::Result<ExitCode>
where
    F: Future<Output = ()> + Send + 'static,
{
    // Looked at before it is read: what changes from here on is not missed.
    let watch = Watch::begin(BTreeSet::from([file.to_owned()])).context("no thread that looks at files")?;
    // The file first: what is wrong with it is all that is said.
    let loaded = match read(file) {
        Ok(loaded) => loaded,
        Err(mistakes) => return Ok(mistakes),
    };
    // Where lines go, before there are any but of mistakes.
    begun.logs.configure(&loaded.config.log)?;
    // Plugins before anything runs: a stream whose mask does not load must not start, and components are compiled and asked on this thread,
    // where synchronous WebAssembly is allowed.
    watch.set(reload::watched(file, [&loaded.config]));
    let journal = Journal::since_start(std::time::SystemTime::now());
    let certificate = certificate::read(&loaded);
    let loader = Loader::logged(journal.clone());
    let state = StateFile::of(file);
    let said = match state.load().with_context(|| format!("{} cannot be read", state.path().display()))? {
        Found::State(said) => said,
        Found::PutAside(aside, error) => {
            let (of, aside) = (state.path().display(), aside.display());
            tracing::error!(file = %of, %error, %aside, "what came by the API cannot be read: it is put aside, and nothing of it is in force");
            State::default()
        }
    };
    let (together, certificate) = match (together(&loaded, &said.added(), &loader, &InForce::default()), certificate) {
        (Ok(together), Ok(certificate)) => (together, certificate),
        (together, certificate) => {
            let refused = together.err().map(|refused| refused.mistakes).unwrap_or_default();
            return Ok(super::tell(&loaded.report(certificate.err().into_iter().chain(refused).collect())));
        }
    };
    let certificates = certificate.map(Certificates::new);
    limits::raise();
    advise();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no runtime")?;
    let file = file.to_owned();
    let ended = runtime.block_on(serve(
        Start { file, begun, loaded, said, state, journal, loader, together, certificates, watch },
        listening,
    ));
    // A component that is being compiled for a reload is not waited for.
    runtime.shutdown_background();
    ended
}

/// What there is before the file is read.
pub(crate) struct Begun {
    /// The log.
    pub(crate) logs: Logs,
    /// Where is listened already, in place of `server.listen` and `server.control`.
    pub(crate) passed: Option<Passed>,
}

/// What a start begins with.
struct Start {
    file: PathBuf,
    begun: Begun,
    loaded: Loaded,
    /// What came by the API, and where it is kept.
    said: State,
    state: StateFile,
    journal: Journal,
    loader: Loader,
    together: Together,
    /// What HTTPS is served with, where it is.
    certificates: Option<Certificates>,
    watch: Watch,
}

async fn serve<F>(start: Start, listening: impl FnOnce(SocketAddr, Journal) -> F) -> anyhow::Result<ExitCode>
where
    F: Future<Output = ()> + Send + 'static,
{
    let Start {
        file,
        begun: Begun { logs, passed },
        loaded,
        said,
        state,
        journal,
        loader,
        together,
        certificates,
        watch,
    } = start;
    // Signals from here on ask; before, they end the process, which holds nothing yet.
    let mut signals = Signals::listen().context("signals cannot be listened to")?;
    let hangup = reload::hangup().context("SIGHUP cannot be listened to")?;
    let Together { config, set, left_out, declared } = together;
    let standing = Standing { left_out, in_file_too: declared.into_iter().collect(), ..Standing::new(said) };
    let rules = Rulebook::new(Rules::of(&loaded.config));
    let settings = web::Settings::from(&loaded.config);
    let (tracker, stop) = (TaskTracker::new(), CancellationToken::new());
    reload::tell_left_out(&standing, &Standing::new(State::default()), &journal);
    let hub = Hub::new(hub::Parts {
        config,
        plugins: set.plugins,
        encoders: Encoders::new().context("no encoder threads")?,
        policies: Policies::start().context("no thread for policies")?,
        services: plugin::Services::start().context("no thread for services")?,
        held: standing.state.all_held().clone(),
        journal: journal.clone(),
        tracker: tracker.clone(),
        stop: stop.child_token(),
        runtime: tokio::runtime::Handle::current(),
    });
    // Before there is anybody whose token is to be checked.
    let issuer = Issuer::default();
    issuer.configure(loaded.config.people.jwt.as_ref());
    tracker.spawn(issuer.clone().run(journal.clone(), stop.clone()));
    // The listener last: whoever connects finds every stream there.
    let listeners = match passed {
        Some(Passed { listen, control }) => {
            let listeners = web::take(listen, control, settings)?;
            tracing::info!(address = %listeners.address(), "serving the socket that was passed, in place of `server.listen`");
            listeners
        }
        None => web::bind(settings).await?,
    };
    let listeners = match &certificates {
        Some(certificates) => listeners.secured(certificates),
        None => listeners,
    };
    if let Some(certificates) = &certificates {
        let told = certificate::tell(&certificates.current());
        journal.write("certificate-loaded", None, None, told);
    }
    let (address, url, control) = (listeners.address(), listeners.url(), listeners.control_url());
    let relays = Relays::default();
    tracker.spawn(relays.clone().run(hub.clone(), tracker.clone(), stop.clone()));
    let (reloads, queue) = control::reload::queue(standing);
    let parts = web::Parts {
        hub: hub.clone(),
        reloads,
        rules: rules.clone(),
        issuer: issuer.clone(),
        logs: logs.clone(),
        relays: relays.clone(),
        certificates: certificates.clone(),
        tracker: tracker.clone(),
        stop: stop.clone(),
        version: env!("CARGO_PKG_VERSION"),
    };
    // Behind the hub, which it changes; requests that came before wait in its queue.
    let (loader, watch) = (Arc::new(loader), Arc::new(watch));
    let (hub_of, loaded) = (hub.clone(), Arc::new(loaded));
    let stop_of = stop.clone();
    let reloader = Reloader {
        file,
        logs,
        loaded,
        state,
        loader,
        hub: hub_of,
        rules,
        issuer,
        certificates,
        queue,
        watch,
        stop: stop_of,
    };
    tracker.spawn(reloader.run(hangup));
    let mut serving = tokio::spawn(web::serve(listeners, parts));
    // What stands on standard output: for people, and for programs that let the system choose the port.
    let mut told = format!("listening on {url}\n");
    if let Some(control) = control {
        told += &format!("operators on {control}\n");
    }
    std::io::stdout().write_all(told.as_bytes()).context("standard output is closed")?;
    tracker.spawn(stop.clone().run_until_cancelled_owned(listening(address, journal)));
    service::ready();
    tracker.spawn(stop.clone().run_until_cancelled_owned(service::run(hub.clone())));

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
    service::stopping();
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
