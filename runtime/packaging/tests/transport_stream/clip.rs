//! Clips that ffmpeg makes, and what they are as units.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use bytes::Bytes;
use framegate_packaging::ts::{Muxer, Tracks};
use media::{AccessUnit, AudioCodec, AudioParameters, AudioUnit, Codec, Moment, Parameters, Size, Timestamp, annexb};

/// An access unit delimiter behind its start code, which ffmpeg is asked to put in front of each access unit.
const DELIMITER: [u8; 5] = [0, 0, 0, 1, 9];

/// What ffmpeg made, and the units in it.
pub(crate) struct Clip {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) pictures: Vec<(AccessUnit, Timestamp)>,
    pub(crate) sound: Vec<AudioUnit>,
}

/// What a program says, and what it complains about.
pub(crate) fn run(folder: &Path, line: &str) -> Option<(String, String)> {
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
    pub(crate) fn encoded() -> Option<Self> {
        Self::make(
            "-f lavfi -i testsrc2=s=640x360:r=25:d=6 -f lavfi -i sine=r=48000:d=6 -pix_fmt yuv420p -c:v libx264 -b:v 2M \
             -x264-params slices=4:scenecut=0:keyint=50:bframes=2 -c:a aac -ac 2 -b:a 128k",
        )
    }

    /// Two pictures a second, two of three of them B-frames; 16 kHz mono.
    pub(crate) fn seldom() -> Option<Self> {
        Self::make(
            "-f lavfi -i testsrc2=s=640x360:r=2:d=75 -f lavfi -i sine=r=16000:d=75 -pix_fmt yuv420p -c:v libx264 \
             -x264-params scenecut=0:keyint=50:bframes=2 -c:a aac -b:a 32k",
        )
    }

    /// A camera's pictures and sound, if `FRAMEGATE_MEDIA` names a folder with them.
    pub(crate) fn footage() -> Option<Self> {
        let Some(folder) = std::env::var_os("FRAMEGATE_MEDIA") else {
            writeln!(std::io::stderr(), "skipped: footage as MPEG-TS: FRAMEGATE_MEDIA names no folder").ok();
            return None;
        };
        Self::make(&format!("-i {}/car-detection.mp4 -t 12 -c copy", folder.display()))
    }

    /// The same, so many ticks later.
    pub(crate) fn later(mut self, ticks: i64) -> Self {
        let later = |time: &mut Timestamp| *time = Timestamp::from_ticks(time.ticks() + ticks);
        self.pictures.iter_mut().for_each(|(unit, decode)| [&mut unit.pts, decode].into_iter().for_each(later));
        self.sound.iter_mut().for_each(|unit| later(&mut unit.pts));
        self
    }

    /// Segments from key frame to key frame, sound in front of the pictures that are decoded later.
    pub(crate) fn segments(&self) -> Vec<Vec<u8>> {
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

#[test]
fn nal_units_come_out_of_the_delimited_stream() {
    let stream = [&DELIMITER[..], &[0xf0, 0, 0, 0, 1, 0x65, 7], &DELIMITER, &[0xf0, 0, 0, 1, 0x41, 8]].concat();
    let units = pictures(&stream, &[(0, 0), (2, 1)]);
    let nals: Vec<_> = units.iter().map(|(unit, _)| unit.nal_units().collect::<Vec<_>>()).collect();
    assert_eq!(nals, [[&[0x65, 7][..]], [&[0x41, 8][..]]]);
    assert_eq!(annexb::nal_units(&stream).count(), 4);
}
