use std::io::Write;

use super::*;
use crate::Mending;

const SPS: &[u8] = &[
    0x67, 0x64, 0x00, 0x1e, 0xac, 0xd9, 0x40, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01, 0x00, 0x00,
    0x03, 0x00, 0x32, 0x0f, 0x16, 0x2d, 0x96,
];
const PPS: &[u8] = &[0x68, 0xeb, 0xe3, 0xcb, 0x22, 0xc0];

/// A file that goes with the test.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str, content: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("framegate-source-{}-{name}", std::process::id()));
        std::fs::File::create(&path).unwrap().write_all(content).unwrap();
        Self(path)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

async fn open(path: &Path) -> Result<Session, Error> {
    Session::open(path, &"clip".parse().unwrap()).await
}

fn byte_stream(pictures: u8) -> Vec<u8> {
    let mut data = Vec::new();
    for nal in [SPS, PPS, &[0x65, 0x88, 0xff]] {
        media::annexb::push_nal(&mut data, nal);
    }
    for n in 1..pictures {
        // Without a readable header: what is left is `first_mb_in_slice`, and the order of decoding.
        media::annexb::push_nal(&mut data, &[0x41, 0x80 | n]);
    }
    data
}

#[tokio::test]
async fn a_byte_stream_is_looped_in_real_time_with_times_that_go_on() {
    let file = Temporary::new("loop.h264", &byte_stream(3));
    let mut session = open(&file.0).await.unwrap();
    let began = Instant::now();
    let mut units = Vec::new();
    for _ in 0..7 {
        units.push(session.next().await.unwrap().into_access().unwrap());
    }
    assert_eq!(
        units.iter().map(|unit| unit.pts.ticks()).collect::<Vec<_>>(),
        [0, 3_600, 7_200, 10_800, 14_400, 18_000, 21_600]
    );
    assert_eq!(units.iter().map(|unit| unit.key).collect::<Vec<_>>(), [true, false, false, true, false, false, true]);
    assert!(began.elapsed() >= Duration::from_millis(239), "six pictures at 25/s take {:?}", began.elapsed());
    assert!(std::sync::Arc::ptr_eq(&units[0].parameters, &units[6].parameters));
}

#[test]
fn a_file_is_read_once_as_fast_as_it_is_taken_and_no_further_than_that() {
    let file = Temporary::new("once.h264", &byte_stream(100));
    let began = Instant::now();
    let taken = |most: usize| {
        let mut units = Vec::new();
        let done = read(&file.0, |unit| {
            units.push(unit.pts.ticks());
            if units.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        done.map(|()| units)
    };
    let all = taken(usize::MAX).unwrap();
    assert_eq!((all.len(), &all[..3]), (100, &[0, 3_600, 7_200][..]));
    assert_eq!(taken(2).unwrap(), [0, 3_600]);
    assert!(began.elapsed() < Duration::from_secs(2), "four seconds are not waited for: {:?}", began.elapsed());
    let told = read(Path::new("/nowhere/clip.mp4"), |_| ControlFlow::Continue(())).unwrap_err().to_string();
    assert!(told.contains("/nowhere/clip.mp4"), "{told}");
}

#[tokio::test]
async fn next_can_be_cancelled() {
    let file = Temporary::new("cancel.h264", &byte_stream(50));
    let mut session = open(&file.0).await.unwrap();
    let mut times = Vec::new();
    while times.len() < 5 {
        if let Ok(unit) = tokio::time::timeout(Duration::from_millis(7), session.next()).await {
            times.push(unit.unwrap().into_access().unwrap().pts.ticks());
        }
    }
    assert_eq!(times, [0, 3_600, 7_200, 10_800, 14_400]);
}

#[tokio::test]
async fn mistakes_are_told_in_words_and_retried_slowly() {
    let cases: [(&str, &[u8], &str); 6] = [
        (
            "h265",
            &[0, 0, 0, 1, 0x42, 0x81, 1, 0, 0, 0, 1, 0x26, 0xa1, 1, 0, 0, 1, 0x02, 0xa1, 1],
            "only H.264 can be played",
        ),
        ("empty", b"", "there is no picture in it"),
        ("text", b"hello, world", "neither an mp4 file nor"),
        ("cut.mp4", b"\0\0\0\x10ftypisom\0\0\0\0\0\0\x10\0mdat", "the file is cut"),
        ("open.mp4", b"\0\0\0\x10ftypisom\0\0\0\0", "the recording was not finished"),
        ("nothing.h264", b"\0\0\0\x01\x67\x64\0\0\0\x01\x68", "there is no picture in it"),
    ];
    for (name, content, expected) in cases {
        let file = Temporary::new(name, content);
        let error = open(&file.0).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{name}: {error}");
        assert_eq!(error.mending(), Mending::RetrySlowly);
    }
    let error = open(Path::new("/nowhere/clip.mp4")).await.unwrap_err();
    assert_eq!(error.to_string(), "/nowhere/clip.mp4: No such file or directory (os error 2)");
    assert!(open(Path::new("/")).await.unwrap_err().to_string().contains("not a regular file"));
}

/// Real files, of any encoder: as many access units as ffprobe finds. Skipped where there are none, or no ffprobe.
#[test]
fn real_byte_streams_are_split_as_ffprobe_splits_them() {
    let Some(media) = std::env::var_os("FRAMEGATE_MEDIA") else {
        println!("skipped: FRAMEGATE_MEDIA names no folder of real footage");
        return;
    };
    let folders = ["openh264", "cros-codecs"].map(|folder| Path::new(&media).join(folder));
    let files = folders
        .iter()
        .filter_map(|folder| std::fs::read_dir(folder).ok())
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()));
    for path in files.filter(|path| path.extension().is_some_and(|ext| ext == "264" || ext == "h264" || ext == "jsv")) {
        let probe = std::process::Command::new("ffprobe")
            .args([
                "-v",
                "quiet",
                "-count_packets",
                "-show_entries",
                "stream=nb_read_packets",
                "-of",
                "csv=p=0",
                "-f",
                "h264",
            ])
            .arg(&path)
            .output();
        let Ok(probe) = probe else {
            return println!("skipped: no ffprobe");
        };
        let expected: usize = String::from_utf8_lossy(&probe.stdout).trim().trim_end_matches(',').parse().unwrap();
        let (mut splitter, mut units) = (annexb::Splitter::default(), Vec::new());
        for piece in std::fs::read(&path).unwrap().chunks(10_007) {
            splitter.push(piece, &mut units).unwrap();
        }
        splitter.finish(&mut units);
        assert_eq!(units.len(), expected, "{}", path.display());
    }
}
