//! What is let in, and what is said to whoever is not.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use config::resolved::Component;
use plugin::{Compiler, Error, Host, Kind, Mode, Outcome, Refusal, Settings};
use serde_json::json;

use crate::rig::{HOST, bundled, chain, declared, guest, picture, stream};

fn refusal(bytes: &[u8]) -> Error {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.wasm");
    fs::write(&file, bytes).unwrap();
    HOST.load(&config::Plugin { component: Component::File(file), ..config::Plugin::bundled("x") }).unwrap_err()
}

#[test]
fn damaged_and_foreign_bytes_are_refused_in_words() {
    let clock = test_components::bytes("clock");
    assert!(matches!(refusal(&clock[..clock.len() / 2]), Error::Refused(Refusal::Damaged(_))));
    let mut corrupt = clock.to_vec();
    let middle = corrupt.len() / 3;
    corrupt[middle..middle + 64].fill(0xff);
    assert!(matches!(refusal(&corrupt), Error::Refused(Refusal::Damaged(_)) | Error::Compile { .. }));
    assert!(refusal(b"\0asm\x01\0\0\0").to_string().contains("build it for wasm32-wasip2"));
    assert!(refusal(b"\x7fELF").to_string().contains("native code from elsewhere is not run"));
}

#[test]
fn names_pins_and_files_are_checked() {
    let unknown = HOST.load(&config::Plugin::bundled("clok")).unwrap_err().to_string();
    assert_eq!(
        unknown,
        "`clok` is none of the plugins that come with the program: `annotate`, `clock`, `format-choice`, `motion-gate`, `privacy-mask`, \
         `sheet-counter`, `watermark`, `webhook`"
    );
    let pinned = HOST
        .load(&config::Plugin { sha256: Some([0; 32]), ..config::Plugin::bundled("clock") })
        .unwrap_err()
        .to_string();
    assert!(
        pinned.starts_with("`sha256`: the component's bytes hash to ") && pinned.ends_with(&"0".repeat(64)),
        "{pinned}"
    );
    let missing = Component::File("/nowhere/x.wasm".into());
    let missing =
        HOST.load(&config::Plugin { component: missing, ..config::Plugin::bundled("x") }).unwrap_err().to_string();
    assert!(missing.contains("/nowhere/x.wasm") && missing.contains("No such file"), "{missing}");
}

#[test]
fn a_component_in_a_registry_is_loaded_from_the_bytes_that_are_brought() {
    let reference = format!("oci://ghcr.io/acme/clock:1@sha256:{}", "0".repeat(64));
    let component = Component::Oci(reference.parse().unwrap());
    let config = config::Plugin { component, ..config::Plugin::bundled("x") };
    assert_eq!(HOST.load(&config).unwrap_err().to_string(), format!("{reference} was not pulled"));
    let loaded = HOST.load_from(&config, test_components::bytes("clock")).unwrap();
    assert_eq!((loaded.name(), loaded.sha256()), ("x", HOST.load(&declared("clock")).unwrap().sha256()));
    let pinned = config::Plugin { sha256: Some([0; 32]), ..config };
    assert!(matches!(HOST.load_from(&pinned, test_components::bytes("clock")), Err(Error::OtherBytes { .. })));
}

#[test]
fn a_fault_while_configuring_is_a_mistake_of_the_whole() {
    let told = guest("work", None).check(Some(&stream()), &json!({ "work": "walk" })).unwrap_err();
    assert_eq!((told.len(), told[0].path.as_str()), (1, "/work"));
    let small = config::Plugin { memory: Some(64 * 1024), ..declared("work") };
    let told = HOST.load(&small).unwrap_err().to_string();
    assert!(told.contains("it fails when asked to describe itself") && told.contains("memory"), "{told}");
}

#[test]
fn options_that_are_refused_on_a_running_stream_are_a_fault() {
    let (mut chain, journal) = chain([(bundled("privacy-mask"), json!({ "areas": [] }))]);
    assert!(matches!(chain.process(picture(0), Mode::All), Outcome::Withheld { .. }));
    let stats = &chain.snapshot_handle().snapshot()[0];
    assert_eq!((stats.calls, stats.faults[&Kind::Options]), (0, 1));
    assert!(stats.last_fault.as_deref().unwrap().contains("`/areas` must have at least one area"));
    assert_eq!(journal.since(0)[0].kind, "plugin-failed");
}

#[test]
fn check_and_load_may_be_called_among_async_tasks() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        assert!(bundled("clock").check(Some(&stream()), &json!({})).is_ok());
        // This one prints when it panics, which is a synchronous wait inside WASI.
        assert!(guest("diary", None).check(Some(&stream()), &json!({ "panic_at": "x" })).is_err());
    });
}

#[test]
fn compiled_code_is_cached_and_made_anew_when_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("compiled");
    let host =
        || Host::new(Settings { bundled: &[], cache: Some(cache.clone()), compiler: Compiler::InProcess }).unwrap();
    let clock = config::Plugin {
        component: Component::File(test_components::file("clock").into()),
        ..config::Plugin::bundled("clock")
    };
    host().load(&clock).unwrap();
    let files = || fs::read_dir(&cache).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let [file] = &files()[..] else { panic!("{:?}", files()) };
    assert!(file.extension().is_some_and(|ending| ending == "cwasm"));
    assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    let made = fs::metadata(file).unwrap().modified().unwrap();
    host().load(&clock).unwrap();
    assert_eq!(fs::metadata(file).unwrap().modified().unwrap(), made, "it was loaded, not made again");
    fs::remove_file(file).unwrap();
    fs::write(file, b"\x7fELF").unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
    host().load(&clock).unwrap();
    assert!(fs::metadata(file).unwrap().len() > 1000);
    assert_eq!(files().len(), 1, "nothing is left behind");
}

#[test]
fn a_child_compiles_and_its_words_are_told_when_it_fails() {
    let folder = tempfile::tempdir().unwrap();
    let load = |program: &str| {
        let script = folder.path().join("compile.sh");
        fs::write(&script, program).unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o700)).unwrap();
        let settings =
            Settings { bundled: &[], cache: Some(folder.path().join("cache")), compiler: Compiler::Child(script) };
        Host::new(settings).unwrap().load(&declared("trap")).map(drop)
    };
    let told = load("#!/bin/sh\necho \"no such day\" >&2\nexit 3\n").unwrap_err().to_string();
    assert!(told.contains("no such day") && told.contains("exit status: 3"), "{told}");
    // What the real child does, with its work done beforehand.
    let code = folder.path().join("made");
    plugin::compile_command(test_components::file("trap"), &code).unwrap();
    load(&format!("#!/bin/sh\n[ \"$1\" = compile ] && cp -p {} \"$3\"\n", code.display())).unwrap();
}

#[test]
fn a_chain_without_plugins_shows_everything() {
    let (mut chain, _) = chain([]);
    assert!(!chain.has_filter());
    assert!(matches!(chain.process(picture(0), Mode::FiltersOnly), Outcome::Shown(_)));
}
