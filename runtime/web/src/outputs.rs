//! The addresses of a stream's outputs, for who asked for one that cannot be made.

/// Those that are made of stills.
pub(crate) fn stills(name: &str) -> Vec<String> {
    vec![
        format!("/ws/{name}?format=webp"),
        format!("/ws/{name}?format=jpeg"),
        format!("/mjpeg/{name}"),
        format!("/still/{name}.jpg"),
        format!("/still/{name}.webp"),
    ]
}

/// Those that carry video.
pub(crate) fn video(name: &str) -> Vec<String> {
    vec![format!("/hls/{name}/index.m3u8"), format!("/ws/{name}?format=mp4")]
}
