//! HLS over HTTP/2 with prior knowledge: one connection, on which a playlist waits while other requests are answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use framegate_tests::camera::{Camera, Script};
use framegate_tests::client::hls::{assert_clean, next_part, watch_by};
use framegate_tests::clip::Numbered;
use framegate_tests::program::Program;
use framegate_validator::watch::Options;
use reqwest::Version;
use tokio::net::{TcpListener, TcpStream};

const SECTIONS: &str = "hls = { segment = \"2s\" }";
/// Parts are of 200 ms: a request that waits for this one of the next segment is in flight for a second at least.
const PART: usize = 5;
const AT_ONCE: usize = 20;

/// Hands bytes on, and counts connections.
async fn counted(program: &Program) -> Result<(String, Arc<AtomicUsize>)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let (address, upstream) = (listener.local_addr()?, program.address());
    let connections = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            counting.fetch_add(1, Relaxed);
            tokio::spawn(async move {
                let mut server = TcpStream::connect(upstream).await?;
                tokio::io::copy_bidirectional(&mut client, &mut server).await
            });
        }
    });
    Ok((format!("http://{address}"), connections))
}

fn client() -> Result<reqwest::Client> {
    let builder = reqwest::Client::builder().no_proxy().http2_prior_knowledge().timeout(Duration::from_secs(20));
    Ok(builder.build()?)
}

async fn load(http: &reqwest::Client, url: &str) -> Result<String> {
    let answer = http.get(url).send().await?.error_for_status()?;
    ensure!(answer.version() == Version::HTTP_2, "{:?}", answer.version());
    Ok(answer.text().await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strict_player_likes_it_over_one_connection() -> Result<()> {
    let camera = Camera::start(Script::new(Numbered::default().h264()));
    let program = Program::start(&format!("[streams.cam]\nsource = \"{}\"\n{SECTIONS}\n", camera.url())).await?;
    let (base, connections) = counted(&program).await?;
    let url = format!("{base}/hls/cam/index.m3u8");
    let watched = watch_by(&client()?, &url, Options::default(), Duration::from_secs(8)).await?;
    assert_clean(&watched, &[]);
    let report = watched.report();
    assert!(report.values().all(|media| media.segments >= 3 && media.parts > 20), "{report:#?}");
    assert_eq!(connections.load(Relaxed), 1, "playlists wait and media are loaded on the same one");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_playlist_that_waits_keeps_nobody_else_waiting() -> Result<()> {
    let camera = Camera::start(Script::new(Numbered::default().h264()));
    let program = Program::start(&format!("[streams.cam]\nsource = \"{}\"\n{SECTIONS}\n", camera.url())).await?;
    let (base, connections) = counted(&program).await?;
    let (http, folder) = (client()?, format!("{base}/hls/cam"));
    let index = load(&http, &format!("{folder}/index.m3u8")).await?;
    let playlist = index.lines().find(|line| !line.starts_with('#')).context("no variant")?;
    let playlist = format!("{folder}/{playlist}");
    for _ in 0..3 {
        let text = load(&http, &playlist).await?;
        let part = text.lines().rev().find(|line| line.starts_with("#EXT-X-PART:")).context("no part")?;
        let part = part.split('"').nth(1).context("an address")?;
        let (_, (msn, _)) = next_part(&text).context("it does not wait")?;
        let waiting = tokio::spawn({
            let (http, url) = (http.clone(), format!("{playlist}&_HLS_msn={}&_HLS_part={PART}", msn + 1));
            async move { anyhow::Ok((load(&http, &url).await?, Instant::now())) }
        });
        // One after the other, while that one waits.
        let mut beside = Vec::new();
        for _ in 0..AT_ONCE {
            let asked = Instant::now();
            let bytes = http.get(format!("{folder}/{part}")).send().await?.error_for_status()?.bytes().await?;
            ensure!(!bytes.is_empty(), "{part} is empty");
            load(&http, &playlist).await?;
            beside.push((asked.elapsed(), Instant::now()));
        }
        let (text, answered) =
            tokio::time::timeout(Duration::from_secs(10), waiting).await.context("it waits on")???;
        let (_, next) = next_part(&text).context("it does not wait")?;
        ensure!(next > (msn + 1, PART), "asked for segment {}, next is {next:?}", msn + 1);
        let meanwhile = beside.iter().filter(|(_, at)| *at < answered).count();
        println!("{meanwhile} of {AT_ONCE} beside it, the longest {:?}", beside.iter().map(|(took, _)| took).max());
        ensure!(meanwhile >= AT_ONCE / 2, "{meanwhile} were answered while it waited: {beside:?}");
    }
    assert_eq!(connections.load(Relaxed), 1);
    Ok(())
}
