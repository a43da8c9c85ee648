use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use framegate_config::{Ink, read};

use crate::environment::known;

/// A file of so many streams, each ended by `more`.
fn file(streams: usize, more: &str) -> String {
    let mut text = String::new();
    for index in 0..streams {
        writeln!(
            text,
            "[streams.camera-{index}]\nsource = \"rtsp://10.0.{}.{}/stream1\"\nusername = \"viewer\"\npassword = \"${{CAMERA_PASSWORD}}\"\n\
             plugins = [{{ use = \"clock\", options = {{ text = \"{{stream}} {{time}}\" }} }}]\n{more}",
            index / 256,
            index % 256
        )
        .expect("a String takes all");
    }
    text
}

/// The best of some runs: what the machine's other work does not disturb.
fn best(runs: usize, mut run: impl FnMut()) -> Duration {
    let time = |_| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..runs).map(time).min().expect("at least one run")
}

/// 15 ms is the budget of an optimised build (`cargo test --release`); one without optimisation gets ten times that.
#[test]
fn a_thousand_streams_are_read_within_their_budget() {
    let text = file(1_000, "");
    let took = best(5, || {
        let loaded = read(Path::new("streams.toml"), text.clone(), &known()).expect("a good file");
        assert_eq!(loaded.config.streams.len(), 1_000);
    });
    let budget = Duration::from_millis(if cfg!(debug_assertions) { 150 } else { 15 });
    eprintln!("1,000 streams: {took:?}");
    assert!(took < budget, "{took:?}");
}

#[test]
fn twice_the_mistakes_take_twice_the_time() {
    let time = |streams: usize| {
        let text = file(streams, "tranpsort = \"tcp\"\nmax_viewers = 0\n");
        best(3, || {
            let report = read(Path::new("streams.toml"), text.clone(), &known()).err().expect("mistakes");
            assert_eq!(report.mistakes().len(), 2 * streams);
            assert!(report.render(Ink::Plain).len() > 100 * streams);
        })
    };
    let (once, four_times) = (time(250), time(1_000));
    // Quadratic would be sixteen times; eight leaves room for a busy machine.
    assert!(four_times < 8 * once + Duration::from_millis(5), "{once:?} {four_times:?}");
}
