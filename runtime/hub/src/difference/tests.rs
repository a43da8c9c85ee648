use config::{Plugin, PluginUse, PolicyUse, SinkUse, Source, TestScene};
use serde_json::json;

use super::*;

/// Two streams, `a` with a clock and `b` without plugins.
fn config() -> Config {
    let mut config = Config::default();
    for name in ["a", "b"] {
        stream(&mut config, name, |_| {});
    }
    stream(&mut config, "a", |stream| stream.plugins = vec![used("clock", json!({}))]);
    config.plugins.insert("clock".into(), Arc::new(Plugin::bundled("clock")));
    config
}

fn stream(config: &mut Config, name: &str, change: impl FnOnce(&mut Stream)) {
    let name: StreamName = name.parse().unwrap();
    let new = || Arc::new(Stream::new(name.clone(), Source::Test(TestScene::default())));
    change(Arc::make_mut(config.streams.entry(name.clone()).or_insert_with(new)));
}

fn used(plugin: &str, options: serde_json::Value) -> PluginUse {
    PluginUse { plugin: plugin.into(), options, fps: None, always: false }
}

/// The difference that a change makes, in few words.
fn told(change: impl FnOnce(&mut Config)) -> String {
    let mut new = config();
    change(&mut new);
    words(&Difference::between(&config(), &new, &BTreeSet::new()))
}

fn words(difference: &Difference) -> String {
    let mut words: Vec<String> = Vec::new();
    words.extend(difference.added.iter().map(|name| format!("+{name}")));
    words.extend(difference.removed.iter().map(|name| format!("-{name}")));
    words.extend(difference.changed.iter().map(|(name, change)| format!("{name}:{}", parts(change))));
    match &difference.template {
        Template::Same => {}
        Template::Changed(change) => words.push(format!("*:{}", parts(change))),
        other => words.push(format!("{other:?}")),
    }
    words.extend(difference.plugins.iter().map(|name| format!("plugin {name}")));
    words.extend(difference.plugins_removed.iter().map(|name| format!("no {name}")));
    words.extend(difference.server.iter().map(|key| format!("server.{key}")));
    words.join(" ")
}

fn parts(change: &Change) -> String {
    let mut parts: Vec<String> = change.chain.iter().map(|chain| format!("{chain:?}")).collect();
    parts.extend(change.events.then(|| "events".to_owned()));
    parts.extend(change.format_policy.then(|| "policy".to_owned()));
    parts.extend(change.settings.iter().map(|key| (*key).to_owned()));
    parts.join(",")
}

#[test]
fn what_did_not_change_is_not_named() {
    assert_eq!(told(|_| {}), "");
    assert!(Difference::between(&config(), &config(), &BTreeSet::new()).is_empty());
}

#[test]
fn each_change_is_named_where_it_is() {
    type Case = (fn(&mut Config), &'static str);
    let cases: [Case; 15] = [
        (|new| stream(new, "c", |_| {}), "+c"),
        (|new| _ = new.streams.remove("b"), "-b"),
        (|new| stream(new, "a", |s| s.plugins[0].options = json!({ "text": "x" })), "a:Options"),
        (|new| stream(new, "a", |s| s.plugins[0].fps = Some(5)), "a:Options"),
        (|new| stream(new, "a", |s| s.plugins.push(used("clock", json!({})))), "a:Plugins"),
        (|new| stream(new, "b", |s| s.plugins.push(used("clock", json!({})))), "b:Plugins"),
        (|new| stream(new, "a", |s| s.plugins.clear()), "a:Plugins"),
        (|new| stream(new, "b", |s| s.max_viewers = Some(1)), "b:max_viewers"),
        (|new| stream(new, "b", |s| s.source = Source::Push), "b:source"),
        (|new| stream(new, "b", |s| s.video.gop *= 2), "b:video"),
        (
            |new| {
                let sink = SinkUse { plugin: "clock".into(), options: json!({}), kinds: Vec::new() };
                stream(new, "b", |s| s.events.push(sink));
            },
            "b:events",
        ),
        (
            |new| {
                let policy = PolicyUse { plugin: "clock".into(), options: json!({}) };
                stream(new, "b", |s| s.format_policy = Some(policy));
            },
            "b:policy",
        ),
        (|new| new.server.listen.set_port(1), "server.listen"),
        (|new| new.template = Some(new.streams["b"].clone()), "Added"),
        (|new| Arc::make_mut(new.plugins.get_mut("clock").unwrap()).memory = Some(1), "a:Plugins plugin clock"),
    ];
    for (change, expected) in cases {
        assert_eq!(told(change), expected);
    }
}

#[test]
fn a_plugin_that_was_loaded_anew_changes_who_uses_it() {
    let replaced = BTreeSet::from(["clock".to_owned()]);
    assert_eq!(words(&Difference::between(&config(), &config(), &replaced)), "a:Plugins plugin clock");
    let mut with_template = config();
    with_template.template = Some(with_template.streams["a"].clone());
    let difference = Difference::between(&with_template, &with_template, &replaced);
    assert_eq!(words(&difference), "a:Plugins *:Plugins plugin clock");
}

#[test]
fn a_plugin_that_nobody_uses_any_more_goes() {
    let change = |new: &mut Config| {
        stream(new, "a", |s| s.plugins = vec![used("mask", json!({}))]);
        new.plugins.clear();
        new.plugins.insert("mask".into(), Arc::new(Plugin::bundled("mask")));
    };
    assert_eq!(told(change), "a:Plugins plugin mask no clock");
}

#[test]
fn the_server_waits_for_the_next_start_and_streams_do_not() {
    let old = config();
    let mut new = config();
    stream(&mut new, "a", |s| {
        s.source = Source::Push;
        s.max_viewers = Some(7);
        s.plugins[0].options = json!({ "text": "x" });
    });
    new.server.listen.set_port(1);
    let difference = Difference::between(&old, &new, &BTreeSet::new());
    assert_eq!(difference.at_next_start(), ["server.listen"]);
    let in_force = difference.in_force(&old, new.clone());
    assert_eq!((&in_force.server, &in_force.streams["a"]), (&old.server, &new.streams["a"]));
    let again = Difference::between(&in_force, &new, &BTreeSet::new());
    assert_eq!(again.at_next_start(), difference.at_next_start(), "told again for as long as it is so");
    assert_eq!(words(&again), "server.listen");
}
