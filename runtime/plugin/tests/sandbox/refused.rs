//! Guests that are not let in: refused with what is wrong, before a stream has anything of them.

use config::resolved::Component;
use plugin::Error;

use crate::rig::{HOST, declared};

/// What is said to whoever names this guest.
fn refusal(name: &str) -> String {
    HOST.load(&declared(name)).unwrap_err().to_string()
}

#[test]
pub(crate) fn undeclared_import() {
    let told = refusal("undeclared-import");
    assert!(told.contains("`framegate:plugin/shell@0.1.0`") && told.contains("there are types, pictures"), "{told}");
}

#[test]
pub(crate) fn wrong_version() {
    let told = refusal("wrong-version");
    assert!(told.contains("framegate:plugin/") && told.contains("@0.9.0"), "{told}");
    assert!(told.contains("this program has version 0.1.0"), "{told}");
}

#[test]
pub(crate) fn wrong_world() {
    let told = refusal("wrong-world");
    assert!(told.contains("does not export `framegate:plugin/lifecycle@0.1.0`"), "{told}");
}

#[test]
pub(crate) fn loop_in_start() {
    let told = refusal("loop-in-start");
    assert!(
        told.contains("fails when asked to describe itself")
            && told.contains("CPU time (in ")
            && told.ends_with("(deadline)"),
        "{told}"
    );
}

#[test]
pub(crate) fn huge_answer() {
    let told = refusal("huge-answer");
    assert!(told.contains("fails when asked to describe itself") && told.contains("fuel"), "{told}");
}

#[test]
pub(crate) fn claims_two_gigabytes() {
    let told = refusal("claims-two-gigabytes");
    assert!(told.contains("wanted more than its 64 MiB of memory (memory)"), "{told}");
}

/// Cut off anywhere and damaged anywhere: an answer each time, never a crash.
#[test]
fn truncated_and_corrupt_bytes_at_many_places() {
    let good = test_components::bytes("clock");
    let folder = tempfile::tempdir().unwrap();
    let load = |bytes: &[u8]| {
        let file = folder.path().join("x.wasm");
        std::fs::write(&file, bytes).unwrap();
        HOST.load(&config::Plugin { component: Component::File(file), ..config::Plugin::bundled("x") })
    };
    for part in 1..16 {
        let cut = load(&good[..good.len() * part / 16]).map(drop).unwrap_err();
        assert!(matches!(cut, Error::Refused(_)), "{part}/16: {cut}");
    }
    let mut survived = 0;
    for part in 1..16 {
        let mut damaged = good.to_vec();
        let at = good.len() * part / 16;
        damaged[at..at + 8].fill(0xff);
        // Damage in data, in a name or in a constant may leave it a component: then its description tells, or it runs as what it is.
        survived += u32::from(load(&damaged).is_ok());
    }
    assert!(survived < 12, "{survived}");
}
