//! What the tests share: one host, pictures, chains.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, UNIX_EPOCH};

use codec::{Picture, Pool, Stamp};
use config::resolved::{Component, OnError};
use journal::Journal;
use media::{Color, Moment, Size, StreamName, Timestamp};
use plugin::{Bundled, Chain, Compiler, EventStills, Host, Keep, Link, Plugin, Settings, States};
use serde_json::Value;

static BUNDLED: LazyLock<Vec<Bundled>> =
    LazyLock::new(|| test_components::PLUGINS.iter().map(|(name, bytes, _)| Bundled { name, bytes }).collect());

/// One host for all tests: each component is compiled where it is loaded.
pub(crate) static HOST: LazyLock<Arc<Host>> =
    LazyLock::new(|| Host::new(Settings { bundled: &BUNDLED, cache: None, compiler: Compiler::InProcess }).unwrap());

pub(crate) const SIZE: Size = Size::new(640, 360);

pub(crate) fn stream() -> StreamName {
    "lobby".parse().unwrap()
}

/// A declaration of a guest of `tests/guests`.
pub(crate) fn declared(name: &str) -> config::Plugin {
    config::Plugin { component: Component::File(test_components::file(name).into()), ..config::Plugin::bundled(name) }
}

pub(crate) fn guest(name: &str, on_error: Option<OnError>) -> Arc<Plugin> {
    HOST.load(&config::Plugin { on_error, ..declared(name) }).unwrap()
}

pub(crate) fn bundled(name: &str) -> Arc<Plugin> {
    HOST.load(&config::Plugin::bundled(name)).unwrap()
}

pub(crate) fn chain(links: impl IntoIterator<Item = (Arc<Plugin>, Value)>) -> (Chain, Journal) {
    let keep = keep();
    let links = links.into_iter().map(|(plugin, options)| link(plugin, options)).collect();
    (Chain::new(&stream(), links, keep.clone()), keep.journal)
}

pub(crate) fn link(plugin: Arc<Plugin>, options: Value) -> Link {
    Link { plugin, options, fps: None, always: false }
}

pub(crate) fn keep() -> Keep {
    Keep { states: States::default(), journal: Journal::default(), stills: EventStills::default() }
}

/// A black picture, the n-th at 30/s of a stream that began on 2026-07-02 at 13:46:40 UTC.
pub(crate) fn picture(n: u64) -> Picture {
    sized(n, SIZE)
}

pub(crate) fn sized(n: u64, size: Size) -> Picture {
    static POOL: LazyLock<Pool> = LazyLock::new(|| Pool::new(64 << 20));
    let since = Duration::from_nanos(n * 1_000_000_000 / 30);
    let wall = UNIX_EPOCH + Duration::from_secs(1_783_000_000) + since;
    let received = Moment { wall, ..Moment::now() };
    let stamp = Stamp { pts: Timestamp::from_duration(since), sequence: n, received, captured: None };
    Picture::black(&POOL, size, Color::default(), stamp)
}

/// The luma of one pixel: 16 is black, 235 white.
pub(crate) fn luma(picture: &Picture, x: u32, y: u32) -> u8 {
    let [plane, ..] = picture.planes();
    plane.data[y as usize * plane.stride + x as usize]
}

/// A still as a picture again.
pub(crate) fn decoded(still: &[u8]) -> Picture {
    let image = media::image::check(still).unwrap();
    let (format, bytes) = (image.format.into(), bytes::Bytes::copy_from_slice(still));
    let unit = media::AccessUnit::alone(
        Arc::new(media::Parameters::bare(format, image.size)),
        bytes,
        Timestamp::ZERO,
        Moment::now(),
    );
    let (mut decoder, mut pictures) = (codec::decode::Decoder::open(format, Pool::new(1 << 20)).unwrap(), Vec::new());
    decoder.push(&unit, &mut pictures).unwrap();
    decoder.flush(&mut pictures);
    pictures.pop().unwrap()
}
