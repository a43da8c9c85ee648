use framegate_registry::{Error, Who};

use crate::fake::{AUTH, COMPONENT, Fake, Login, Puller, told};

/// A Docker configuration that knows one registry.
fn docker(registry: &str, auth: &str) -> Option<String> {
    Some(format!(r#"{{ "auths": {{ "{registry}": {{ "auth": "{auth}" }} }} }}"#))
}

#[test]
fn the_docker_configuration_says_who_we_are() {
    for login in [Login::Basic, Login::Token] {
        let fake = Fake::start();
        fake.content().login = login;
        let reference = fake.put("a/b:1", COMPONENT, b"private");
        let puller = Puller::with(docker(&fake.address().to_string(), AUTH));
        assert_eq!(puller.pull(&reference).unwrap().bytes, b"private");
        let asked = fake.content().asked.clone();
        assert!(!asked[0].1 && asked.last().unwrap().1, "nobody is told who we are before asking: {asked:?}");
        assert_eq!(fake.asked("GET /token"), usize::from(login == Login::Token));
    }
}

#[test]
fn who_is_not_let_in_is_told_how_to_log_in() {
    for login in [Login::Basic, Login::Token] {
        let fake = Fake::start();
        fake.content().login = login;
        let (reference, address) = (fake.put("a/b:1", COMPONENT, b"private"), fake.address());
        let told = Puller::new().refused(&reference);
        assert!(told.contains(&format!("{address} refuses a/b to whoever does not log in (401")), "{told}");
        assert!(told.contains(&format!("`docker login {address}`")), "{told}");
        // hunter1
        let told = Puller::with(docker(&address.to_string(), "bWU6aHVudGVyMQ==")).refused(&reference);
        assert!(told.contains("config.json (401") && !told.contains("hunter1"), "{told}");
        // Those of another registry are for that one.
        let told = Puller::with(docker("ghcr.io", AUTH)).refused(&reference);
        assert!(told.contains("whoever does not log in"), "{told}");
        assert!(login == Login::Token || fake.asked("") <= 4, "what was refused once is not tried again");
    }
}

#[test]
fn a_configuration_that_is_of_no_use_does_not_matter_where_nobody_asks() {
    let (fake, puller) = (Fake::start(), Puller::with(Some("hunter2".into())));
    let reference = fake.put("a/b:1", COMPONENT, b"public");
    assert_eq!(puller.pull(&reference).unwrap().bytes, b"public");
    fake.content().login = Login::Basic;
    let private = fake.put("a/b:2", COMPONENT, b"private");
    let error = puller.pull(&private).unwrap_err();
    assert!(matches!(&error, Error::Denied { who: Who::Anonymous { why: Some(_) }, .. }));
    assert!(told(&error).contains("is not used: it is not what Docker writes"), "{error}");
}
