//! Who reads everything that is made as a player would, and has the validator judge it.

use std::collections::VecDeque;

use framegate_validator::playlist::Date;
use framegate_validator::watch::{Options, Request, Watch};
use packaging::hls::multivariant::{self, Variant};
use packaging::hls::packager::Container;
use packaging::hls::playlist;
use packaging::hls::reload::{Answer, Reload};
use packaging::hls::rules::Rules;
use packaging::hls::segmenter::{Made, Segmenter};
use packaging::hls::window::{Found, Names, Progress, Window};

use super::camera::Given;
use super::excuse;
use super::script::Script;

const BASE: &str = "http://camera.test/hls/cam/";

/// See the module.
pub(super) struct Client {
    segmenter: Segmenter,
    window: Window,
    watch: Watch,
    /// What cannot be answered yet.
    waiting: VecDeque<Request>,
    progress: Option<Progress>,
    /// Findings that were judged.
    judged: usize,
    /// The playlist begins anew with the next segment.
    is_stale: bool,
}

impl Client {
    pub(super) fn new(script: &mut Script<'_>, container: Container) -> Self {
        // As the configuration allows them: segments of 1 to 10 s, parts of 0.1 to 1 s.
        let segment = 90_000 * i64::from(1 + script.byte() % 10);
        let part = match (container, script.byte()) {
            (Container::Ts, _) | (_, 0xc0..) => None,
            (Container::Mp4, part) => Some(9_000 + 450 * i64::from(part)),
        };
        let max_bytes = if script.byte() < 0x80 { 50 << 20 } else { 1 << 10 };
        let gop = match script.byte() {
            0..0x80 => None,
            seconds => Some(90_000 * i64::from(seconds & 0x3f)),
        };
        let rules = Rules::new(segment, part, max_bytes, gop);
        let length = usize::from(script.byte() % 12);
        let extension = if container == Container::Ts { "ts" } else { "m4s" };
        let names = Names { prefix: "abc".into(), extension };
        let mut watch = Watch::new(Options::default());
        let waiting = watch.open(&format!("{BASE}index.m3u8"), Date(0)).into();
        let window = Window::new(names, &rules, length, 1_000);
        let segmenter = Segmenter::new(rules, container);
        Self { segmenter, window, watch, waiting, progress: None, judged: 0, is_stale: false }
    }

    /// What `egress` does with it.
    pub(super) fn take(&mut self, given: Given) {
        let made = match given {
            // Why there is none of it is told; what was there ends.
            Given::Picture(unit) => self.segmenter.picture(&unit).unwrap_or_else(|why| {
                assert!(!why.to_string().is_empty());
                self.segmenter.discontinuity()
            }),
            Given::Sound(unit) => return self.segmenter.sound(unit),
            Given::Announced(sound) => return self.segmenter.announce(sound),
            Given::Away => self.segmenter.discontinuity(),
            Given::Unwatched => {
                self.segmenter.resume(None);
                self.is_stale = true;
                self.segmenter.discontinuity()
            }
        };
        for made in made {
            if matches!(made, Made::Begin { .. }) && std::mem::take(&mut self.is_stale) {
                self.window.forget();
                // A player that was there all the time would have been waited for: this one comes anew.
                self.judge();
                self.watch = Watch::new(Options::default());
                self.waiting = self.watch.open(&format!("{BASE}index.m3u8"), Date(0)).into();
                (self.progress, self.judged) = (None, 0);
            }
            self.window.take(made, self.segmenter.part_target());
        }
        let has_part =
            self.window.part_target().is_some() && self.window.open().is_some_and(|open| !open.parts.is_empty());
        let is_playable = has_part || !self.window.segments().is_empty();
        if is_playable && self.progress.replace(self.window.progress()) != Some(self.window.progress()) {
            self.read();
        }
    }

    /// Answers what can be answered now, and what is asked for behind it.
    fn read(&mut self) {
        let mut left = VecDeque::new();
        while let Some(request) = self.waiting.pop_front() {
            match self.answer(&request.url) {
                Some(bytes) => {
                    // A playlist that is asked for again after a while has nothing new before that.
                    let next = self.watch.loaded(&request.url, &bytes, request.not_before);
                    let (later, now): (Vec<_>, Vec<_>) =
                        next.into_iter().partition(|next| next.not_before > request.not_before);
                    left.extend(later);
                    self.waiting.extend(now);
                }
                None => left.push_back(request),
            }
        }
        self.waiting = left;
        self.judge();
    }

    fn answer(&self, url: &str) -> Option<Vec<u8>> {
        let path = url.strip_prefix(BASE).unwrap_or_default();
        let (file, query) = path.split_once('?').map_or((path, None), |(file, query)| (file, Some(query)));
        match file {
            "index.m3u8" => {
                let tracks = self.window.tracks()?;
                let variant = Variant::of(&self.window, "stream.m3u8".into(), tracks.codecs(), tracks.video().size);
                Some(multivariant::render(&[variant?], 9).into_bytes())
            }
            "stream.m3u8" => {
                let reload = Reload::parse(query).unwrap_or_else(|error| panic!("{url}: {error}"));
                match reload.answer(&self.window).unwrap_or_else(|error| panic!("{url}: {error}\n{}", self.playlist()))
                {
                    Answer::Now => Some(playlist::render(&self.window, reload.skip, &[], "").into_bytes()),
                    Answer::When(_) => None,
                }
            }
            name => match self.window.find(name) {
                Found::Body(body) => Some(body.pieces().concat()),
                Found::Next => None,
                Found::Elsewhere(_) | Found::Nothing => panic!("{name} is not there\n{}", self.playlist()),
            },
        }
    }

    /// Panics with what is wrong, unless the camera is to blame for it.
    pub(super) fn judge(&mut self) {
        let new = &self.watch.findings()[self.judged..];
        let told: Vec<_> =
            new.iter().filter(|finding| excuse::of(finding).is_none()).map(ToString::to_string).collect();
        assert!(told.is_empty(), "{}\n{}", told.join("\n"), self.playlist());
        self.judged = self.watch.findings().len();
    }

    fn playlist(&self) -> String {
        playlist::render(&self.window, playlist::Skip::No, &[], "")
    }
}
