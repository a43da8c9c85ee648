use crate::fake::{AUTH, COMPONENT, Damage, Fake, Login, Puller};

#[test]
fn a_layer_that_is_elsewhere_is_fetched_there_without_our_name() {
    let (fake, store) = (Fake::start(), Fake::start());
    let reference = fake.put("a/b:1", COMPONENT, b"elsewhere");
    store.put("a/b:1", COMPONENT, b"elsewhere");
    fake.content().login = Login::Basic;
    fake.content().damage = Damage::Elsewhere(format!("http://{}", store.address()));
    let config = format!(r#"{{ "auths": {{ "{}": {{ "auth": "{AUTH}" }} }} }}"#, fake.address());
    let puller = Puller::with(Some(config));
    assert_eq!(puller.pull(&reference).unwrap().bytes, b"elsewhere");
    let asked = store.content().asked.clone();
    assert!(asked.len() == 1 && !asked[0].1, "{asked:?}");
    // It is looked at like any other.
    let other = Puller::new();
    fake.content().login = Login::Nobody;
    store.content().damage = Damage::Other(b"other".to_vec());
    assert!(other.refused(&reference).contains("instead of 9"), "{}", other.refused(&reference));
}

#[test]
fn nobody_leads_in_circles_or_out_of_tls() {
    let (fake, puller) = (Fake::start(), Puller::new());
    let reference = fake.put("a/b:1", COMPONENT, b"nowhere");
    fake.content().damage = Damage::Elsewhere(format!("http://{}", fake.address()));
    let told = puller.refused(&reference);
    assert!(told.contains("it leads on more than 5 times"), "{told}");
    fake.content().damage = Damage::Elsewhere("http://registry.invalid".into());
    let told = puller.refused(&reference);
    assert!(told.contains("it leads to an address without TLS"), "{told}");
}

/// Whoever the registry leads to may ask who we are, and say where we should tell it: nobody hears it.
#[test]
fn who_is_further_on_and_asks_who_we_are_is_not_told() {
    for login in [Login::Token, Login::Basic] {
        let (fake, store) = (Fake::start(), Fake::start());
        let reference = fake.put("a/b:1", COMPONENT, b"elsewhere");
        store.put("a/b:1", COMPONENT, b"elsewhere");
        fake.content().login = Login::Basic;
        store.content().login = login;
        fake.content().damage = Damage::Elsewhere(format!("http://{}", store.address()));
        let config = format!(r#"{{ "auths": {{ "{}": {{ "auth": "{AUTH}" }} }} }}"#, fake.address());
        let told = Puller::with(Some(config)).refused(&reference);
        assert_eq!(store.asked("/token"), 0, "{told}");
        let asked = store.content().asked.clone();
        assert!(!asked.is_empty() && asked.iter().all(|(_, is_authorized)| !is_authorized), "{asked:?}");
    }
}
