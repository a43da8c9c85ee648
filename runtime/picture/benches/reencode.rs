//! What a picture of re-encoded video costs on one thread: `cargo bench -p framegate-picture`. 1080p at 4 Mbit/s, a filter that writes the time; medians count,
//! of so many pictures each.
//!
//! The pictures are those of the H.264 byte stream that `FRAMEGATE_CLIP` names; without it a made scene with noise.
#![allow(clippy::unwrap_used, reason = "a benchmark ends where something is wrong")]

use std::sync::{Arc, LazyLock};

use codec::decode::Decoder;
use codec::draw::{Rect, Rgba, fill};
use codec::h264::{Encoder, Settings};
use codec::{Picture, Pool, Stamp};
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use journal::Journal;
use media::{AccessUnit, Codec, Color, Matrix, Moment, Parameters, Range, Size, Timestamp};
use plugin::{Bundled, Chain, Compiler, EventStills, Host, Keep, Link, Mode, Outcome, States};
use serde_json::json;

#[path = "../../codec/tests/footage/access_units.rs"]
mod access_units;

fn main() {
    divan::main();
}

const FULL_HD: Size = Size::new(1920, 1080);
const SETTINGS: Settings = Settings { size: FULL_HD, fps: 30, bitrate_bps: 4_000_000, gop: 60 };

static UNITS: LazyLock<Vec<AccessUnit>> = LazyLock::new(|| match std::env::var_os("FRAMEGATE_CLIP") {
    Some(clip) => access_units::access_units(&std::fs::read(clip).unwrap()),
    None => made(),
});

/// Gradients, shapes that move, and noise.
fn made() -> Vec<AccessUnit> {
    let mut encoder = Encoder::open(&SETTINGS).unwrap();
    let mut parameters = Arc::new(Parameters::bare(Codec::H264, FULL_HD));
    let pool = Pool::new(64 << 20);
    let color = Color { range: Range::Limited, matrix: Matrix::Bt709 };
    let made = (0..60_u32).map(|at| {
        let pts = Timestamp::from_ticks(i64::from(at) * 3_000);
        let stamp = Stamp { pts, sequence: at.into(), received: Moment::now(), captured: None };
        let mut picture = Picture::black(&pool, FULL_HD, color, stamp);
        let mut state = at + 1;
        let [mut luma, ..] = picture.planes_mut();
        for (y, row) in luma.rows_mut().enumerate() {
            for (x, sample) in row.iter_mut().enumerate() {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *sample = (40 + (x / 12 + y / 9) % 120 + (state >> 29) as usize) as u8;
            }
        }
        for shape in 0..12 {
            let (x, y) = ((shape * 151 + at * 5) % FULL_HD.width, shape * 83 % FULL_HD.height);
            fill(&mut picture, Rect::new(x as i32, y as i32, 120, 70), Rgba::rgb((shape * 20) as u8, 120, 200));
        }
        let encoded = encoder.encode(&picture, false).unwrap().unwrap();
        let unit = AccessUnit::from_annexb(&encoded.data, &parameters, pts, stamp.received);
        parameters = unit.parameters.clone();
        unit
    });
    made.collect()
}

fn clock() -> Chain {
    static BUNDLED: LazyLock<Vec<Bundled>> =
        LazyLock::new(|| test_components::PLUGINS.iter().map(|(name, bytes, _)| Bundled { name, bytes }).collect());
    let settings = plugin::Settings { bundled: &BUNDLED, cache: None, compiler: Compiler::InProcess };
    let plugin = Host::new(settings).unwrap().load(&config::Plugin::bundled("clock")).unwrap();
    let keep = Keep { states: States::default(), journal: Journal::default(), stills: EventStills::default() };
    let link = Link { plugin, options: json!({}), fps: None, always: false };
    Chain::new(&"bench".parse().unwrap(), vec![link], keep)
}

/// Each picture of the clip.
fn pictures(mut each: impl FnMut(Picture)) {
    let mut decoder = Decoder::open(Codec::H264, Pool::new(64 << 20)).unwrap();
    let mut out = Vec::new();
    for unit in UNITS.iter() {
        decoder.push(unit, &mut out).unwrap();
        out.drain(..).for_each(&mut each);
    }
}

#[divan::bench(sample_count = 5)]
fn decode(bencher: Bencher<'_, '_>) {
    bencher.counter(ItemsCount::new(UNITS.len())).bench_local(|| pictures(|picture| _ = black_box(picture)));
}

#[divan::bench(sample_count = 5)]
fn decode_and_clock(bencher: Bencher<'_, '_>) {
    let mut chain = clock();
    bencher.counter(ItemsCount::new(UNITS.len())).bench_local(|| {
        pictures(|picture| assert!(matches!(chain.process(picture, Mode::All), Outcome::Shown(_))));
    });
}

#[divan::bench(sample_count = 5)]
fn decode_and_clock_and_encode(bencher: Bencher<'_, '_>) {
    let mut chain = clock();
    bencher.counter(ItemsCount::new(UNITS.len())).bench_local(|| {
        let mut encoder = Encoder::open(&SETTINGS).unwrap();
        let mut bytes = 0;
        pictures(|picture| {
            let Outcome::Shown(picture) = chain.process(picture, Mode::All) else { panic!("not shown") };
            bytes += encoder.encode(&picture, false).unwrap().map_or(0, |encoded| encoded.data.len());
        });
        bytes
    });
}
