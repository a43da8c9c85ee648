//! What a chain does round its plugins: sampling, findings, the events of a picture, the breaker.

use std::time::Duration;

use journal::Journal;
use plugin::{Chain, EventStills, Health, Keep, Link, Mode, Outcome, States};
use serde_json::json;

use crate::rig::{HOST, bundled, declared, guest, keep, link, picture, stream};

#[test]
fn a_sampled_analyzer_sees_its_rate_and_a_filter_sees_every_picture() {
    let keep = keep();
    let sampled = Link { fps: Some(5), ..link(guest("diary", None), json!({})) };
    let filter = Link { fps: Some(5), ..link(bundled("clock"), json!({})) };
    let mut chain = Chain::new(&stream(), vec![sampled, filter], keep);
    for n in 0..60 {
        chain.process(picture(n), Mode::All);
    }
    let [analyzer, filter] = &chain.snapshot_handle().snapshot()[..] else { panic!("two links") };
    assert!((10..=11).contains(&analyzer.calls), "two seconds at 30/s, looked at five times a second: {analyzer:?}");
    // The diary drops every third that it sees, and between two looks that holds: those do not reach the filter.
    assert!(filter.calls >= 40 && filter.calls == 60 - analyzer.gated, "{analyzer:?} {filter:?}");
}

#[test]
fn an_event_has_the_picture_behind_the_whole_chain_and_what_was_found_in_it_or_none() {
    let stills = EventStills::default();
    stills.want(true);
    let keep = Keep { states: States::default(), journal: Journal::default(), stills };
    let mask = json!({ "areas": [{ "x": 0, "y": 0, "width": 100, "height": 100 }], "how": "fill", "color": "#ffffff" });
    let links = vec![link(guest("diary", None), json!({})), link(bundled("privacy-mask"), mask)];
    let mut chain = Chain::new(&stream(), links, keep.clone());
    for n in 0..3 {
        chain.process(picture(n), Mode::All);
    }
    let told = keep.journal.since(0);
    let kinds: Vec<_> = told.iter().map(|event| (event.kind.as_str(), event.annotations.len())).collect();
    assert_eq!(kinds, [("diary", 1), ("diary", 1), ("diary", 0), ("gate-closed", 0)]);
    let still = keep.journal.still(told[0].id).expect("the picture was shown");
    let seen = crate::rig::decoded(&still);
    assert!(crate::rig::luma(&seen, 320, 180) > 200, "the diary saw it black, viewers see it masked");
    assert_eq!(keep.journal.still(told[2].id), None, "what is kept back is not told either");
}

#[test]
fn so_many_failures_and_it_is_not_started_again_until_it_is_loaded_anew() {
    let config = config::Plugin { max_failures: 1, ..declared("trap") };
    let (keep, old) = (keep(), vec![link(HOST.load(&config).unwrap(), json!({ "after": 1 }))]);
    let mut chain = Chain::new(&stream(), old.clone(), keep.clone());
    assert!(matches!(chain.process(picture(0), Mode::All), Outcome::Shown(_)));
    for n in 1..4 {
        assert!(matches!(chain.process(picture(n), Mode::All), Outcome::Withheld { .. }));
    }
    let stats = chain.snapshot_handle().snapshot().remove(0);
    assert_eq!((stats.health, stats.calls, stats.uncovered), (Health::Failed, 2, 3));
    std::thread::sleep(Duration::from_millis(1_100));
    assert!(matches!(chain.process(picture(4), Mode::All), Outcome::Withheld { .. }), "no wait is long enough");
    // Loaded anew: it begins again, with all its chances.
    let new = vec![link(HOST.load(&config).unwrap(), json!({ "after": 1 }))];
    let succession = Chain::prepare(&stream(), &old, &new, &keep).unwrap();
    assert!(succession.changes_filters());
    chain.succeed(succession);
    assert!(matches!(chain.process(picture(5), Mode::All), Outcome::Shown(_)));
    let stats = chain.snapshot_handle().snapshot().remove(0);
    assert_eq!((stats.health, stats.calls), (Health::Ok, 3));
}

#[test]
fn a_chain_that_cannot_be_prepared_leaves_the_old_one_and_says_why() {
    let keep = keep();
    let mask = |width: u32| json!({ "areas": [{ "x": 0, "y": 0, "width": width, "height": 10 }] });
    let old = vec![link(bundled("privacy-mask"), mask(10))];
    let plugin = old[0].plugin.clone();
    let refused = Chain::prepare(&stream(), &old, &[link(plugin.clone(), mask(200))], &keep).map(drop).unwrap_err();
    assert!(refused.to_string().contains("/areas/0/width"), "{refused}");
    let options_alone = Chain::prepare(&stream(), &old, &[link(plugin.clone(), mask(20))], &keep).unwrap();
    assert!(options_alone.changes_filters(), "what the old options showed the new ones may hide");
    let same = Chain::prepare(&stream(), &old, &old, &keep).unwrap();
    assert!(!same.changes_filters());
    let gone = Chain::prepare(&stream(), &old, &[], &keep).unwrap();
    assert!(!gone.changes_filters(), "what was masked stays masked");
    let swapped = [link(bundled("clock"), json!({})), link(plugin, mask(10))];
    assert!(Chain::prepare(&stream(), &old, &swapped, &keep).unwrap().changes_filters());
}

#[test]
fn a_mask_that_would_no_longer_hide_anything_is_refused_when_it_is_loaded_anew() {
    let keep = keep();
    let named = |file: &str| {
        let component = config::resolved::Component::File(test_components::file(file).into());
        HOST.load(&config::Plugin { component, ..config::Plugin::bundled("mask") }).unwrap()
    };
    let old = vec![link(named("trap"), json!({ "after": 100 }))];
    // An analyzer under the filter's name, and what sees no pictures at all.
    for other in ["diary", "caller"] {
        let plugin = match other {
            "caller" => crate::services::caller(None, |config| config.name = "mask".into()),
            other => named(other),
        };
        let refused = Chain::prepare(&stream(), &old, &[link(plugin, json!({}))], &keep).map(drop).unwrap_err();
        assert!(refused.to_string().contains("write it under another name"), "{other}: {refused}");
    }
}

#[test]
fn the_last_good_picture_is_not_shown_again_when_a_filter_was_added_before_it() {
    let config = config::Plugin { on_error: Some(config::OnError::Last), ..declared("trap") };
    let (keep, plugin) = (keep(), HOST.load(&config).unwrap());
    let old = vec![link(plugin.clone(), json!({ "after": 1 }))];
    let mut chain = Chain::new(&stream(), old.clone(), keep.clone());
    assert!(matches!(chain.process(picture(0), Mode::All), Outcome::Shown(_)));
    let new = vec![link(bundled("clock"), json!({})), link(plugin, json!({ "after": 1 }))];
    chain.succeed(Chain::prepare(&stream(), &old, &new, &keep).unwrap());
    // It traps now, and the only good picture that it had was not seen by what is before it.
    assert!(matches!(chain.process(picture(1), Mode::All), Outcome::Withheld { .. }));
}

#[test]
fn another_rate_alone_is_in_force_too() {
    let (keep, plugin) = (keep(), guest("diary", None));
    let at = |fps| vec![Link { fps: Some(fps), ..link(plugin.clone(), json!({})) }];
    let mut chain = Chain::new(&stream(), at(1), keep.clone());
    assert_eq!(chain.look_interval(), Some(90_000));
    chain.succeed(Chain::prepare(&stream(), &at(1), &at(10), &keep).unwrap());
    assert_eq!(chain.look_interval(), Some(9_000));
}
