//! Each element of the pages in every state that it has: `gallery/{element}.html`. Screenshots are kept in `out/`.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use framegate_tests::browser::Browser;
use framegate_tests::files::Files;

const LIMIT: Duration = Duration::from_secs(30);
const GALLERY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/gallery");
const PAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../runtime/web/pages");

/// The names that a folder's files of one extension give.
fn names(folder: &str, extension: &str, of: impl Fn(&Path) -> Result<Option<String>>) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for file in Path::new(folder).read_dir().with_context(|| folder.to_owned())? {
        let file = file?.path();
        if file.extension().is_some_and(|is| is == extension) {
            names.extend(of(&file)?);
        }
    }
    Ok(names)
}

/// The elements that have a page.
fn shown() -> Result<BTreeSet<String>> {
    names(GALLERY, "html", |file| Ok(file.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned)))
}

#[test]
fn every_element_has_a_page() -> Result<()> {
    let defined = names(PAGES, "js", |file| {
        let text = std::fs::read_to_string(file)?;
        let (_, defined) = text.split_once("customElements.define(\"").unzip();
        // `fg-` is for our own pages, `framegate-` for everybody's.
        let name = defined.and_then(|rest| rest.split('"').next()).and_then(|name| name.split_once('-'));
        Ok(name.map(|(_, name)| name.to_owned()))
    })?;
    assert!(defined.len() > 10, "{defined:?}");
    assert_eq!(shown()?, defined);
    Ok(())
}

#[test]
fn the_player_imports_nothing_that_belongs_to_our_pages_alone() -> Result<()> {
    let mut reached = BTreeSet::from(["framegate-player.js".to_owned()]);
    let mut next: Vec<String> = reached.iter().cloned().collect();
    while let Some(name) = next.pop() {
        let text = std::fs::read_to_string(Path::new(PAGES).join(&name)).with_context(|| name.clone())?;
        // An address from the root is one of this server's, whoever embeds the player.
        assert!(!text.contains("\"/assets/") && !text.contains("location.pathname"), "{name}");
        let imported = text.lines().filter(|line| line.starts_with("import")).filter_map(|line| line.split('"').nth(1));
        for path in imported {
            let path = path.strip_prefix("./").with_context(|| format!("{name}: {path}"))?;
            if reached.insert(path.to_owned()) {
                next.push(path.to_owned());
            }
        }
    }
    assert!(reached.len() > 20, "{reached:?}");
    let ours = ["address.js", "canvas.js", "streams.js", "toast.js", "view.js"];
    assert!(ours.iter().all(|name| !reached.contains(*name)), "{reached:?}");
    Ok(())
}

#[test]
fn the_page_that_embeds_names_the_player_and_a_stream() -> Result<()> {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/pages/embed.html"))?;
    let (_, module) = page.split_once("/assets/").context("no module")?;
    let module = module.split('"').next().unwrap_or_default();
    let defines = std::fs::read_to_string(Path::new(PAGES).join(module))?;
    assert!(defines.contains("customElements.define(\"framegate-player\""), "{module}");
    assert!(page.contains("<framegate-player stream="), "{page}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_state_of_every_element_is_rendered_in_both_themes() -> Result<()> {
    let test = "every_state_of_every_element_is_rendered_in_both_themes";
    let Some(mut browser) = Browser::start(test).await? else {
        return Ok(());
    };
    let files = Files::serve(&[("/assets/", PAGES), ("/gallery/", GALLERY)]).await?;
    browser.resize(1_280, 800, false).await?;
    for element in shown()? {
        for theme in ["dark", "light"] {
            browser.navigate(&files.url(&format!("/gallery/{element}.html?theme={theme}"))).await?;
            let ready = browser.wait_for("document.documentElement.dataset.ready === 'true'", LIMIT).await;
            ready.with_context(|| format!("{element}.html, {theme}: {:?}", browser.complaints()))?;
            let problems = browser.evaluate("window.problems").await?;
            assert_eq!(problems, serde_json::json!([]), "{element}.html, {theme}");
            browser.screenshot(&format!("element-{element}-{theme}")).await?;
        }
    }
    assert!(browser.complaints().is_empty(), "{:?}", browser.complaints());
    browser.close().await
}
