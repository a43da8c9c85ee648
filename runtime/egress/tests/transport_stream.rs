//! What ffmpeg and tstools make of segments of a real encoder's pictures and sound: B-frames, several slices, 48 kHz stereo.
#![allow(clippy::unwrap_used, reason = "a test's own helpers fail like the test")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use bytes::Bytes;
use framegate_egress::ts::{Muxer, PACKET, Tracks};
use media::{AccessUnit, AudioCodec, AudioParameters, AudioUnit, Codec, Moment, Parameters, Size, Timestamp, annexb};

/// An access unit delimiter behind its start code, which ffmpeg is asked to put in front of each access unit.
const DELIMITER: [u8; 5] = [0, 0, 0, 1, 9];

struct Clip {
    folder: tempfile::TempDir,
    pictures: Vec<(AccessUnit, Timestamp)>,
    sound: Vec<AudioUnit>,
}

/// What a program says, and what it complains about.
fn run(folder: &Path, line: &str) -> Option<(String, String)> {
    let mut words = line.split_whitespace();
    let mut command = Command::new(words.next()?);
    let done = match command.args(words).current_dir(folder).output() {
        Ok(done) => done,
        Err(why) => {
            writeln!(std::io::stderr(), "skipped: {line}: {why}").ok();
            return None;
        }
    };
    let [said, complained] = [done.stdout, done.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(done.status.success(), "{line}: {complained}");
    Some((said, complained))
}

impl Clip {
    /// 150 pictures that ffmpeg makes of these arguments.
    fn make(arguments: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        let run = |line: &str| run(at, &format!("ffmpeg -v error -y {line}"));
        run(&format!("{arguments} -video_track_timescale 90000 clip.mp4"))?;
        run("-i clip.mp4 -map 0:v -c copy -bsf:v h264_mp4toannexb,h264_metadata=aud=insert -f h264 clip.h264")?;
        run("-i clip.mp4 -map 0:a -c copy clip.aac")?;
        let read = |name| std::fs::read(at.join(name)).unwrap();
        let (pictures, sound) =
            (pictures(&read("clip.h264"), &times(at, "v")), sound(&read("clip.aac"), &times(at, "a")));
        Some(Self { folder, pictures, sound })
    }

    /// Three GOPs with B-frames, four slices a picture, 25 a second; 48 kHz stereo.
    fn encoded() -> Option<Self> {
        Self::make(
            "-f lavfi -i testsrc2=s=640x360:r=25:d=6 -f lavfi -i sine=r=48000:d=6 -pix_fmt yuv420p -c:v libx264 -b:v 2M \
             -x264-params slices=4:scenecut=0:keyint=50:bframes=2 -c:a aac -ac 2 -b:a 128k",
        )
    }

    /// Two pictures a second, two of three of them B-frames; 16 kHz mono.
    fn seldom() -> Option<Self> {
        Self::make(
            "-f lavfi -i testsrc2=s=640x360:r=2:d=75 -f lavfi -i sine=r=16000:d=75 -pix_fmt yuv420p -c:v libx264 \
             -x264-params scenecut=0:keyint=50:bframes=2 -c:a aac -b:a 32k",
        )
    }

    /// A camera's pictures and sound, if `FRAMEGATE_MEDIA` names a folder with them.
    fn footage() -> Option<Self> {
        let Some(folder) = std::env::var_os("FRAMEGATE_MEDIA") else {
            writeln!(std::io::stderr(), "skipped: footage as MPEG-TS: FRAMEGATE_MEDIA names no folder").ok();
            return None;
        };
        Self::make(&format!("-i {}/car-detection.mp4 -t 12 -c copy", folder.display()))
    }

    /// Segments from key frame to key frame, sound in front of the pictures that are decoded later.
    fn segments(&self) -> Vec<Vec<u8>> {
        let parameters = &self.pictures[0].0.parameters;
        let tracks = Tracks::new(parameters, Some(&self.sound[0].parameters)).unwrap();
        assert!(tracks.has_sound());
        let (mut muxer, mut sound) = (Muxer::new(tracks), self.sound.iter().peekable());
        let (mut segments, mut out) = (Vec::new(), Vec::new());
        muxer.begin(&mut out);
        for (at, (unit, decode)) in self.pictures.iter().enumerate() {
            while let Some(unit) = sound.next_if(|unit| unit.pts <= *decode) {
                muxer.sound(unit, &mut out).unwrap();
            }
            if unit.key && at > 0 {
                muxer.end(&mut out);
                segments.push(std::mem::take(&mut out));
                muxer.begin(&mut out);
            }
            muxer.picture(unit, *decode, &mut out).unwrap();
        }
        sound.for_each(|unit| muxer.sound(unit, &mut out).unwrap());
        muxer.end(&mut out);
        segments.push(out);
        segments
    }
}

/// PTS and DTS of each packet, in the track's ticks.
fn times(folder: &Path, track: &str) -> Vec<(i64, i64)> {
    let ask = format!("ffprobe -v error -select_streams {track} -show_entries packet=pts,dts -of csv=p=0 clip.mp4");
    let (said, _) = run(folder, &ask).unwrap();
    let pair = |line: &str| {
        // What else ffprobe knows of a packet stands in further columns and lines.
        let mut numbers = line.split(',').map_while(|text| text.parse().ok());
        numbers.next().zip(numbers.next())
    };
    said.lines().filter_map(pair).collect()
}

fn pictures(stream: &[u8], times: &[(i64, i64)]) -> Vec<(AccessUnit, Timestamp)> {
    let mut starts: Vec<_> = stream
        .windows(DELIMITER.len())
        .enumerate()
        .filter(|(_, bytes)| *bytes == DELIMITER)
        .map(|(at, _)| at)
        .collect();
    starts.push(stream.len());
    assert_eq!(starts.len() - 1, times.len());
    let mut parameters = Arc::new(Parameters::bare(Codec::H264, Size::new(640, 360)));
    let units = starts.windows(2).zip(times).map(|(range, (pts, dts))| {
        let data = &stream[range[0]..range[1]];
        let unit = AccessUnit::from_annexb(data, &parameters, Timestamp::from_ticks(*pts), Moment::now());
        parameters = unit.parameters.clone();
        (unit, Timestamp::from_ticks(*dts))
    });
    units.collect()
}

/// Units out of ADTS frames, which have no CRC here. Times are in samples.
fn sound(mut stream: &[u8], times: &[(i64, i64)]) -> Vec<AudioUnit> {
    let (index, channels) = (stream[2] >> 2 & 15, (stream[2] & 1) << 2 | stream[3] >> 6);
    let sample_rate = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000][usize::from(index)];
    let parameters = Arc::new(AudioParameters {
        codec: AudioCodec::Aac,
        sample_rate,
        channels: channels.into(),
        config: vec![2 << 3 | index >> 1, index << 7 | channels << 3].into(),
        rfc6381: "mp4a.40.2".into(),
    });
    let mut units = Vec::new();
    for (pts, _) in times {
        let length = usize::from(stream[3] & 3) << 11 | usize::from(stream[4]) << 3 | usize::from(stream[5]) >> 5;
        let (frame, rest) = stream.split_at(length);
        units.push(AudioUnit {
            data: Bytes::copy_from_slice(&frame[7..]),
            pts: Timestamp::from_ticks(pts * 90_000 / i64::from(sample_rate)),
            samples: 1024,
            received: Moment::now(),
            parameters: parameters.clone(),
        });
        stream = rest;
    }
    assert!(stream.is_empty());
    units
}

fn write(clip: &Clip, name: &str, data: &[u8]) -> PathBuf {
    let path = clip.folder.path().join(name);
    std::fs::write(&path, data).unwrap();
    path
}

/// The lines of ffmpeg's `framemd5`, of which the checksum is the last column.
fn checksums(said: &str) -> Vec<&str> {
    said.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.rsplit(',').next()).collect()
}

/// What was written is decoded to what the clip itself is, each segment also alone.
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

    let mut from = 0;
    for segment in &segments {
        write(clip, "segment.ts", segment);
        let alone = pictures("segment.ts");
        let alone = checksums(&alone);
        assert_eq!(alone, checksums(&original)[from..][..alone.len()], "from {from}");
        from += alone.len();
    }
    assert_eq!((from, segments.len() > 1), (150, true));
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

#[test]
fn nal_units_come_out_of_the_delimited_stream() {
    let stream = [&DELIMITER[..], &[0xf0, 0, 0, 0, 1, 0x65, 7], &DELIMITER, &[0xf0, 0, 0, 1, 0x41, 8]].concat();
    let units = pictures(&stream, &[(0, 0), (2, 1)]);
    let nals: Vec<_> = units.iter().map(|(unit, _)| unit.nal_units().collect::<Vec<_>>()).collect();
    assert_eq!(nals, [[&[0x65, 7][..]], [&[0x41, 8][..]]]);
    assert_eq!(annexb::nal_units(&stream).count(), 4);
}
