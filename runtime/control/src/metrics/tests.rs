use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime};

use picture::{Counts, Histogram, MeasureSnapshot};
use plugin::{Health, LinkSnapshot, Role};

use super::*;

/// A stream that has made pictures with two plugins: every histogram has recorded something.
fn busy(number: usize) -> Stream {
    let histogram = Histogram::default();
    histogram.record(Duration::from_millis(3));
    let taken = histogram.snapshot();
    let counts = Counts {
        decoded: 1,
        stills: 1,
        untouched: 0,
        undecoded: 0,
        unencoded: 0,
        unseen: 0,
        damaged: 0,
        gated: 0,
        withheld: 0,
        missed: 0,
    };
    let link = |plugin: &str| LinkSnapshot {
        plugin: plugin.to_owned(),
        role: Role::Filter,
        health: Health::Ok,
        calls: 1,
        gated: 0,
        uncovered: 0,
        faults: BTreeMap::new(),
        restarts: 0,
        recycled: 0,
        memory: 1 << 20,
        cpu_us: taken.sum_us,
        calls_by_cpu_us: taken.buckets.clone(),
        last_fault: Some("could not open /home/somebody/secret".into()),
    };
    Stream {
        name: format!("camera-{number}").parse().unwrap(),
        state: stream::State::Live,
        counts: stream::Snapshot::default(),
        pictures: picture::Snapshot {
            renditions: Vec::new(),
            measure: MeasureSnapshot {
                wait: taken.clone(),
                decode: taken.clone(),
                plugins: taken.clone(),
                encode: taken.clone(),
                whole: taken.clone(),
                video: taken.clone(),
                video_whole: taken.clone(),
                counts,
            },
            plugins: vec![link("privacy-mask"), link("clock")],
            video: Vec::new(),
        },
        viewers: hub::ViewerCounts::default(),
        refusals: hub::Refusals::default(),
        sent: 9_000,
        services: Vec::new(),
        format_policy: None,
    }
}

fn scrape(streams: usize) -> Scrape {
    let streams = (0..streams).map(busy).collect();
    Scrape {
        process: Process::now(SystemTime::now(), Program { version: "test", certificate_ends: None }),
        streams,
        access_policy: None,
        encoders: None,
    }
}

/// A sixteenth of the bound was measured, in a debug build.
#[test]
fn a_thousand_streams_that_have_made_pictures_are_written_in_a_moment() {
    for format in [Format::Prometheus, Format::OpenMetrics] {
        let scrape = scrape(1_000);
        let begin = Instant::now();
        let text = render(scrape, format);
        let took = begin.elapsed();
        println!("{format:?}: {} bytes, {} lines in {took:?}", text.len(), text.lines().count());
        assert!(took < Duration::from_millis(800), "{took:?}");
    }
}

#[test]
fn what_a_plugin_said_is_in_no_label() {
    let text = render(scrape(1), Format::Prometheus);
    assert!(!text.contains("somebody"), "{text}");
    assert!(text.contains("role=\"filter\",position=\"2\",kind=\"trap\"} 0\n"), "{text}");
}

#[test]
fn figures_of_the_process_are_there() {
    let text = render(scrape(0), Format::Prometheus);
    for name in
        ["process_cpu_seconds_total ", "process_start_time_seconds ", "framegate_build_info{version=\"test\"} 1"]
    {
        assert!(text.lines().any(|line| line.starts_with(name)), "{name}: {text}");
    }
    if cfg!(target_os = "linux") {
        let count = text.lines().filter(|line| line.starts_with("process_")).count();
        assert_eq!(count, 7, "{text}");
    }
}
