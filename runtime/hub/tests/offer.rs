//! What a stream offers to video outputs, as its plugins change under those who watch.
#![allow(clippy::unwrap_used, reason = "what a test needs and does not get fails it")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use codec::decode::Decoder;
use codec::{Picture, Pool};
use config::{Config, PluginUse, Reencode, Source, Stream, TestScene};
use framegate_hub::{Entry, Hub, Offer, Parts, Plugins};
use journal::Journal;
use media::{Codec, Size};
use plugin::policy::Policies;
use plugin::{Bundled, Compiler, Host, Settings};
use serde_json::{Value, json};
use stream::{Feed, Received, Start, Tracks};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

const PATIENCE: Duration = Duration::from_secs(20);
const NAME: &str = "lobby";

/// A plugin and its options.
type Used = (&'static str, Value);

fn plugins() -> Plugins {
    static BUNDLED: LazyLock<Vec<Bundled>> =
        LazyLock::new(|| test_components::PLUGINS.iter().map(|(name, bytes, _)| Bundled { name, bytes }).collect());
    static PLUGINS: LazyLock<Plugins> = LazyLock::new(|| {
        let host = Host::new(Settings { bundled: &BUNDLED, cache: None, compiler: Compiler::InProcess }).unwrap();
        let load = |name: &str| (name.to_owned(), host.load(&config::Plugin::bundled(name)).unwrap());
        BTreeMap::from(["privacy-mask", "motion-gate"].map(load))
    });
    PLUGINS.clone()
}

/// White where the scene is not: the whole picture.
fn mask() -> Used {
    let area = json!({ "x": 0, "y": 0, "width": 100, "height": 100 });
    ("privacy-mask", json!({ "areas": [area], "color": "#ffffff" }))
}

fn gate() -> Used {
    ("motion-gate", json!({ "threshold": 0 }))
}

/// One stream of the test scene with these plugins.
fn config(used: &[Used], reencode: Reencode) -> Config {
    let source = Source::Test(TestScene { size: Size::new(160, 96), fps: 25 });
    let mut stream = Stream::new(NAME.parse().unwrap(), source);
    stream.video.reencode = reencode;
    let used = used.iter().map(|(plugin, options)| PluginUse {
        plugin: (*plugin).into(),
        options: options.clone(),
        fps: None,
        always: false,
    });
    stream.plugins = used.collect();
    let mut config = Config::default();
    for used in &stream.plugins {
        config.plugins.insert(used.plugin.clone(), Arc::new(config::Plugin::bundled(&used.plugin)));
    }
    config.streams.insert(stream.name.clone(), Arc::new(stream));
    config
}

fn hub(config: Config) -> (Arc<Hub>, Arc<Entry>) {
    let hub = Hub::new(Parts {
        config,
        plugins: plugins(),
        encoders: picture::Encoders::new().unwrap(),
        policies: Policies::native(|_| None),
        services: plugin::Services::start().unwrap(),
        held: Default::default(),
        journal: Journal::default(),
        tracker: TaskTracker::new(),
        stop: CancellationToken::new(),
        runtime: Handle::current(),
    });
    let entry = hub.entry(NAME).unwrap();
    (hub, entry)
}

fn names(offer: &Offer) -> Vec<&str> {
    offer.variants().iter().map(|variant| variant.name.as_str()).collect()
}

/// The first picture that leaves a feed.
async fn first(feed: &Arc<Feed>) -> Picture {
    let mut units = feed.subscribe(Start::Gop, Tracks::All);
    let mut decoder = Decoder::open(Codec::H264, Pool::new(0)).unwrap();
    let mut out = Vec::new();
    while out.is_empty() {
        let received = tokio::time::timeout(PATIENCE, units.recv()).await.expect("something comes");
        if let Some(Received::Unit(unit)) = received {
            decoder.push(&unit, &mut out).unwrap();
            decoder.flush(&mut out);
        }
    }
    out.remove(0)
}

fn is_masked(picture: &Picture) -> bool {
    picture.planes()[0].data.iter().all(|sample| *sample > 220)
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_decide_what_is_offered_and_a_change_revokes_it() {
    let (hub, entry) = hub(config(&[], Reencode::Auto));
    let mut offers = entry.offer();
    type Step<'a> = (&'a [Used], &'a [&'a str]);
    let steps: [Step<'_>; 5] = [
        (&[mask()], &["video"]),
        (&[], &["camera"]),
        (&[gate(), mask()], &["video"]),
        (&[gate()], &["camera"]),
        (&[mask()], &["video"]),
    ];
    assert_eq!(names(&offers.borrow_and_update()), ["camera"]);
    for (used, expected) in steps {
        let before = offers.borrow_and_update().clone();
        let feed = before.variants()[0].feed.clone();
        first(&feed).await;
        hub.apply(config(used, Reencode::Auto), plugins(), &BTreeSet::new()).await.unwrap();
        assert!(!before.holds() && offers.has_changed().unwrap());
        let offer = offers.borrow_and_update().clone();
        assert!(offer.holds());
        assert_eq!(names(&offer), expected);
        let picture = first(&offer.variants()[0].feed).await;
        assert_eq!(is_masked(&picture), expected == ["video"], "{used:?}");
    }
    hub.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_hides_nothing_leaves_the_offer_alone() {
    let (hub, entry) = hub(config(&[mask()], Reencode::Auto));
    let mut offers = entry.offer();
    let before = offers.borrow_and_update().clone();
    for used in [&[gate(), mask()][..], &[mask()], &[mask(), gate()]] {
        hub.apply(config(used, Reencode::Auto), plugins(), &BTreeSet::new()).await.unwrap();
        assert!(before.holds() && !offers.has_changed().unwrap(), "{used:?}");
    }
    let other = ("privacy-mask", json!({ "areas": [{ "x": 0, "y": 0, "width": 50, "height": 100 }] }));
    hub.apply(config(&[other], Reencode::Auto), plugins(), &BTreeSet::new()).await.unwrap();
    assert!(!before.holds() && offers.has_changed().unwrap());
    hub.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_never_reencoded_is_not_offered_behind_a_filter() {
    let (hub, entry) = hub(config(&[mask()], Reencode::Never));
    let offer = entry.offer().borrow().clone();
    assert!(offer.variants().is_empty() && offer.why_none().is_some_and(|why| why.contains("reencode")));
    hub.apply(config(&[], Reencode::Never), plugins(), &BTreeSet::new()).await.unwrap();
    assert!(!offer.holds());
    assert_eq!(names(&entry.offer().borrow()), ["camera"]);
    hub.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_always_reencoded_stays_so_without_a_filter() {
    let (hub, entry) = hub(config(&[], Reencode::Always));
    let offer = entry.offer().borrow().clone();
    assert_eq!(names(&offer), ["video"]);
    assert!(!is_masked(&first(&offer.variants()[0].feed).await));
    hub.apply(config(&[mask()], Reencode::Always), plugins(), &BTreeSet::new()).await.unwrap();
    assert!(!offer.holds());
    let masked = entry.offer().borrow().clone();
    assert!(is_masked(&first(&masked.variants()[0].feed).await));
    hub.apply(config(&[], Reencode::Always), plugins(), &BTreeSet::new()).await.unwrap();
    assert!(masked.holds(), "what was masked stays so, and goes on without");
    hub.close().await;
}
