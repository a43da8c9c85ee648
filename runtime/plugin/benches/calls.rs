//! What crossing into a guest costs. Run: `cargo bench -p framegate-plugin-host`, or with `--profile dev` where the dependencies
//! are optimised as well and nothing else needs to be built.
//!
//! To reach (docs/BENCHMARKS.md): an empty call 200 ns; a full 1080p read and write 1.05 times two memcpy; twenty fills 2.5 µs.

use std::sync::Arc;

use codec::{Picture, Pool, Stamp};
use config::resolved::Component;
use divan::Bencher;
use divan::counter::BytesCount;
use framegate_plugin_host::{Chain, Compiler, EventStills, Host, Keep, Link, Mode, Outcome, Plugin, Settings, States};
use journal::Journal;
use media::{Color, Moment, Size, Timestamp};
use serde_json::{Value, json};

fn main() {
    divan::main();
}

const FULL_HD: Size = Size::new(1920, 1080);

fn picture() -> Picture {
    let stamp = Stamp { pts: Timestamp::ZERO, sequence: 0, received: Moment::now(), captured: None };
    Picture::black(&Pool::new(64 << 20), FULL_HD, Color::default(), stamp)
}

fn load(component: Component) -> Arc<Plugin> {
    let host = Host::new(Settings { bundled: &[], cache: None, compiler: Compiler::InProcess }).expect("an engine");
    host.load(&config::Plugin { component, ..config::Plugin::bundled("bench") }).expect("a plugin")
}

fn chain(component: &str, options: Value) -> Chain {
    let plugin = load(Component::File(test_components::file(component).into()));
    let keep = Keep { states: States::default(), journal: Journal::default(), stills: EventStills::default() };
    Chain::new(&"bench".parse().expect("a name"), vec![Link { plugin, options, fps: None, always: false }], keep)
}

/// One picture through a chain of one plugin, again and again: the same picture, so that nothing but the plugin's work is measured.
fn calls(bencher: Bencher<'_, '_>, component: &str, options: Value) {
    let mut chain = chain(component, options);
    let mut next = Some(picture());
    bencher.bench_local(|| {
        let Outcome::Shown(picture) = chain.process(next.take().expect("the last one came back"), Mode::All) else {
            panic!("{:?}", chain.snapshot_handle().snapshot())
        };
        next = Some(picture);
    });
}

/// A guest's call without the chain around it.
fn call(bencher: Bencher<'_, '_>, work: &str) {
    let plugin = load(Component::File(test_components::file("work").into()));
    let mut call = framegate_plugin_host::bench::Call::new(&plugin, &json!({ "work": work }), picture());
    bencher.bench_local(|| call.process());
}

/// The call alone, as the budget has it.
#[divan::bench(sample_size = 1000)]
fn empty_call(bencher: Bencher<'_, '_>) {
    call(bencher, "nothing");
}

/// The call alone with twenty fills of 2x2 pixels in it.
#[divan::bench(sample_size = 100)]
fn twenty_fills(bencher: Bencher<'_, '_>) {
    call(bencher, "fills");
}

/// The same through the chain: statistics and two readings of the thread's CPU clock (a system call each) are in it.
#[divan::bench(sample_size = 1000)]
fn empty_chain(bencher: Bencher<'_, '_>) {
    calls(bencher, "work", json!({ "work": "nothing" }));
}

#[divan::bench]
fn read_full(bencher: Bencher<'_, '_>) {
    calls(bencher.counter(BytesCount::new(3_110_400usize)), "work", json!({ "work": "read" }));
}

#[divan::bench]
fn write_full(bencher: Bencher<'_, '_>) {
    calls(bencher.counter(BytesCount::new(3_110_400usize)), "work", json!({ "work": "write" }));
}

/// What `read_full` and `write_full` are compared with: each should take as long as this.
#[divan::bench]
fn memcpy_full(bencher: Bencher<'_, '_>) {
    let (from, mut to) = (vec![1u8; 3_110_400], vec![0u8; 3_110_400]);
    bencher
        .counter(BytesCount::new(from.len()))
        .bench_local(|| divan::black_box(&mut to).copy_from_slice(divan::black_box(&from)));
}

#[divan::bench]
fn clock(bencher: Bencher<'_, '_>) {
    calls(bencher, "clock", json!({}));
}

/// The thumbnail is cached on the picture: what is left is its copy and the guest's work.
#[divan::bench]
fn motion_gate(bencher: Bencher<'_, '_>) {
    // Held open, so that each picture comes back.
    let mut chain = chain("motion-gate", json!({}));
    let mut next = Some(picture());
    bencher.bench_local(|| {
        chain.connected();
        let Outcome::Shown(picture) = chain.process(next.take().expect("the last one came back"), Mode::All) else {
            panic!("gated")
        };
        next = Some(picture);
    });
}

#[divan::bench]
fn new_instance(bencher: Bencher<'_, '_>) {
    let plugin = load(Component::File(test_components::file("clock").into()));
    let picture = picture();
    bencher.bench_local(|| framegate_plugin_host::bench::Call::new(&plugin, &json!({}), picture.clone()));
}
