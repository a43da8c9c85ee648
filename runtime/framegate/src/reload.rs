//! The one task that reloads: when a file changed, on SIGHUP, and when an operator asks for a plugin. One reload at a time, each whole or not at all.
//!
//! ```text
//! files ──(watch)──▶ ┐
//! SIGHUP ──────────▶ ├─ run ─▶ read, compile, ask (a thread where waiting is allowed) ─▶ hub: prepare aside ─▶ change over
//! POST …/reload ───▶ ┘             └── refused: everything goes on as it was, and the reason is told ──┘
//! ```

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use access::{Rulebook, Rules};
use config::{Config, Known, Loaded, Process};
use control::installed::Installed;
use control::reload::{NotReloaded, Reloaded, Request};
use hub::{Applied, Difference, Hub, Plugins};
use serde_json::json;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::bundled;
use crate::plugins::{self, Loader, Refused};
use crate::watch::Watch;

/// What is needed to reload.
pub(crate) struct Reloader {
    /// `streams.toml`.
    pub(crate) file: PathBuf,
    /// What loaded the plugins that run.
    pub(crate) loader: Arc<Loader>,
    /// Where they run.
    pub(crate) hub: Arc<Hub>,
    /// Who may do what: of the configuration that is in force.
    pub(crate) rules: Rulebook,
    /// What operators ask for.
    pub(crate) requests: mpsc::Receiver<Request>,
    /// Tells of changed files.
    pub(crate) watch: Arc<Watch>,
    /// Ends it.
    pub(crate) stop: CancellationToken,
}

/// A configuration that can be put in force.
struct Ready {
    config: Config,
    set: plugins::Set,
}

/// Why a file is not taken.
enum NotTaken {
    /// Its mistakes, one a line, as the log has them; and the plugins that could not be loaded.
    Mistakes { report: config::Report, plugins: Vec<(String, String)> },
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
                    Some(()) = hangup.recv() => self.file("SIGHUP").await,
                    () = self.watch.changed() => self.file("a file changed").await,
                    Some(request) = self.requests.recv() => {
                        let answer = self.plugin(&request.plugin).await;
                        // Whoever asked may have left; it was done all the same.
                        _ = request.answer.send(answer);
                    }
                    else => return,
                }
            }
        };
        // What is being compiled then is for nobody.
        stop.run_until_cancelled(reloading).await;
    }

    /// Reads everything anew, and puts in force what differs.
    async fn file(&self, why: &str) {
        let begin = Instant::now();
        let (file, loader, hub, watch) = (self.file.clone(), self.loader.clone(), self.hub.clone(), self.watch.clone());
        let reading = tokio::task::spawn_blocking(move || read(&file, &loader, &hub, &watch));
        match reading.await.unwrap_or(Err(NotTaken::Ending)) {
            Ok(Ready { config, set }) => {
                let plugins::Set { plugins, replaced } = set;
                match self.hub.apply(config, plugins, &replaced).await {
                    Ok(applied) => {
                        self.people(&applied.difference);
                        self.applied(&applied, why, begin);
                    }
                    Err(hub::NotApplied::Ending) => {}
                    Err(refused @ (hub::NotApplied::Refused { .. } | hub::NotApplied::Unfit { .. })) => {
                        self.refused(&[refused.to_string()], &[], why)
                    }
                }
            }
            Err(NotTaken::Mistakes { report, plugins }) => {
                let lines: Vec<_> = report.to_string().lines().map(str::to_owned).collect();
                self.refused(&lines, &plugins, why);
            }
            Err(NotTaken::Ending) => {}
        }
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
        let loaded = loading.await.map_err(|_| NotReloaded::Ending)?.map_err(|error| refuse(error.to_string()))?;
        let changed = loaded.sha256() != old.sha256();
        let mut plugins: Plugins = in_force.plugins.clone();
        plugins.insert(name.to_owned(), loaded);
        let replaced = BTreeSet::from([name.to_owned()]);
        let applied = self.hub.apply(in_force.config.clone(), plugins, &replaced).await.map_err(|why| match why {
            hub::NotApplied::Ending => NotReloaded::Ending,
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
            self.rules.put(Rules::of(&in_force.config));
            tracing::info!(users = people.users.len(), tokens = people.tokens.len(), "who may do what is new");
        }
    }

    /// Tells what was put in force.
    fn applied(&self, applied: &Applied, why: &str, begin: Instant) {
        let Applied { difference, chains } = applied;
        if difference.is_empty() {
            tracing::info!("{why}: nothing in the configuration differs");
            return;
        }
        let journal = self.hub.journal();
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
    }
}

/// The file and its plugins; from here on the watch looks at what it names.
fn read(file: &Path, loader: &Loader, hub: &Hub, watch: &Watch) -> Result<Ready, NotTaken> {
    let refuse = |report| NotTaken::Mistakes { report, plugins: Vec::new() };
    let bundled = bundled::names();
    let loaded: Loaded = config::load(file, &Known { bundled: &bundled, environment: &Process }).map_err(refuse)?;
    let in_force = hub.in_force();
    // Also those of a file that is not taken: mending one of them is a reason to try again. Before they are read, so that no change is missed.
    watch.set(watched(file, [&loaded.config, &in_force.config]));
    match loader.load(&loaded, &in_force) {
        Ok(set) => Ok(Ready { config: loaded.config, set }),
        Err(Refused { mistakes, plugins }) => Err(NotTaken::Mistakes { report: loaded.report(mistakes), plugins }),
    }
}

/// The files that are looked at: `streams.toml`, and the components that these configurations name.
pub(crate) fn watched<'a>(file: &Path, configs: impl IntoIterator<Item = &'a Config>) -> BTreeSet<PathBuf> {
    configs.into_iter().flat_map(plugins::files).chain([file.to_owned()]).collect()
}
