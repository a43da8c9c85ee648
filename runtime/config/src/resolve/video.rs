use super::Resolver;
use crate::key::Key;
use crate::mistake::Wrong;
use crate::resolved::{Reencode, Video, VideoSize, VideoVariant};
use crate::section::{At, shown_text};
use crate::written::{self, Text};

/// The most rungs: each is an encoder's work for every picture.
const MOST_RUNGS: usize = 8;
/// The longest name of a rung.
const LONGEST_NAME: usize = 32;

impl Resolver<'_, '_, '_> {
    /// `key` is that of the stream.
    pub(super) fn video(&mut self, key: &Key<'_>, section: &written::Stream) -> Video {
        let usual = Video::default();
        let no_video = written::Video::default();
        let video = section.video.as_ref().map_or(&no_video, |at| &at.value);
        let fps = video.fps.as_ref().map(|at| at.value.0);
        let gop = video.gop.as_ref().map_or(usual.gop, |at| at.value.0);
        let reencode = video.reencode.as_ref().map_or(usual.reencode, |at| at.value.0);
        if section.ladder.is_empty() {
            let alone = VideoVariant {
                name: Video::ALONE.into(),
                size: video.width.as_ref().map_or(VideoSize::Camera, |at| VideoSize::Width(at.value.0)),
                bitrate_bps: video.bitrate.as_ref().map(|at| at.value.0),
                fps,
            };
            return Video { reencode, gop, variants: vec![alone] };
        }
        let key_of_video = key.of("video");
        let in_rungs = |what| Wrong::new(format!("each rung of `ladder` has its own `{what}`: leave this one out"));
        if let Some(At { span, .. }) = &video.bitrate {
            self.reader.add(in_rungs("bitrate"), &key_of_video.of("bitrate"), span.clone());
        }
        if let Some(At { span, .. }) = &video.width {
            self.reader.add(in_rungs("width"), &key_of_video.of("width"), span.clone());
        }
        if let (Reencode::Never, Some(At { span, .. })) = (reencode, &video.reencode) {
            let wrong = Wrong::new("a `ladder` is re-encoded, and \"never\" says that nothing is");
            self.reader.add(wrong, &key_of_video.of("reencode"), span.clone());
        }
        Video { reencode: Reencode::Always, gop, variants: self.ladder(&key.of("ladder"), &section.ladder, fps) }
    }

    fn ladder(&mut self, key: &Key<'_>, rungs: &[At<Option<written::Rung>>], fps: Option<u32>) -> Vec<VideoVariant> {
        let mut variants: Vec<VideoVariant> = Vec::with_capacity(rungs.len());
        for (index, At { value: rung, span }) in rungs.iter().enumerate() {
            let key = key.at(index);
            let Some(rung) = rung else { continue };
            if index == MOST_RUNGS {
                let wrong = Wrong::new(format!("a ladder has at most {MOST_RUNGS} rungs, got {}", rungs.len()));
                self.reader.add(wrong, &key, span.clone());
                break;
            }
            let size = match (&rung.width, &rung.height) {
                (Some(_), Some(height)) => {
                    let wrong =
                        Wrong::new("`width` stands beside it, and one follows from the other: keep one of them");
                    self.reader.add(wrong, &key.of("height"), height.span.clone());
                    VideoSize::Height(height.value.0)
                }
                (Some(width), None) => VideoSize::Width(width.value.0),
                (None, Some(height)) => VideoSize::Height(height.value.0),
                (None, None) => VideoSize::Camera,
            };
            let name = match &rung.name {
                Some(At { value: Text(name), span }) => {
                    self.check(check_name(name), &key.of("name"), span);
                    name.clone()
                }
                None => match size {
                    VideoSize::Camera => "full".into(),
                    VideoSize::Width(width) => format!("{width}w"),
                    VideoSize::Height(height) => format!("{height}p"),
                },
            };
            if variants.iter().any(|other| other.name == name) {
                let wrong = Wrong::new(format!("two rungs have the name {}", shown_text(&name)));
                let wrong = wrong.help("give one of them another `name`");
                let (key, span) = match &rung.name {
                    Some(at) => (key.of("name"), at.span.clone()),
                    None => (key, span.clone()),
                };
                self.reader.add(wrong, &key, span);
            }
            let bitrate_bps = rung.bitrate.as_ref().map(|at| at.value.0);
            let fps = rung.fps.as_ref().map(|at| at.value.0).or(fps);
            variants.push(VideoVariant { name, size, bitrate_bps, fps });
        }
        variants
    }
}

/// Names of rungs stand in addresses and in the names of segments.
/// Names of other things in the same place: the multivariant playlist, and what the camera sends.
const TAKEN: [&str; 2] = ["index", Video::CAMERA];

fn check_name(name: &str) -> Result<(), Wrong> {
    let is_good = |c: char| c.is_ascii_alphanumeric() || c == '-';
    match name.chars().find(|c| !is_good(*c)) {
        Some(other) => {
            Err(Wrong::new(format!("a rung's name is made of letters, digits and `-`, got {other:?} among them")))
        }
        None if TAKEN.iter().any(|taken| name.eq_ignore_ascii_case(taken)) => Err(Wrong::new(format!(
            "a rung may not be called {name:?}: that is what something else of the stream is called"
        ))),
        None if (1..=LONGEST_NAME).contains(&name.len()) => Ok(()),
        None => Err(Wrong::new(format!("a rung's name has 1 to {LONGEST_NAME} characters, got {}", name.len()))),
    }
}
