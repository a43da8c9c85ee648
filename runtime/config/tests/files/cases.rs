//! Each `cases/NAME.toml` with mistakes has a `NAME.err` that shows how they are reported, each `good_NAME.toml` a `good_NAME.ok` that shows what it
//! resolves to. `FRAMEGATE_BLESS=1 cargo test -p framegate-config` writes them anew.

use std::fs;
use std::path::{Path, PathBuf};

use framegate_config::{Ink, read};

use crate::environment::{SECRET, known};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// The case files by name, without their endings.
fn names(ending: &str) -> Vec<String> {
    let files = fs::read_dir(folder()).expect("the case files' folder").map(|entry| entry.expect("a case file").path());
    let of_kind = files.filter(|path| path.extension().is_some_and(|extension| extension == ending));
    let mut names: Vec<String> =
        of_kind.map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// What is shown for a case, and the ending of the file that keeps it.
fn outcome(name: &str) -> (String, &'static str) {
    let text = fs::read_to_string(folder().join(format!("{name}.toml"))).expect("a case file");
    match read(&Path::new("etc").join(format!("{name}.toml")), text, &known()) {
        Ok(loaded) if loaded.advice.is_empty() => (format!("{:#?}\n", loaded.config), "ok"),
        Ok(loaded) => (format!("{}\n{:#?}\n", loaded.advice.render(Ink::Plain), loaded.config), "ok"),
        Err(report) => (report.render(Ink::Plain), "err"),
    }
}

#[test]
fn every_case_is_reported_as_its_file_says() {
    let bless = std::env::var_os("FRAMEGATE_BLESS").is_some();
    let mut wrong = Vec::new();
    for name in names("toml") {
        let (shown, ending) = outcome(&name);
        assert_eq!(name.starts_with("good_"), ending == "ok", "{name}: {shown}");
        let path = folder().join(format!("{name}.{ending}"));
        if bless {
            fs::write(&path, &shown).expect("the case's file can be written");
        }
        if fs::read_to_string(&path).ok().as_ref() != Some(&shown) {
            wrong.push(format!("{name}.{ending} is missing or says something else than:\n{shown}"));
        }
    }
    assert!(wrong.is_empty(), "{}\nFRAMEGATE_BLESS=1 writes them anew", wrong.join("\n"));
}

#[test]
fn every_outcome_has_its_case() {
    let cases = names("toml");
    for outcome in names("err").into_iter().chain(names("ok")) {
        assert!(cases.contains(&outcome), "{outcome}.toml is not there");
    }
    assert!(names("err").len() >= 30);
}

#[test]
fn no_message_and_no_line_shows_a_secret() {
    for name in names("err").into_iter().chain(names("ok")) {
        let text = fs::read_to_string(folder().join(format!("{name}.toml"))).expect("a case file");
        let shown = match read(Path::new("etc/streams.toml"), text, &known()) {
            Ok(loaded) => format!("{:?}\n{}", loaded.config, loaded.advice.render(Ink::Colored)),
            Err(report) => {
                format!("{report}\n{report:?}\n{}\n{}", report.render(Ink::Plain), report.render(Ink::Colored))
            }
        };
        assert!(!shown.contains(SECRET), "{name}: {shown}");
    }
}
