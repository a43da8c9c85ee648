use framegate_registry::{Error, MAX_COMPONENT};

use crate::fake::{COMPONENT, Damage, Fake, Puller, hash, manifest};

#[test]
fn other_bytes_are_refused_and_not_kept() {
    let (fake, puller) = (Fake::start(), Puller::new());
    let reference = fake.put("a/b:1", COMPONENT, b"the component");
    fake.content().damage = Damage::Other(b"an attacker's".to_vec());
    let told = puller.refused(&reference);
    assert!(told.contains("the manifest from 127.0.0.1") && told.contains("do not use it"), "{told}");
    assert!(told.contains(&reference.digest().to_string()), "{told}");
    fake.content().damage = Damage::None;
    fake.content().blobs.insert(hash(b"the component").to_string(), b"an attacker's".to_vec());
    let told = puller.refused(&reference);
    assert!(told.contains("the component from 127.0.0.1"), "{told}");
    assert_eq!(puller.kept(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn a_component_of_another_size_than_told_is_refused() {
    let (fake, puller) = (Fake::start(), Puller::new());
    let reference = fake.put("a/b:1", COMPONENT, &[1; 10_000]);
    fake.content().damage = Damage::Half;
    let told = puller.refused(&reference);
    assert!(told.contains("came with 5000 bytes instead of 10000") && told.contains("try again"), "{told}");
    fake.content().damage = Damage::Endless;
    assert!(matches!(puller.pull(&reference), Err(Error::OtherSize { got: 10_001..20_000, .. })));
    fake.content().damage = Damage::None;
    let lie = fake.put_manifest("a/b:1", manifest(COMPONENT, &hash(&[1; 10_000]).to_string(), 20_000).as_bytes());
    assert!(matches!(puller.pull(&lie), Err(Error::OtherSize { got: 10_000, size: 20_000, .. })));
    assert_eq!(puller.kept().len(), 0);
}

#[test]
fn what_is_too_large_is_not_even_asked_for() {
    let (fake, puller) = (Fake::start(), Puller::new());
    let digest = hash(b"large").to_string();
    let large = fake.put_manifest("a/b:1", manifest(COMPONENT, &digest, MAX_COMPONENT + 1).as_bytes());
    assert!(matches!(puller.pull(&large), Err(Error::TooLarge { .. })));
    assert_eq!(fake.asked("/blobs/"), 0);
    fake.content().damage = Damage::Other(vec![b' '; 5 << 20]);
    let told = puller.refused(&large);
    assert!(told.contains("has more than 4194304 bytes"), "{told}");
}

#[test]
fn what_is_no_component_is_told_as_what_it_is() {
    let (fake, puller) = (Fake::start(), Puller::new());
    let image = fake.put("a/b:1", "application/vnd.oci.image.layer.v1.tar+gzip", b"files");
    let told = puller.refused(&image);
    assert!(told.contains("a container's files") && told.contains("framegate plugin push"), "{told}");
    let list = br#"{ "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [] }"#;
    let told = puller.refused(&fake.put_manifest("a/b:1", list));
    assert!(told.contains("a list of manifests"), "{told}");
}

#[test]
fn what_is_not_there_is_told_with_its_name() {
    let (fake, puller) = (Fake::start(), Puller::new());
    let reference = fake.place("a/b:1").at(hash(b"nothing"));
    let told = puller.refused(&reference);
    assert!(
        told.contains(&format!("a/b, manifest {}", reference.digest())) && told.contains("(404: unknown here)"),
        "{told}"
    );
    let missing = puller.registry.find(&fake.place("a/b:2")).expect_err("no such tag");
    assert!(missing.to_string().contains("a/b, manifest 2"), "{missing}");
}

#[test]
fn a_registry_that_says_nothing_is_not_waited_for() {
    let (fake, puller) = (Fake::start(), Puller::new());
    let reference = fake.put("a/b:1", COMPONENT, b"the component");
    for damage in [Damage::Silent, Damage::Stalls] {
        fake.content().damage = damage;
        let told = puller.refused(&reference);
        assert!(told.contains("took longer than 700ms to give the manifest"), "{told}");
    }
}

#[test]
fn an_impossible_host_and_a_closed_port_are_told() {
    let puller = Puller::new();
    let reference = |host: &str| format!("oci://{host}/a@{}", hash(b"")).parse().expect("a reference");
    // A label longer than any (RFC 1035 section 2.3.4), which no name server is asked about.
    let host = format!("{}.example", "a".repeat(64));
    let told = puller.refused(&reference(&host));
    assert!(told.contains("cannot be reached: invalid dns name"), "{told}");
    let told = puller.refused(&reference("127.0.0.1:9"));
    assert!(told.contains("127.0.0.1:9 cannot be reached: Connection refused"), "{told}");
    assert!(told.contains("pulled once needs no registry any more"), "{told}");
}
