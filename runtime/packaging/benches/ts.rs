//! What a picture of 4 Mbit/s costs as MPEG-TS, beside copying it: `cargo bench -p framegate-packaging`.
#![allow(clippy::unwrap_used, reason = "a benchmark ends where something is wrong")]

use std::sync::Arc;

use bytes::Bytes;
use divan::Bencher;
use divan::counter::BytesCount;
use framegate_packaging::ts::{Muxer, Tracks};
use media::{AccessUnit, Codec, Moment, Parameters, Size, Timestamp, nal};

fn main() {
    divan::main();
}

/// A picture of 4 Mbit/s at 25 a second, of so many slices.
fn picture(slices: usize) -> AccessUnit {
    let (sps, pps) = (Bytes::from_static(&[0x67, 1]), Bytes::from_static(&[0x68, 2]));
    let parameters = Parameters { sps, pps, ..Parameters::bare(Codec::H264, Size::new(1920, 1080)) };
    let mut data = Vec::new();
    (0..slices).for_each(|_| nal::push(&mut data, &vec![0x65; 20_000 / slices]));
    AccessUnit::alone(Arc::new(parameters), data.into(), Timestamp::ZERO, Moment::now())
}

/// Into a buffer that has held a segment before.
#[divan::bench(args = [1, 8])]
fn mux(bencher: Bencher<'_, '_>, slices: usize) {
    let mut unit = picture(slices);
    let mut muxer = Muxer::new(Tracks::new(&unit.parameters, None).unwrap());
    let mut out = Vec::with_capacity(1 << 16);
    bencher.counter(BytesCount::new(20_000_u32)).bench_local(|| {
        out.clear();
        unit.pts = Timestamp::from_ticks(unit.pts.ticks() + 3_600);
        muxer.picture(divan::black_box(&unit), unit.pts, &mut out).unwrap();
        out.len()
    });
}

#[divan::bench]
fn copy(bencher: Bencher<'_, '_>) {
    let unit = picture(1);
    let mut out = Vec::with_capacity(1 << 16);
    bencher.counter(BytesCount::new(20_000_u32)).bench_local(|| {
        out.clear();
        out.extend_from_slice(divan::black_box(&unit.data));
        out.len()
    });
}
