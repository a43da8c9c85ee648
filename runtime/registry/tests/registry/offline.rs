use framegate_registry::{Origin, Registry, Settings, Timeouts};

use crate::fake::{COMPONENT, COMPONENT_OF_OLD, Fake, Puller};

const BYTES: &[u8] = b"\0asm and so on";

#[test]
fn a_component_is_pulled_once_and_needs_no_registry_afterwards() {
    let (fake, puller) = (Fake::start(), Puller::new());
    let reference = fake.put("a/b:1", COMPONENT, BYTES);
    let mut steps = Vec::new();
    let pulled = puller.registry.pull(&reference, &mut |step| steps.push(step)).unwrap();
    assert_eq!((pulled.bytes.as_slice(), pulled.origin), (BYTES, Origin::Registry));
    assert!(
        steps.first().is_some_and(|step| step.done == 0) && steps.last().is_some_and(|step| step.done == step.total)
    );
    let asked = fake.asked("");
    let again = puller.registry.pull(&reference, &mut |_| panic!("nothing comes")).unwrap();
    assert_eq!((again.bytes.as_slice(), again.origin), (BYTES, Origin::Cache));
    assert_eq!(fake.asked(""), asked, "nobody asked");
    drop(fake);
    assert_eq!(puller.pull(&reference).unwrap().bytes, BYTES);
    // Another process finds it too.
    let cache = Some(puller.folder.path().join("oci"));
    let other = Registry::new(Settings { cache, docker: None, timeouts: Timeouts::default() }).unwrap();
    assert_eq!(other.cached(&reference).unwrap(), BYTES);
}

#[test]
fn both_types_of_layer_are_pulled() {
    let (fake, puller) = (Fake::start(), Puller::new());
    for (kind, bytes) in [(COMPONENT, &b"new"[..]), (COMPONENT_OF_OLD, b"old")] {
        assert_eq!(puller.pull(&fake.put("a/b:1", kind, bytes)).unwrap().bytes, bytes);
    }
}

#[test]
fn a_damaged_cache_is_pulled_again() {
    let (fake, puller) = (Fake::start(), Puller::new());
    let reference = fake.put("a/b:1", COMPONENT, BYTES);
    puller.pull(&reference).unwrap();
    assert_eq!(puller.kept().len(), 2);
    for file in puller.kept() {
        let whole = std::fs::read(&file).unwrap();
        for damaged in [&whole[..whole.len() - 1], b"", b"other"] {
            std::fs::write(&file, damaged).unwrap();
            let pulled = puller.pull(&reference).unwrap();
            assert_eq!((pulled.bytes.as_slice(), pulled.origin), (BYTES, Origin::Registry));
            assert_eq!(std::fs::read(&file).unwrap(), whole);
        }
    }
    std::fs::write(&puller.kept()[0], b"other").unwrap();
    drop(fake);
    let told = puller.refused(&reference);
    assert!(told.contains("cannot be reached") && told.contains("refused"), "{told}");
}

#[test]
fn without_a_cache_each_pull_asks() {
    let fake = Fake::start();
    let registry = Registry::new(Settings { cache: None, docker: None, timeouts: Timeouts::default() }).unwrap();
    let reference = fake.put("a/b:1", COMPONENT, BYTES);
    for _ in 0..2 {
        assert_eq!(registry.pull(&reference, &mut |_| ()).unwrap().origin, Origin::Registry);
    }
}
