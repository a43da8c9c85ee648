//! A component in the sandbox, without a camera: pictures that a test paints go in, pictures and events come out.

use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, UNIX_EPOCH};

use anyhow::Result;
use codec::draw::{Rect, Rgba, fill};
use codec::{Picture, Pool, Stamp};
use config::resolved::Component;
use journal::{Event, Journal};
use media::{Color, Moment, Size, Timestamp};
use plugin::{Chain, Compiler, Error, EventStills, Host, Keep, Link, Mode, Outcome, Plugin, Settings, States};
use serde_json::Value;

/// The size of the pictures.
pub const SIZE: Size = Size::new(640, 360);

/// 2026-07-02, a Thursday, at 13:46:40 UTC: when the first picture arrives, in seconds since 1970.
pub const BEGIN: u64 = 1_783_000_000;

/// One component, on one stream.
pub struct Sandbox {
    plugin: Arc<Plugin>,
    chain: Chain,
    journal: Journal,
}

impl Sandbox {
    /// Loads a component as `streams.toml` would. Its own mistakes about its options are a failed call at the first picture.
    pub fn load(component: &Path, options: Value) -> Result<Self, Error> {
        static HOST: LazyLock<Result<Arc<Host>, String>> = LazyLock::new(|| {
            let settings = Settings { bundled: &[], cache: None, compiler: Compiler::InProcess };
            Host::new(settings).map_err(|error| error.to_string())
        });
        let host = HOST.as_ref().unwrap_or_else(|error| panic!("no host: {error}"));
        // What it is granted is not asked: here it reaches nothing.
        let plugin = host.inspect(&config::Plugin {
            component: Component::File(component.to_owned()),
            // What a test asks is whether it is right, on a machine that does other things as well.
            deadline: Some(Duration::from_secs(5)),
            ..config::Plugin::bundled("tried")
        })?;
        let journal = Journal::default();
        let keep = Keep { states: States::default(), journal: journal.clone(), stills: EventStills::default() };
        let links = vec![Link { plugin: Arc::clone(&plugin), options, fps: None, always: false }];
        let chain = Chain::new(&"lobby".parse().expect("a name"), links, keep);
        Ok(Self { plugin, chain, journal })
    }

    /// The component.
    pub fn plugin(&self) -> &Plugin {
        &self.plugin
    }

    /// Each mistake that it finds in these options, as "path: message".
    pub fn mistakes(&self, options: &Value) -> Vec<String> {
        let told = self.plugin.check(Some(&"lobby".parse().expect("a name")), options).err().unwrap_or_default();
        told.into_iter().map(|mistake| format!("{}: {}", mistake.path, mistake.message)).collect()
    }

    /// Shows it a picture; what viewers would see of it, none if it is kept back.
    ///
    /// # Panics
    ///
    /// When the plugin failed, with its last words.
    pub fn show(&mut self, picture: Picture) -> Option<Picture> {
        let outcome = self.chain.process(picture, Mode::All);
        let [link] = &self.chain.snapshot_handle().snapshot()[..] else { panic!("one link") };
        assert!(link.faults.is_empty(), "the plugin failed: {:?}", link.last_fault);
        match outcome {
            Outcome::Shown(picture) => Some(picture),
            Outcome::Gated { .. } => None,
            Outcome::Withheld { .. } => panic!("it was withheld without a fault"),
        }
    }

    /// All events of this kind so far.
    pub fn events(&self, kind: &str) -> Vec<Event> {
        self.journal.since(0).into_iter().filter(|event| event.kind == kind).collect()
    }
}

/// A black picture, the n-th at 10/s.
pub fn picture(n: u64) -> Picture {
    at(n, Duration::from_millis(n * 100))
}

/// A black picture, the n-th, this long after the first.
pub fn at(n: u64, since: Duration) -> Picture {
    static POOL: LazyLock<Pool> = LazyLock::new(|| Pool::new(64 << 20));
    let received = Moment { wall: UNIX_EPOCH + Duration::from_secs(BEGIN) + since, ..Moment::now() };
    let stamp = Stamp { pts: Timestamp::from_duration(since), sequence: n, received, captured: None };
    Picture::black(&POOL, SIZE, Color::default(), stamp)
}

/// The same with a white box of 80 by 80 pixels.
pub fn boxed(n: u64, x: i32, y: i32) -> Picture {
    let mut picture = picture(n);
    let white = Rgba { red: 255, green: 255, blue: 255, alpha: 255 };
    fill(&mut picture, Rect { x, y, width: 80, height: 80 }, white);
    picture
}

/// How many samples of the luma differ between two pictures.
pub fn differing(a: &Picture, b: &Picture) -> usize {
    let [a, b] = [a, b].map(|picture| picture.planes()[0].data);
    a.iter().zip(b).filter(|(a, b)| a != b).count()
}
