//! Segmenter, window and playlist over hours of a camera's time, judged by the strict validator after each part.
#![allow(clippy::unwrap_used, reason = "a test")]

mod camera;
mod client;

use camera::{Camera, Habits};
use client::Client;
use config::HlsVariant;

/// So many seconds of a camera with these habits, watched all the time; what the validator finds.
fn watch(habits: Habits, seconds: u32) -> Client {
    let mut camera = Camera::new(habits);
    let mut client = Client::new(&habits);
    while camera.seconds() < f64::from(seconds) {
        client.take(camera.next());
    }
    client
}

#[test]
fn an_hour_over_reconnects_jumps_and_wraps_is_a_playlist_that_players_like() {
    let habits =
        Habits { reconnects: true, changes_size: true, begins_at: (1 << 33) - 90_000 * 600, ..Habits::default() };
    let client = watch(habits, 3_600);
    // While the camera is away there is nothing new.
    client.assert_clean_but(&[("STALE", usize::MAX)]);
    assert!(client.discontinuities() > 10, "{}", client.discontinuities());
    assert!(client.segments() > 1_500, "{}", client.segments());
}

#[test]
fn b_frames_and_sound_keep_step() {
    for habits in [
        Habits { b_frames: true, sound: true, ..Habits::default() },
        Habits { b_frames: true, sound: true, fps: 12.5, ..Habits::default() },
        Habits { sound: true, fps: 29.97, trembles: 0.2, ..Habits::default() },
    ] {
        // The first segment is one part, which ends before all of its sound has come.
        watch(habits, 120).assert_clean_but(&[("TRACKS_APART", 1)]);
    }
}

#[test]
fn long_gops_and_key_frames_alone_both_behave() {
    for (gop, at_most) in
        [(0.04, 2.4), (0.5, 2.4), (1.0, 2.4), (1.3, 2.4), (1.9, 2.4), (2.0, 2.4), (3.0, 2.5), (10.0, 2.5)]
    {
        let client = watch(Habits { gop, ..Habits::default() }, 120);
        client.assert_clean();
        assert!(client.longest() <= at_most, "GOP {gop}: a segment of {}", client.longest());
        assert!(client.segments() >= 120 / 3, "GOP {gop}: {} segments", client.segments());
    }
    // Once it is known, the target is made for it, and segments begin with key frames again.
    let client = watch(Habits { gop: 10.0, known_gop: true, ..Habits::default() }, 120);
    client.assert_clean();
    assert!((9.9..10.5).contains(&client.longest()), "{}", client.longest());
}

#[test]
fn every_rate_has_parts_that_are_equal() {
    for fps in [1.0, 5.0, 10.0, 12.5, 15.0, 20.0, 24.0, 25.0, 30.0, 50.0, 60.0] {
        watch(Habits { fps, ..Habits::default() }, 60).assert_clean();
    }
}

#[test]
fn who_comes_to_a_camera_that_runs_finds_a_segment_soon() {
    for (variant, fps) in [12.5, 15.0, 20.0, 24.0, 25.0, 29.97, 50.0, 60.0]
        .into_iter()
        .flat_map(|fps| [HlsVariant::LowLatency, HlsVariant::Fmp4, HlsVariant::Ts].map(|variant| (variant, fps)))
    {
        // Parts of few pictures that tremble are not equal.
        let trembling = if fps > 24.0 { 0.1 } else { 0.0 };
        for trembles in [0.0, trembling] {
            let client = watch(Habits { variant, fps, trembles, known_gop: true, ..Habits::default() }, 60);
            client.assert_clean();
            let most = f64::max(0.1, 2.3 / fps);
            assert!(client.first() <= most, "{fps} pictures a second: {} s", client.first());
        }
    }
}

#[test]
fn whole_segments_have_no_parts() {
    let client = watch(Habits { variant: HlsVariant::Fmp4, sound: true, reconnects: true, ..Habits::default() }, 600);
    client.assert_clean_but(&[("STALE", usize::MAX)]);
    assert!(!client.playlist().contains("PART"), "{}", client.playlist());
}

#[test]
fn transport_streams_are_segments_of_their_own() {
    for habits in [
        Habits { variant: HlsVariant::Ts, sound: true, ..Habits::default() },
        Habits {
            variant: HlsVariant::Ts,
            sound: true,
            b_frames: true,
            begins_at: (1 << 33) - 90_000 * 60,
            ..Habits::default()
        },
    ] {
        let client = watch(habits, 200);
        client.assert_clean();
        assert!(!client.playlist().contains("MAP"), "{}", client.playlist());
        assert_eq!(client.codecs(), "avc1.64001e,mp4a.40.2");
    }
    let away = Habits { variant: HlsVariant::Ts, sound: true, reconnects: true, ..Habits::default() };
    watch(away, 600).assert_clean_but(&[("STALE", usize::MAX)]);
}

#[test]
fn a_segment_ends_where_it_would_be_too_large() {
    let habits = Habits { max_bytes: 64 << 10, picture_bytes: 6_000, ..Habits::default() };
    let client = watch(habits, 60);
    client.assert_clean();
    assert!(client.largest() <= (64 << 10) + 20_000, "{}", client.largest());
}

#[test]
fn sound_that_never_comes_or_ceases_is_taken_out_again() {
    let announced = watch(Habits { sound: true, silent_from: Some(0.0), ..Habits::default() }, 60);
    // Until it is known: the segments of two seconds.
    announced.assert_clean_but(&[("TRACKS_APART", 3)]);
    assert!(!announced.codecs().contains("mp4a"), "{}", announced.codecs());
    let ceased = watch(Habits { sound: true, silent_from: Some(20.0), ..Habits::default() }, 60);
    ceased.assert_clean_but(&[("TRACKS_APART", 3)]);
    assert!(!ceased.codecs().contains("mp4a"), "{}", ceased.codecs());
    assert_eq!(ceased.discontinuities(), 1);
}

#[test]
fn a_window_goes_on_over_restarts_and_gives_bytes_away_that_are_kept_elsewhere() {
    const LENGTH: usize = 30;
    for habits in [
        Habits { changes_size: true, reconnects: true, ..Habits::default() },
        Habits { variant: HlsVariant::Fmp4, ..Habits::default() },
        Habits { variant: HlsVariant::Ts, sound: true, ..Habits::default() },
    ] {
        let (mut camera, mut client) = (Camera::new(habits), Client::with_files_elsewhere(&habits, LENGTH));
        for restart in 1..=20 {
            while camera.seconds() < f64::from(restart) * 37.0 {
                client.take(camera.next());
            }
            client.restart(LENGTH);
        }
        // The part that comes next was promised by a process that is gone, which waited for no more sound either.
        let broken = if habits.variant == HlsVariant::LowLatency { 20 } else { 0 };
        let apart = if habits.sound { 40 } else { 0 };
        client.assert_clean_but(&[("STALE", 40), ("HINT_BROKEN", broken), ("TRACKS_APART", apart)]);
        assert!(client.segments() > 300, "{}", client.segments());
        let (_, here, files) = client.elsewhere();
        // A segment has 50 pictures of 900 bytes and more; six target durations of them stay.
        assert!(here < 8 * 80_000, "{here} bytes are in memory");
        assert!((LENGTH..LENGTH + 25).contains(&files), "{files} files are kept");
    }
}
