//! What a client writes: queries of playlists, and names of files.

use framegate_validator::playlist::{Playlist, parse};
use media::AccessUnit;
use packaging::hls::packager::Container;
use packaging::hls::playlist::{self, Skip};
use packaging::hls::reload::{Answer, Reload};
use packaging::hls::rules::Rules;
use packaging::hls::segmenter::Segmenter;
use packaging::hls::window::{Found, Names, Window};

use super::camera::{Camera, Given};
use super::script::Script;

/// Any query is refused in words or answered, with what it asks for; any name stands for what the playlist, or the one before it, calls so.
pub fn playlist_query(data: &[u8]) {
    let Some((&which, data)) = data.split_first() else { return };
    let window = window(which);
    let text = String::from_utf8_lossy(data);
    query(&window, &text);
    name(&window, &text);
    let known = match which >> 5 {
        0 => window.names().segment(window.next_msn().saturating_sub(u64::from(which & 7))),
        1 => window.names().part(window.next_part().saturating_sub(u64::from(which & 7))),
        _ => window.names().init(0),
    };
    name(&window, &known);
    name(&window, &(known + &text));
}

fn query(window: &Window, text: &str) {
    let reload = match Reload::parse(Some(text)) {
        Ok(reload) => reload,
        Err(error) => return assert!(text.contains(error.parameter()) && !error.to_string().is_empty()),
    };
    let asked = reload.until;
    match reload.answer(window) {
        Ok(Answer::Now) => {
            let text = playlist::render(window, reload.skip, &[], "");
            let parsed = parse("stream.m3u8", text.as_bytes());
            assert!(parsed.findings.is_empty(), "{:?}\n{text}", parsed.findings);
            let Some(Playlist::Media(media)) = parsed.playlist else { panic!("no playlist: {text}") };
            assert!(reload.skip == Skip::Yes || media.skipped.is_none());
            if let (Some((msn, part)), Some(_)) = (asked, media.part_target) {
                let (has, next) = (media.open.parts.len() as u64, media.next());
                let is_there = next > msn || part.is_some_and(|part| next == msn && has > part.into());
                assert!(is_there, "{asked:?} is answered with {next} and {has} parts");
            }
        }
        // Nobody waits for long: for the segment behind the one that is made, at most.
        Ok(Answer::When(until)) => {
            assert!(until > window.progress() && until.msn <= window.progress().msn + 2, "{asked:?}: {until:?}");
        }
        Err(error) => assert!(text.contains(error.parameter()) && !error.to_string().is_empty()),
    }
}

fn name(window: &Window, name: &str) {
    let names = window.names();
    let is_one =
        |to: u64, of: fn(&Names, u64) -> String| (0..=to).rev().take(200).any(|number| of(names, number) == name);
    match window.find(name) {
        Found::Body(body) => {
            assert!(!body.is_empty() && body.pieces().iter().map(|piece| piece.len()).sum::<usize>() == body.len());
            let is_known = is_one(window.next_msn(), Names::segment)
                || is_one(window.next_part(), Names::part)
                || is_one(100, Names::init);
            assert!(is_known, "{name} stands for something");
        }
        Found::Elsewhere(_) => panic!("nothing was given away"),
        Found::Next => assert_eq!(name, names.part(window.next_part())),
        Found::Nothing => {}
    }
}

/// A window with nothing in it, or with what came of some seconds.
fn window(which: u8) -> Window {
    let (part, container, extension) = match which % 3 {
        0 => (Some(18_000), Container::Mp4, "m4s"),
        1 => (None, Container::Mp4, "m4s"),
        _ => (None, Container::Ts, "ts"),
    };
    let rules = Rules::new(90_000, part, 1 << 20, None);
    let mut window = Window::new(Names { prefix: "abc".into(), extension }, &rules, 3, 1_000);
    let (mut segmenter, mut camera) = (Segmenter::new(rules, container), Camera::default());
    for index in 0..usize::from(which & 0x1f) * 16 {
        // A key picture each second.
        let kind = if index % 25 == 0 { 0 } else { 4 };
        let Given::Picture(unit) = camera.next(&mut Script::new(&[kind])) else { continue };
        for made in segmenter.picture(&AccessUnit { captured: None, ..unit }).unwrap_or_default() {
            window.take(made, segmenter.part_target());
        }
    }
    window
}
