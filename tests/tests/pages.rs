//! The pages in a real browser: moving pixels on their canvases and in their videos, and what they say when there are none. Screenshots are kept in `out/`.

use std::time::Duration;

use anyhow::Result;
use framegate_tests::browser::Browser;
use framegate_tests::camera::{Camera, Script};
use framegate_tests::clip::Numbered;
use framegate_tests::program::Program;

const LIMIT: Duration = Duration::from_secs(30);

const STREAMS: &str = "[streams.lobby]\nsource = \"test://?size=640x360&fps=15\"\nplugins = [{ use = \"clock\" }]\n\n\
     [streams.gate]\nsource = \"test://?size=640x360&fps=15\"\nmax_viewers = 2\n\n";

/// What the tests ask of a page; components with a shadow root are looked into.
const EYES: &str = r#"
window.eyes = {
  all(selector, root = document) {
    const found = [...root.querySelectorAll(selector)];
    for (const element of root.querySelectorAll('*')) if (element.shadowRoot) found.push(...this.all(selector, element.shadowRoot));
    return found;
  },
  // Where pictures are shown.
  screens() {
    return this.all('canvas, video');
  },
  // A number for what one of them shows; 0 for one that shows nothing.
  print(screen) {
    if (!(screen.videoWidth ?? screen.width) || !(screen.videoHeight ?? screen.height)) return 0;
    const small = new OffscreenCanvas(64, 36).getContext('2d');
    small.drawImage(screen, 0, 0, 64, 36);
    const data = small.getImageData(0, 0, 64, 36).data;
    let sum = 0, light = 0;
    for (let i = 0; i < data.length; i += 4) { light += data[i] + data[i + 1] + data[i + 2]; sum = (sum * 31 + data[i] * 7 + data[i + 1] * 5 + data[i + 2]) % 1000000007; }
    return light ? sum + 1 : 0;
  },
  seen: new Map(),
  // How many of them have shown at least `wanted` different pictures since this was first asked.
  moving(wanted) {
    let count = 0;
    for (const screen of this.screens()) {
      const prints = this.seen.get(screen) ?? this.seen.set(screen, new Set()).get(screen);
      const print = this.print(screen);
      if (print) prints.add(print);
      if (prints.size >= wanted) count++;
    }
    return count;
  },
  text() {
    const walk = (node) => node.nodeType === Node.TEXT_NODE ? node.data
      : ['STYLE', 'SCRIPT', 'TEMPLATE'].includes(node.nodeName) ? ''
      : [...(node.shadowRoot ?? node).childNodes].map(walk).join(' ');
    return walk(document.body).replace(/\s+/g, ' ').toLowerCase();
  },
};
true
"#;

async fn open(browser: &mut Browser, program: &Program, path: &str) -> Result<()> {
    browser.navigate(&program.url(path)).await?;
    browser.wait_for("document.readyState === 'complete'", LIMIT).await?;
    browser.evaluate(EYES).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_grid_shows_moving_tiles_with_their_names() -> Result<()> {
    let Some(mut browser) = Browser::start("the_grid_shows_moving_tiles_with_their_names").await? else {
        return Ok(());
    };
    let program = Program::start(STREAMS).await?;
    browser.resize(1_280, 800, false).await?;
    open(&mut browser, &program, "/").await?;
    browser.wait_for("eyes.moving(4) >= 2", LIMIT).await?;
    browser.wait_for("eyes.text().includes('lobby') && eyes.text().includes('gate')", LIMIT).await?;
    browser.screenshot("grid").await?;
    browser.prefer("dark").await?;
    browser.screenshot("grid-dark").await?;
    browser.resize(390, 844, true).await?;
    browser.wait_for("document.documentElement.scrollWidth <= innerWidth", LIMIT).await?;
    browser.screenshot("grid-phone").await?;
    assert!(browser.complaints().is_empty(), "{:?}", browser.complaints());
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_player_shows_moving_pictures_and_the_keyboard_reaches_its_choices() -> Result<()> {
    let test = "the_player_shows_moving_pictures_and_the_keyboard_reaches_its_choices";
    let Some(mut browser) = Browser::start(test).await? else {
        return Ok(());
    };
    let program = Program::start(STREAMS).await?;
    browser.resize(1_280, 800, false).await?;
    open(&mut browser, &program, "/watch/lobby").await?;
    browser.wait_for("eyes.moving(8) >= 1", LIMIT).await?;
    browser.screenshot("watch").await?;
    let mut focused = std::collections::BTreeSet::new();
    for _ in 0..12 {
        browser.press("Tab").await?;
        let deepest = "(() => { let e = document.activeElement; while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement; return e?.tagName })()";
        focused.extend(browser.evaluate(deepest).await?.as_str().map(str::to_owned));
    }
    assert!(focused.contains("SELECT") || focused.contains("BUTTON") || focused.contains("INPUT"), "{focused:?}");
    browser.resize(390, 844, true).await?;
    browser.wait_for("document.documentElement.scrollWidth <= innerWidth", LIMIT).await?;
    browser.screenshot("watch-phone").await?;
    assert!(browser.complaints().is_empty(), "{:?}", browser.complaints());
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_player_says_offline_keeps_the_last_picture_and_comes_back_by_itself() -> Result<()> {
    let test = "the_player_says_offline_keeps_the_last_picture_and_comes_back_by_itself";
    let Some(mut browser) = Browser::start(test).await? else {
        return Ok(());
    };
    let camera = Camera::start(Script::new(Numbered::default().h264()));
    let program = Program::start(&format!("[streams.cam]\nsource = \"{}\"\n", camera.url())).await?;
    browser.resize(1_280, 800, false).await?;
    open(&mut browser, &program, "/watch/cam").await?;
    browser.wait_for("eyes.moving(4) >= 1", LIMIT).await?;
    camera.down().await?;
    browser.wait_for("eyes.text().includes('offline')", LIMIT).await?;
    browser.wait_for("eyes.screens().some((screen) => eyes.print(screen) > 0)", LIMIT).await?;
    browser.screenshot("watch-offline").await?;
    camera.up().await?;
    browser.evaluate("eyes.seen.clear()").await?;
    browser.wait_for("eyes.moving(4) >= 1 && !eyes.text().includes('offline')", LIMIT).await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_player_says_not_configured_and_at_capacity() -> Result<()> {
    let Some(mut browser) = Browser::start("the_player_says_not_configured_and_at_capacity").await? else {
        return Ok(());
    };
    let program = Program::start(STREAMS).await?;
    open(&mut browser, &program, "/watch/nowhere").await?;
    browser.wait_for("eyes.text().includes('not configured')", LIMIT).await?;
    browser.screenshot("watch-not-configured").await?;
    let mut viewers = Vec::new();
    for _ in 0..2 {
        let mut viewer = framegate_tests::client::Viewer::connect(&program, "gate?fps=1&width=320").await?;
        viewer.still().await?;
        viewers.push(viewer);
    }
    open(&mut browser, &program, "/watch/gate").await?;
    browser.wait_for("eyes.text().includes('at capacity')", LIMIT).await?;
    browser.screenshot("watch-at-capacity").await?;
    browser.close().await
}
