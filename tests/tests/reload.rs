//! Plugins and their options change under the viewers' feet: nobody is lost, nothing is shown unfiltered, and what is not good is not taken.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use framegate_tests::client::{Message, Multipart, Problem, Viewer};
use framegate_tests::program::Program;
use framegate_tests::still;
use serde_json::Value;
use tokio::task::JoinHandle;

const SOURCE: &str = "source = \"test://?size=320x180&fps=20\"";
/// What a viewer's connection may hold that was handed to it before.
const ON_ITS_WAY: Duration = Duration::from_millis(250);

/// A component with a section of no meaning at its end: other bytes, and it does the same.
fn build(name: &str, number: u128) -> Vec<u8> {
    let mut bytes = test_components::bytes(name).to_vec();
    let content = [&[1, b'n'][..], &number.to_le_bytes()].concat();
    bytes.extend([0, content.len() as u8]);
    bytes.extend(content);
    bytes
}

/// A number that no other run had, so that nothing of this build is in the cache.
fn nonce() -> u128 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock").as_nanos()
}

/// A stream whose left half is covered by `plugin.wasm` in this colour.
fn masked(color: &str) -> String {
    let areas = "areas = [{ x = 0, y = 0, width = 50, height = 100 }]";
    format!(
        "[plugins.mask]\ncomponent = \"./plugin.wasm\"\n\n[streams.lobby]\n{SOURCE}\n\
         plugins = [{{ use = \"mask\", options = {{ {areas}, color = \"{color}\" }} }}]\n"
    )
}

/// A program whose `plugin.wasm` is this.
async fn start(component: &[u8], sections: &str) -> Result<Program> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("plugin.wasm"), component)?;
    Program::start_in(folder, sections).await
}

/// The darkest and the brightest luma of the left half, a margin for lossy coding left out.
fn left_half(body: &[u8]) -> (u8, u8) {
    let picture = still::decode(body);
    let [luma, ..] = picture.planes();
    let (width, height) = (luma.size.width as usize / 2 - 16, luma.size.height as usize);
    let rows = (0..height).map(|row| &luma.data[row * luma.stride..][..width]);
    rows.flatten().fold((u8::MAX, 0), |(least, most), sample| (least.min(*sample), most.max(*sample)))
}

/// Whether the left half is bright all over, which the scene never is.
fn is_masked(body: &[u8]) -> bool {
    left_half(body).0 > 190
}

/// Whether the left half is dark all over.
fn is_dark(body: &[u8]) -> bool {
    left_half(body).1 < 80
}

/// Someone who watches until told to stop, and looks at each still.
struct Watcher {
    seen: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    watching: JoinHandle<Result<Vec<(Instant, bool)>>>,
}

/// How someone watches.
enum Output {
    WebSocket(Box<Viewer>),
    Mjpeg(Multipart),
}

impl Output {
    /// The next still. None when nothing came for a while.
    async fn next(&mut self) -> Result<Option<Bytes>> {
        match self {
            Self::WebSocket(viewer) => match viewer.next().await? {
                Message::Still(still) => Ok(Some(still)),
                Message::Text(_) => Ok(None),
                Message::Closed(code) => anyhow::bail!("closed with {code}"),
            },
            Self::Mjpeg(image) => Ok(Some(image.next().await?.body)),
        }
    }
}

impl Watcher {
    /// Begins to watch, and has seen a still when it returns.
    async fn begin(mut output: Output) -> Result<Self> {
        let (seen, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (counted, stopped) = (seen.clone(), stop.clone());
        let watching = tokio::spawn(async move {
            let mut looks = Vec::new();
            while !stopped.load(Ordering::Acquire) {
                if let Some(body) = output.next().await? {
                    let came = Instant::now();
                    looks.push((came, is_masked(&body)));
                    counted.fetch_add(1, Ordering::AcqRel);
                }
            }
            Ok(looks)
        });
        let watcher = Self { seen, stop, watching };
        watcher.sees(1).await?;
        Ok(watcher)
    }

    /// Waits until it has seen so many more.
    async fn sees(&self, more: u64) -> Result<()> {
        let enough = self.seen.load(Ordering::Acquire) + more;
        let limit = Instant::now() + Duration::from_secs(20);
        while self.seen.load(Ordering::Acquire) < enough {
            ensure!(!self.watching.is_finished(), "a viewer was lost");
            ensure!(Instant::now() < limit, "a viewer sees nothing new");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// What it saw: when, and whether it was masked.
    async fn end(self) -> Result<Vec<(Instant, bool)>> {
        self.stop.store(true, Ordering::Release);
        self.watching.await?
    }
}

/// Viewers of all outputs that last.
async fn watchers(program: &Program, count: usize) -> Result<Vec<Watcher>> {
    let mut watchers = Vec::new();
    for n in 0..count {
        let output = match n % 5 {
            4 => Output::Mjpeg(Multipart::connect(program, "lobby").await?),
            3 => Output::WebSocket(Box::new(Viewer::connect(program, "lobby?format=webp").await?)),
            _ => Output::WebSocket(Box::new(Viewer::connect(program, "lobby?format=jpeg").await?)),
        };
        watchers.push(Watcher::begin(output).await?);
    }
    Ok(watchers)
}

/// The plugin of the stream, as `GET /api/streams/lobby` has it.
async fn mask(program: &Program) -> Result<Value> {
    Ok(program.stream("lobby").await?["plugins"][0].clone())
}

async fn reload(program: &Program, plugin: &str) -> Result<reqwest::Response> {
    program.post(&format!("/api/plugins/{plugin}/reload")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plugin_makes_the_next_pictures_within_a_second() -> Result<()> {
    let sections = |options: &str| {
        format!(
            "[plugins.p]\ncomponent = \"./plugin.wasm\"\n[streams.lobby]\n{SOURCE}\nplugins = [{{ use = \"p\", options = {{ {options} }} }}]\n"
        )
    };
    let program = start(test_components::bytes("clock"), &sections("")).await?;
    let mut viewer = Viewer::connect(&program, "lobby?format=jpeg").await?;
    ensure!(!is_masked(&viewer.still().await?), "a clock covers no half of the picture");
    let saved = Instant::now();
    program.replace("plugin.wasm", &build("trap", nonce()))?;
    program.rewrite(&sections("after = 100000"))?;
    while !is_masked(&viewer.still().await?) {}
    let took = saved.elapsed();
    println!("from saving the file to the first picture by the new plugin: {took:?}");
    assert!(took < Duration::from_secs(1), "{took:?} from saving the file to the first picture by the new plugin");
    let listed = program.json("/api/plugins").await?;
    assert_eq!(listed["plugins"][0]["streams"][0]["stream"], "lobby", "{listed}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn new_options_alone_reach_the_running_instance() -> Result<()> {
    let program = start(test_components::bytes("privacy-mask"), &masked("#ffffff")).await?;
    let mut viewer = Viewer::connect(&program, "lobby?format=jpeg").await?;
    ensure!(is_masked(&viewer.still().await?), "it is masked from the first");
    viewer.still().await?;
    let before = mask(&program).await?;
    let other = Viewer::connect(&program, "lobby?format=jpeg").await?;
    program.rewrite(&masked("#101010"))?;
    while !is_dark(&viewer.still().await?) {}
    let after = mask(&program).await?;
    assert_eq!(after["restarts"], before["restarts"], "{after}");
    assert!(after["calls"].as_u64() > before["calls"].as_u64(), "its counters go on: {before} {after}");
    assert_eq!(after["health"], "ok", "{after}");
    drop(other);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_reloads_lose_no_viewer_show_nothing_unfiltered_and_keep_no_memory() -> Result<()> {
    /// Allocators keep some of what they gave once: a hundred instances that were kept would be 100 × 70 kB of guest memory and as many times 0.5 MB of code.
    const GROWTH: u64 = 24 << 20;
    /// The first reloads fill caches.
    const WARM: u32 = 20;
    let builds = [build("privacy-mask", nonce()), build("privacy-mask", nonce() + 1)];
    let program = start(&builds[0], &masked("#ffffff")).await?;
    let watchers = watchers(&program, 10).await?;
    let mut warm = 0;
    let mut slowest = Duration::ZERO;
    for n in 1..=100_u32 {
        program.replace("plugin.wasm", &builds[n as usize % 2])?;
        if n.is_multiple_of(10) {
            let color = if n.is_multiple_of(20) { "#ffffff" } else { "#f8f8f8" };
            program.rewrite(&masked(color))?;
        }
        let begin = Instant::now();
        let answer: Value = reload(&program, "mask").await?.error_for_status()?.json().await?;
        slowest = slowest.max(begin.elapsed());
        assert_eq!(answer["sha256"].as_str().map(str::len), Some(64), "{answer}");
        assert_eq!(answer["streams"][0]["stream"], "lobby", "{answer}");
        watchers[n as usize % 10].sees(1).await?;
        if n == WARM {
            warm = program.resident_bytes()?;
        }
    }
    let grown = program.resident_bytes()?.saturating_sub(warm);
    println!(
        "100 reloads: the slowest answer took {slowest:?}, memory grew by {} KiB behind the {WARM}th",
        grown >> 10
    );
    for watcher in &watchers {
        watcher.sees(2).await?;
    }
    for watcher in watchers {
        let looks = watcher.end().await?;
        assert!(looks.len() > 50, "{} stills", looks.len());
        assert!(looks.iter().all(|(_, masked)| *masked), "somebody saw what the mask hides");
    }
    assert!(grown < GROWTH, "{grown} bytes more than behind the {WARM}th of 100 reloads");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mask_that_is_added_by_file_hides_from_then_on_on_every_output() -> Result<()> {
    let program = start(test_components::bytes("privacy-mask"), &format!("[streams.lobby]\n{SOURCE}\n")).await?;
    let watchers = watchers(&program, 5).await?;
    program.rewrite(&masked("#ffffff"))?;
    program.logs("the new configuration is in force").await?;
    let answered = Instant::now();
    hides(&program, watchers, answered).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_becomes_a_filter_hides_when_the_answer_is_there() -> Result<()> {
    // The diary takes the same options, and only looks.
    let program = start(test_components::bytes("diary"), &masked("#ffffff")).await?;
    let watchers = watchers(&program, 5).await?;
    program.replace("plugin.wasm", test_components::bytes("privacy-mask"))?;
    let answer: Value = reload(&program, "mask").await?.error_for_status()?.json().await?;
    let answered = Instant::now();
    assert_eq!(answer["roles"], serde_json::json!(["filter"]), "{answer}");
    hides(&program, watchers, answered).await
}

/// Nobody sees anything unmasked from a moment on, and everybody saw it before.
async fn hides(program: &Program, watchers: Vec<Watcher>, since: Instant) -> Result<()> {
    // Who asks has nothing on its way.
    for format in ["jpg", "webp"] {
        let body = program.get(&format!("/still/lobby.{format}")).await?.error_for_status()?.bytes().await?;
        assert!(is_masked(&body), "/still/lobby.{format}");
    }
    let mut late = Viewer::connect(program, "lobby?format=jpeg&width=320").await?;
    assert!(is_masked(&late.still().await?), "one who came behind it");
    for watcher in &watchers {
        watcher.sees(20).await?;
    }
    for watcher in watchers {
        let looks = watcher.end().await?;
        assert!(looks.iter().any(|(_, masked)| !masked), "nothing was masked before");
        let open = looks.iter().filter(|(came, masked)| !masked && *came > since + ON_ITS_WAY);
        assert_eq!(open.count(), 0, "stills without the mask");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_bad_is_not_taken_and_the_old_one_goes_on() -> Result<()> {
    let good = test_components::bytes("privacy-mask");
    let program = start(good, &masked("#ffffff")).await?;
    let watchers = watchers(&program, 2).await?;
    let cases: [(&str, &[u8], &str); 3] = [
        ("no component", b"this is no component", "no WebAssembly component"),
        ("one that does not take its options", test_components::bytes("clock"), "areas"),
        ("one that traps when it is given them", test_components::bytes("bad-start"), "it never starts"),
    ];
    for (what, component, said) in cases {
        program.replace("plugin.wasm", component)?;
        let problem = Problem::read(reload(&program, "mask").await?).await?;
        assert_eq!((problem.status, problem.kind.as_str()), (409, "plugin-refused"), "{what}: {problem:?}");
        let detail = problem.body["detail"].as_str().unwrap_or_default();
        assert!(detail.contains(said) && detail.contains("goes on"), "{what}: {detail}");
        watchers[0].sees(3).await?;
    }
    program.replace("plugin.wasm", good)?;
    reload(&program, "mask").await?.error_for_status()?;

    program.rewrite("[streams.lobby]\nsource = \"nonsense://\"\nmax_viewer = 3\n")?;
    for mistake in ["streams.lobby.source", "max_viewer"] {
        program.logs(mistake).await.context("every mistake is told")?;
    }
    program.logs("not taken, everything goes on as it was").await?;
    watchers[1].sees(3).await?;
    let unknown = Problem::read(reload(&program, "nobody").await?).await?;
    assert_eq!((unknown.status, unknown.kind.as_str()), (404, "unknown-plugin"));
    for watcher in watchers {
        let looks = watcher.end().await?;
        assert!(looks.iter().all(|(_, masked)| *masked), "the old mask was gone for a while");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_come_and_go_with_the_file_and_the_others_notice_nothing() -> Result<()> {
    let stream = |name: &str| format!("[streams.{name}]\n{SOURCE}\n");
    let program = Program::start(&(stream("lobby") + &stream("yard"))).await?;
    let mut staying = Viewer::connect(&program, "lobby").await?;
    let mut leaving = Viewer::connect(&program, "yard").await?;
    staying.still().await?;
    leaving.still().await?;
    let before = program.stream("lobby").await?;
    program.rewrite(&(stream("lobby") + "max_viewers = 9\n" + &stream("gate")))?;
    let (_, code) = leaving.until_closed().await?;
    assert_eq!(code, 1001, "the stream ends");
    program.logs("the new configuration is in force").await?;
    let mut came = Viewer::connect(&program, "gate").await?;
    came.still().await?;
    staying.still().await?;
    let after = program.stream("lobby").await?;
    assert_eq!((&after["since"], &after["max_viewers"]), (&before["since"], &Value::from(9)), "{after}");
    let gone = program.get("/api/streams/yard").await?;
    assert_eq!(gone.status(), 404);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn sighup_reads_the_file_again() -> Result<()> {
    let program = Program::start(&format!("[streams.lobby]\n{SOURCE}\n")).await?;
    program.hang_up()?;
    program.logs("SIGHUP: nothing in the configuration differs").await?;
    program.get("/healthz").await?.error_for_status().context("it ended")?;
    Ok(())
}
