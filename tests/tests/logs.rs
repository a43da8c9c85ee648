//! The log: as JSON, in files, over HTTP, and at another level while it runs.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use framegate_tests::program::{LIMIT, Program};
use framegate_tests::tool::skip;
use futures::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::UnixDatagram;
use tokio::time::timeout;

const STREAM: &str = "[streams.lobby]\nsource = \"test://?size=320x180&fps=10\"\nclose_after = \"0s\"\n";

/// The lines that are kept and wanted.
async fn lines(program: &Program, query: &str) -> Result<Vec<Value>> {
    let list = program.json(&format!("/api/logs?{query}")).await?;
    Ok(list["lines"].as_array().context("no lines")?.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_are_read_by_stream_and_level_and_more_are_said_when_asked_for() -> Result<()> {
    let program = Program::start(&format!(
        "{STREAM}\n[streams.gone]\nsource = \"rtsp://127.0.0.1:9/x\"\nstart_timeout = \"1s\"\n"
    ))
    .await?;
    program.get("/still/lobby.jpg").await?.error_for_status()?;
    program.get("/still/gone.jpg").await?;
    let of_lobby = lines(&program, "stream=lobby").await?;
    ensure!(of_lobby.iter().any(|line| line["message"] == "stream-live" && line["level"] == "info"), "{of_lobby:?}");
    ensure!(of_lobby.iter().all(|line| line["stream"] == "lobby"), "{of_lobby:?}");
    let bad = lines(&program, "level=warn&text=OFFLINE").await?;
    ensure!(bad.iter().any(|line| line["stream"] == "gone"), "{bad:?}");
    let last = bad.last().context("none")?["id"].as_u64().context("an id")?;
    ensure!(lines(&program, &format!("level=warn&stream=gone&after={last}")).await?.len() <= 3);
    ensure!(lines(&program, "limit=1").await?.len() == 1);
    ensure!(program.get("/api/logs?level=loud").await?.status() == 400);

    // What is said at DEBUG is said from the moment on that it is asked for.
    ensure!(lines(&program, "level=debug").await?.iter().all(|line| line["level"] != "debug"));
    ensure!(program.json("/api/logs/level").await? == json!({ "filter": "info" }));
    let set = |filter: &str| program.request(Method::PUT, "/api/logs/level").json(&json!({ "filter": filter })).send();
    ensure!(set("debug").await?.json::<Value>().await? == json!({ "filter": "debug" }));
    program.get("/still/lobby.jpg").await?.error_for_status()?;
    ensure!(lines(&program, "level=debug").await?.iter().any(|line| line["level"] == "debug"));
    ensure!(set("stream=loudly").await?.status() == 400);
    // The file says another.
    program.apply(&format!("{STREAM}\n[log]\nlevel = \"warn\"\n")).await?;
    // It is behind the line that `apply` waits for.
    let begun = std::time::Instant::now();
    while program.json("/api/logs/level").await? != json!({ "filter": "warn" }) {
        ensure!(begun.elapsed() < LIMIT, "another filter");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_along_is_told_at_once() -> Result<()> {
    let program = Program::start(STREAM).await?;
    let request = program.request(Method::GET, "/api/logs?stream=lobby").header("accept", "text/event-stream");
    let mut told = request.send().await?.error_for_status()?.bytes_stream();
    program.get("/still/lobby.jpg").await?.error_for_status()?;
    let mut text = String::new();
    while !text.contains("\"stream-live\"") {
        text += std::str::from_utf8(&told.next().await.context("it ended")??)?;
    }
    ensure!(text.contains("id: ") && text.contains("\ndata: {"), "{text}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_are_objects_and_are_written_to_a_file_too() -> Result<()> {
    let program =
        Program::start(&format!("{STREAM}\n[log]\nformat = \"json\"\nfile = \"logs/framegate.log\"\nkeep = 2\n"))
            .await?;
    program.get("/still/lobby.jpg").await?.error_for_status()?;
    let log = program.log();
    let said: Vec<Value> =
        log.lines().filter(|line| line.starts_with('{')).map(serde_json::from_str).collect::<Result<_, _>>()?;
    let live = said.iter().find(|line| line["message"] == "stream-live").context("not said")?;
    ensure!(live["stream"] == "lobby" && live["level"] == "info" && live["state"] == "live", "{live}");
    ensure!(live["time"].as_str().is_some_and(|time| time.ends_with('Z')), "{live}");
    let folder = program.folder().join("logs");
    let files: Vec<_> = std::fs::read_dir(&folder)?.collect::<Result<_, _>>()?;
    let [file] = files.as_slice() else { anyhow::bail!("{files:?}") };
    let name = file.file_name().into_string().map_err(|name| anyhow::anyhow!("{name:?}"))?;
    ensure!(name.starts_with("framegate.2") && name.ends_with(".log"), "{name}");
    let written = std::fs::read_to_string(file.path())?;
    ensure!(
        written.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()) && written.contains("stream-live"),
        "{written}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_written_is_told_at_the_start() -> Result<()> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("logs"), "no folder")?;
    let refused = Program::start_in(folder, &format!("{STREAM}\n[log]\nfile = \"logs/framegate.log\"\n")).await;
    let error = format!("{:#}", refused.err().context("it started")?);
    ensure!(error.contains("`log.file`") && error.contains("cannot be written"), "{error}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_full_is_followed_by_another_and_the_oldest_goes() -> Result<()> {
    const MOST: u64 = 64 << 10;
    let log = "[log]\nlevel = \"debug\"\nfile = \"logs/framegate.log\"\nmax_size = \"64KiB\"\nkeep = 2\n";
    let program = Program::start(&format!("{STREAM}\n{log}")).await?;
    let folder = program.folder().join("logs");
    let files = || -> Result<Vec<(String, u64)>> {
        let entries = std::fs::read_dir(&folder)?.collect::<Result<Vec<_>, _>>()?;
        // One that is gone meanwhile was the oldest.
        let there = entries.iter().filter_map(|entry| Some((entry, entry.metadata().ok()?.len())));
        Ok(there.map(|(entry, length)| (entry.file_name().to_string_lossy().into_owned(), length)).collect())
    };
    // Each answer is a line of more than fifty bytes: four files of them.
    for _ in 0..4 * MOST / 50 {
        program.get("/nonsense").await?;
        let there = files()?;
        ensure!(there.len() <= 3 && there.iter().all(|(_, bytes)| *bytes <= MOST), "{there:?}");
        if there.iter().any(|(name, _)| name.ends_with(".2.log")) && there.len() == 2 {
            return Ok(());
        }
    }
    anyhow::bail!("{:?}", files()?)
}

/// Where programs write to the journal of systemd (<https://systemd.io/JOURNAL_NATIVE_PROTOCOL/>).
const JOURNAL: &str = "/run/systemd/journal/socket";

/// The file of a socket that this test made.
struct Bound;

impl Drop for Bound {
    fn drop(&mut self) {
        _ = std::fs::remove_file(JOURNAL);
    }
}

/// What a message has: `NAME=value`, or a name, the length in eight bytes and so many of the value, each with a line end.
fn fields(mut message: &[u8]) -> Result<BTreeMap<String, String>> {
    let mut fields = BTreeMap::new();
    while !message.is_empty() {
        let end = message.iter().position(|byte| *byte == b'\n').context("no line end")?;
        let (line, behind) = (&message[..end], &message[end + 1..]);
        let (name, value, rest) = match line.iter().position(|byte| *byte == b'=') {
            Some(at) => (&line[..at], &line[at + 1..], behind),
            None => {
                let (length, behind) = behind.split_first_chunk().context("no length")?;
                let length = usize::try_from(u64::from_le_bytes(*length))?;
                let (value, rest) = behind.split_at_checked(length).context("a value that is cut off")?;
                (line, value, rest.strip_prefix(b"\n").context("no line end behind a value")?)
            }
        };
        fields.insert(String::from_utf8(name.to_vec())?, String::from_utf8(value.to_vec())?);
        message = rest;
    }
    Ok(fields)
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_go_to_the_journal_of_systemd_with_their_fields() -> Result<()> {
    let test = "lines_go_to_the_journal_of_systemd_with_their_fields";
    if std::path::Path::new(JOURNAL).exists() {
        skip(test, "this machine has a journal of its own");
        return Ok(());
    }
    let folder = std::path::Path::new(JOURNAL).parent().context("a folder")?;
    let Ok(journal) = std::fs::create_dir_all(folder).and_then(|()| UnixDatagram::bind(JOURNAL)) else {
        skip(test, "its socket can be made by the administrator alone");
        return Ok(());
    };
    let _bound = Bound;
    let program = Program::start(&format!("{STREAM}\n[log]\nformat = \"journald\"\n")).await?;
    program.get("/still/lobby.jpg").await?.error_for_status()?;
    let mut message = vec![0; 1 << 16];
    loop {
        let length = timeout(LIMIT, journal.recv(&mut message)).await.context("no such line")??;
        let fields = fields(&message[..length])?;
        let is = |name: &str, value: &str| fields.get(name).is_some_and(|said| said == value);
        if !is("MESSAGE", "stream-live") {
            continue;
        }
        let said = [("SYSLOG_IDENTIFIER", "framegate"), ("PRIORITY", "5"), ("F_STREAM", "lobby"), ("F_STATE", "live")];
        for (name, value) in said {
            ensure!(is(name, value), "{name} is not {value}: {fields:?}");
        }
        return Ok(());
    }
}
