//! What ffmpeg and tstools make of segments of a real encoder's pictures and sound.
#![allow(clippy::unwrap_used, reason = "a test's own helpers fail like the test")]

mod clip;

use framegate_packaging::ts::PACKET;

use clip::{Clip, run};

fn write(clip: &Clip, name: &str, data: &[u8]) {
    std::fs::write(clip.folder.path().join(name), data).unwrap();
}

/// The lines of ffmpeg's `framemd5`, of which the checksum is the last column.
fn checksums(said: &str) -> Vec<&str> {
    said.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.rsplit(',').next()).collect()
}

/// What was written is decoded to what the clip itself is: in one piece, as segments of a playlist, and each segment alone.
fn assert_decodes(clip: &Clip) {
    let segments = clip.segments();
    write(clip, "whole.ts", &segments.concat());
    let silent = |line: &str| {
        let (said, complained) = run(clip.folder.path(), line).unwrap();
        assert_eq!(complained, "", "{line}");
        said
    };
    let pictures =
        |file: &str| silent(&format!("ffmpeg -v warning -i {file} -map 0:v -fps_mode passthrough -f framemd5 -"));
    let (original, whole) = (pictures("clip.mp4"), pictures("whole.ts"));
    assert_eq!(checksums(&whole).len(), 150);
    assert_eq!(checksums(&whole), checksums(&original));
    let sound = |file: &str| silent(&format!("ffmpeg -v error -i {file} -map 0:a -f md5 -"));
    assert_eq!(sound("whole.ts"), sound("clip.aac"));
    silent("ffmpeg -v warning -i whole.ts -map 0 -f null -");

    let mut playlist = String::from("#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:25\n");
    let mut from = 0;
    for (at, segment) in segments.iter().enumerate() {
        let name = format!("{at}.ts");
        write(clip, &name, segment);
        playlist += &format!("#EXTINF:2.0,\n{name}\n");
        let alone = pictures(&name);
        let alone = checksums(&alone);
        assert_eq!(alone, checksums(&original)[from..][..alone.len()], "from {from}");
        from += alone.len();
    }
    assert_eq!((from, segments.len() > 1), (150, true));
    write(clip, "index.m3u8", (playlist + "#EXT-X-ENDLIST\n").as_bytes());
    assert_eq!(checksums(&pictures("index.m3u8")), checksums(&original));
    assert_eq!(sound("index.m3u8"), sound("clip.aac"));
}

/// ffprobe reads the times that were given, ten seconds later.
fn assert_times(clip: &Clip) {
    write(clip, "whole.ts", &clip.segments().concat());
    let ask = "ffprobe -v warning -show_entries packet=pts,dts,flags -of csv=p=0 -select_streams v whole.ts";
    let (said, complained) = run(clip.folder.path(), ask).unwrap();
    assert_eq!(complained, "");
    let expected = clip.pictures.iter().map(|(unit, decode)| {
        let key = if unit.key { "K_" } else { "__" };
        format!("{},{},{key}", unit.pts.ticks() + 900_000, decode.ticks() + 900_000)
    });
    let found = said.lines().filter(|line| !line.is_empty()).map(|line| line.trim_end_matches(','));
    assert!(found.eq(expected), "{said}");
}

/// tsreport looks for gaps in counters and clock, and for times before the clock's.
fn assert_report(clip: &Clip) {
    let mut whole = clip.segments().concat();
    // Behind the last packet that tells the time (an adaptation field with a clock reference) it guesses from the rate before, which says nothing.
    let (packets, _) = whole.as_chunks::<PACKET>();
    let last = packets.iter().rposition(|packet| packet[3] & 0x20 != 0 && packet[4] > 0 && packet[5] & 0x10 != 0);
    whole.truncate((last.unwrap() + 1) * PACKET);
    write(clip, "whole.ts", &whole);
    for line in ["tsreport -b -cnt 256 whole.ts", "tsreport -b -cnt 257 whole.ts", "tsreport -v whole.ts"] {
        let Some((said, complained)) = run(clip.folder.path(), line) else { return };
        // Errors begin with `###`, other complaints with `!!!`.
        let bad = |line: &&str| line.contains("###") || line.contains("!!!");
        assert_eq!(said.lines().chain(complained.lines()).find(bad), None);
    }
}

#[test]
fn an_encoders_b_frames_and_slices_come_through() {
    let Some(clip) = Clip::encoded() else { return };
    assert_decodes(&clip);
    assert_times(&clip);
    assert_report(&clip);
}

#[test]
fn pictures_that_are_seldom_come_through() {
    let Some(clip) = Clip::seldom() else { return };
    assert_decodes(&clip);
    assert_times(&clip);
    assert_report(&clip);
}

#[test]
fn a_wrap_of_33_bits_comes_through() {
    let Some(clip) = Clip::encoded() else { return };
    assert_decodes(&clip.later((1 << 33) - 900_000 - 3 * 90_000));
}

#[test]
fn a_cameras_footage_comes_through() {
    let Some(clip) = Clip::footage() else { return };
    assert_decodes(&clip);
    assert_times(&clip);
    assert_report(&clip);
}

#[test]
fn what_is_added_to_the_units_is_little() {
    let Some(clip) = Clip::encoded() else { return };
    let sound: usize = clip.sound.iter().map(|unit| unit.data.len()).sum();
    let pictures: usize = clip.pictures.iter().flat_map(|(unit, _)| unit.nal_units().map(<[u8]>::len)).sum();
    let whole = clip.segments().concat();
    let added = whole.len() as f64 / (sound + pictures) as f64 - 1.0;
    assert!(added < 0.05, "{added}");
    assert_eq!(whole.len() % PACKET, 0);
}
