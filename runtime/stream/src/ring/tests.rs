use std::sync::Arc;

use bytes::Bytes;
use media::{AudioCodec, AudioParameters, AudioUnit, Codec, Moment, Parameters, Size, Timestamp};

use super::*;

#[test]
fn the_last_whole_gop_of_the_session_is_known() {
    let mut camera = Camera::new();
    camera.ring.begin_session();
    camera.send("Kpp", 10, 40);
    assert_eq!(camera.ring.gop(), None);
    camera.send("Ksps", 10, 40);
    assert_eq!(camera.ring.gop(), Some(Gop { ticks: 3, pictures: 3 }));
    camera.send("K", 10, 40);
    assert_eq!(camera.ring.gop(), Some(Gop { ticks: 4, pictures: 2 }));
    assert_eq!(camera.ring.gop().unwrap().interval(), 2);
    camera.ring.begin_session();
    camera.send("Kp", 10, 40);
    assert_eq!(camera.ring.gop(), None);
}

/// Pushes access units that are told apart by their number in `pts`.
struct Camera {
    ring: Ring,
    start: Moment,
    sent: u64,
    parameters: Arc<Parameters>,
}

impl Camera {
    fn new() -> Self {
        let parameters = Arc::new(Parameters::bare(Codec::H264, Size::new(64, 48)));
        Self { ring: Ring::default(), start: Moment::now(), sent: 0, parameters }
    }

    /// `K` is a key frame, `s` sound, anything else a picture that is none; one every `ms`.
    fn send(&mut self, pattern: &str, bytes: usize, ms: u64) {
        for c in pattern.chars() {
            let steady = self.start.steady + Duration::from_millis(self.sent * ms);
            let unit = AccessUnit {
                codec: Codec::H264,
                data: Bytes::from(vec![0; bytes]),
                pts: Timestamp::from_ticks(self.sent as i64),
                key: c == 'K',
                reference: true,
                lost: 0,
                received: Moment { steady, ..self.start },
                captured: None,
                parameters: self.parameters.clone(),
            };
            self.ring.push(match c {
                's' => sound(&unit).into(),
                _ => unit.into(),
            });
            self.sent += 1;
        }
    }

    /// What `place` gets until there is no more: numbers, `-n` for skipped, `|` for a discontinuity.
    fn drain(&self, place: &mut Place) -> String {
        let mut got = Vec::new();
        while let Some(received) = self.ring.take(place) {
            got.push(match received {
                Received::Unit(unit) => unit.pts.ticks().to_string(),
                Received::Sound(unit) => format!("s{}", unit.pts.ticks()),
                Received::Skipped { units } => format!("-{units}"),
                Received::Discontinuity => "|".into(),
            });
        }
        assert!(!self.ring.has_more(place));
        got.join(" ")
    }
}

fn sound(unit: &AccessUnit) -> AudioUnit {
    let parameters = AudioParameters {
        codec: AudioCodec::Pcmu,
        sample_rate: 8_000,
        channels: 1,
        config: Bytes::new(),
        rfc6381: String::new(),
    };
    let AccessUnit { data, pts, received, .. } = unit.clone();
    AudioUnit { data, pts, samples: 160, received, parameters: Arc::new(parameters) }
}

#[test]
fn sound_is_for_those_who_want_it_and_counts_as_no_access_unit() {
    let mut camera = Camera::new();
    let mut early = camera.ring.place(Start::Gop, Tracks::All);
    camera.send("sKspsp", 100, 10);
    let (mut pictures, mut all) =
        (camera.ring.place(Start::Gop, Tracks::Video), camera.ring.place(Start::Gop, Tracks::All));
    assert_eq!(camera.ring.lag(&all).units, 3);
    assert_eq!(camera.drain(&mut pictures), "1 3 5");
    assert_eq!(camera.drain(&mut all), "1 s2 3 s4 5");
    assert_eq!(camera.drain(&mut early), "1 s2 3 s4 5", "nobody begins with sound");
    camera.send("sss", 100, 10);
    assert!(!camera.ring.has_more(&pictures));
    assert_eq!(camera.drain(&mut all), "s6 s7 s8");
    // Five access units and as much sound are missed.
    camera.send("pspspspspsKsss", 100, 500);
    assert_eq!(camera.drain(&mut pictures), "-5 19");
    assert_eq!(camera.drain(&mut all), "-5 19 s20 s21 s22");
}

#[test]
fn the_newest_access_unit_is_kept_also_where_sound_came_behind_it() {
    let mut camera = Camera::new();
    camera.send("KspKsss", 100, 10);
    camera.ring.keep_newest();
    let mut late = camera.ring.place(Start::Gop, Tracks::Video);
    assert_eq!(camera.drain(&mut late), "3");
}

#[test]
fn a_late_subscriber_begins_at_the_cached_key_frame() {
    let mut camera = Camera::new();
    camera.send("KppppKpp", 100, 100);
    let mut late = camera.ring.place(Start::Gop, Tracks::Video);
    let lag = camera.ring.lag(&late);
    assert_eq!((lag.units, lag.time), (3, Duration::from_millis(200)));
    assert_eq!(lag.newest, camera.ring.slots.back().map(Slot::pts));
    assert_eq!(camera.drain(&mut late), "5 6 7");
    camera.send("pKp", 100, 100);
    assert_eq!(camera.drain(&mut late), "8 9 10");
    assert_eq!(camera.ring.lag(&late), Lag::default());
}

#[test]
fn one_who_wants_the_next_key_frame_waits_for_it_and_missed_nothing() {
    let mut camera = Camera::new();
    camera.send("Kp", 100, 100);
    let mut next = camera.ring.place(Start::KeyFrame, Tracks::Video);
    camera.send("ppp", 100, 100);
    assert_eq!(camera.drain(&mut next), "");
    camera.send("Kp", 100, 100);
    assert_eq!(camera.drain(&mut next), "5 6");
}

#[test]
fn without_a_cached_key_frame_a_subscriber_begins_at_the_first() {
    let mut camera = Camera::new();
    let mut early = camera.ring.place(Start::Gop, Tracks::Video);
    assert_eq!(camera.drain(&mut early), "");
    camera.send("Kp", 100, 100);
    assert_eq!(camera.drain(&mut early), "0 1");
}

#[test]
fn a_little_behind_over_a_key_frame_misses_nothing() {
    let mut camera = Camera::new();
    let mut place = camera.ring.place(Start::Gop, Tracks::Video);
    camera.send("K", 100, 100);
    camera.ring.take(&mut place);
    camera.send("ppppppppKp", 100, 100);
    assert_eq!(camera.drain(&mut place), "1 2 3 4 5 6 7 8 9 10");
}

#[test]
fn a_slow_subscriber_goes_on_at_the_newest_key_frame_and_is_told() {
    let mut camera = Camera::new();
    let mut slow = camera.ring.place(Start::Gop, Tracks::Video);
    camera.send("Kp", 100, 500);
    assert!(camera.ring.take(&mut slow).is_some());
    camera.send("ppKppppKppppKp", 100, 500);
    assert_eq!(camera.drain(&mut slow), "-13 14 15");
}

#[test]
fn old_gops_are_let_go() {
    let mut camera = Camera::new();
    for _ in 0..100 {
        camera.send("Kppppppppp", 1_000, 100);
    }
    // The GOP that runs, and a second of the one before.
    assert!(camera.ring.bytes() < 21 * 1_300, "{}", camera.ring.bytes());
}

#[test]
fn a_gop_that_is_too_large_gives_its_key_frame_and_goes_on_at_the_next() {
    let mut camera = Camera::new();
    let mut constant = camera.ring.place(Start::Gop, Tracks::Video);
    camera.send("K", 1 << 20, 100);
    assert_eq!(camera.drain(&mut constant), "0");
    for n in 1..=40 {
        camera.send("p", 1 << 20, 100);
        assert_eq!(camera.drain(&mut constant), n.to_string());
        assert!(camera.ring.bytes() <= CAPACITY_BYTES + (2 << 20), "{}", camera.ring.bytes());
    }
    // Nobody can use more of this GOP than the backlog.
    assert!(camera.ring.bytes() < 14 << 20, "{}", camera.ring.bytes());
    let mut late = camera.ring.place(Start::Gop, Tracks::Video);
    assert_eq!(camera.drain(&mut late), "0");
    camera.send("pp", 1 << 20, 100);
    assert_eq!(camera.drain(&mut late), "");
    camera.send("Kp", 1 << 20, 100);
    assert_eq!(camera.drain(&mut late), "-42 43 44");
    assert_eq!(camera.drain(&mut constant), "41 42 43 44");
}

#[test]
fn one_access_unit_larger_than_everything_is_still_kept() {
    let mut camera = Camera::new();
    camera.send("KK", CAPACITY_BYTES + 1, 100);
    let mut late = camera.ring.place(Start::Gop, Tracks::Video);
    assert_eq!(camera.drain(&mut late), "1");
}

#[test]
fn of_stills_the_newest_counts() {
    let mut camera = Camera::new();
    let mut slow = camera.ring.place(Start::Gop, Tracks::Video);
    camera.send("K", 50_000, 33);
    assert_eq!(camera.drain(&mut slow), "0");
    camera.send(&"K".repeat(30), 50_000, 33);
    let mut late = camera.ring.place(Start::Gop, Tracks::Video);
    assert_eq!(camera.drain(&mut late), "30");
    // Within the backlog nothing is lost, beyond it everything but the newest.
    let mut patient = camera.ring.place(Start::Gop, Tracks::Video);
    assert_eq!(camera.drain(&mut slow).split(' ').count(), 30);
    camera.send(&"K".repeat(60), 50_000, 33);
    assert_eq!(camera.drain(&mut slow), "-59 90");
    assert_eq!(camera.drain(&mut patient), "90");
    assert!(camera.ring.bytes() < 32 * 50_400);
}

#[test]
fn a_subscriber_that_reads_nothing_holds_nothing() {
    let mut camera = Camera::new();
    let mut dead = camera.ring.place(Start::Gop, Tracks::Video);
    camera.send("K", 100, 100);
    camera.ring.take(&mut dead);
    let first = Arc::downgrade(&camera.parameters);
    let before = first.strong_count();
    for _ in 0..1_000 {
        camera.send("Kppppppppp", 100, 100);
    }
    assert!(first.strong_count() < before + 25);
    assert_eq!(camera.drain(&mut dead), "-9990 9991 9992 9993 9994 9995 9996 9997 9998 9999 10000");
}

#[test]
fn a_new_session_is_told_once_and_before_its_first_key_frame() {
    let mut camera = Camera::new();
    camera.ring.begin_session();
    let mut place = camera.ring.place(Start::Gop, Tracks::Video);
    let mut sleepy = camera.ring.place(Start::Gop, Tracks::Video);
    camera.send("Kpp", 100, 100);
    camera.ring.take(&mut place);
    camera.ring.end_session();
    // Who was there gets the rest of it; who comes waits for the next.
    assert_eq!(camera.drain(&mut place), "1 2");
    assert_eq!(camera.drain(&mut sleepy), "0 1 2");
    let mut late = camera.ring.place(Start::Gop, Tracks::Video);
    assert_eq!(camera.drain(&mut late), "");
    camera.ring.begin_session();
    camera.send("Kp", 100, 100);
    assert_eq!(camera.drain(&mut place), "| 3 4");
    assert_eq!(camera.drain(&mut late), "3 4");
}

#[test]
fn one_who_missed_a_whole_session_is_told_both() {
    let mut camera = Camera::new();
    camera.ring.begin_session();
    let mut place = camera.ring.place(Start::Gop, Tracks::Video);
    camera.send("K", 100, 1_000);
    camera.ring.take(&mut place);
    for _ in 0..2 {
        camera.ring.begin_session();
        camera.send("Kppppp", 100, 1_000);
    }
    assert_eq!(camera.drain(&mut place), "-6 | 7 8 9 10 11 12");
}

#[test]
fn a_purge_leaves_nothing_from_before_it() {
    let mut camera = Camera::new();
    let mut place = camera.ring.place(Start::Gop, Tracks::Video);
    camera.send("Kpp", 100, 100);
    camera.ring.take(&mut place);
    camera.ring.clear();
    assert_eq!(camera.ring.bytes(), 0);
    let mut late = camera.ring.place(Start::Gop, Tracks::Video);
    camera.send("pp", 100, 100);
    assert_eq!((camera.drain(&mut place), camera.drain(&mut late)), (String::new(), String::new()));
    camera.send("Kp", 100, 100);
    assert_eq!(camera.drain(&mut place), "-4 5 6");
    assert_eq!(camera.drain(&mut late), "5 6");
}

#[test]
fn one_who_falls_behind_on_purpose_is_told_what_it_left_out() {
    let mut camera = Camera::new();
    let mut place = camera.ring.place(Start::Gop, Tracks::Video);
    camera.send("K", 100, 100);
    camera.ring.take(&mut place);
    camera.send("ppKp", 100, 100);
    let lag = camera.ring.lag(&place);
    assert_eq!((lag.units, lag.time), (4, Duration::from_millis(300)));
    assert!(camera.ring.skip_to_newest_key(&mut place));
    assert_eq!(camera.drain(&mut place), "-2 3 4");
    assert!(!camera.ring.skip_to_newest_key(&mut place));
}

#[test]
fn the_newest_alone_is_kept_of_a_source_that_rests() {
    let mut camera = Camera::new();
    camera.send("KKKKK", 10_000, 33);
    camera.ring.keep_newest();
    assert!(camera.ring.bytes() < 11_000);
    let mut late = camera.ring.place(Start::Gop, Tracks::Video);
    assert_eq!(camera.drain(&mut late), "4");
}

/// A generator of numbers that are the same in each run (Knuth's MMIX constants).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// Who subscribed, and what it can say of what it got.
struct Witness {
    place: Place,
    reads: u64,
    /// The number behind the last one that it got or was told that it missed.
    next: Option<u64>,
    needs_key: bool,
}

impl Witness {
    fn read(&mut self, ring: &Ring) {
        let lag = ring.lag(&self.place);
        assert_eq!(ring.has_more(&self.place), lag.units > 0);
        match ring.take(&mut self.place) {
            None => assert_eq!(lag.units, 0),
            Some(Received::Discontinuity) => self.needs_key = true,
            Some(Received::Skipped { units }) => {
                assert!(units > 0);
                self.next = self.next.map(|next| next + units);
                self.needs_key = true;
            }
            Some(Received::Sound(_)) => panic!("only pictures are sent"),
            Some(Received::Unit(unit)) => {
                let number = unit.pts.ticks() as u64;
                assert!(unit.key || !self.needs_key, "{number} is no key frame");
                assert!(self.next.is_none_or(|next| next == number), "{number} is not {:?}", self.next);
                self.needs_key = false;
                self.next = Some(number + 1);
            }
        }
    }
}

#[test]
fn whatever_happens_nobody_misses_anything_untold_or_begins_without_a_key_frame() {
    for seed in 0..40 {
        let mut dice = Dice(seed);
        let mut camera = Camera::new();
        let largest = [200, 20_000, 2_000_000][seed as usize % 3];
        let keys = [1, 5, 40][seed as usize / 3 % 3];
        let mut witnesses: Vec<Witness> = Vec::new();
        let mut begin = true;
        for _ in 0..600 {
            match dice.below(100) {
                0 => {
                    camera.ring.end_session();
                    begin = true;
                }
                1 => {
                    camera.ring.clear();
                    begin = true;
                }
                2 => camera.ring.keep_newest(),
                3..10 => {
                    let start = if dice.below(2) == 0 { Start::Gop } else { Start::KeyFrame };
                    let reads = [0, 1, 3, 10][dice.below(4) as usize];
                    witnesses.push(Witness {
                        place: camera.ring.place(start, Tracks::Video),
                        reads,
                        next: None,
                        needs_key: true,
                    });
                }
                10 => witnesses.iter_mut().for_each(|witness| _ = camera.ring.skip_to_newest_key(&mut witness.place)),
                _ => {}
            }
            if begin {
                camera.ring.begin_session();
            }
            let key = std::mem::take(&mut begin) || dice.below(keys) == 0;
            camera.send(if key { "K" } else { "p" }, dice.below(largest) as usize, 80);
            assert!(camera.ring.bytes() <= CAPACITY_BYTES + 2 * largest as usize + 1_000);
            for witness in &mut witnesses {
                for _ in 0..dice.below(witness.reads + 1) {
                    witness.read(&camera.ring);
                }
            }
        }
        for witness in &mut witnesses {
            while camera.ring.has_more(&witness.place) {
                witness.read(&camera.ring);
            }
            assert!(witness.next.is_none_or(|next| next <= camera.sent));
        }
    }
}
