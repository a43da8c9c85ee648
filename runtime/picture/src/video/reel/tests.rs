use bytes::Bytes;
use codec::Stamp;
use media::{AudioCodec, AudioParameters, Color, Moment, Size};
use stream::{Received, Start, Subscription, Tracks};

use super::*;

const SIZE: Size = Size::new(64, 48);

fn reel() -> Reel {
    let variant = config::Video::default().variants.remove(0);
    Reel::new(variant, Pool::new(1 << 20), Arc::default())
}

fn job(ms: i64, key: bool) -> Job {
    let stamp = Stamp { pts: Timestamp::from_ticks(ms * 90), sequence: 0, received: Moment::now(), captured: None };
    let picture = Picture::black(&Pool::new(0), SIZE, Color::default(), stamp);
    Job { picture, key, fps: 25, since: Instant::now() }
}

fn sound(ms: i64) -> AudioUnit {
    let parameters = AudioParameters {
        codec: AudioCodec::Pcma,
        sample_rate: 8_000,
        channels: 1,
        config: Bytes::new(),
        rfc6381: String::new(),
    };
    AudioUnit {
        data: Bytes::from_static(&[0; 8]),
        pts: Timestamp::from_ticks(ms * 90),
        samples: 8,
        received: Moment::now(),
        parameters: Arc::new(parameters),
    }
}

/// What came, in words: `K` a key frame, `p` another picture, `s` sound, each with its time; `|` a discontinuity.
fn came(viewer: &mut Subscription) -> String {
    let words = std::iter::from_fn(|| viewer.try_recv()).map(|received| match received {
        Received::Unit(unit) if unit.key => format!("K{}", unit.pts.ticks() / 90),
        Received::Unit(unit) => format!("p{}", unit.pts.ticks() / 90),
        Received::Sound(unit) => format!("s{}", unit.pts.ticks() / 90),
        Received::Discontinuity => "|".into(),
        Received::Skipped { .. } => "-".into(),
    });
    words.collect::<Vec<_>>().join(" ")
}

fn viewer(reel: &Reel) -> Subscription {
    reel.feed().subscribe(Start::Gop, Tracks::All)
}

#[test]
fn one_in_the_encoder_and_the_rest_in_order() {
    let reel = reel();
    let mut viewer = viewer(&reel);
    assert!(reel.push(job(0, false)), "the pool is told");
    assert!(!reel.push(job(40, false)), "once");
    assert!(reel.make() && !reel.make() && !reel.make());
    assert!(reel.push(job(80, false)));
    reel.make();
    assert_eq!(came(&mut viewer), "K0 p40 p80", "the first is a key frame whether asked for or not");
    assert_eq!(reel.snapshot().size, Some(SIZE));
}

#[test]
fn the_oldest_is_left_out_and_key_frames_last() {
    let reel = reel();
    let mut viewer = viewer(&reel);
    for (ms, key) in [(0, true), (40, false), (80, false), (120, false)] {
        let _ = reel.push(job(ms, key));
    }
    while reel.make() {}
    assert_eq!(came(&mut viewer), "K0 p120");
    for ms in [160, 200, 240] {
        let _ = reel.push(job(ms, true));
    }
    while reel.make() {}
    assert_eq!(came(&mut viewer), "K200 K240");
    assert_eq!((reel.snapshot().encoded, reel.snapshot().left_out), (4, 3));
}

#[test]
fn sound_keeps_its_place_and_begins_with_the_first_key_frame() {
    let reel = reel();
    let mut viewer = viewer(&reel);
    reel.sound(sound(0));
    let _ = reel.push(job(20, true));
    reel.sound(sound(10));
    reel.sound(sound(30));
    let _ = reel.push(job(60, false));
    reel.sound(sound(70));
    while reel.make() {}
    reel.sound(sound(90));
    assert_eq!(came(&mut viewer), "K20 s30 p60 s70 s90");
    reel.end_session();
    reel.sound(sound(110));
    let _ = reel.push(job(100, false));
    reel.make();
    assert_eq!(came(&mut viewer), "| K100");
}

#[test]
fn what_an_encoder_has_during_a_purge_goes_nowhere() {
    let reel = reel();
    let mut viewer = viewer(&reel);
    let _ = reel.push(job(0, true));
    reel.make();
    let _ = reel.push(job(40, false));
    let (taken, epoch) = reel.take().unwrap();
    let made = reel.encode(taken, epoch);
    let _ = reel.push(job(80, false));
    reel.purge();
    assert!(made.is_some() && !reel.finish(made, epoch), "nor does what waited");
    assert_eq!((came(&mut viewer).as_str(), reel.feed().kept_bytes()), ("", 0));
    assert!(reel.coder().is_none(), "the encoder has seen what was purged");
    let _ = reel.push(job(120, false));
    reel.make();
    assert_eq!(came(&mut viewer).split(' ').next_back(), Some("K120"));
    reel.close();
    assert!(!reel.push(job(160, false)));
    reel.sound(sound(170));
    assert!(viewer.is_closed() && came(&mut viewer).is_empty());
}

#[test]
fn an_encoder_that_fails_costs_itself_alone() {
    let reel = reel();
    let mut viewer = viewer(&reel);
    let _ = reel.push(job(0, true));
    reel.make();
    assert_eq!(came(&mut viewer), "K0");
    // One that was opened for something else than it says.
    let other = Settings { size: Size::new(32, 32), fps: 25, bitrate_bps: 100_000, gop: Settings::NO_GOP };
    if let Some(coder) = &mut *reel.coder() {
        coder.encoder = Encoder::open(&other).unwrap();
    }
    for ms in [40, 80] {
        let _ = reel.push(job(ms, false));
        reel.make();
    }
    assert_eq!(came(&mut viewer), "K80");
    assert_eq!(reel.snapshot().left_out, 1);
}

#[test]
fn another_rate_waits_for_a_key_frame() {
    let reel = reel();
    let _viewer = viewer(&reel);
    for (ms, key, fps) in [(0, true, 30), (40, false, 25), (80, true, 25)] {
        let _ = reel.push(Job { fps, ..job(ms, key) });
        reel.make();
        assert_eq!(reel.snapshot().fps, Some(if ms < 80 { 30 } else { 25 }));
    }
}
