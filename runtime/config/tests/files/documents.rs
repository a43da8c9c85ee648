use std::fs;
use std::path::{Path, PathBuf};

use framegate_config::{Environment, Ink, Known, Process, load, read};

use crate::environment::BUNDLED;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}

#[test]
fn the_file_of_a_first_run_needs_nothing_and_has_no_mistake() {
    let known = Known { bundled: &BUNDLED, environment: &Process };
    let loaded = load(&repository().join("streams.toml"), &known)
        .unwrap_or_else(|report| panic!("{}", report.render(Ink::Plain)));
    assert!(loaded.advice.is_empty(), "{}", loaded.advice.render(Ink::Plain));
    let scene = |stream: &framegate_config::Stream| matches!(stream.source, framegate_config::Source::Test(_));
    assert!(loaded.config.streams.values().any(|stream| scene(stream)), "one stream is made here");
    let is_known =
        |plugin: &framegate_config::Plugin| matches!(&plugin.component, framegate_config::Component::Bundled(_));
    assert!(loaded.config.plugins.values().all(|plugin| is_known(plugin)), "nothing has to be built first");
}

/// Whatever a document's example names is there, and long enough for a token.
struct Anything;

impl Environment for Anything {
    fn variable(&self, name: &str) -> Option<String> {
        // What the stream manager's environment says are numbers, which no document names.
        let is_number = ["PORT", "CLEANUP_DELAY_SECONDS", "HLS_SEGMENT_TIME", "HLS_LIST_SIZE"].contains(&name);
        (!is_number).then(|| "something-0123456789abcdef-0123456789".into())
    }

    fn secret(&self, _: &Path) -> std::io::Result<String> {
        Ok("something".into())
    }
}

/// The blocks of a Markdown text that are fenced as TOML, each with the line that it begins in.
fn toml_blocks(text: &str) -> Vec<(usize, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (index, line) in text.lines().enumerate() {
        match (&mut open, line.trim()) {
            (None, "```toml") => open = Some((index + 2, String::new())),
            (Some(_), "```") => blocks.extend(open.take()),
            (Some((_, block)), _) => *block += &format!("{line}\n"),
            (None, _) => {}
        }
    }
    blocks
}

#[test]
fn every_streams_toml_in_the_documents_has_no_mistake() {
    let known = Known { bundled: &BUNDLED, environment: &Anything };
    let documents = fs::read_dir(repository().join("docs")).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut wrong = Vec::new();
    for path in
        documents.chain([repository().join("README.md")]).filter(|path| path.extension().is_some_and(|end| end == "md"))
    {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for (line, block) in toml_blocks(&text).into_iter().filter(|(_, block)| block.starts_with("# streams.toml")) {
            if let Err(report) = read(Path::new("streams.toml"), block, &known) {
                wrong.push(format!("{}, the block at line {line}:\n{}", path.display(), report.render(Ink::Plain)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn toml_blocks_are_found_in_markdown() {
    let text = "a\n```toml\n# streams.toml\nx = 1\n```\n```sh\nls\n```\n";
    assert_eq!(toml_blocks(text), [(3, "# streams.toml\nx = 1\n".to_owned())]);
}
