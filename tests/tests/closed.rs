//! What a filter hides is hidden on every output: while it fails, while it is slow, while it is replaced, and from the moment on that it is added.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use framegate_tests::camera::{Camera, Script};
use framegate_tests::client::{Player, Viewer};
use framegate_tests::clip::{Clip, Numbered};
use framegate_tests::eyes::{Eyes, Look, Output, Sight, Video};
use framegate_tests::program::Program;
use framegate_tests::still;
use media::Size;
use reqwest::StatusCode;
use reqwest::header::{ETAG, IF_NONE_MATCH, RANGE};
use serde_json::Value;

/// Small, so that many can be watched at once.
const SMALL: Numbered =
    Numbered { size: Size::new(192, 96), fps: 25, pictures: 250, gop: 25, first: 0, bitrate_bps: 200_000 };
/// Guests that paint their pictures white, and fail behind so many: each in its own way.
const FAILING: [&str; 7] =
    ["trap", "panic", "exit", "forged-handle", "deep-recursion", "endless-loop", "leaked-handles"];
const FAULTS: u64 = 1_000;
/// The most that a test of faults may take.
const PATIENCE: Duration = Duration::from_secs(240);

fn color(mask: &str) -> String {
    format!(
        "plugins = [{{ use = \"privacy-mask\", options = {{ areas = [{{ x = 0, y = 0, width = 100, height = 100 }}], color = \"{mask}\" }} }}]\n"
    )
}

/// What was seen that the camera sent.
fn leaks<'a>(looks: impl IntoIterator<Item = &'a Look>) -> Vec<&'a Look> {
    looks.into_iter().filter(|look| !look.sight.is_covered()).collect()
}

fn count(seen: &mut BTreeMap<Output, usize>, looks: &[Look]) {
    looks.iter().for_each(|look| *seen.entry(look.output).or_default() += 1);
}

/// Failures of all plugins on these streams.
async fn faults(program: &Program, streams: &[&str]) -> Result<u64> {
    let mut all = 0;
    for stream in streams {
        let stream = program.stream(stream).await?;
        let plugins = stream["plugins"].as_array().context("plugins")?;
        let faults = plugins.iter().filter_map(|plugin| plugin["faults"].as_object());
        all += faults.flat_map(|faults| faults.values()).filter_map(Value::as_u64).sum::<u64>();
    }
    Ok(all)
}

/// Each failure of a filter, as it is started anew with other options: a thousand of them, in seven ways, with and without the last good picture shown again.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_failures_let_no_picture_out_on_any_output() -> Result<()> {
    let camera = Camera::start(Script::new(SMALL.h264()));
    let names: Vec<String> =
        FAILING.iter().flat_map(|guest| [format!("{guest}-drop"), format!("{guest}-last")]).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let sections = |after: &dyn Fn(usize) -> u32| -> String {
        let stream = |(place, name): (usize, &&str)| {
            let (guest, on_error) = name.rsplit_once('-').unwrap_or_default();
            let file = test_components::file(guest).display();
            format!(
                "[plugins.{name}]\ncomponent = \"{file}\"\non_error = \"{on_error}\"\ndeadline = \"20ms\"\nmax_failures = 1000\n\n\
                 [streams.{name}]\nsource = \"{}\"\nplugins = [{{ use = \"{name}\", options = {{ after = {} }} }}]\n\
                 hls = {{ segment = \"500ms\", part = \"80ms\" }}\n\n",
                camera.url(),
                after(place)
            )
        };
        names.iter().enumerate().map(stream).collect()
    };
    let program = Arc::new(Program::start(&sections(&|_| 2)).await?);
    let mut eyes = Eyes::open(&program, &names, &Output::ALL);
    let begun = Instant::now();
    let (mut seen, mut whites, mut round, mut failed) = (BTreeMap::new(), 0, 0, 0);
    let mut state = 0x2545_f491_u32;
    let mut after = vec![2; names.len()];
    while failed < FAULTS {
        ensure!(begun.elapsed() < PATIENCE, "{failed} failures in {PATIENCE:?}");
        // Never what it was: then nothing would be started anew.
        for after in &mut after {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            *after = (*after + 1 + state % 7) % 9;
        }
        program.apply(&sections(&|place| after[place])).await?;
        // Eight pictures, and the one that it fails on; longer now and then, so that players of HLS have something to play.
        let rest = if round % 8 == 0 { 1_500 } else { 400 };
        tokio::time::sleep(Duration::from_millis(rest)).await;
        round += 1;
        failed = faults(&program, &names).await?;
        let looks = eyes.take()?;
        assert!(leaks(&looks).is_empty(), "behind {failed} failures: {:?}", leaks(&looks));
        whites += looks.iter().filter(|look| look.sight.is_white()).count();
        count(&mut seen, &looks);
    }
    println!("{failed} failures, {round} rounds in {:?}: {seen:?}, {whites} white", begun.elapsed());
    for output in Output::ALL {
        assert!(seen.get(&output).is_some_and(|seen| *seen > 20), "{output:?}: {seen:?}");
    }
    assert!(whites > 200, "{seen:?}, {whites} white");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mask_that_is_too_slow_or_replaced_lets_no_picture_out() -> Result<()> {
    let camera = Camera::start(Script::new(SMALL.h264()));
    let file = test_components::file("endless-loop").display();
    let sections = |round: u32| {
        let mask = color(if round.is_multiple_of(2) { "#ffffff" } else { "#f8f8f8" });
        format!(
            "[plugins.slow]\ncomponent = \"{file}\"\ndeadline = \"100ms\"\n\n\
             [streams.slow]\nsource = \"{0}\"\nplugins = [{{ use = \"slow\", options = {{ after = 12 }} }}]\n\n\
             [streams.masked]\nsource = \"{0}\"\n{mask}hls = {{ segment = \"500ms\" }}\n",
            camera.url()
        )
    };
    let program = Arc::new(Program::start(&sections(0)).await?);
    let mut eyes = Eyes::open(&program, &["slow", "masked"], &Output::ALL);
    let mut looks = eyes.until(14, Instant::now(), |_| true).await?;
    for round in 1..=20 {
        program.apply(&sections(round)).await?;
        let wait = if round % 5 == 0 { 1_500 } else { 150 };
        tokio::time::sleep(Duration::from_millis(wait)).await;
        looks.extend(eyes.take()?);
    }
    looks.extend(eyes.until(14, Instant::now(), |_| true).await?);
    assert!(leaks(&looks).is_empty(), "{:?}", leaks(&looks));
    let odd: Vec<_> = looks.iter().filter(|look| look.stream == 1 && !look.sight.is_white()).collect();
    assert!(odd.is_empty(), "{} of one that never failed: {odd:?}", looks.len());
    Ok(())
}

/// What a viewer's connection may hold that was handed to it before.
const ON_ITS_WAY: Duration = Duration::from_millis(250);

#[tokio::test(flavor = "multi_thread")]
async fn a_mask_that_comes_hides_on_every_output_and_goes_again() -> Result<()> {
    let camera = Camera::start(Script::new(Numbered::default().h264()));
    let sections = |plugins: &str| {
        format!("[streams.cam]\nsource = \"{}\"\n{plugins}hls = {{ segment = \"1s\" }}\n", camera.url())
    };
    let program = Arc::new(Program::start(&sections("")).await?);
    let mut eyes = Eyes::open(&program, &["cam"], &Output::ALL);
    eyes.until(7, Instant::now(), |look| look.sight.number.is_some()).await?;
    let mut viewer = Viewer::connect(&program, "cam?format=mp4").await?;
    let mut video = Video::default();
    while video.take(viewer.next().await?)?.is_empty() {}
    let mut player = Player::new(&program, "cam", "stream")?;
    let playing = Instant::now();
    while playing.elapsed() < Duration::from_secs(3) {
        player.next().await?;
    }
    let old: BTreeSet<String> = player.names().cloned().collect();
    ensure!(old.len() > 10, "{old:?}");
    let playlist = program.get("/hls/cam/stream.m3u8").await?.text().await?;
    let segment = playlist.lines().rfind(|line| !line.starts_with('#')).context("a segment")?;
    let tag = program.get(&format!("/hls/cam/{segment}")).await?.headers()[ETAG].clone();

    for (mask, is_masked) in [(color("#ffffff"), true), (String::new(), false), (color("#ffffff"), true)] {
        let beginnings = video.beginnings;
        program.apply(&sections(&mask)).await?;
        let answered = Instant::now();
        if is_masked {
            gone(&program, &old, &tag).await?;
            // Who asks now has nothing on its way.
            for path in ["/still/cam.jpg", "/still/cam.webp"] {
                let body = program.get(path).await?.error_for_status()?.bytes().await?;
                let sight = Sight::of(&still::decode(&body));
                assert!(sight.is_covered(), "{path}: {sight:?}");
            }
        }
        let is_so = |look: &Look| look.sight.is_white() == is_masked && look.sight.number.is_some() != is_masked;
        let mut looks = eyes.until(7, answered, is_so).await?;
        let took = looks.iter().filter(|look| look.at > answered && is_so(look)).map(|look| look.at - answered);
        println!("masked: {is_masked}; from the answer to the last output's first: {:?}", took.max());
        if is_masked {
            looks.extend(eyes.until(7, Instant::now() + Duration::from_millis(500), |_| true).await?);
            let late = |look: &&&Look| look.at > answered + ON_ITS_WAY;
            let open = leaks(&looks);
            assert!(open.iter().filter(late).count() == 0, "{:?}", open.iter().filter(late).collect::<Vec<_>>());
        }
        // The viewer goes on without another connection, by another init segment.
        while video.beginnings == beginnings {
            video.take(viewer.next().await?)?;
        }
        while video.take(viewer.next().await?)?.is_empty() {}
    }
    let looks = eyes.until(7, Instant::now(), |look| look.sight.is_white()).await?;
    let late = leaks(looks.iter());
    assert!(late.is_empty(), "{late:?}");
    Ok(())
}

/// Nothing of what was made before is there any more, in whatever way it is asked for.
async fn gone(program: &Program, names: &BTreeSet<String>, tag: &reqwest::header::HeaderValue) -> Result<()> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    for name in names {
        let url = program.url(&format!("/hls/cam/{name}"));
        let answers = [
            http.get(&url),
            http.get(&url).header(RANGE, "bytes=0-99"),
            http.get(&url).header(IF_NONE_MATCH, format!("\"{name}\"")),
            http.get(&url).header(IF_NONE_MATCH, tag),
            http.head(&url),
        ];
        for asked in answers {
            let answer = asked.send().await?;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{name}");
            assert!(answer.headers().get(ETAG).is_none(), "{name}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_in_flight_breaks_off_when_a_mask_comes() -> Result<()> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    // Segments of some megabytes: more than a connection's buffers hold.
    let clip =
        Numbered { size: Size::new(1280, 720), fps: 10, pictures: 40, gop: 40, first: 0, bitrate_bps: 1_000_000 };
    let camera = Camera::start(Script::new(padded(clip)));
    let sections = |plugins: &str| {
        format!("[streams.cam]\nsource = \"{}\"\n{plugins}hls = {{ segment = \"4s\" }}\n", camera.url())
    };
    let program = Program::start(&sections("")).await?;
    let limit = Instant::now() + Duration::from_secs(30);
    let (name, length) = loop {
        ensure!(Instant::now() < limit, "no segment");
        let text = program.get("/hls/cam/stream.m3u8").await?.text().await?;
        if let Some(name) = text.lines().rfind(|line| !line.starts_with('#') && !line.is_empty()) {
            let answer = program.get(&format!("/hls/cam/{name}")).await?;
            // The first is of one part.
            let length = answer.bytes().await?.len();
            if length > 8 << 20 {
                break (name.to_owned(), length);
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let socket = tokio::net::TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(16 << 10)?;
    let mut connection = socket.connect(program.address()).await?;
    let head = format!("GET /hls/cam/{name} HTTP/1.1\r\nHost: {}\r\n\r\n", program.address());
    connection.write_all(head.as_bytes()).await?;
    let mut begin = vec![0; 4 << 10];
    connection.read_exact(&mut begin).await?;
    ensure!(begin.starts_with(b"HTTP/1.1 200"), "{}", begin.escape_ascii());
    program.apply(&sections(&color("#ffffff"))).await?;
    let mut rest = Vec::new();
    // An end before all of it is there: with or without a reset.
    let read = tokio::time::timeout(Duration::from_secs(20), connection.read_to_end(&mut rest)).await;
    let read = read.context("it is neither sent nor broken off")?;
    println!("{} of {length} bytes, then {read:?}", begin.len() + rest.len());
    assert!(begin.len() + rest.len() < length / 2, "{} of {length}", begin.len() + rest.len());
    Ok(())
}

/// The same clip with access units padded to 400 kB by SEI messages (user data, clause D.1.6), which decoders pass over.
fn padded(clip: Numbered) -> Arc<Clip> {
    const BYTES: usize = 400 << 10;
    let clip = clip.h264();
    let sei = [&[6, 5][..], &[0xff; BYTES / 255], &[(BYTES % 255) as u8], &vec![0x55; BYTES], &[0x80]].concat();
    let mut units = clip.units.clone();
    for unit in &mut units {
        let mut data = Vec::new();
        let is_slice = |nal: &&[u8]| matches!(media::h264::nal_type(nal), 1..=5);
        let before = media::annexb::nal_units(&unit.data).take_while(|nal| !is_slice(nal));
        before.for_each(|nal| media::annexb::push_nal(&mut data, nal));
        media::annexb::push_nal(&mut data, &sei);
        media::annexb::nal_units(&unit.data).filter(is_slice).for_each(|nal| media::annexb::push_nal(&mut data, nal));
        unit.data = data.into();
    }
    Arc::new(Clip { codec: clip.codec, size: clip.size, fps: clip.fps, units })
}

/// Pictures with their time, and what is seen in them.
async fn looks(viewer: &mut Viewer, video: &mut Video) -> Result<Vec<(i64, Sight)>> {
    let pictures = video.take(viewer.next().await?)?;
    Ok(pictures.iter().map(|picture| (picture.stamp().pts.ticks(), Sight::of(picture))).collect())
}

/// The pictures of some seconds in which they come once a second.
async fn repeats(viewer: &mut Viewer, video: &mut Video) -> Result<Vec<(i64, Sight)>> {
    let is_one = |two: &[(i64, Sight)]| (85_000..110_000).contains(&(two[1].0 - two[0].0));
    let mut seen = Vec::new();
    loop {
        ensure!(seen.len() < 400, "they go on coming");
        seen.extend(looks(viewer, video).await?);
        let last = &seen[seen.len().saturating_sub(4)..];
        if last.len() == 4 && last.windows(2).all(is_one) {
            return Ok(last.to_vec());
        }
    }
}

/// What a gate keeps back is not shown, and players are not left waiting.
#[tokio::test(flavor = "multi_thread")]
async fn a_gate_repeats_the_last_picture_and_a_filter_without_one_is_a_slate() -> Result<()> {
    let camera = Camera::start(Script::new(Numbered::default().h264()));
    let sections = |threshold: f32, more: &str| {
        let gate = format!("{{ use = \"motion-gate\", options = {{ threshold = {threshold}, hold = \"100ms\" }} }}");
        let trap = test_components::file("trap").display();
        format!(
            "[plugins.trap]\ncomponent = \"{trap}\"\n[streams.cam]\nsource = \"{}\"\nplugins = [{gate}{more}]\n\
             video = {{ reencode = \"always\" }}\n",
            camera.url()
        )
    };
    // The first picture of a camera is shown whatever a gate says.
    let program = Program::start(&sections(1.0, "")).await?;
    let mut viewer = Viewer::connect(&program, "cam?format=mp4").await?;
    let mut video = Video::default();
    let first = repeats(&mut viewer, &mut video).await?;
    assert!(first.iter().all(|(_, sight)| sight.number == Some(0)), "{first:?}");
    let mut told = Viewer::connect(&program, "cam?format=mp4").await?;
    let status = told.status("gated").await?;
    assert!(status.to_string().contains("motion-gate"), "{status}");

    // The box moves.
    program.apply(&sections(0.001, "")).await?;
    let mut open = 0;
    while open < 20 {
        let seen = looks(&mut viewer, &mut video).await?;
        open += seen.iter().filter(|(_, sight)| sight.number.is_some_and(|number| number > 0)).count();
    }
    program.apply(&sections(1.0, "")).await?;
    let last = repeats(&mut viewer, &mut video).await?;
    assert!(last.iter().all(|(_, sight)| sight.number.is_some() && sight.number == last[0].1.number), "{last:?}");

    // Another filter: what was shown before was not seen by it. One picture is, as for whoever comes first.
    let mask = color("#ffffff");
    let mask = mask.trim_start_matches("plugins = [").trim_end().trim_end_matches(']');
    program.apply(&sections(1.0, &format!(", {mask}"))).await?;
    let beginnings = video.beginnings;
    while video.beginnings == beginnings {
        looks(&mut viewer, &mut video).await?;
    }
    let covered = repeats(&mut viewer, &mut video).await?;
    assert!(covered.iter().all(|(_, sight)| sight.is_covered()), "{covered:?}");
    program.apply(&sections(0.001, &format!(", {mask}"))).await?;
    while !looks(&mut viewer, &mut video).await?.iter().any(|(_, sight)| sight.is_white()) {}

    // One that fails on its first picture: nothing is shown without it.
    program.apply(&sections(0.001, ", { use = \"trap\" }")).await?;
    let beginnings = video.beginnings;
    while video.beginnings == beginnings {
        looks(&mut viewer, &mut video).await?;
    }
    let slates = repeats(&mut viewer, &mut video).await?;
    assert!(slates.iter().all(|(_, sight)| sight.is_slate()), "{slates:?}");
    Ok(())
}
