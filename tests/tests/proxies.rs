//! Framegate behind nginx and HAProxy as `examples/deploy` has them: a prefix, `/hls/` taken away and left, waiting playlists, WebSockets, a page with hls.js.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use framegate_tests::camera::{Camera, ExtraTrack, Script};
use framegate_tests::client::hls::{assert_clean, next_part, watch_by};
use framegate_tests::client::{Message, Viewer};
use framegate_tests::clip::Numbered;
use framegate_tests::players::{self, Play};
use framegate_tests::program::Program;
use framegate_tests::proxy::{Kind, Prefix, Proxy};
use framegate_validator::watch::Options;
use media::Size;

const ANSWER: Duration = Duration::from_secs(20);
/// Long enough for segments of a second, and for their parts.
const WATCHED: Duration = Duration::from_secs(5);
/// Waiting requests that are looked at.
const WAITS: usize = 8;
const BOTH: [Kind; 2] = [Kind::Nginx, Kind::Haproxy];

struct Behind {
    proxy: Proxy,
    program: Program,
    _camera: Camera,
}

impl Behind {
    async fn start(kind: Kind, prefix: Prefix, test: &str) -> Result<Option<Self>> {
        let clip = Numbered { size: Size::new(640, 352), ..Numbered::default() };
        let camera = Camera::start(Script::new(clip.h264()).track(ExtraTrack::Silence));
        let stream = format!("[streams.cam]\nsource = \"{}\"\nhls = {{ segment = \"1s\" }}\n", camera.url());
        let program = Program::start(&format!("access = \"open\"\n{stream}")).await?;
        let proxy = Proxy::start(kind, prefix, program.address(), test).await?;
        Ok(proxy.map(|proxy| Self { proxy, program, _camera: camera }))
    }
}

/// Each address that a playlist names.
fn named(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.chain(text.split("URI=\"").skip(1).filter_map(|rest| rest.split('"').next()))
}

/// Playlists name what is in them relative to themselves; a request that waits is answered when its part is there.
async fn waits_through(http: &reqwest::Client, folder: &str) -> Result<()> {
    let load = async |url: String| -> Result<String> {
        Ok(http.get(&url).send().await?.error_for_status().context(url)?.text().await?)
    };
    let index = load(format!("{folder}/index.m3u8")).await?;
    let playlist = named(&index).next().context("no variant")?;
    ensure!(playlist.contains("session="), "{index}");
    let mut text = load(format!("{folder}/{playlist}")).await?;
    let mut waited = 0;
    for _ in 0..WAITS {
        let relative = named(&index).chain(named(&text)).all(|name| !name.contains(':') && !name.starts_with('/'));
        ensure!(relative, "{index}\n{text}");
        let (query, place) = next_part(&text).context("it does not wait")?;
        let asked = Instant::now();
        text = load(format!("{folder}/{playlist}&{query}")).await?;
        waited += usize::from(asked.elapsed() > Duration::from_millis(40));
        let (_, next) = next_part(&text).context("it does not wait")?;
        ensure!(next > place, "asked for {place:?}, next is {next:?}");
    }
    // A part lasts 200 ms. One that is there already is answered at once, and so would all be by a proxy that remembered playlists.
    ensure!(waited >= WAITS / 2, "{waited} of {WAITS} waited");
    Ok(())
}

/// What a browser behind the proxy plays by `<framegate-player>`, from a page of the proxy's own address.
async fn mp4_through(proxy: &Proxy) -> Result<()> {
    let url = proxy.ws_url("/cameras/ws/cam?format=mp4");
    let mut viewer = Viewer::connect_to(&url, Some(proxy.url("").as_str())).await?;
    let told = viewer.text("video").await?;
    assert!(told["sound"] == true && told["width"] == 640, "{told}");
    let mut fragments = 0;
    while fragments < 50 {
        match viewer.next().await? {
            Message::Still(_) => fragments += 1,
            Message::Text(_) => {}
            Message::Closed(code) => anyhow::bail!("closed with {code}"),
        }
    }
    viewer.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn hls_and_mp4_pass_through_with_a_prefix_and_without() -> Result<()> {
    let _turn = players::turn().await;
    let http = reqwest::Client::builder().no_proxy().timeout(ANSWER).gzip(true).build()?;
    for (kind, prefix) in BOTH.into_iter().flat_map(|kind| [(kind, Prefix::Stripped), (kind, Prefix::Kept)]) {
        let test = "hls_and_mp4_pass_through_with_a_prefix_and_without";
        let Some(behind) = Behind::start(kind, prefix, test).await? else { continue };
        let mut folders = vec![behind.proxy.url("/hls/cam")];
        if prefix == Prefix::Stripped {
            folders.push(behind.proxy.url("/cameras/hls/cam"));
            folders.push(behind.proxy.url("/cameras/cam"));
            mp4_through(&behind.proxy).await.with_context(|| format!("{kind:?}"))?;
        }
        for folder in folders {
            let told = || format!("{kind:?}, {prefix:?}: {folder}");
            waits_through(&http, &folder).await.with_context(told)?;
            let watched = watch_by(&http, &format!("{folder}/index.m3u8"), Options::default(), WATCHED).await;
            let watched = watched.with_context(told)?;
            assert_clean(&watched, &[]);
            let report = watched.report();
            assert!(report.values().all(|media| media.segments >= 2 && media.parts > 10), "{}: {report:#?}", told());
        }
        // A path that is none of Framegate's media does not get there.
        for path in ["/", "/hls/cam/", "/hls/cam/x.exe", "/hls/api/streams"] {
            assert_eq!(http.get(behind.proxy.url(path)).send().await?.status(), 404, "{kind:?}: {path}");
        }
        assert_eq!(behind.program.stream("cam").await?["state"], "live");
    }
    Ok(())
}

/// As an integrator would: a page of another origin with hls.js from npm, and the player in a page of the proxy's own.
async fn plays_behind(kind: Kind, test: &str) -> Result<()> {
    let _turn = players::turn().await;
    for (prefix, player, path) in [
        (Prefix::Stripped, "hls", ""),
        (Prefix::Kept, "hls", ""),
        (Prefix::Stripped, "hls", "/cameras"),
        (Prefix::Stripped, "element", "/cameras"),
    ] {
        let Some(behind) = Behind::start(kind, prefix, test).await? else { return Ok(()) };
        let base = behind.proxy.url(path);
        let play =
            Play { script: "page.mjs", player, browser: "chromium", base: &base, stream: "cam", seconds: SECONDS };
        if play.run(test).await?.is_none() {
            return Ok(());
        }
    }
    Ok(())
}

/// How long a page is judged: that it plays is asked here, how well in `players.rs`.
const SECONDS: u64 = 5;

#[tokio::test(flavor = "multi_thread")]
async fn pages_play_behind_nginx() -> Result<()> {
    plays_behind(Kind::Nginx, "pages_play_behind_nginx").await
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_play_behind_haproxy() -> Result<()> {
    plays_behind(Kind::Haproxy, "pages_play_behind_haproxy").await
}
