use std::path::Path;
use std::sync::LazyLock;

use framegate_config::{Ink, read};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::environment::known;

/// Every case file, as bytes to be broken.
static CASES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let files =
        std::fs::read_dir(folder).expect("the case files' folder").map(|entry| entry.expect("a case file").path());
    let cases = files.filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    cases.map(|path| std::fs::read(path).expect("a case file")).collect()
});

/// Reads the text and shows what comes of it.
fn show(text: String) -> String {
    match read(Path::new("etc/streams.toml"), text, &known()) {
        Ok(loaded) => format!("{:?}{}", loaded.config, loaded.advice.render(Ink::Plain)),
        Err(report) => {
            assert!(!report.is_empty(), "a refused file has a mistake");
            format!("{report}{}{}", report.render(Ink::Plain), report.render(Ink::Colored))
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn broken_case_files_never_panic(case: Index, wounds in prop::collection::vec((any::<Index>(), wound()), 1..6)) {
        let mut bytes = case.get(&CASES).clone();
        for (at, wound) in wounds {
            let at = at.index(bytes.len() + 1);
            match wound {
                Wound::Cut(length) => drop(bytes.drain(at..(at + length).min(bytes.len()))),
                Wound::Insert(text) => drop(bytes.splice(at..at, text.bytes())),
                Wound::Flip(byte) => if let Some(there) = bytes.get_mut(at) { *there ^= byte },
            }
        }
        show(String::from_utf8_lossy(&bytes).into_owned());
    }

    #[test]
    fn any_text_never_panics(text: String) {
        show(text);
    }
}

/// One way to break a file.
#[derive(Clone, Debug)]
enum Wound {
    Cut(usize),
    Insert(String),
    Flip(u8),
}

fn wound() -> impl Strategy<Value = Wound> {
    let pieces = [
        "\"",
        "'",
        "\"\"\"",
        "=",
        "[",
        "]",
        "{",
        "}",
        "\n",
        "\r",
        "#",
        ",",
        ".",
        "${",
        "@",
        "://",
        "password=",
        "ä",
        "\u{0}",
        "\u{feff}",
    ];
    prop_oneof![
        (1..40_usize).prop_map(Wound::Cut),
        prop::sample::select(pieces.to_vec()).prop_map(|piece| Wound::Insert(piece.into())),
        any::<u8>().prop_map(Wound::Flip),
    ]
}

#[test]
fn deep_nesting_is_a_mistake_and_no_overflow() {
    for (open, close) in [("[", "]"), ("{a=", "}")] {
        let text =
            format!("[streams.a]\nsource = \"test://\"\nplugins = {}1{}", open.repeat(50_000), close.repeat(50_000));
        assert!(read(Path::new("streams.toml"), text, &known()).is_err());
    }
    let options = format!("{}1{}", "[".repeat(60), "]".repeat(60));
    show(format!(
        "[streams.a]\nsource = \"test://\"\nplugins = [{{ use = \"clock\", options = {{ a = {options} }} }}]"
    ));
}
