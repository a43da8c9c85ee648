//! Video behind filters: its sound, its sizes, and for whom it is made.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use framegate_tests::camera::{Camera, Counts, ExtraTrack, Script};
use framegate_tests::client::footage::Shots;
use framegate_tests::client::hls::{assert_clean, watch};
use framegate_tests::client::{Message, Player, Viewer};
use framegate_tests::clip::{Clip, Numbered};
use framegate_tests::eyes::{Sight, Video};
use framegate_tests::program::{LIMIT, Program};
use framegate_tests::scene;
use framegate_validator::watch::Options;
use media::Size;
use serde_json::Value;

/// Two sizes of one camera, and a clock that does not cover the number.
const LADDER: &str = "plugins = [{ use = \"clock\" }]\nclose_after = \"1s\"\nhls = { segment = \"1s\", close_after = \"1s\" }\n\
                      video = { gop = \"1s\" }\n[[streams.cam.ladder]]\nname = \"high\"\n[[streams.cam.ladder]]\nname = \"low\"\nheight = 176\n";

async fn program_for(camera: &Camera, more: &str) -> Result<Program> {
    Program::start(&format!("[streams.cam]\nsource = \"{}\"\n{more}\n", camera.url())).await
}

fn large() -> Numbered {
    Numbered { size: Size::new(640, 352), ..Numbered::default() }
}

/// By how much pictures and sound are off the time at which they were taken, in milliseconds: the same for both where they are in step.
#[derive(Default)]
struct Off {
    pictures: Vec<i64>,
    sound: Vec<i64>,
}

impl Off {
    /// The clip's ten seconds are over and over: all that is known of a picture is where it is in them.
    const ROUND: i64 = 10_000;

    fn take(&mut self, shots: &Shots) -> Result<()> {
        for picture in &shots.pictures {
            let number = scene::read(picture).with_context(|| format!("no number: {:?}", Sight::of(picture)))?;
            let off = picture.stamp().pts.ticks() / 90 - i64::from(number) * 40;
            self.pictures.push(off.rem_euclid(Self::ROUND));
        }
        for (time, unit) in &shots.sound {
            let taken = u64::from_be_bytes(unit[..].try_into()?) as i64;
            self.sound.push(((time - taken) * 1_000 / 48_000).rem_euclid(Self::ROUND));
        }
        Ok(())
    }

    /// The most that they are apart behind so many of the first pictures, in milliseconds.
    fn apart(&self, first: usize) -> i64 {
        let apart = |sound: i64, picture: i64| {
            let apart = (sound - picture).rem_euclid(Self::ROUND);
            apart.min(Self::ROUND - apart)
        };
        let pictures = &self.pictures[first..];
        let worst = self.sound.iter().flat_map(|sound| pictures.iter().map(|picture| apart(*sound, *picture))).max();
        worst.unwrap_or(i64::MAX)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sound_is_within_40_ms_of_re_encoded_pictures() -> Result<()> {
    let camera = Camera::start(Script::new(Numbered::default().h264()).track(ExtraTrack::Aac));
    let program = program_for(&camera, "plugins = [{ use = \"clock\" }]\nhls = { segment = \"1s\" }").await?;
    for round in ["first", "late"] {
        let mut viewer = Viewer::connect(&program, "cam?format=mp4").await?;
        let (mut video, mut off) = (Video::default(), Off::default());
        let end = Instant::now() + LIMIT;
        while off.pictures.len() < 150 || off.sound.len() < 150 {
            ensure!(Instant::now() < end, "{} pictures, {} of sound", off.pictures.len(), off.sound.len());
            off.take(&video.shots(viewer.next().await?)?)?;
            // Behind another init segment players show nothing until the next key frame: sound is in the first.
            assert!(video.beginnings == 0 || video.told["sound"] == true, "{}", video.told);
        }
        // Who comes late is shown a picture from before, as the present.
        let apart = off.apart(if round == "late" { 25 } else { 1 });
        println!("mp4, {round}: {apart} ms apart");
        assert!(apart <= 40, "{round}: {apart} ms apart: {:?} {:?}", off.pictures, off.sound);
        tokio::time::sleep(Duration::from_millis(1_500)).await;
    }
    let mut player = Player::new(&program, "cam", "stream")?;
    let (mut off, end) = (Off::default(), Instant::now() + LIMIT);
    while off.pictures.len() < 200 || off.sound.len() < 200 {
        ensure!(Instant::now() < end, "{} pictures, {} of sound", off.pictures.len(), off.sound.len());
        for shots in player.next().await? {
            off.take(&shots)?;
        }
    }
    // Each picture of the first second came twice: in a part, and in its segment.
    let apart = off.apart(60);
    println!("HLS: {apart} ms apart");
    assert!(apart <= 40, "{apart} ms apart: {:?} {:?}", off.pictures, off.sound);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ladder_is_several_variants_whose_key_frames_are_the_same() -> Result<()> {
    for track in [None, Some(ExtraTrack::Aac)] {
        let script = Script::new(large().h264());
        let camera = Camera::start(match track {
            Some(track) => script.track(track),
            None => script,
        });
        let program = program_for(&camera, LADDER).await?;
        let watched = watch(&program, "/hls/cam/index.m3u8", Options::default(), Duration::from_secs(8)).await?;
        assert_clean(&watched, &[]);
        let report = watched.report();
        assert_eq!(report.len(), 2, "{report:#?}");
        assert!(report.values().all(|media| media.segments >= 4 && media.parts > 10), "{report:#?}");
        let index = program.get("/hls/cam/index.m3u8").await?.text().await?;
        let sizes = index.contains("RESOLUTION=640x352") && index.contains("RESOLUTION=320x176");
        assert!(sizes && index.contains("high.m3u8") && index.contains("low.m3u8"), "{index}");
        for (one, other) in [("high", "low"), ("low", "high")] {
            let text = program.get(&format!("/hls/cam/{one}.m3u8")).await?.text().await?;
            let reports = text.lines().filter(|line| line.starts_with("#EXT-X-RENDITION-REPORT:"));
            let reports: Vec<_> = reports.collect();
            assert!(matches!(&*reports, [only] if only.contains(&format!("URI=\"{other}.m3u8"))), "{one}: {reports:?}");
        }
        let mut keys = Vec::new();
        for variant in ["high", "low"] {
            let (mut player, mut found) = (Player::new(&program, "cam", variant)?, BTreeSet::new());
            found.extend(player.next().await?.iter().flat_map(|shots| shots.keys.clone()));
            keys.push(found);
        }
        let (from, to) = (*keys[1].first().context("keys")?, *keys[0].last().context("keys")?);
        let both: Vec<Vec<_>> = keys.iter().map(|keys| keys.range(from..=to).collect()).collect();
        assert!(both[0].len() >= 3 && both[0] == both[1], "{both:?}");
    }
    Ok(())
}

/// What a viewer of this variant is told about it.
/// The discontinuity sequence number of the newest segment of a media playlist.
async fn discontinuity_number(program: &Program, variant: &str) -> Result<u64> {
    let text = program.get(&format!("/hls/cam/{variant}.m3u8")).await?.error_for_status()?.text().await?;
    let first = text.lines().find_map(|line| line.strip_prefix("#EXT-X-DISCONTINUITY-SEQUENCE:"));
    let first: u64 = first.with_context(|| format!("no number: {text}"))?.parse()?;
    Ok(first + text.lines().filter(|line| *line == "#EXT-X-DISCONTINUITY").count() as u64)
}

#[tokio::test(flavor = "multi_thread")]
async fn variants_that_are_made_from_later_on_have_the_discontinuity_numbers_of_the_others() -> Result<()> {
    let camera = Camera::start(Script::new(large().h264()));
    let program = program_for(&camera, LADDER).await?;
    for away in 1..=2 {
        ensure!(discontinuity_number(&program, "high").await? == away - 1);
        camera.close_sessions();
        let back = async {
            while discontinuity_number(&program, "high").await? < away {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            anyhow::Ok(())
        };
        tokio::time::timeout(LIMIT, back).await.context("it did not come back")??;
    }
    let (low, high) = (discontinuity_number(&program, "low").await?, discontinuity_number(&program, "high").await?);
    ensure!((low, high) == (2, 2), "low is at {low}, high at {high}");
    Ok(())
}

async fn told(program: &Program, variant: &str) -> Result<(Viewer, Value)> {
    let mut viewer = Viewer::connect(program, &format!("cam?format=mp4&variant={variant}")).await?;
    let told = viewer.text("video").await?;
    Ok((viewer, told))
}

/// How many pictures were encoded of a variant.
async fn encoded(program: &Program, variant: &str) -> Result<u64> {
    let stream = program.stream("cam").await?;
    let found = find(&stream, variant);
    Ok(found.and_then(|variant| variant["encoded"].as_u64()).unwrap_or_default())
}

fn find<'a>(stream: &'a Value, variant: &str) -> Option<&'a Value> {
    let variants = stream["variants"].as_array().or(stream["video"]["variants"].as_array())?;
    variants.iter().find(|made| made["name"] == variant)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variant_is_encoded_while_somebody_watches_it() -> Result<()> {
    let camera = Camera::start(Script::new(large().h264()));
    let program = program_for(&camera, LADDER).await?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(camera.counts(), Counts { listening: true, ..Counts::default() }, "nobody watches");
    assert_eq!(encoded(&program, "high").await? + encoded(&program, "low").await?, 0);

    let (mut low, size) = told(&program, "low").await?;
    assert_eq!((&size["width"], &size["height"]), (&320.into(), &176.into()));
    for _ in 0..30 {
        low.still().await?;
    }
    let stream = program.stream("cam").await?;
    assert!(find(&stream, "low").is_some(), "{stream}");
    assert!(encoded(&program, "low").await? >= 25, "{stream}");
    assert_eq!(encoded(&program, "high").await?, 0, "nobody watches that: {stream}");

    let (mut high, size) = told(&program, "high").await?;
    assert_eq!((&size["width"], &size["height"]), (&640.into(), &352.into()));
    for _ in 0..10 {
        high.still().await?;
    }
    drop(high);
    let reading = tokio::spawn(async move {
        while let Message::Still(_) | Message::Text(_) = low.next().await? {}
        anyhow::Ok(())
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    let (stopped, runs) = (encoded(&program, "high").await?, encoded(&program, "low").await?);
    tokio::time::sleep(Duration::from_millis(1_000)).await;
    assert_eq!(encoded(&program, "high").await?, stopped, "nobody watches that any more");
    assert!(encoded(&program, "low").await? > runs + 15, "and the other goes on");
    reading.abort();
    let left = Instant::now();
    camera.wait_for(LIMIT, |counts| counts.playing == 0).await?;
    println!("the camera was left {:?} behind the last viewer", left.elapsed());
    let runs = encoded(&program, "low").await?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(encoded(&program, "low").await?, runs);

    // One player of one variant: the other one is not made for it.
    let before = encoded(&program, "high").await?;
    let mut player = Player::new(&program, "cam", "low")?;
    let playing = Instant::now();
    let mut shots = 0;
    while playing.elapsed() < Duration::from_secs(3) {
        shots += player.next().await?.len();
    }
    assert!(shots > 5, "{shots}");
    assert_eq!(encoded(&program, "high").await?, before);
    drop(player);
    camera.wait_for(Duration::from_secs(40), |counts| counts.playing == 0).await?;
    Ok(())
}

/// It cannot be decoded here, so that nothing can be made of it: said, and nobody is left waiting.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_re_encoded_is_told_where_nothing_is_filtered_too() -> Result<()> {
    let camera = Camera::start(Script::new(Clip::h265()));
    for more in ["plugins = [{ use = \"clock\" }]", "video = { reencode = \"always\" }"] {
        let program = program_for(&camera, more).await?;
        let mut viewer = Viewer::connect(&program, "cam?format=mp4").await?;
        let (messages, code) = viewer.until_closed().await.with_context(|| more.to_owned())?;
        assert_eq!(code, 4406, "{more}: {messages:?}");
    }
    Ok(())
}
