//! `framegate plugin test`, `bench` and `dev`, as a person at a terminal uses them.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use framegate_tests::client::Viewer;
use framegate_tests::program::{self, Program};
use framegate_tests::{still, tool, workshop};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio::sync::mpsc;
use workbench::{Language, Role};

/// One command compiles a bundled plugin, or a component out of Python, beside other tests.
const LIMIT: Duration = Duration::from_secs(180);

/// What a command said, and how it ended.
struct Said {
    out: String,
    err: String,
    status: Option<i32>,
}

async fn framegate(folder: &Path, words: &[&str]) -> Result<Said> {
    let mut command = Command::new(program::path()?);
    let output = tool::run(command.current_dir(folder).arg("plugin").args(words), LIMIT).await?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ok(Said { out: text(output.stdout), err: text(output.stderr), status: output.status.code() })
}

fn lines(path: &Path) -> Result<Vec<Value>> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    Ok(text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

/// A server that answers `/words` with a feed, and tells what is posted to `/`; what else is asked for is not there.
async fn server() -> Result<(String, mpsc::Receiver<Value>)> {
    let (to, posted) = mpsc::channel(16);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            tokio::spawn(answer(connection, to.clone()));
        }
    });
    Ok((address, posted))
}

async fn answer(connection: TcpStream, to: mpsc::Sender<Value>) -> Result<()> {
    let mut connection = BufReader::new(connection);
    let (mut request, mut length, mut line) = (String::new(), 0, String::new());
    connection.read_line(&mut request).await?;
    while connection.read_line(&mut line).await? > 2 {
        if let Some((_, value)) = line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length")) {
            length = value.trim().parse()?;
        }
        line.clear();
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body).await?;
    let (status, said) = match request.split(' ').take(2).collect::<Vec<_>>()[..] {
        ["GET", "/words"] => ("200 OK", r#"{"message": "from the feed"}"#),
        ["POST", "/"] => {
            to.send(serde_json::from_slice(&body).unwrap_or_default()).await?;
            ("200 OK", "")
        }
        _ => ("404 Not Found", ""),
    };
    let length = said.len();
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{said}");
    Ok(connection.write_all(head.as_bytes()).await?)
}

#[tokio::test]
async fn a_filter_leaves_pictures_lines_and_a_table_and_is_held_against_them_the_next_time() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let scene = "test://?size=320x180&fps=10";
    let words = ["test", "clock", "--input", scene, "--length", "2", "--stills", "4"];
    let said = framegate(folder.path(), &[&words[..], &["--out", "out"]].concat()).await?;
    ensure!(said.status == Some(0) && said.err.is_empty(), "no progress where no terminal is: {}", said.err);
    for words in ["clock 0.1.0", "20: 20 shown", "p50 ", "p99 ", "memory", "faults      none"] {
        ensure!(said.out.contains(words), "{words}: {}", said.out);
    }
    let out = folder.path().join("out");
    let seen = lines(&out.join("pictures.jsonl"))?;
    ensure!(seen.len() == 20 && seen[3]["verdict"] == "shown" && seen[10]["pts_ms"] == 1000.0, "{:?}", seen[10]);
    let pictures = std::fs::read_dir(out.join("pictures"))?.count();
    ensure!(pictures == 8, "{pictures}");
    let [before, after] = ["before", "after"].map(|when| std::fs::read(out.join(format!("pictures/00015-{when}.png"))));
    let [before, after] = [still::decode(&before?), still::decode(&after?)];
    let drawn = before.samples().iter().zip(after.samples()).filter(|(a, b)| a != b).count();
    ensure!((200..20_000).contains(&drawn), "{drawn} samples were drawn");

    // What came of it is what is expected: it is the same the next time, and not with other options.
    let expected = [&words[..], &["--expect", "out/expect.toml"]].concat();
    let again = framegate(folder.path(), &expected).await?;
    ensure!(again.status == Some(0) && again.out.ends_with("as expected\n"), "{}{}", again.out, again.err);
    let other = framegate(folder.path(), &[&expected[..], &["--options", "{ text = \"other\" }"]].concat()).await?;
    ensure!(other.status == Some(1) && other.err.matches("its samples hash to").count() == 4, "{}", other.err);
    let later = framegate(folder.path(), &[&expected[..], &["--at", "2026-03-02T08:59:50Z"]].concat()).await?;
    ensure!(later.status == Some(1), "the clock shows another time");
    Ok(())
}

#[tokio::test]
async fn a_plugin_that_fails_is_not_as_expected_unless_that_is_written() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let guest = test_components::file("trap").to_str().context("UTF-8")?;
    let words = ["test", guest, "--input", "test://?size=320x180&fps=10", "--length", "12"];
    let said = framegate(folder.path(), &[&words[..], &["--out", "out"]].concat()).await?;
    ensure!(said.status == Some(1) && said.err.contains("`faults`: at most 0 were expected"), "{}", said.err);
    ensure!(said.out.contains("trap"), "{}", said.out);
    // Back-off counts by the time of the pictures, however fast they are shown: 1, 2 and 4 s lie within twelve.
    let report: Value = serde_json::from_slice(&std::fs::read(folder.path().join("out/report.json"))?)?;
    ensure!(report["faults"]["trap"].as_u64() >= Some(3), "{report}");
    std::fs::write(folder.path().join("expect.toml"), "[limits]\nfaults = 100\n")?;
    let said = framegate(folder.path(), &[&words[..], &["--expect", "expect.toml"]].concat()).await?;
    ensure!(said.status == Some(0), "{}", said.err);
    Ok(())
}

/// A PNG whose headers are good, and whose samples are not.
fn damaged_png() -> Vec<u8> {
    let mut png = std::fs::read(workshop::root().join("tests/media/dot.png")).expect("a file of the tests");
    let at = png.windows(4).position(|four| four == b"IDAT").expect("a PNG has samples");
    png[at + 6..at + 9].fill(0xff);
    png
}

#[tokio::test]
async fn mistakes_end_with_2_and_say_what_to_do() -> Result<()> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("expect.toml"), "[limits]\nfault = 1\n")?;
    std::fs::write(folder.path().join("clip.mp4"), "no clip")?;
    // A PNG by its headers, with nothing in it.
    std::fs::create_dir(folder.path().join("stills"))?;
    std::fs::write(folder.path().join("stills/a.png"), damaged_png())?;
    for (words, told) in [
        (&["test", "clock", "--options", "{ texd = \"a\" }"][..], "/texd: unknown field"),
        (&["test", "clock", "--set", "memory = \"8\""], "memory = \"8\""),
        (&["test", "webhook"], "--set 'grants.http = [\"HOST:PORT\"]'"),
        (&["test", "nowhere.wasm"], "there is no file nowhere.wasm"),
        (&["test", "motion-gat"], "did you mean `motion-gate`?"),
        (&["test", "."], "is a folder"),
        (&["test", "clock", "--options", "text = 3"], "a table in braces"),
        (&["test", "clock", "--set", "[streams.a]"], "a line of the plugin's own section"),
        (&["test", "clock", "--length", "0.01", "--input", "test://?fps=1"], "no picture could be shown"),
        (&["test", "clock", "--input", "stills", "--out", "."], "name another"),
        (&["bench", "clock", "--input", "stills"], "no picture could be shown"),
        (&["test", "clock", "--input", "nowhere.mp4"], "nowhere.mp4"),
        (&["test", "clock", "--input", "clip.mp4"], "neither an mp4 file nor"),
        (&["test", "clock", "--input", "."], "there is no JPEG, WebP or PNG"),
        (&["test", "clock", "--expect", "expect.toml"], "unknown field `fault`"),
        (&["test", "format-choice"], "it is: format policy"),
        (&["bench", "format-choice"], "it is: format policy"),
    ] {
        let said = framegate(folder.path(), words).await?;
        ensure!(said.status == Some(2) && said.err.contains(told), "{words:?} {:?}: {}", said.status, said.err);
        ensure!(said.out.is_empty(), "{}", said.out);
    }
    Ok(())
}

#[tokio::test]
async fn an_event_sink_is_given_events_from_a_file() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (address, mut posted) = server().await?;
    std::fs::write(
        folder.path().join("events.jsonl"),
        "{\"kind\": \"gate-opened\", \"data\": {\"count\": 3}}\n\n{\"kind\": \"line-crossed\"}\n",
    )?;
    let options = format!("{{ url = \"http://{address}/\" }}");
    let words = ["test", "webhook", "--input", "events.jsonl", "--options", &options];
    let grant = format!("grants.http = [\"{address}\"]");
    let said = framegate(folder.path(), &[&words[..], &["--set", &grant]].concat()).await?;
    ensure!(said.status == Some(0) && said.out.contains("2 calls, 2 succeeded"), "{}{}", said.out, said.err);
    let (first, second) = (posted.recv().await.context("posted")?, posted.recv().await.context("posted")?);
    ensure!(first["kind"] == "gate-opened" && first["data"]["count"] == 3, "{first}");
    ensure!(second["kind"] == "line-crossed", "{second}");

    // Nobody takes it there: the sink refuses for good, and that is not as expected.
    let options = format!("{{ url = \"http://{address}/nowhere\" }}");
    let words = ["test", "webhook", "--input", "events.jsonl", "--options", &options, "--set", &grant, "--out", "out"];
    let said = framegate(folder.path(), &words).await?;
    ensure!(said.status == Some(1) && said.err.contains("2 events were not delivered"), "{}{}", said.out, said.err);
    ensure!(said.out.contains("404") && folder.path().join("out/report.json").is_file(), "{}", said.out);
    Ok(())
}

/// The example in Go, against a server: what a route wants is posted to its place, what none wants is taken and posted nowhere.
#[tokio::test]
async fn the_event_router_posts_to_the_places_that_want_an_event() -> Result<()> {
    if !workshop::can_build(Language::Go, "plugin_trial::the_event_router") {
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let project = workshop::copy("event-router", folder.path())?;
    let (component, _) = workshop::build(&project, Language::Go).await?;
    let (address, mut posted) = server().await?;
    std::fs::write(
        folder.path().join("events.jsonl"),
        "{\"kind\": \"stream-live\"}\n{\"kind\": \"gate-opened\", \"data\": {\"count\": 3}}\n{\"kind\": \"line-crossed\"}\n",
    )?;
    let options = format!(
        "{{ routes = [{{ kind = \"gate-*\", url = \"http://{address}/\" }}, {{ kind = \"line-crossed\", stream = \"yard-*\", url = \"http://{address}/\" }}] }}"
    );
    let grant = format!("grants.http = [\"{address}\"]");
    let component = component.to_str().context("UTF-8")?;
    let words = ["test", component, "--input", "events.jsonl", "--options", &options, "--set", &grant];
    let said = framegate(folder.path(), &words).await?;
    ensure!(said.status == Some(0) && said.out.contains("3 calls, 3 succeeded"), "{}{}", said.out, said.err);
    let only = posted.recv().await.context("posted")?;
    ensure!(only["kind"] == "gate-opened" && only["stream"] == "trial" && only["data"]["count"] == 3, "{only}");
    ensure!(posted.try_recv().is_err(), "another event was wanted by nobody");
    Ok(())
}

#[tokio::test]
async fn a_poller_beside_pictures_ticks_before_the_first_of_them() -> Result<()> {
    if !workshop::can_build(Language::JavaScript, "plugin_trial::a_poller") {
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let project = workshop::copy("feed-banner", folder.path())?;
    let (component, _) = workshop::build(&project, Language::JavaScript).await?;
    let (address, _posted) = server().await?;
    let grant = format!("grants.http = [\"{address}\"]");
    let component = component.to_str().context("UTF-8")?;
    let shown = async |url: &str, out: &str| -> Result<Said> {
        let options = format!("{{ url = \"{url}\", field = \"/message\", fallback = \"\" }}");
        let words = ["test", component, "--set", &grant, "--options", &options, "--length", "0.2", "--out", out];
        framegate(folder.path(), &words).await
    };
    let said = shown(&format!("http://{address}/words"), "out").await?;
    ensure!(said.status == Some(0) && said.out.contains("1 succeeded"), "{}{}", said.out, said.err);
    let said = shown(&format!("http://{address}/nowhere"), "without").await?;
    ensure!(said.out.contains("0 succeeded") && said.out.contains("404"), "{}{}", said.out, said.err);
    let picture = |out: &str| -> Result<_> {
        Ok(still::decode(&std::fs::read(folder.path().join(out).join("pictures/00000-after.png"))?))
    };
    ensure!(picture("out")?.samples() != picture("without")?.samples(), "the feed's words are in the first picture");
    Ok(())
}

/// What its author sees of a mistake in Python: what was printed, the line, and the exception.
#[tokio::test]
async fn an_exception_in_python_is_told_with_its_line() -> Result<()> {
    if !workshop::can_build(Language::Python, "plugin_trial::an_exception_in_python") {
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let project = workshop::new(folder.path(), Language::Python, Role::Filter, "my-text").await?;
    let source = project.join("plugin.py");
    let text = std::fs::read_to_string(&source)?;
    let line = "        height = picture.size().height\n";
    ensure!(text.contains(line), "{text}");
    std::fs::write(
        &source,
        text.replace(line, &format!("{line}        print(\"height\", height)\n        nosuch.thing()\n")),
    )?;
    let (component, _) = workshop::build(&project, Language::Python).await?;
    let words = ["test", component.to_str().context("UTF-8")?, "--input", "test://?size=320x180", "--length", "0.1"];
    let said = framegate(folder.path(), &words).await?;
    ensure!(said.status == Some(1), "{}", said.out);
    for words in ["height 180", "plugin.py", "in process", "NameError: name 'nosuch' is not defined"] {
        ensure!(said.err.contains(words), "{words}: {}", said.err);
    }
    Ok(())
}

#[tokio::test]
async fn a_bench_has_calls_start_memory_and_chains() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let said = framegate(folder.path(), &["bench", "clock", "--each", "0.1", "--json"]).await?;
    let costs: Value = serde_json::from_str(&said.out).with_context(|| said.err.clone())?;
    let sizes: Vec<_> = costs["calls"].as_array().context("calls")?.iter().map(|calls| &calls["size"]).collect();
    ensure!(sizes == ["640x360", "1280x720", "1920x1080"], "{sizes:?}");
    for call in costs["calls"].as_array().context("calls")? {
        let figure = |name: &str| call["timing"][name].as_f64().unwrap_or(-1.0);
        ensure!(figure("calls") >= 20.0 && figure("p50_us") > 0.1 && figure("p50_us") <= figure("p99_us"), "{call}");
    }
    ensure!(costs["start_us"].as_f64() > Some(1.0) && costs["memory"].as_u64() > Some(60_000), "{costs}");
    let links: Vec<_> = costs["chains"].as_array().context("chains")?.iter().map(|chain| chain[0].as_u64()).collect();
    ensure!(links == [1, 2, 4, 8, 16].map(Some), "{links:?}");
    ensure!(costs["resident"].as_array().map(Vec::len) == Some(3), "{costs}");
    let said = framegate(folder.path(), &["bench", "clock", "--each", "0.1"]).await?;
    ensure!(said.out.contains("one core is enough for") && said.out.contains("a chain of 16"), "{}", said.out);
    Ok(())
}

/// Until a still has the samples that `is_so` wants.
async fn until(
    viewer: &mut Viewer,
    what: &str,
    mut is_so: impl FnMut(&codec::Picture) -> bool,
) -> Result<codec::Picture> {
    let waiting = async {
        loop {
            let picture = still::decode(&viewer.still().await?);
            if is_so(&picture) {
                return anyhow::Ok(picture);
            }
        }
    };
    tokio::time::timeout(LIMIT, waiting).await.with_context(|| what.to_owned())?
}

/// Samples of the upper left corner, where the template writes, that are bright.
fn bright(picture: &codec::Picture) -> usize {
    let luma = &picture.planes()[0];
    let rows = luma.data.chunks(luma.stride).take(60);
    rows.flat_map(|row| &row[..200]).filter(|sample| **sample > 225).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn dev_builds_at_each_save_and_goes_on_with_the_last_that_was_good() -> Result<()> {
    if !workshop::can_build(Language::C, "plugin_trial::dev") {
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let project = workshop::new(folder.path(), Language::C, Role::Filter, "my-text").await?;
    // The file is the person's: a free port, a still scene that is dark where the text is.
    std::fs::write(
        project.join("dev.toml"),
        "[server]\nlisten = \"127.0.0.1:0\"\n[plugins.my-text]\ncomponent = \"my-text.wasm\"\n[streams.dev]\nsource = \"push\"\n\
         plugins = [{ use = \"my-text\", options = {} }]\n",
    )?;
    let source = project.join("plugin.c");
    let good = std::fs::read_to_string(&source)?;
    let words = ["plugin", "dev", "my-text", "--no-open", "--source", "test://?size=640x360&fps=10"];
    let program = Program::start_command(folder, &words, &[]).await?;
    program.logs("/watch/dev").await?;
    let mut viewer = Viewer::connect(&program, "dev?format=jpeg").await?;
    let first = bright(&until(&mut viewer, "a text", |picture| bright(picture) > 20).await?);

    let larger = good.replace("height / 15", "height / 5");
    ensure!(larger != good);
    std::fs::write(&source, &larger)?;
    let now = bright(&until(&mut viewer, "a larger text", |picture| bright(picture) > first * 3).await?);

    std::fs::write(&source, larger.clone() + "\nno C;\n")?;
    program.logs("the one before goes on").await?;
    ensure!(program.log().contains("plugin.c:"), "the compiler's words: {}", program.log());
    let still = bright(&still::decode(&viewer.still().await?));
    ensure!(still.abs_diff(now) < now / 4, "{now}, {still}");

    std::fs::write(&source, &good)?;
    until(&mut viewer, "the small text again", |picture| bright(picture) < first * 2).await?;
    let file = std::fs::read_to_string(project.join("dev.toml"))?;
    ensure!(file.contains("source = \"test://?size=640x360&fps=10\""), "{file}");
    Ok(())
}
