//! Segments in a folder: what a server of files finds there, what a restart goes on with, and what is removed.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use framegate_tests::camera::{Camera, Script};
use framegate_tests::client::hls::{assert_clean, watch};
use framegate_tests::clip::Numbered;
use framegate_tests::program::Program;
use framegate_validator::watch::{Options, Reload};
use media::Size;
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

const LIMIT: Duration = Duration::from_secs(20);

fn camera() -> Camera {
    Camera::start(Script::new(Numbered { size: Size::new(640, 352), ..Numbered::default() }.h264()))
}

/// Its segments in `segments`, beside the file.
fn stored(camera: &Camera, variant: &str, more: &str) -> String {
    format!(
        "[streams.cam]\nsource = \"{}\"\n{more}\nhls = {{ variant = \"{variant}\", segment = \"1s\", window = 12, always = true, storage = \"file://segments\" }}\n",
        camera.url()
    )
}

/// A folder that outlives a program.
async fn start_in(folder: &Path, sections: &str) -> Result<Program> {
    let inside = TempDir::new_in(folder)?;
    let sections = sections.replace("file://segments", &format!("file://{}", folder.join("segments").display()));
    Program::start_in(inside, &sections).await
}

/// The stored playlist of a variant, and what it names.
#[derive(Debug)]
struct Listed {
    text: String,
    names: Vec<String>,
}

impl Listed {
    fn read(folder: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(folder.join("stream.m3u8"))?;
        let names = text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
        Ok(Self { text, names })
    }

    fn number(&self, tag: &str) -> Result<u64> {
        let value = self.text.lines().find_map(|line| line.strip_prefix(tag)?.strip_prefix(':'));
        Ok(value.with_context(|| format!("no {tag} in\n{}", self.text))?.parse()?)
    }
}

/// Waits until the stored playlist is one that this is true for.
async fn until(folder: &Path, what: &str, is_so: impl Fn(&Listed) -> bool) -> Result<Listed> {
    let end = Instant::now() + LIMIT;
    loop {
        let listed = Listed::read(folder);
        if let Ok(listed) = listed
            && is_so(&listed)
        {
            return Ok(listed);
        }
        ensure!(Instant::now() < end, "{what}: {:?}", Listed::read(folder));
        sleep(Duration::from_millis(50)).await;
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_all_that_a_server_of_files_needs() -> Result<()> {
    let (camera, folder) = (camera(), TempDir::new()?);
    for variant in ["ll", "fmp4", "ts"] {
        let program =
            start_in(folder.path(), &stored(&camera, variant, "").replace("cam]", &format!("{variant}]"))).await?;
        let of = folder.path().join("segments").join(variant);
        let listed = until(&of.join("camera"), "three segments", |listed| listed.names.len() >= 3).await?;
        assert!(!listed.text.contains("EXT-X-PART"), "{}", listed.text);
        // Nobody watches: what there is of the multivariant playlist is told a second later at most.
        let end = Instant::now() + LIMIT;
        let index = loop {
            match std::fs::read_to_string(of.join("index.m3u8")) {
                Ok(index) => break index,
                Err(error) => ensure!(Instant::now() < end, "{variant}: {error}"),
            }
            sleep(Duration::from_millis(50)).await;
        };
        assert!(index.lines().any(|line| line == "camera/stream.m3u8"), "{index}");
        // ffprobe reads the folder alone, as nginx would serve it.
        let probe = std::process::Command::new("ffprobe")
            .args(["-v", "error", "-show_entries", "stream=codec_name,width", "-of", "csv=p=0"])
            .arg(of.join("index.m3u8"))
            .output();
        if let Ok(probe) = probe {
            let said = String::from_utf8_lossy(&probe.stdout).into_owned();
            assert!(said.contains("h264,640"), "{variant}: {said} {}", String::from_utf8_lossy(&probe.stderr));
        } else {
            println!("a_folder_is_all_that_a_server_of_files_needs: skipped in part, ffprobe is not installed");
        }
        // What is far from the end is read from there, and what leaves the window leaves the folder.
        let first = &listed.names[0];
        let far = until(&of.join("camera"), "a window that is full", |later| later.names.len() >= 10).await?;
        assert!(far.names.contains(first), "{}", far.text);
        let served = program.get(&format!("/hls/{variant}/{first}")).await?.bytes().await?;
        assert_eq!(served, std::fs::read(of.join("camera").join(first))?);
        until(&of.join("camera"), "a window that moves on", |later| !later.names.contains(first)).await?;
        sleep(Duration::from_millis(2_500)).await;
        assert!(!of.join("camera").join(first).exists(), "{:?}", files(&of.join("camera")));
        assert!(files(&of.join("camera")).len() <= 12 + 4, "{:?}", files(&of.join("camera")));
        drop(program);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_goes_on_behind_a_discontinuity() -> Result<()> {
    let (camera, folder) = (camera(), TempDir::new()?);
    let of = folder.path().join("segments/cam/camera");
    let mut before: Option<Listed> = None;
    for (life, killed) in [(0, false), (1, true), (2, false), (3, false)] {
        let mut program = start_in(folder.path(), &stored(&camera, "ll", "")).await?;
        if let Some(before) = &before {
            let next = before.number("#EXT-X-MEDIA-SEQUENCE")? + before.names.len() as u64;
            let last = before.names.last().context("segments")?;
            let goes_on = |listed: &Listed| listed.names.contains(last) && listed.names.last() != Some(last);
            let listed = until(&of, "what there was and what comes", goes_on).await?;
            let at = listed.names.iter().position(|name| name == last).context("just found")? as u64;
            assert_eq!(listed.number("#EXT-X-MEDIA-SEQUENCE")? + at + 1, next, "life {life}\n{}", listed.text);
            let behind = listed.text.split(last.as_str()).nth(1).context("what comes")?;
            assert!(behind.trim_start().starts_with("#EXT-X-DISCONTINUITY\n"), "life {life}\n{}", listed.text);

            // Over HTTP it is the same window, old files among it.
            let playlist = program.get("/hls/cam/stream.m3u8").await?.text().await?;
            assert!(playlist.contains(last), "life {life}\n{playlist}");
            let served = program.get(&format!("/hls/cam/{last}")).await?;
            assert!(served.status().is_success(), "{last}: {}", served.status());
            assert_eq!(served.bytes().await?, std::fs::read(of.join(last))?);
            let watched = watch(&program, "/hls/cam/index.m3u8", Options::default(), Duration::from_secs(5)).await?;
            assert_clean(&watched, &[]);
        }
        until(&of, "a window", |listed| {
            let is_new = |name: &String| before.as_ref().is_none_or(|before| !before.names.contains(name));
            listed.names.iter().filter(|name| is_new(name)).count() >= 2
        })
        .await?;
        if killed {
            drop(program);
        } else {
            program.terminate()?;
            assert!(program.ended(LIMIT).await?.success());
        }
        before = Some(Listed::read(&of)?);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_filter_hides_is_removed_from_the_folder() -> Result<()> {
    let (camera, folder) = (camera(), TempDir::new()?);
    let of = folder.path().join("segments/cam");
    let mask = "plugins = [{ use = \"clock\" }]";
    let in_folder = |sections: String| {
        sections.replace("file://segments", &format!("file://{}", folder.path().join("segments").display()))
    };

    // Added to what runs.
    let program = start_in(folder.path(), &stored(&camera, "fmp4", "")).await?;
    until(&of.join("camera"), "the camera's", |listed| listed.names.len() >= 2).await?;
    program.apply(&in_folder(stored(&camera, "fmp4", mask))).await?;
    let end = Instant::now() + LIMIT;
    while !files(&of.join("camera")).is_empty() {
        ensure!(Instant::now() < end, "{:?}", files(&of.join("camera")));
        sleep(Duration::from_millis(50)).await;
    }
    until(&of.join("video"), "what the filter shows", |listed| listed.names.len() >= 2).await?;

    // Taken away, and added while nothing runs.
    program.apply(&in_folder(stored(&camera, "fmp4", ""))).await?;
    until(&of.join("camera"), "the camera's again", |listed| listed.names.len() >= 2).await?;
    drop(program);
    let again = stored(&camera, "fmp4", mask).replace("always = true", "always = false");
    // A rung that there is no more, of when nothing was hidden.
    std::fs::create_dir(of.join("high"))?;
    std::fs::copy(of.join("camera/stream.m3u8"), of.join("high/stream.m3u8"))?;
    std::fs::write(of.join("high/0123456789ab-7.m4s"), "a segment")?;
    let program = start_in(folder.path(), &again).await?;
    let end = Instant::now() + LIMIT;
    while ["camera", "video", "high"].iter().any(|variant| !files(&of.join(variant)).is_empty()) {
        ensure!(Instant::now() < end, "{:?} {:?}", files(&of.join("camera")), files(&of.join("high")));
        sleep(Duration::from_millis(50)).await;
    }
    drop(program);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_nobody_watched_goes_on_if_it_is_recent() -> Result<()> {
    let (camera, folder) = (camera(), TempDir::new()?);
    let of = folder.path().join("segments/cam/camera");
    let plain = Options { reload: Reload::Plain, ..Options::default() };
    let mut last: Option<String> = None;
    // How long it is kept is asked of who finds it.
    for (close_after, goes_on) in [("1h", false), ("1h", true), ("0s", false)] {
        let kept = format!("close_after = \"{close_after}\"");
        let sections = stored(&camera, "fmp4", "").replace("always = true", &kept);
        let mut program = start_in(folder.path(), &sections).await?;
        let watched = watch(&program, "/hls/cam/index.m3u8", plain, Duration::from_secs(4)).await?;
        assert_clean(&watched, &[]);
        program.terminate()?;
        assert!(program.ended(LIMIT).await?.success());
        let listed = Listed::read(&of)?;
        if let Some(last) = &last {
            assert_eq!(listed.names.contains(last), goes_on, "{close_after}\n{}", listed.text);
            assert_eq!(of.join(last).exists(), goes_on, "{:?}", files(&of));
        }
        last = listed.names.last().cloned();
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_removed_is_told_and_tried_again() -> Result<()> {
    let (camera, folder) = (camera(), TempDir::new()?);
    let of = folder.path().join("segments/cam");
    let segment = "0123456789ab-7.m4s";
    for variant in ["camera", "low"] {
        std::fs::create_dir_all(of.join(variant))?;
        std::fs::write(of.join(variant).join(segment), "a segment of before")?;
    }
    // A folder is no file that can be removed.
    std::fs::create_dir(of.join("low/stream.m3u8"))?;
    let masked = stored(&camera, "fmp4", "plugins = [{ use = \"clock\" }]").replace("always = true", "always = false");
    let program = start_in(folder.path(), &masked).await?;
    program.logs("are still there").await?;
    assert!(of.join("low").join(segment).exists());
    std::fs::remove_dir(of.join("low/stream.m3u8"))?;
    let end = Instant::now() + LIMIT;
    while ["camera", "low"].iter().any(|variant| of.join(variant).join(segment).exists()) {
        ensure!(Instant::now() < end, "{}", program.log());
        sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}
