use config::OciReference;
use framegate_registry::{Artifact, Error, MAX_COMPONENT};

use crate::fake::{AUTH, Fake, Login, Puller};

fn artifact<'a>(bytes: &'a [u8], imports: &'a [String]) -> Artifact<'a> {
    Artifact { bytes, file_name: "a.wasm", name: "a", version: "1.0.0", description: "an a", imports, exports: &[] }
}

#[test]
fn what_is_pushed_is_pulled_by_what_the_push_gives() {
    let fake = Fake::start();
    fake.content().login = Login::Token;
    let config = format!(r#"{{ "auths": {{ "{}": {{ "auth": "{AUTH}" }} }} }}"#, fake.address());
    let puller = Puller::with(Some(config));
    let imports = ["framegate:plugin/host@0.1.0".to_owned()];
    let place = fake.place("a/b:1.0.0");
    let reference = puller.registry.push(&place, &artifact(b"\0asm", &imports)).unwrap();
    assert_eq!(reference.to_string(), format!("{place}@{}", reference.digest()));
    assert!(fake.asked("scope=repository%3Aa%2Fb%3Apull%2Cpush") > 0);
    assert_eq!(puller.registry.find(&place).unwrap(), reference);
    let parsed: OciReference = reference.to_string().parse().unwrap();
    assert_eq!(puller.pull(&parsed).unwrap().bytes, b"\0asm");
    // The same again is the same, and nothing is sent twice.
    let uploads = fake.asked("POST ");
    assert_eq!((uploads, puller.registry.push(&place, &artifact(b"\0asm", &imports)).unwrap()), (2, reference.clone()));
    assert_eq!(fake.asked("POST "), uploads);
    let other = puller.registry.push(&fake.place("a/b:1.0.1"), &artifact(b"\0asm!", &imports)).unwrap();
    assert_ne!(other.digest(), reference.digest());
}

#[test]
fn a_push_needs_a_tag_and_a_bearable_size() {
    let (fake, puller) = (Fake::start(), Puller::new());
    let push = |name: &str, bytes: &[u8]| puller.registry.push(&fake.place(name), &artifact(bytes, &[])).unwrap_err();
    assert!(matches!(push("a/b", b"\0asm"), Error::NoTag { .. }));
    assert!(matches!(push("a/b:1", &vec![0; MAX_COMPONENT as usize + 1]), Error::TooLarge { .. }));
    fake.content().login = Login::Basic;
    assert!(matches!(push("a/b:1", b"\0asm"), Error::Denied { status: 401, .. }));
    assert_eq!(fake.asked("PUT "), 0);
}
