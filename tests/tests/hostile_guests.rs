//! Guests that mean no good, each on a stream of its own, and a stream beside them that nothing happens to.
//!
//! Each paints its picture white, does so well for a while, and then misbehaves. They are filters: a picture on which one failed is withheld, so
//! that whatever a viewer is shown is white. See `tests/guests`; what is refused before it runs is tested in `runtime/plugin/tests`.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use framegate_tests::client::{Message, Viewer};
use framegate_tests::program::Program;
use framegate_tests::still;

/// A guest, and the kind of its failure in status and log; none where it goes on.
const HOSTILE: [(&str, Option<&str>); 17] = [
    ("endless-loop", Some("deadline")),
    ("memory-bomb", Some("memory")),
    ("slow-memory-bomb", None),
    ("deep-recursion", Some("stack")),
    ("trap", Some("trap")),
    ("panic", Some("trap")),
    ("exit", Some("trap")),
    ("forged-handle", Some("host")),
    ("leaked-handles", Some("host")),
    ("huge-list", Some("host")),
    ("huge-read", Some("memory")),
    ("sleep", Some("forbidden")),
    ("ten-thousand-shapes", None),
    ("long-text", None),
    ("far-coordinates", None),
    ("log-flood", None),
    ("event-flood", None),
];
/// Those that paint something else over their white.
const COLOURFUL: [&str; 2] = ["ten-thousand-shapes", "long-text"];
/// How long the stream beside a guest is looked at, with and without it: 75 pictures.
const WATCHED: Duration = Duration::from_millis(2_500);
/// Pictures a second of the stream beside.
const CALM_RATE: u32 = 30;
/// A machine that does something else for a moment is no fault of a guest: so often it is looked at anew.
const TRIES: u32 = 4;
const MEMORY: u64 = 600 << 20;

fn sections() -> String {
    let hostile = |(name, kind): &(&str, Option<&str>)| {
        let file = test_components::file(name).display();
        // What takes all its memory takes time for it: on a busy machine the faults of its pages alone pass the usual 50 ms.
        let takes_memory = *kind == Some("memory");
        let deadline = if takes_memory { "deadline = \"500ms\"\n" } else { "" };
        format!(
            "[plugins.{name}]\ncomponent = \"{file}\"\n{deadline}\n[streams.with-{name}]\nsource = \"test://?size=320x180&fps=10\"\n\
             plugins = [{{ use = \"{name}\", options = {{ after = 3 }} }}]\nclose_after = \"0s\"\n\n"
        )
    };
    let calm = format!(
        "[streams.calm]\nsource = \"test://?size=320x180&fps={CALM_RATE}\"\nplugins = [{{ use = \"clock\" }}]\n"
    );
    HOSTILE.iter().map(hostile).collect::<String>() + &calm
}

/// Whether a still is white all over, but for what lossy coding does.
fn is_white(body: &[u8]) -> bool {
    let picture = still::decode(body);
    let [luma, ..] = picture.planes();
    let rows = (0..luma.size.height as usize).map(|row| &luma.data[row * luma.stride..][..luma.size.width as usize]);
    rows.flatten().all(|sample| *sample > 200)
}

/// How many stills come in a time, and whether all of them are white.
async fn watch(mut viewer: Viewer, time: Duration) -> Result<(u32, bool)> {
    let until = Instant::now() + time;
    let (mut stills, mut all_white) = (0, true);
    loop {
        match viewer.next_within(until.saturating_duration_since(Instant::now())).await {
            Ok(Message::Still(body)) => {
                stills += 1;
                all_white &= is_white(&body);
            }
            Ok(Message::Text(_)) => {}
            Ok(Message::Closed(code)) => anyhow::bail!("closed with {code}"),
            Err(_) => return Ok((stills, all_white)),
        }
    }
}

/// The gap that 99 of 100 between two pictures of the calm stream are not longer than.
async fn gap(calm: &mut Viewer) -> Result<Duration> {
    let (mut last, until) = (None, Instant::now() + WATCHED);
    let mut gaps = Vec::new();
    while Instant::now() < until {
        calm.still().await?;
        let now = Instant::now();
        gaps.extend(last.replace(now).map(|last| now - last));
    }
    gaps.sort();
    gaps.get(gaps.len() * 99 / 100).or(gaps.last()).copied().context("no picture came")
}

/// Lets one guest do its worst beside the calm stream, and gives what was wrong with that.
async fn beside(program: &Program, calm: &mut Viewer, name: &str) -> Result<Option<String>> {
    let undisturbed = gap(calm).await?;
    let viewer = Viewer::connect(program, &format!("with-{name}?format=jpeg")).await?;
    let watching = tokio::spawn(watch(viewer, WATCHED));
    let disturbed = gap(calm).await?;
    let (stills, all_white) = watching.await??;
    assert!(stills > 0, "{name} behaves at first");
    assert!(all_white || COLOURFUL.contains(&name), "{name}: a viewer saw what was not filtered");
    let limit = undisturbed.mul_f64(1.05) + Duration::from_millis(5);
    Ok((disturbed > limit).then(|| format!("{name}: gaps of {disturbed:?} beside it, {undisturbed:?} without it")))
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_guests_never_let_an_unfiltered_picture_out_and_the_stream_beside_them_goes_on() -> Result<()> {
    let program = Program::start(&sections()).await?;
    let mut calm = Viewer::connect(&program, "calm?format=jpeg").await?;
    calm.still().await?;
    for (name, kind) in HOSTILE {
        let mut wrong = None;
        for _ in 0..TRIES {
            wrong = beside(&program, &mut calm, name).await?;
            if wrong.is_none() {
                break;
            }
        }
        assert_eq!(wrong, None);
        let stream = program.stream(&format!("with-{name}")).await?;
        let plugin = &stream["plugins"][0];
        let faults = plugin["faults"].as_object().context("faults")?;
        match kind {
            Some(kind) => {
                assert_eq!(faults.keys().collect::<Vec<_>>(), [kind], "{name}: {plugin}");
                assert!(matches!(plugin["health"].as_str(), Some("backing-off" | "failed" | "ok")), "{name}: {plugin}");
                let log = program.log();
                let told = log.lines().any(|line| line.contains(&format!("with-{name}")) && line.contains(kind));
                assert!(told, "the log does not say what {name} did:\n{log}");
            }
            None => assert!(faults.is_empty() && plugin["health"] == "ok", "{name}: {plugin}"),
        }
        let resident = program.resident_bytes()?;
        assert!(resident < MEMORY, "{name}: {} MiB", resident >> 20);
    }
    // What floods the log is kept within its rate: 100 lines a second, from two ways of writing.
    let flood = program.log().lines().filter(|line| line.contains("of a flood") || line.contains("print ")).count();
    assert!(flood < 1_500, "{flood} lines");
    assert_eq!(program.get("/healthz").await?.status(), 200);
    Ok(())
}
