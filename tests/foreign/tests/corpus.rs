//! The stored corpus, on the stable compiler.

use std::path::Path;

#[test]
fn every_stored_input_is_survived() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    for (name, check) in framegate_foreign::ALL {
        let files = corpus.join(name).read_dir().unwrap_or_else(|error| panic!("fuzz/corpus/{name}: {error}"));
        let mut count = 0;
        for file in files {
            check(&std::fs::read(file.unwrap().path()).unwrap());
            count += 1;
        }
        assert!(count >= 3, "fuzz/corpus/{name} holds {count} inputs");
    }
}

#[test]
fn what_is_broken_at_any_place_is_survived() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    for (name, check) in framegate_foreign::ALL {
        for file in corpus.join(name).read_dir().unwrap() {
            let whole = std::fs::read(file.unwrap().path()).unwrap();
            let step = (whole.len() / 64).max(1);
            for at in (0..whole.len()).step_by(step) {
                check(&whole[..at]);
                let mut flipped = whole.clone();
                flipped[at] ^= 0x80 | at as u8;
                check(&flipped);
            }
        }
    }
}
