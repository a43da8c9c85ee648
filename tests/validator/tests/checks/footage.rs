//! What ffmpeg makes, where it is installed.

use std::path::Path;
use std::process::Command;

#[expect(clippy::print_stdout, reason = "who runs the tests should know what did not run")]
fn skipped() {
    println!("skipped: ffmpeg is not installed");
}

/// Runs ffmpeg's HLS muxer in a directory of its own; nothing where there is no ffmpeg.
pub(crate) fn made(arguments: &str) -> Option<tempfile::TempDir> {
    if Command::new("ffmpeg").arg("-version").output().is_err() {
        skipped();
        return None;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let input =
        "-y -loglevel error -f lavfi -i testsrc2=size=320x180:rate=25 -f lavfi -i sine=frequency=440:sample_rate=48000";
    let coded = "-t 8 -c:v libx264 -g 50 -keyint_min 50 -sc_threshold 0 -pix_fmt yuv420p -c:a aac";
    let output = "-f hls -hls_time 2 -hls_list_size 0 -hls_segment_filename";
    let mut command = Command::new("ffmpeg");
    command.current_dir(&directory).args(format!("{input} {coded} {arguments} {output}").split(' '));
    let status = command.args(["s%d.bin", "live.m3u8"]).status().expect("ffmpeg runs");
    assert!(status.success(), "ffmpeg {arguments}");
    Some(directory)
}

/// A file of it.
pub(crate) fn read(directory: &tempfile::TempDir, name: &str) -> Vec<u8> {
    std::fs::read(Path::new(directory.path()).join(name)).expect("a file that the playlist names")
}
