//! Six guests that mean no good, each on a stream of its own, and a stream beside them that nothing happens to.
//!
//! Each paints its picture white, does so well for a while, and then misbehaves. They are filters: a picture on which one failed is withheld, so
//! that whatever a viewer is shown is white. See `tests/guests`.

use std::time::{Duration, Instant};

use anyhow::Result;
use framegate_tests::client::{Message, Viewer};
use framegate_tests::program::Program;
use framegate_tests::still;

const HOSTILE: [&str; 6] = ["endless-loop", "memory-bomb", "deep-recursion", "trap", "forged-handle", "huge-list"];
const WATCHED: Duration = Duration::from_secs(6);
const CALM_RATE: u32 = 10;

fn sections() -> String {
    let hostile = |name: &&str| {
        let file = test_components::file(name).display();
        format!(
            "[plugins.{name}]\ncomponent = \"{file}\"\n\n[streams.with-{name}]\nsource = \"test://?size=320x180&fps=5\"\n\
             plugins = [{{ use = \"{name}\", options = {{ after = 5 }} }}]\n\n"
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

/// How many stills come in a time, and whether all of them are so.
async fn watch(mut viewer: Viewer, time: Duration, is_so: fn(&[u8]) -> bool) -> Result<(u32, bool)> {
    let until = Instant::now() + time;
    let (mut stills, mut all) = (0, true);
    loop {
        let left = until.saturating_duration_since(Instant::now());
        match viewer.next_within(left).await {
            Ok(Message::Still(body)) => {
                stills += 1;
                all &= is_so(&body);
            }
            Ok(Message::Text(_)) => {}
            Ok(Message::Closed(code)) => anyhow::bail!("closed with {code}"),
            Err(_) => return Ok((stills, all)),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_guests_never_let_an_unfiltered_picture_out_and_the_stream_beside_them_goes_on() -> Result<()> {
    let program = Program::start(&sections()).await?;
    let mut calm = Viewer::connect(&program, "calm?format=jpeg").await?;
    calm.still().await?;
    let calm = tokio::spawn(watch(calm, WATCHED, |_| true));
    let mut hostile = Vec::new();
    for name in HOSTILE {
        let viewer = Viewer::connect(&program, &format!("with-{name}?format=jpeg")).await?;
        hostile.push((name, tokio::spawn(watch(viewer, WATCHED, is_white))));
    }
    for (name, watching) in hostile {
        let (stills, all_white) = watching.await??;
        assert!(stills > 0, "{name} behaves at first");
        assert!(all_white, "{name}: a viewer saw what was not filtered");
    }
    let (stills, _) = calm.await??;
    let expected = CALM_RATE * WATCHED.as_secs() as u32;
    assert!(stills > expected * 8 / 10, "{stills} of {expected} pictures beside hostile guests");
    let log = program.log();
    for name in HOSTILE {
        assert!(log.contains(&format!("with-{name}")), "the log does not name the stream of {name}:\n{log}");
    }
    assert!(program.resident_bytes()? < 600 << 20);
    assert_eq!(program.get("/healthz").await?.status(), 200);
    Ok(())
}
