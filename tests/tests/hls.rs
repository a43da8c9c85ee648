//! HLS over HTTP, read as strict players do.

use std::time::Duration;

use anyhow::{Context, Result};
use framegate_tests::camera::{Camera, Script};
use framegate_tests::client::hls::{assert_clean, watch};
use framegate_tests::clip::{Clip, Numbered};
use framegate_tests::program::Program;
use framegate_validator::watch::{Again, Fetch, Options, Reload};
use media::Size;
use reqwest::StatusCode;
use reqwest::header::{
    ACCEPT_ENCODING, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, RANGE, RETRY_AFTER,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const SIX: Duration = Duration::from_secs(6);

async fn program_for(camera: &Camera, more: &str) -> Result<Program> {
    Program::start(&format!("[streams.cam]\nsource = \"{}\"\n{more}\n", camera.url())).await
}

fn clip() -> Numbered {
    Numbered { size: Size::new(640, 352), ..Numbered::default() }
}

/// The media playlist that the multivariant one names, query included.
async fn media_playlist(program: &Program, folder: &str) -> Result<String> {
    let multivariant = program.get(&format!("{folder}/index.m3u8")).await?.text().await?;
    let name = multivariant.lines().find(|line| !line.starts_with('#')).context("no variant")?;
    Ok(format!("{folder}/{name}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_variant_is_what_a_strict_player_likes() -> Result<()> {
    let camera = Camera::start(Script::new(clip().h264()));
    let plain = Options { reload: Reload::Plain, ..Options::default() };
    let hinted = Options { fetch: Fetch::Hinted, again: Again::Removed, ..Options::default() };
    for (variant, options) in [("ll", Options::default()), ("ll", hinted), ("fmp4", plain), ("ts", plain)] {
        let program = program_for(&camera, &format!("hls = {{ variant = \"{variant}\", segment = \"1s\" }}")).await?;
        let watched = watch(&program, "/hls/cam/index.m3u8", options, SIX).await?;
        assert_clean(&watched, &[]);
        let report = watched.report();
        let media = report.values().next().context("no media playlist was read")?;
        assert!(media.segments >= 3, "{variant}: {media:?}");
        assert_eq!(media.parts > 0, variant == "ll", "{variant}: {media:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn b_frames_and_h265_pass_through() -> Result<()> {
    for clip in [Clip::bframes(), Clip::h265()] {
        let codec = clip.codec;
        let camera = Camera::start(Script::new(clip));
        let program = program_for(&camera, "").await?;
        let watched = watch(&program, "/hls/cam/index.m3u8", Options::default(), SIX).await?;
        assert_clean(&watched, &[]);
        assert!(watched.report().values().any(|media| media.segments >= 2), "{codec}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_that_comes_back_is_a_discontinuity_and_its_viewers_stay() -> Result<()> {
    let camera = Camera::start(Script::new(clip().h264()));
    let program = program_for(&camera, "hls = { segment = \"1s\" }\nmax_viewers = 1").await?;
    let watching = watch(&program, "/hls/cam/index.m3u8", Options::default(), Duration::from_secs(12));
    let cutting = async {
        tokio::time::sleep(Duration::from_secs(4)).await;
        camera.close_sessions();
    };
    let (watched, ()) = tokio::join!(watching, cutting);
    let watched = watched?;
    assert_clean(&watched, &["STALE"]);
    let report = watched.report();
    let media = report.values().next().context("no media playlist was read")?;
    assert!(media.discontinuities >= 1 && media.segments >= 6, "{media:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_what_caches_and_browsers_need() -> Result<()> {
    let camera = Camera::start(Script::new(clip().h264()));
    let sections = format!("access = \"open\"\n[streams.cam]\nsource = \"{}\"\n", camera.url());
    let program = Program::start(&sections).await?;
    let index = program.get("/hls/cam/index.m3u8").await?;
    assert_eq!(index.headers()[CONTENT_TYPE], "application/vnd.apple.mpegurl");
    assert_eq!(index.headers()[ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    let playlist = media_playlist(&program, "/hls/cam").await?;
    let text = program.get(&playlist).await?.text().await?;
    let part = text.lines().find_map(|line| line.split("URI=\"").nth(1).filter(|_| line.starts_with("#EXT-X-PART:")));
    let part = part.and_then(|rest| rest.split('"').next()).context("no part")?.to_owned();

    // Without `/hls`, as behind a proxy that takes it away, and where a small stream manager has it.
    for folder in ["/hls/cam", "/cam", "/streams/cam"] {
        let answer = program.get(&format!("{folder}/{part}")).await?;
        assert_eq!((answer.status(), &answer.headers()[CONTENT_TYPE]), (StatusCode::OK, &"video/mp4".parse()?));
        assert_eq!(answer.headers()[CACHE_CONTROL], "public, max-age=3600, immutable");
        assert!(program.get(&format!("{folder}/stream.m3u8")).await?.status().is_success());
    }
    let http = reqwest::Client::builder().no_proxy().gzip(false).build()?;
    let url = program.url(&format!("/hls/cam/{part}"));
    let whole = http.get(&url).send().await?;
    let tag = whole.headers()[ETAG].clone();
    let whole = whole.bytes().await?;
    let known = http.get(&url).header(IF_NONE_MATCH, &tag).send().await?;
    assert_eq!(known.status(), StatusCode::NOT_MODIFIED);
    let sent = program.stream("cam").await?["sent"].clone();
    let head = http.head(&url).send().await?;
    assert_eq!(head.headers()["content-length"], whole.len().to_string());
    assert_eq!(program.stream("cam").await?["sent"], sent, "of what is asked about alone nothing is sent");
    let range = http.get(&url).header(RANGE, "bytes=100-299").send().await?;
    assert_eq!(range.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(range.headers()[CONTENT_RANGE], format!("bytes 100-299/{}", whole.len()));
    assert_eq!(range.bytes().await?, whole[100..300]);
    let beyond = http.get(&url).header(RANGE, "bytes=99999999-").send().await?;
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    let packed = http.get(program.url(&playlist)).header(ACCEPT_ENCODING, "gzip").send().await?;
    assert_eq!(packed.headers()[CONTENT_ENCODING], "gzip");
    let allowed = http.request(reqwest::Method::OPTIONS, &url).send().await?;
    assert_eq!(
        (allowed.status(), &allowed.headers()[ACCESS_CONTROL_ALLOW_ORIGIN]),
        (StatusCode::NO_CONTENT, &"*".parse()?)
    );

    // Where only this machine is let in, no page of another origin may read what its browser can fetch.
    let alone = program_for(&camera, "").await?;
    assert!(!alone.get("/hls/cam/index.m3u8").await?.headers().contains_key(ACCESS_CONTROL_ALLOW_ORIGIN));

    let name = playlist.split('?').next().context("a path")?;
    for (query, status) in [
        ("_HLS_part=1", 400),
        ("_HLS_msn=x", 400),
        ("_HLS_msn=99999999999", 400),
        ("_HLS_skip=MAYBE", 400),
        ("_HLS_skip=YES", 200),
        ("_HLS_new=1", 200),
    ] {
        assert_eq!(program.get(&format!("{name}?{query}")).await?.status().as_u16(), status, "{query}");
    }
    for path in
        ["/hls/cam/other.m3u8", "/hls/cam/x-p0.m4s", "/hls/cam/..%2fx.m4s", "/hls/nobody/index.m3u8", "/cam/x.exe"]
    {
        assert_eq!(program.get(path).await?.status(), StatusCode::NOT_FOUND, "{path}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn viewers_are_people_and_gone_when_they_are_silent() -> Result<()> {
    let camera = Camera::start(Script::new(clip().h264()));
    let program = program_for(&camera, "max_viewers = 2\nclose_after = \"1s\"").await?;
    let first = media_playlist(&program, "/hls/cam").await?;
    let second = media_playlist(&program, "/hls/cam").await?;
    for _ in 0..5 {
        assert!(program.get(&first).await?.status().is_success());
        assert!(program.get(&second).await?.status().is_success());
    }
    let full = program.get("/hls/cam/index.m3u8").await?;
    assert_eq!(full.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(full.headers().contains_key(RETRY_AFTER));
    let viewers = || async { program.json("/api/streams/cam").await.map(|stream| stream["viewers"]["hls"].clone()) };
    assert_eq!(viewers().await?, 2);
    // Fifteen seconds of silence, one until it is looked at, one of `close_after`.
    tokio::time::sleep(Duration::from_secs(18)).await;
    assert_eq!(viewers().await?, 0);
    camera.wait_for(Duration::from_secs(5), |counts| counts.playing == 0).await?;
    // What was made is still there, and goes on for whoever comes within a minute.
    let again = program.get(&first).await?;
    assert!(again.status().is_success() && again.text().await?.contains("#EXT-X-DISCONTINUITY\n"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_that_is_not_there_is_told_in_the_words_of_every_output() -> Result<()> {
    let program = Program::start("[streams.cam]\nsource = \"rtsp://127.0.0.1:9/\"\nstart_timeout = \"1s\"\n").await?;
    let answer = program.get("/hls/cam/index.m3u8").await?;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert_eq!(answer.headers()[CONTENT_TYPE], "application/problem+json");
    assert!(answer.text().await?.contains("/problems/stream-offline"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lets_a_viewer_in_goes_on_to_every_file() -> Result<()> {
    let camera = Camera::start(Script::new(clip().h264()));
    let program = program_for(&camera, "").await?;
    let multivariant = program.get("/hls/cam/index.m3u8?token=a%22b").await?.text().await?;
    let playlist = multivariant.lines().find(|line| !line.starts_with('#')).context("no variant")?;
    assert!(playlist.ends_with("&token=a%22b"), "{playlist}");
    let text = program.get(&format!("/hls/cam/{playlist}")).await?.text().await?;
    let quoted = text.lines().filter_map(|line| line.split("URI=\"").nth(1)?.split('"').next());
    let files: Vec<_> = quoted.chain(text.lines().filter(|line| !line.starts_with('#'))).collect();
    assert!(files.len() >= 3 && files.iter().all(|file| file.ends_with("?token=a%22b")), "{text}");
    assert!(program.get(&format!("/hls/cam/{}", files[0])).await?.status().is_success());

    // Not as clients write it, and between quotation marks in playlists.
    let mut raw = TcpStream::connect(program.address()).await?;
    let path = playlist.replace("%22", "\"");
    raw.write_all(format!("GET /hls/cam/{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").as_bytes())
        .await?;
    let mut answer = String::new();
    raw.read_to_string(&mut answer).await?;
    assert!(answer.starts_with("HTTP/1.1 400") || answer.contains("?token=a%22b\""), "{answer}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_refused_takes_no_place() -> Result<()> {
    let camera = Camera::start(Script::new(Clip::h265()));
    // H.265 is in no transport stream of ours.
    let program = program_for(&camera, "max_viewers = 1\nhls = { variant = \"ts\" }").await?;
    for _ in 0..3 {
        assert_eq!(program.get("/hls/cam/index.m3u8").await?.status(), StatusCode::NOT_ACCEPTABLE);
    }
    assert_eq!(program.json("/api/streams/cam").await?["viewers"]["hls"], 0);
    Ok(())
}
