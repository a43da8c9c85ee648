//! What the log says from INFO on about streams, viewers, plugins and the configuration is an event too.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use framegate_tests::program::{LIMIT, Program};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const ROOMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../runtime");
const EVENTS: &str = include_str!("../../docs/api.md");

/// Where a line of the log goes besides.
#[derive(Clone, Copy, Debug)]
enum Besides {
    /// An event of this kind, written within some lines of it.
    Event(&'static str),
    /// One of this kind, written in another file, which can.
    Elsewhere(&'static str, &'static str),
    /// None, and why.
    None(&'static str),
}

use Besides::{Elsewhere, Event, None as Nowhere};

/// The machine: nothing of a stream, a viewer, a plugin or what is configured.
const MACHINE: Besides = Nowhere("it is about the machine, or the program as a whole");
const OWN_WORDS: Besides = Nowhere("it is what the plugin says; what it wants to be an event it emits");

/// Each line, by its file and its words.
const LINES: &[(&str, &str, Besides)] = &[
    (
        "egress/src/hls/index.rs",
        "the multivariant playlist is not stored; it is tried again in a minute",
        Elsewhere("storage-failed", "store/src/keeper.rs"),
    ),
    (
        "egress/src/hls/kept.rs",
        "a viewer is not given a segment",
        Nowhere("once for each request while a store is away, of which `storage-failed` tells"),
    ),
    (
        "egress/src/hls/scratch.rs",
        "the files of a stream that is gone are still there; tried again",
        Nowhere("the stream is gone, and with it who would be told of it"),
    ),
    ("framegate/src/certificate.rs", "certificate loaded", Elsewhere("certificate-loaded", "framegate/src/reload.rs")),
    (
        "framegate/src/certificate.rs",
        "certificate: {advice}",
        Elsewhere("certificate-loaded", "framegate/src/reload.rs"),
    ),
    ("framegate/src/commands/plugin/dev.rs", "event {}", Nowhere("it is an event")),
    (
        "framegate/src/memory.rs",
        "no thread that gives memory back to the system: the process keeps the most that it ever had",
        MACHINE,
    ),
    ("framegate/src/commands/run.rs", "serving the socket that was passed, in place of `server.listen`", MACHINE),
    ("framegate/src/commands/run.rs", "{signal}: ending; once more ends at once", MACHINE),
    ("framegate/src/commands/run.rs", "{signal} again: ended at once", MACHINE),
    ("framegate/src/commands/run.rs", "some tasks did not end within {END_WITHIN:?}", MACHINE),
    ("framegate/src/commands/run.rs", "ended", MACHINE),
    (
        "framegate/src/commands/run.rs",
        "built without nasm: decoding H.264 takes up to 1.8 times as long; install nasm, run `cargo clean -p openh264-sys2 -p turbojpeg-sys` and build again",
        MACHINE,
    ),
    (
        "framegate/src/limits.rs",
        "the limit of file descriptors cannot be raised: it bounds how many may watch",
        MACHINE,
    ),
    ("framegate/src/registries.rs", "pulling", Event("component-pulling")),
    ("framegate/src/registries.rs", "pulled", Event("component-pulled")),
    ("framegate/src/reload.rs", "{line}", Event("configuration-advice")),
    ("framegate/src/reload.rs", "{}", Event("stream-held")),
    ("framegate/src/reload.rs", "who may do what is new", Event("access-changed")),
    ("framegate/src/reload.rs", "{why}: nothing in the configuration differs", Event("configuration-loaded")),
    ("framegate/src/reload.rs", "loaded", Event("plugin-reloaded")),
    ("framegate/src/reload.rs", "`{key}` changed: takes effect at the next start", Event("configuration-loaded")),
    ("framegate/src/reload.rs", "{why}: the new configuration is in force", Event("configuration-loaded")),
    (
        "framegate/src/reload.rs",
        "came by the API, and the file has it too: the file says what it is",
        Event("stream-left-out"),
    ),
    ("framegate/src/service.rs", "more sockets were passed than two: nobody answers at the others", MACHINE),
    ("framegate/src/service.rs", "the service manager is not told of the reload", MACHINE),
    ("framegate/src/service.rs", "the service manager starts the program anew if it is silent for so long", MACHINE),
    ("framegate/src/service.rs", "the service manager cannot be told", MACHINE),
    (
        "framegate/src/watch/folders.rs",
        "the system does not tell when files change ({error}): they are looked at ten times a second",
        MACHINE,
    ),
    ("hub/src/apply.rs", "no longer configured: ends", Event("stream-removed")),
    ("hub/src/hub.rs", "unused, taken back by the template", Event("stream-removed")),
    (
        "issuer/src/lib.rs",
        "the identity provider has no key that checks a signature: no token is taken",
        Event("jwks-fetched"),
    ),
    ("issuer/src/lib.rs", "the identity provider's keys were fetched", Event("jwks-fetched")),
    (
        "issuer/src/lib.rs",
        "the identity provider's keys cannot be fetched; those of before stay, for a day at most",
        Event("jwks-failed"),
    ),
    (
        "logs/src/begin.rs",
        "`{VARIABLE}` cannot be read, logging at info: {error}",
        Nowhere("it is said before there is a journal"),
    ),
    (
        "logs/src/begin.rs",
        "`log.level`: {error}",
        Nowhere("such a level is a mistake in the file, of which `configuration-refused` tells"),
    ),
    (
        "plugin/src/chain/link.rs",
        "plugin failed, {on_error} until it is started again: {fault}",
        Event("plugin-failed"),
    ),
    ("plugin/src/chain/link.rs", "plugin runs again", Event("plugin-recovered")),
    ("plugin/src/compiled.rs", "compiled code is not used and made anew", MACHINE),
    ("plugin/src/functions/host.rs", "{suppressed} lines of its log were left out", OWN_WORDS),
    ("plugin/src/functions/host.rs", "{message}", OWN_WORDS),
    (
        "plugin/src/functions/host.rs",
        "{suppressed} events were left out: at most 10 a second",
        Nowhere("one more would be left out too"),
    ),
    ("plugin/src/functions/host.rs", "no event: its kind is a-z, 0-9 and -, its data JSON of at most 8 kB", OWN_WORDS),
    (
        "plugin/src/http/client.rs",
        "the system has no certificate authorities: Mozilla's are used for plugins' HTTPS",
        MACHINE,
    ),
    ("plugin/src/http/wasi.rs", "a request was refused: {failure}", Event("plugin-request-refused")),
    (
        "plugin/src/policy/running.rs",
        "plugin failed, viewers get what is configured until it is started again: {fault}",
        Event("plugin-failed"),
    ),
    ("plugin/src/policy/running.rs", "plugin runs again", Event("plugin-recovered")),
    ("plugin/src/service/poller.rs", "a tick failed: {words}", Event("plugin-tick-failed")),
    (
        "plugin/src/service/sink.rs",
        "an event was refused: {words}",
        Nowhere("two sinks would tell each other of it without end; they are counted"),
    ),
    (
        "plugin/src/service/sink.rs",
        "an event was given up after {ATTEMPTS} tries",
        Nowhere("two sinks would tell each other of it without end; they are counted"),
    ),
    ("plugin/src/service/upkeep.rs", "{role} failed, it will be started again: {fault}", Event("plugin-failed")),
    ("plugin/src/service/upkeep.rs", "{role} runs again", Event("plugin-recovered")),
    ("plugin/src/words.rs", "{suppressed} lines of its output were left out", OWN_WORDS),
    ("plugin/src/words.rs", "{line}", OWN_WORDS),
    ("registry/src/cache.rs", "not used, and pulled again", MACHINE),
    ("registry/src/registry.rs", "not kept, and pulled again the next time", MACHINE),
    ("relay/src/push.rs", "stills are taken there", Event("push-connected")),
    ("relay/src/push.rs", "stills are not taken there: tried again", Event("push-failed")),
    (
        "source/src/noise.rs",
        "{} were left out",
        Nowhere("damage is counted, for each stream, and a camera may have some all the time"),
    ),
    // `sound` and `server` of the event say the same.
    (
        "source/src/rtsp/connect.rs",
        "the camera refuses SETUP of its sound: it is watched without",
        Elsewhere("stream-live", "stream/src/report.rs"),
    ),
    ("source/src/session.rs", "connected", Elsewhere("stream-live", "stream/src/report.rs")),
    ("store/src/keeper.rs", "segments are not stored, and tried again", Event("storage-failed")),
    ("store/src/keeper.rs", "segments are stored again", Event("storage-recovered")),
    ("stream/src/supervisor.rs", "{}", Elsewhere("stream-live", "stream/src/report.rs")),
    ("web/src/links.rs", "a link was made", Event("link-made")),
    ("web/src/listener.rs", "no connection can be accepted for the moment", MACHINE),
    ("web/src/logs.rs", "another filter of the log, asked for by an operator", Event("log-filter-changed")),
    ("web/src/viewers.rs", "told to go by an operator", Event("viewer-kicked")),
];

/// How many lines a reader looks up and down for the event.
const NEAR: usize = 16;

#[test]
fn every_line_of_the_log_is_an_event_too_or_says_why_not() -> Result<()> {
    let mut said = BTreeSet::new();
    let mut wrong = Vec::new();
    for path in sources(Path::new(ROOMS))? {
        let text = std::fs::read_to_string(&path)?;
        let file = path.strip_prefix(ROOMS)?.to_string_lossy().into_owned();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for (line, words) in lines(code) {
            said.insert((file.clone(), words.clone()));
            let known = LINES.iter().find(|(of, known, _)| *of == file && *known == words);
            ensure!(!matches!(known, Some((.., Nowhere("")))), "{file}:{line}: a reason without words");
            let near = || code.lines().skip(line.saturating_sub(NEAR)).take(2 * NEAR).collect::<String>();
            match known.map(|(.., besides)| besides) {
                None => wrong.push(format!("{file}:{line}: {words:?} is no event, and nothing says why")),
                Some(Event(kind)) if !near().contains(&format!("\"{kind}\"")) => {
                    wrong.push(format!("{file}:{line}: no `{kind}` is written near it"));
                }
                Some(Elsewhere(kind, other)) => {
                    let other = std::fs::read_to_string(Path::new(ROOMS).join(other))?;
                    ensure!(other.contains(&format!("\"{kind}\"")), "{file}:{line}: no `{kind}`");
                }
                Some(Event(_) | Nowhere(_)) => {}
            }
        }
    }
    for (file, words, besides) in LINES {
        if !said.contains(&((*file).to_owned(), (*words).to_owned())) {
            wrong.push(format!("{file}: nobody says {words:?} any more"));
        }
        if let Event(kind) | Elsewhere(kind, _) = besides
            && !EVENTS.contains(&format!("`{kind}`"))
        {
            wrong.push(format!("docs/api.md has no `{kind}`"));
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// The sources of all rooms; what is for tests alone is in files or folders of that name.
fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in folder.read_dir()? {
        let path = entry?.path();
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        match path.is_dir() {
            _ if name == "tests" => {}
            true => found.extend(sources(&path)?),
            false if path.extension().is_some_and(|ending| ending == "rs") => found.push(path),
            false => {}
        }
    }
    Ok(found)
}

/// Each line of the log from INFO on that is no error: where it is said, counted from 1, and its words, which are the last text in the macro.
fn lines(code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for begin in ["tracing::info!(", "tracing::warn!("] {
        for (at, _) in code.match_indices(begin) {
            let words = last_text(&code[at + begin.len()..]);
            found.push((code[..at].lines().count(), words));
        }
    }
    found
}

/// The last text up to the bracket that closes this one.
fn last_text(code: &str) -> String {
    let (mut depth, mut text, mut last) = (1, None::<String>, String::new());
    let mut characters = code.chars();
    while let Some(c) = characters.next() {
        match (c, &mut text) {
            ('\\', Some(text)) => text.extend(characters.next()),
            ('"', Some(_)) => last = text.take().unwrap_or_default(),
            (c, Some(text)) => text.push(c),
            ('"', None) => text = Some(String::new()),
            ('(', None) => depth += 1,
            (')', None) => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    last
}

const SOURCE: &str = "source = \"test://?size=192x96&fps=10\"\n";

/// The kinds of the events since the start, with what they are about.
async fn events(program: &Program) -> Result<Vec<Value>> {
    let request = program.request(Method::GET, "/api/events?limit=1000").header("accept", "application/json");
    let list: Value = request.send().await?.error_for_status()?.json().await?;
    Ok(list["events"].as_array().context("events")?.clone())
}

async fn event(program: &Program, kind: &str, count: usize) -> Result<Value> {
    let begun = Instant::now();
    loop {
        let events = events(program).await?;
        if let Some(event) = events.iter().filter(|event| event["kind"] == kind).nth(count - 1) {
            return Ok(event.clone());
        }
        ensure!(begun.elapsed() < LIMIT, "no {count} `{kind}`: {events:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_operators_do_is_told() -> Result<()> {
    let program = Program::start(&format!("[streams.lobby]\n{SOURCE}\n[streams.yard]\n{SOURCE}\n")).await?;
    let mut watching = program.get("/mjpeg/lobby").await?.error_for_status()?;
    watching.chunk().await?.context("a still")?;
    let live = event(&program, "stream-live", 1).await?;
    assert_eq!((&live["data"]["sound"], live["data"].get("server").is_some()), (&Value::Null, true), "{live}");

    let viewers = program.json("/api/streams/lobby/viewers").await?;
    let id = viewers["viewers"][0]["id"].as_u64().context("a viewer")?;
    let kicked = program.request(Method::DELETE, &format!("/api/streams/lobby/viewers/{id}")).send().await?;
    assert!(kicked.status().is_success());
    let told = event(&program, "viewer-kicked", 1).await?;
    assert_eq!((&told["stream"], &told["data"]["viewer"]), (&json!("lobby"), &json!(id)), "{told}");

    let link = program.post("/api/streams/lobby/link?expires_in=60").await?.error_for_status()?;
    let token = link.json::<Value>().await?["token"].as_str().context("a token")?.to_owned();
    let told = event(&program, "link-made", 1).await?;
    assert_eq!((&told["stream"], &told["data"]["action"]), (&json!("lobby"), &json!("view")));
    assert!(!told.to_string().contains(&token), "{told}");

    program.post("/api/streams/lobby/stop").await?.error_for_status()?;
    assert_eq!(event(&program, "stream-held", 1).await?["data"]["what"], "stopped by an operator");
    let filter = program.request(Method::PUT, "/api/logs/level").json(&json!({ "filter": "debug" })).send().await?;
    assert_eq!(filter.status(), StatusCode::OK);
    assert_eq!(event(&program, "log-filter-changed", 1).await?["data"]["filter"], "debug");

    program.apply(&format!("[anonymous]\nview = [\"*\"]\ncontrol = [\"*\"]\n\n[streams.lobby]\n{SOURCE}\n")).await?;
    assert_eq!(event(&program, "access-changed", 1).await?["data"]["users"], 0);
    let removed = event(&program, "stream-removed", 1).await?;
    assert_eq!((&removed["stream"], &removed["data"]["reason"]), (&json!("yard"), &json!("not-configured")));
    Ok(())
}

/// The dashboard shows mistakes until it is told that a file was taken.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_mended_to_what_is_in_force_is_told() -> Result<()> {
    let good = format!("[streams.lobby]\n{SOURCE}\n");
    let program = Program::start(&good).await?;
    program.rewrite("[streams.lobby]\nsource = \"nonsense\"\n")?;
    program.hang_up()?;
    event(&program, "configuration-refused", 1).await?;
    let mistakes = program.json("/api/config").await?;
    assert_eq!(mistakes["file"]["mistakes"].as_array().map(Vec::is_empty), Some(false), "{mistakes}");
    program.rewrite(&good)?;
    program.hang_up()?;
    let loaded = event(&program, "configuration-loaded", 1).await?;
    assert_eq!(loaded["data"]["added"], json!([]), "{loaded}");
    let mended = program.json("/api/config").await?;
    assert_eq!(mended["file"]["mistakes"], json!([]), "{mended}");
    Ok(())
}
