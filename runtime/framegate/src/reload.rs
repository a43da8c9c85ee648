//! The one task that changes what is configured: when a file changed, on SIGHUP, and when an operator asks for a plugin or for another stream. One change
//! at a time, each whole or not at all.
//!
//! ```text
//! files ──(watch)──▶ ┐
//! SIGHUP ──────────▶ ├─ run ─▶ read, compile, ask (a thread where waiting is allowed) ─▶ (keep) ─▶ hub: prepare aside ─▶ change over
//! API ─────────────▶ ┘             └── refused: everything goes on as it was, and the reason is told ──┘
//! ```
//!
//! What came by the API is kept before it is in force: an operator who was told so finds it there behind any end of the program.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use access::{Rulebook, Rules};
use config::{Config, Known, Loaded, Mistake, Process, Report};
use control::installed::Installed;
use control::reload::{self, NotAsked, NotReloaded, Reloaded, Request, Standing};
use control::state::{Change, NotChanged, State};
use hub::{Applied, Difference, Held, Hub, Plugins};
use issuer::Issuer;
use journal::Journal;
use logs::Logs;
use media::StreamName;
use serde_json::json;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use web::{Certificate, Certificates};

use crate::bundled;
use crate::certificate;
use crate::plugins::{self, Loader, Refused};
use crate::service;
use crate::state::StateFile;
use crate::together::{Together, together};
use crate::watch::Watch;

/// What is needed to reload.
pub(crate) struct Reloader {
    /// `streams.toml`.
    pub(crate) file: PathBuf,
    /// What it said when it was good last.
    pub(crate) loaded: Arc<Loaded>,
    /// Where what came by the API is kept.
    pub(crate) state: StateFile,
    /// What loaded the plugins that run.
    pub(crate) loader: Arc<Loader>,
    /// What is logged.
    pub(crate) logs: Logs,
    /// Where they run.
    pub(crate) hub: Arc<Hub>,
    /// Who may do what: of the configuration that is in force.
    pub(crate) rules: Rulebook,
    /// The keys of whoever signs tokens.
    pub(crate) issuer: Issuer,
    /// What HTTPS is served with, where it is.
    pub(crate) certificates: Option<Certificates>,
    /// What operators ask for, and what they are told of what is configured.
    pub(crate) queue: reload::Queue,
    /// Tells of changed files.
    pub(crate) watch: Arc<Watch>,
    /// Ends it.
    pub(crate) stop: CancellationToken,
}

/// A file that can be put in force.
struct Ready {
    loaded: Loaded,
    together: Together,
    certificate: Option<Certificate>,
}

/// Why a file is not taken.
enum NotTaken {
    /// Its mistakes, one a line, as the log has them; the plugins that could not be loaded; and the certificate that is served by what is in force, which is
    /// renewed all the same.
    Mistakes { report: Report, plugins: Vec<(String, String)>, certificate: Option<Certificate> },
    /// The program ends.
    Ending,
}

/// SIGHUP, which otherwise would end the program.
pub(crate) fn hangup() -> io::Result<Signal> {
    signal(SignalKind::hangup())
}

impl Reloader {
    /// Until it is stopped.
    pub(crate) async fn run(mut self, mut hangup: Signal) {
        let stop = self.stop.clone();
        let reloading = async {
            loop {
                tokio::select! {
                    Some(()) = hangup.recv() => {
                        service::reloading();
                        self.file("SIGHUP").await;
                        service::ready();
                    }
                    () = self.watch.changed() => self.file("a file changed").await,
                    // Whoever asked may have left; it was done all the same.
                    Some(request) = self.queue.requests.recv() => match request {
                        Request::Plugin(name, answer) => _ = answer.send(self.plugin(&name).await),
                        Request::Stream(name, change, answer) => _ = answer.send(self.stream(&name, change).await),
                        Request::Check(name, change, answer) => _ = answer.send(self.check(&name, change).await),
                    },
                    else => return,
                }
            }
        };
        // What is being compiled then is for nobody.
        stop.run_until_cancelled(reloading).await;
    }

    /// Reads everything anew, and puts in force what differs.
    async fn file(&mut self, why: &str) {
        let begin = Instant::now();
        let (file, loader, hub, watch) = (self.file.clone(), self.loader.clone(), self.hub.clone(), self.watch.clone());
        let standing = self.standing();
        let reading = tokio::task::spawn_blocking(move || read(&file, &standing.state, &loader, &hub, &watch));
        match reading.await.unwrap_or(Err(NotTaken::Ending)) {
            Ok(Ready { loaded, together: Together { config, set, left_out, declared }, certificate }) => {
                let plugins::Set { plugins, replaced } = set;
                match self.hub.apply(config, plugins, &replaced).await {
                    Ok(applied) => {
                        self.advise(&loaded.advice);
                        self.loaded = Arc::new(loaded);
                        let state = self.standing().state.clone();
                        self.stand(Standing {
                            in_file_too: declared.into_iter().collect(),
                            left_out,
                            ..Standing::new(state)
                        });
                        self.people(&applied.difference);
                        self.certificate(certificate);
                        self.applied(&applied, why, begin);
                        // Behind what is told of it.
                        if applied.difference.log_level {
                            self.logs.set_level(&self.loaded.config.log);
                        }
                    }
                    Err(hub::NotApplied::Ending) => {}
                    Err(refused @ (hub::NotApplied::Refused { .. } | hub::NotApplied::Unfit { .. })) => {
                        self.refused(&[refused.to_string()], &[], why)
                    }
                }
            }
            Err(NotTaken::Mistakes { report, plugins, certificate }) => {
                self.certificate(certificate);
                let lines: Vec<_> = report.to_string().lines().map(str::to_owned).collect();
                self.refused(&lines, &plugins, why);
            }
            Err(NotTaken::Ending) => {}
        }
    }

    /// Makes one change of a stream that was asked for over the API.
    async fn stream(&mut self, name: &StreamName, change: Change) -> Result<Arc<Standing>, reload::Refused> {
        let begin = Instant::now();
        let standing = self.standing();
        let Change::Hold(held) = change else {
            let next = self.changed(name, change)?;
            return self.put(name, next, begin).await;
        };
        self.may_hold(name, held, &standing.state)?;
        let next = standing.state.change(name, change)?;
        self.keep(&next).await?;
        // Before what comes of it.
        tracing::info!(stream = %name, "{}", held_word(held));
        self.hub.journal().write("stream-held", Some(name), None, json!({ "what": held_word(held) }));
        self.hub.hold(name, held);
        self.held(name, held).await;
        self.stand(Standing { state: next, ..(*standing).clone() });
        Ok(self.standing())
    }

    /// Says whether a stream could be changed so.
    async fn check(&self, name: &StreamName, change: Change) -> Result<(), reload::Refused> {
        let next = self.changed(name, change)?;
        self.tried(name, &next).await.map(|_| ())
    }

    /// What would be said of the streams of the API behind this change of one.
    fn changed(&self, name: &StreamName, change: Change) -> Result<State, reload::Refused> {
        if self.loaded.config.streams.contains_key(name) {
            return Err(match change {
                Change::Create(_) => NotChanged::Exists.into(),
                _ => reload::Refused::Declared,
            });
        }
        Ok(self.standing().state.change(name, change)?)
    }

    /// Everything as it would be in force, where the stream of this name has no mistakes.
    async fn tried(&self, name: &StreamName, next: &State) -> Result<Together, reload::Refused> {
        let (loaded, loader, in_force) = (self.loaded.clone(), self.loader.clone(), self.hub.in_force());
        let added = next.added();
        let loading = tokio::task::spawn_blocking(move || together(&loaded, &added, &loader, &in_force));
        let loaded = loading.await.map_err(|_| NotAsked::Ending)?;
        let mut together = loaded.map_err(|refused| reload::Refused::Mistakes(refused.mistakes))?;
        match together.left_out.remove(name) {
            Some(mistakes) => Err(reload::Refused::Mistakes(mistakes)),
            None => Ok(together),
        }
    }

    /// Puts the streams of the API in force as they are now, where the one of this name is another.
    async fn put(&self, name: &StreamName, next: State, begin: Instant) -> Result<Arc<Standing>, reload::Refused> {
        let standing = self.standing();
        let Together { config, set, left_out, declared } = self.tried(name, &next).await?;
        self.keep(&next).await?;
        let plugins::Set { plugins, replaced } = set;
        let applied = match self.hub.apply(config, plugins, &replaced).await {
            Ok(applied) => applied,
            Err(why) => {
                // What is not in force is not kept either.
                self.keep(&standing.state).await?;
                return Err(match why {
                    hub::NotApplied::Ending => NotAsked::Ending.into(),
                    hub::NotApplied::Refused { .. } | hub::NotApplied::Unfit { .. } => {
                        reload::Refused::Unfit(why.to_string())
                    }
                });
            }
        };
        let in_file_too = declared.into_iter().collect();
        if next.held(name) != standing.state.held(name) {
            // One that was removed takes with it what was said of it.
            self.hub.hold(name, next.held(name));
        }
        self.stand(Standing { state: next, in_file_too, left_out, ..(*standing).clone() });
        self.applied(&applied, "asked for", begin);
        Ok(self.standing())
    }

    /// Whether a stream can be started, or stopped.
    fn may_hold(&self, name: &StreamName, held: Option<Held>, state: &State) -> Result<(), reload::Refused> {
        let entry = self.hub.existing(name).ok_or(reload::Refused::Unknown)?;
        let runs = match state.held(name) {
            Some(held) => held == Held::Started,
            None => !entry.config().on_demand,
        };
        let status = entry.stream().status();
        let waits = status.reason.is_some_and(|reason| reason.kind == stream::ReasonKind::TooMany);
        match held {
            Some(Held::Started) if runs => Err(reload::Refused::Running),
            Some(Held::Started)
                if (waits || status.state == stream::State::Idle)
                    && let Some(max) = self.hub.limit().full() =>
            {
                Err(reload::Refused::TooManyRun(max))
            }
            Some(Held::Stopped) if state.held(name) == Some(Held::Stopped) => Err(reload::Refused::Stopped),
            _ => Ok(()),
        }
    }

    /// Until the stream is so: whoever asks for the next thing asks it of what there is then, and is answered with it.
    async fn held(&self, name: &StreamName, held: Option<Held>) {
        /// Its task does it between two access units.
        const SOON: Duration = Duration::from_millis(500);
        let Some(entry) = self.hub.existing(name) else { return };
        let mut status = entry.stream().watch();
        let is_done = |status: &stream::Status| match held {
            Some(Held::Stopped) => status.state == stream::State::Disabled,
            Some(Held::Started) => !matches!(status.state, stream::State::Idle | stream::State::Disabled),
            None => status.state != stream::State::Disabled,
        };
        // One that is pushed to is idle until somebody does.
        _ = timeout(SOON, status.wait_for(is_done)).await;
    }

    /// Keeps what was said over the API.
    async fn keep(&self, state: &State) -> Result<(), reload::Refused> {
        let (file, state) = (self.state.clone(), state.clone());
        let path = file.path().to_owned();
        let saved = tokio::task::spawn_blocking(move || file.save(&state)).await.map_err(|_| NotAsked::Ending)?;
        saved.map_err(|error| {
            tracing::error!(file = %path.display(), %error, "what was asked for over the API cannot be kept");
            reload::Refused::NotKept(format!("{} cannot be written: {error}", path.display()))
        })
    }

    fn standing(&self) -> Arc<Standing> {
        self.queue.standing.borrow().clone()
    }

    fn stand(&self, standing: Standing) {
        tell_left_out(&standing, &self.standing(), self.hub.journal());
        self.queue.standing.send_replace(Arc::new(standing));
    }

    /// Loads one plugin anew, as it is declared in what is in force, and gives every stream that uses it a new instance.
    async fn plugin(&self, name: &str) -> Result<Reloaded, NotReloaded> {
        let begin = Instant::now();
        let in_force = self.hub.in_force();
        let (Some(declared), Some(old)) = (in_force.config.plugins.get(name), in_force.plugins.get(name)) else {
            return Err(NotReloaded::Unknown(name.to_owned()));
        };
        let (loader, declared) = (self.loader.clone(), declared.clone());
        let loading = tokio::task::spawn_blocking(move || loader.again(&declared));
        let refuse = |reason: String| {
            tracing::error!(plugin = name, reason, "not loaded anew, the one that was loaded before goes on");
            self.hub.journal().write("plugin-refused", None, Some(name), json!({ "reason": reason }));
            NotReloaded::Refused(reason)
        };
        let loaded = loading.await.map_err(|_| NotAsked::Ending)?.map_err(|error| refuse(error.to_string()))?;
        let changed = loaded.sha256() != old.sha256();
        let mut plugins: Plugins = in_force.plugins.clone();
        plugins.insert(name.to_owned(), loaded);
        let replaced = BTreeSet::from([name.to_owned()]);
        let applied = self.hub.apply(in_force.config.clone(), plugins, &replaced).await.map_err(|why| match why {
            hub::NotApplied::Ending => NotAsked::Ending.into(),
            hub::NotApplied::Refused { .. } | hub::NotApplied::Unfit { .. } => refuse(why.to_string()),
        })?;
        self.applied(&applied, "asked for", begin);
        let plugin = Installed::now(&self.hub, name).ok_or_else(|| NotReloaded::Unknown(name.to_owned()))?;
        Ok(Reloaded { plugin, changed, took_ms: begin.elapsed().as_millis() as u64 })
    }

    /// Puts in force who may do what, if it is new.
    fn people(&self, difference: &Difference) {
        if difference.people {
            let in_force = self.hub.in_force();
            let people = &in_force.config.people;
            // Keys of another place are asked for before anybody's token is checked by them.
            self.issuer.configure(people.jwt.as_ref());
            self.rules.put(Rules::of(&in_force.config));
            let (users, tokens) = (people.users.len(), people.tokens.len());
            tracing::info!(users, tokens, "who may do what is new");
            self.hub.journal().write("access-changed", None, None, json!({ "users": users, "tokens": tokens }));
        }
    }

    /// Tells what would be better otherwise in a file that is taken.
    fn advise(&self, advice: &Report) {
        let advice: Vec<_> = advice.to_string().lines().map(str::to_owned).collect();
        for line in &advice {
            tracing::warn!("{line}");
        }
        if !advice.is_empty() {
            self.hub.journal().write("configuration-advice", None, None, json!({ "advice": advice }));
        }
    }

    /// Serves this certificate from here on, if it is another.
    fn certificate(&self, certificate: Option<Certificate>) {
        let (Some(certificates), Some(certificate)) = (&self.certificates, certificate) else { return };
        if certificates.current() == certificate {
            return;
        }
        let told = certificate::tell(&certificate);
        certificates.put(certificate);
        self.hub.journal().write("certificate-loaded", None, None, told);
    }

    /// Tells what was put in force.
    fn applied(&self, applied: &Applied, why: &str, begin: Instant) {
        let Applied { difference, chains } = applied;
        let journal = self.hub.journal();
        if difference.is_empty() {
            tracing::info!("{why}: nothing in the configuration differs");
            // All is well also where a file with mistakes was there in between: whoever was told of them is told so.
            let none: [&str; 0] = [];
            let data = json!({ "added": none, "removed": none, "chains": none, "at_next_start": none });
            journal.write("configuration-loaded", None, None, data);
            return;
        }
        let in_force = self.hub.in_force();
        for name in &difference.plugins {
            let Some(plugin) = in_force.plugins.get(name) else { continue };
            let sha256 = plugin.sha256();
            tracing::info!(plugin = name, sha256, version = plugin.describe().version, "loaded");
            journal.write("plugin-reloaded", None, Some(name), json!({ "sha256": sha256 }));
        }
        let waiting = difference.at_next_start();
        for key in &waiting {
            tracing::warn!("`{key}` changed: takes effect at the next start");
        }
        let Difference { added, removed, .. } = difference;
        tracing::info!(
            added = added.len(),
            removed = removed.len(),
            chains = chains.len(),
            took = ?begin.elapsed(),
            "{why}: the new configuration is in force"
        );
        let data = json!({ "added": added, "removed": removed, "chains": chains, "at_next_start": waiting });
        journal.write("configuration-loaded", None, None, data);
    }

    /// Tells that nothing was put in force.
    fn refused(&self, lines: &[String], plugins: &[(String, String)], why: &str) {
        for line in lines {
            tracing::error!("{line}");
        }
        tracing::error!("{why}: not taken, everything goes on as it was");
        let journal = self.hub.journal();
        for (plugin, reason) in plugins {
            journal.write("plugin-refused", None, Some(plugin), json!({ "reason": reason }));
        }
        journal.write("configuration-refused", None, None, json!({ "mistakes": lines }));
        self.stand(Standing { mistakes: lines.to_vec(), ..(*self.standing()).clone() });
    }
}

/// Tells which streams of the API are not what was said there, where that is new.
pub(crate) fn tell_left_out(standing: &Standing, before: &Standing, journal: &Journal) {
    for name in standing.in_file_too.difference(&before.in_file_too) {
        tracing::warn!(stream = %name, "came by the API, and the file has it too: the file says what it is");
        journal.write("stream-left-out", Some(name), None, json!({ "reason": "the file has it too" }));
    }
    for (name, mistakes) in &standing.left_out {
        if before.left_out.get(name) != Some(mistakes) {
            let mistakes: Vec<_> = mistakes.iter().map(Mistake::to_string).collect();
            tracing::error!(stream = %name, mistakes = mistakes.join("; "), "came by the API, and is left out");
            journal.write("stream-left-out", Some(name), None, json!({ "mistakes": mistakes }));
        }
    }
}

fn held_word(held: Option<Held>) -> &'static str {
    match held {
        Some(Held::Started) => "started by an operator",
        Some(Held::Stopped) => "stopped by an operator",
        None => "begun anew by an operator",
    }
}

/// The file and its plugins; from here on the watch looks at what it names.
fn read(file: &Path, state: &State, loader: &Loader, hub: &Hub, watch: &Watch) -> Result<Ready, NotTaken> {
    let in_force = hub.in_force();
    let refuse = |report, plugins| {
        let tls = in_force.config.server.tls.as_ref();
        let certificate = tls.and_then(|tls| Certificate::read(tls).ok());
        NotTaken::Mistakes { report, plugins, certificate }
    };
    let bundled = bundled::names();
    let loaded: Loaded = config::load(file, &Known { bundled: &bundled, environment: &Process })
        .map_err(|report| refuse(report, Vec::new()))?;
    // Also those of a file that is not taken: mending one of them is a reason to try again. Before they are read, so that no change is missed.
    watch.set(watched(file, [&loaded.config, &in_force.config]));
    let certificate = certificate::read(&loaded);
    match (together(&loaded, &state.added(), loader, &in_force), certificate) {
        (Ok(together), Ok(certificate)) => Ok(Ready { loaded, together, certificate }),
        (together, certificate) => {
            let Refused { mistakes, plugins } = together.err().unwrap_or_default();
            let mistakes = certificate.err().into_iter().chain(mistakes).collect();
            Err(refuse(loaded.report(mistakes), plugins))
        }
    }
}

/// The files that are looked at: `streams.toml`, and the components and the certificate that these configurations name.
pub(crate) fn watched<'a>(file: &Path, configs: impl IntoIterator<Item = &'a Config>) -> BTreeSet<PathBuf> {
    let named = configs.into_iter().flat_map(|config| {
        let tls = config.server.tls.iter().flat_map(|tls| [tls.certificate.clone(), tls.key.clone()]);
        plugins::files(config).into_iter().chain(tls)
    });
    named.chain([file.to_owned()]).collect()
}
