use std::time::Duration;

use bytes::Bytes;

use super::*;

const LATER: Duration = Duration::from_secs(60);

fn backlog() -> Backlog {
    Backlog::new("stream.m3u8".into(), Limits { files: 3, bytes: 1_000 })
}

fn segment(msn: u64, bytes: usize) -> File {
    File { name: name(msn), pieces: vec![vec![0; bytes].into()], kind: Kind::Segment }
}

fn name(msn: u64) -> String {
    format!("0123456789ab-{msn}.ts")
}

fn playlist(numbers: std::ops::Range<u64>) -> String {
    let segments: String = numbers.clone().map(|msn| format!("#EXTINF:2.00000,\n{}\n", name(msn))).collect();
    format!("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:{}\n{segments}", numbers.start)
}

/// Does everything that there is to do, and says what that was.
fn drain(backlog: &mut Backlog, now: Instant) -> Vec<String> {
    let mut all = Vec::new();
    while let Step::Do(job) = backlog.next(now) {
        all.push(shown(&job));
        backlog.done(Ok(&()), now);
    }
    all
}

fn shown(job: &Job) -> String {
    let number = |name: &str| name.rsplit_once('-').map_or(name, |(_, rest)| rest).trim_end_matches(".ts").to_owned();
    match job {
        Job::Put(file) => format!("put {}", number(&file.name)),
        Job::Playlist { text, .. } => {
            let text = std::str::from_utf8(text).unwrap();
            let listing = Listing::read(text).unwrap();
            let from = listing.media_sequence;
            format!("playlist {from}..{}", from + listing.segments.len() as u64)
        }
        Job::Remove(name) => format!("remove {}", number(name)),
    }
}

fn failed() -> Error {
    Error::Failed { place: "x".into(), done: "written", reason: "no".into() }
}

fn full() -> Error {
    Error::Full { place: "x".into(), done: "written" }
}

/// Segments 1 and 2 are written, and the playlist names them.
fn with_two() -> (Backlog, Instant) {
    let (mut backlog, now) = (backlog(), Instant::now());
    (1..3).for_each(|msn| backlog.put(segment(msn, 10)));
    backlog.playlist(playlist(1..3));
    drain(&mut backlog, now);
    (backlog, now)
}

#[test]
fn a_playlist_names_a_segment_when_it_is_written_and_not_before() {
    let (mut backlog, now) = (backlog(), Instant::now());
    backlog.put(segment(1, 10));
    backlog.put(segment(2, 10));
    backlog.playlist(playlist(1..3));
    assert_eq!(drain(&mut backlog, now), ["put 1", "playlist 1..2", "put 2", "playlist 1..3"]);
    assert_eq!(backlog.holds(&name(2)), Some(10));
    backlog.playlist(playlist(1..3));
    assert_eq!(drain(&mut backlog, now), [""; 0], "the same playlist is not written twice");
}

#[test]
fn a_file_goes_when_the_stored_playlist_names_it_no_more() {
    let (mut backlog, now) = with_two();
    backlog.remove(&name(1));
    assert_eq!(drain(&mut backlog, now), [""; 0]);
    assert_eq!(backlog.holds(&name(1)), None, "it is on its way");
    backlog.put(segment(3, 10));
    backlog.playlist(playlist(2..4));
    assert_eq!(drain(&mut backlog, now), ["playlist 2..3", "remove 1", "put 3", "playlist 2..4"]);
    backlog.remove("another.ts");
    assert_eq!(drain(&mut backlog, now), [""; 0], "what it does not have is not its to remove");
}

#[test]
fn when_too_much_waits_the_oldest_segment_is_lost_and_what_is_before_it_is_named_no_more() {
    let (mut backlog, now) = with_two();
    assert_eq!(backlog.next(now), Step::Idle);
    let init = File { name: "0123456789ab-i1.mp4".into(), pieces: vec![Bytes::new()], kind: Kind::Init };
    backlog.put(init);
    (3..7).for_each(|msn| backlog.put(segment(msn, 10)));
    backlog.playlist(playlist(1..7));
    assert_eq!(backlog.counts().lost, 2, "an init segment is not left out before segments");
    assert_eq!(drain(&mut backlog, now), ["put i1.mp4", "put 5", "playlist 5..6", "put 6", "playlist 5..7"]);
    backlog.put(segment(7, 800));
    backlog.put(segment(8, 800));
    assert_eq!((backlog.counts().lost, backlog.counts().waiting), (3, 1), "by bytes too");
    backlog.put(segment(9, 5_000));
    assert_eq!(
        (backlog.counts().lost, backlog.counts().waiting),
        (4, 1),
        "one that is larger than all may be is tried alone"
    );
}

#[test]
fn what_fails_waits_longer_each_time_and_is_first_again() {
    let (mut backlog, now) = (backlog(), Instant::now());
    backlog.put(segment(1, 10));
    backlog.put(segment(2, 10));
    backlog.playlist(playlist(1..3));
    let mut at = now;
    for wait in [250, 500, 1_000] {
        assert!(matches!(backlog.next(at), Step::Do(Job::Put(file)) if file.name == name(1)));
        backlog.done(Err(&failed()), at);
        let next = at + Duration::from_millis(wait);
        assert_eq!(backlog.next(at), Step::Wait(next));
        at = next;
    }
    assert_eq!(drain(&mut backlog, at), ["put 1", "playlist 1..2", "put 2", "playlist 1..3"]);
    assert_eq!((backlog.counts().failed, backlog.counts().lost), (3, 0));
}

#[test]
fn a_segment_that_left_before_it_was_written_is_lost_and_its_remains_go() {
    let (mut backlog, now) = (backlog(), Instant::now());
    backlog.put(segment(1, 10));
    backlog.next(now);
    backlog.done(Err(&failed()), now);
    backlog.remove(&name(1));
    assert_eq!(backlog.counts().lost, 1);
    assert_eq!(drain(&mut backlog, now), ["remove 1"]);
    backlog.put(segment(2, 10));
    backlog.next(now + LATER);
    backlog.remove(&name(2));
    backlog.done(Err(&failed()), now + LATER);
    assert_eq!(backlog.counts().lost, 2, "also while it was being written");
    assert_eq!(backlog.counts().waiting, 0);
}

#[test]
fn a_file_that_cannot_be_removed_keeps_nothing_from_being_written() {
    let (mut backlog, now) = with_two();
    backlog.put(segment(3, 10));
    backlog.playlist(playlist(2..4));
    backlog.remove(&name(1));
    assert!(matches!(backlog.next(now), Step::Do(Job::Playlist { .. })));
    backlog.done(Ok(&()), now);
    assert!(matches!(backlog.next(now), Step::Do(Job::Remove(_))));
    backlog.done(Err(&failed()), now);
    assert_eq!(drain(&mut backlog, now), ["put 3", "playlist 2..4"]);
    assert!(matches!(backlog.next(now), Step::Wait(_)));
    assert_eq!(drain(&mut backlog, now + LATER), ["remove 1"]);
}

#[test]
fn on_a_full_disk_what_left_the_window_goes_first_whatever_the_stored_playlist_says() {
    let (mut backlog, now) = with_two();
    backlog.put(segment(3, 10));
    assert!(matches!(backlog.next(now), Step::Do(Job::Put(_))));
    backlog.done(Err(&full()), now);
    assert!(matches!(backlog.next(now), Step::Wait(_)));
    backlog.playlist(playlist(2..4));
    backlog.remove(&name(1));
    assert_eq!(
        drain(&mut backlog, now),
        ["remove 1", "playlist 2..3", "put 3", "playlist 2..4"],
        "and it is tried at once"
    );
}

#[test]
fn what_is_erased_goes_with_its_playlist_first() {
    let (mut backlog, now) = with_two();
    backlog.put(segment(3, 10));
    backlog.playlist(playlist(1..4));
    assert!(matches!(backlog.next(now), Step::Do(Job::Put(_))));
    backlog.put(segment(4, 10));
    backlog.erase();
    backlog.done(Ok(&()), now);
    assert_eq!(drain(&mut backlog, now), ["remove stream.m3u8", "remove 1", "remove 2", "remove 3"]);
    backlog.put(segment(9, 10));
    backlog.playlist(playlist(9..10));
    assert_eq!(drain(&mut backlog, now), ["put 9", "playlist 9..10"], "and what comes then is new");
}

#[test]
fn a_playlist_that_was_being_written_when_all_was_erased_goes_too() {
    let (mut backlog, now) = with_two();
    backlog.playlist(playlist(2..3));
    assert!(matches!(backlog.next(now), Step::Do(Job::Playlist { .. })));
    backlog.erase();
    backlog.done(Ok(&()), now);
    assert_eq!(drain(&mut backlog, now), ["remove stream.m3u8", "remove 1", "remove 2"]);
}

#[test]
fn what_was_found_goes_on_and_a_playlist_that_names_what_is_not_there_is_mended_first() {
    let now = Instant::now();
    let held = |numbers: &[u64]| numbers.iter().map(|msn| (name(*msn), 10)).collect::<BTreeMap<_, _>>();
    let rubbish = || vec![name(99)];
    let mut whole = backlog();
    let text = Listing::read(&playlist(1..4)).unwrap().render(|_| Some(10)).unwrap().text;
    whole.found(held(&[1, 2, 3]), Some(text.clone()), rubbish());
    assert_eq!(drain(&mut whole, now), ["remove 99"]);
    whole.put(segment(4, 10));
    whole.playlist(playlist(2..5));
    assert_eq!(drain(&mut whole, now), ["playlist 2..4", "put 4", "playlist 2..5"]);
    let mut cut = backlog();
    cut.found(held(&[3]), Some(text), rubbish());
    assert_eq!(drain(&mut cut, now), ["playlist 3..4", "remove 99"]);
    let mut garbage = backlog();
    garbage.found(held(&[]), Some("garbage".into()), rubbish());
    assert_eq!(drain(&mut garbage, now), ["remove stream.m3u8", "remove 99"]);
    let mut nothing = backlog();
    nothing.found(held(&[]), None, Vec::new());
    assert_eq!(nothing.next(now), Step::Idle);
}

#[test]
fn a_store_that_hangs_for_a_day_keeps_a_bounded_backlog() {
    let (mut backlog, mut now) = (backlog(), Instant::now());
    for msn in 0..43_200 {
        backlog.put(segment(msn, 10));
        backlog.playlist(playlist(msn.saturating_sub(6)..msn + 1));
        if msn > 8 {
            backlog.remove(&name(msn - 8));
        }
        now += Duration::from_secs(2);
        if let Step::Do(_) = backlog.next(now) {
            backlog.done(Err(&failed()), now);
        }
    }
    assert!(backlog.waiting.len() <= 3 && backlog.leaving.len() <= LEAVING && backlog.held.is_empty());
    assert_eq!(backlog.counts().lost + backlog.counts().waiting, 43_200);
}
