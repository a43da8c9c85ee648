use std::fs;
use std::path::Path;

use framegate_config::{Ink, Mistake, Source, TEMPLATE, UsePlace, load, read};

use crate::environment::known;

#[test]
fn a_file_that_is_not_there_is_a_mistake_without_a_line() {
    let report = load(Path::new("/nowhere/streams.toml"), &known()).err().expect("there is none");
    assert_eq!(report.to_string(), "/nowhere/streams.toml: there is no such file");
    assert!(report.render(Ink::Plain).contains("--> /nowhere/streams.toml\n"), "{}", report.render(Ink::Plain));
}

#[test]
fn a_file_that_is_not_utf8_is_told_with_the_line_of_its_first_bad_byte() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("streams.toml");
    fs::write(&path, b"[streams.a]\nsource = \"t\xfcr\"\n").expect("a file");
    let report = load(&path, &known()).err().expect("not UTF-8");
    assert!(report.to_string().ends_with("streams.toml:2:12: the file must be UTF-8, and here it is not"), "{report}");
}

#[test]
fn relative_files_are_looked_for_beside_the_configuration() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("streams.toml");
    fs::write(&path, "[streams.a]\nsource = \"file://clips/a.mp4\"\n").expect("a file");
    let loaded = load(&path, &known()).expect("a good file");
    assert_eq!(loaded.config.streams["a"].source, Source::File(folder.path().join("clips/a.mp4")));
}

#[test]
fn rooms_below_add_mistakes_with_their_line() {
    let text = r#"
[streams.lobby]
source = "test://"
plugins = [{ use = "clock", options = { position = "top-lfet" } }]
[streams."*"]
source = "push"
plugins = [
  { use = "motion-gate" },
]
"#;
    let loaded = read(Path::new("streams.toml"), text.into(), &known()).expect("a good file");
    let option = Mistake::new(
        loaded.places.option(UsePlace::Chain("lobby", 0), "/position"),
        "must be top-left or top-right, got \"top-lfet\"",
    );
    let report = loaded.report(vec![
        Mistake::new(loaded.places.used(UsePlace::Chain(TEMPLATE, 0)), "cannot be used here"),
        option.nearest(Some("top-left")).help("such as position = \"top-left\""),
    ]);
    assert_eq!(
        report.to_string(),
        "streams.toml:4:41: `streams.lobby.plugins[0].options.position`: must be top-left or top-right, got \"top-lfet\" \
         (did you mean `top-left`?)\nstreams.toml:8:3: `streams.\"*\".plugins[0]`: cannot be used here"
    );
    assert!(
        report
            .render(Ink::Plain)
            .contains("4 | plugins = [{ use = \"clock\", options = { position = \"top-lfet\" } }]\n")
    );
}
