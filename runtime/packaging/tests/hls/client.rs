//! Who reads everything that is made, and has the validator judge it.

use std::collections::{BTreeMap, VecDeque};

use config::HlsVariant;
use framegate_packaging::hls::multivariant::{self, Variant};
use framegate_packaging::hls::packager::Container;
use framegate_packaging::hls::playlist;
use framegate_packaging::hls::reload::{Answer, Reload};
use framegate_packaging::hls::rules::Rules;
use framegate_packaging::hls::segmenter::{Made, Segmenter};
use framegate_packaging::hls::window::{Change, Earlier, EarlierSegment, Found, Names, Progress, Window};
use framegate_validator::finding::Finding;
use framegate_validator::playlist::Date;
use framegate_validator::watch::{Options, Request, Watch};
use media::Timestamp;

use crate::camera::{Given, Habits, sound};

const BASE: &str = "http://camera.test/hls/cam/";

/// See the module.
pub(crate) struct Client {
    habits: Habits,
    segmenter: Segmenter,
    window: Window,
    /// Files of the window that are kept elsewhere, if they are.
    elsewhere: Option<BTreeMap<String, Vec<u8>>>,
    read_from_elsewhere: usize,
    restarts: u64,
    /// Something came of this process.
    fresh: bool,
    watch: Watch,
    /// What cannot be answered yet.
    waiting: VecDeque<Request>,
    now: i64,
    progress: Option<Progress>,
    first: Option<f64>,
    longest: f64,
    largest: usize,
    segments: usize,
    discontinuities: usize,
}

impl Client {
    pub(crate) fn new(habits: &Habits) -> Self {
        let (segmenter, window) = begin(habits, 0, 7);
        let mut watch = Watch::new(Options::default());
        let waiting = watch.open(&format!("{BASE}index.m3u8"), Date(0)).into();
        Self {
            habits: *habits,
            segmenter,
            window,
            elsewhere: None,
            read_from_elsewhere: 0,
            restarts: 0,
            fresh: false,
            watch,
            waiting,
            now: 0,
            progress: None,
            first: None,
            longest: 0.0,
            largest: 0,
            segments: 0,
            discontinuities: 0,
        }
    }

    /// Of a window of so many segments, whose files are kept elsewhere too.
    pub(crate) fn with_files_elsewhere(habits: &Habits, length: usize) -> Self {
        let mut client = Self::new(habits);
        (client.segmenter, client.window) = begin(habits, 0, length);
        client.elsewhere = Some(BTreeMap::new());
        client
    }

    /// Another process goes on from what is kept elsewhere.
    pub(crate) fn restart(&mut self, length: usize) {
        let left = self.segmenter.discontinuity();
        self.window_takes(left);
        let window = &self.window;
        let text = self.playlist();
        let map = |line: &str| line.strip_prefix("#EXT-X-MAP:URI=\"").map(|rest| rest.trim_end_matches('"').to_owned());
        let mut init = None;
        let inits = text.lines().filter_map(|line| {
            init = map(line).or(init.take());
            (!line.starts_with('#')).then(|| init.clone())
        });
        let segments = window.segments().iter().zip(inits).map(|(segment, init)| EarlierSegment {
            name: segment.name.to_string(),
            duration: segment.duration,
            discontinuity: segment.discontinuity,
            init,
            time: segment.time,
            bytes: segment.bytes(),
        });
        let kept = self.elsewhere.as_ref().unwrap();
        let earlier = Earlier {
            next_msn: window.next_msn(),
            discontinuities: window.discontinuities(),
            target: Some(window.target()),
            segments: segments.collect(),
            inits: kept.iter().map(|(name, bytes)| (name.clone(), bytes.len())).collect(),
        };
        (self.restarts, self.fresh) = (self.restarts + 1, false);
        (self.segmenter, self.window) = begin(&self.habits, self.restarts, length);
        assert!(self.window.resume(earlier).is_empty());
    }

    fn window_takes(&mut self, made: Vec<Made>) {
        for made in made {
            self.discontinuities += usize::from(matches!(made, Made::Begin { discontinuity: true, .. }));
            let ended = matches!(made, Made::End);
            let changes = self.window.take(made, self.segmenter.part_target());
            if let Some(elsewhere) = &mut self.elsewhere {
                for change in changes {
                    match change {
                        Change::Init { name, data } => drop(elsewhere.insert(name.to_string(), data.to_vec())),
                        Change::Segment => {
                            let segment = self.window.segments().back().unwrap();
                            elsewhere.insert(segment.name.to_string(), segment.body().pieces().concat());
                        }
                        Change::Gone(name) => assert!(elsewhere.remove(&*name).is_some(), "{name} was not there"),
                    }
                }
                assert!(self.window.give_away(|name| elsewhere.contains_key(name)).is_empty());
            }
            if ended {
                self.fresh = true;
                let segment = self.window.segments().back().unwrap();
                self.segments += 1;
                let seconds = segment.duration as f64 / 90_000.0;
                self.first.get_or_insert(seconds);
                self.longest = self.longest.max(seconds);
                self.largest = self.largest.max(segment.bytes());
            }
        }
    }

    pub(crate) fn take(&mut self, given: Given) {
        let made = match given {
            Given::Picture(unit) => {
                self.now = self
                    .now
                    .max(unit.captured.unwrap().duration_since(std::time::UNIX_EPOCH).unwrap().as_micros() as i64);
                self.segmenter.picture(&unit).unwrap()
            }
            Given::Sound(unit) => {
                self.segmenter.sound(unit);
                return;
            }
            Given::Away => self.segmenter.discontinuity(),
        };
        self.window_takes(made);
        let has_part =
            self.window.part_target().is_some() && self.window.open().is_some_and(|open| !open.parts.is_empty());
        if (has_part || self.fresh) && self.progress.replace(self.window.progress()) != Some(self.window.progress()) {
            self.read();
        }
    }

    /// Answers what can be answered now, and what is asked for behind it.
    fn read(&mut self) {
        let mut left = VecDeque::new();
        while let Some(request) = self.waiting.pop_front() {
            if request.not_before.0 > self.now {
                left.push_back(request);
                continue;
            }
            match self.answer(&request.url) {
                Some(bytes) => self.waiting.extend(self.watch.loaded(&request.url, &bytes, Date(self.now))),
                None => left.push_back(request),
            }
        }
        self.waiting = left;
    }

    fn answer(&mut self, url: &str) -> Option<Vec<u8>> {
        let path = url.strip_prefix(BASE).unwrap();
        let (file, query) = path.split_once('?').map_or((path, None), |(file, query)| (file, Some(query)));
        match file {
            "index.m3u8" => {
                let tracks = self.window.tracks()?;
                let variant = Variant::of(&self.window, "stream.m3u8".into(), tracks.codecs(), tracks.video().size);
                Some(multivariant::render(&[variant?], 9).into_bytes())
            }
            "stream.m3u8" => {
                let reload = Reload::parse(query).unwrap();
                match reload.answer(&self.window).unwrap() {
                    Answer::Now => Some(playlist::render(&self.window, reload.skip, &[], "").into_bytes()),
                    Answer::When(_) => None,
                }
            }
            name => match self.window.find(name) {
                Found::Body(body) => Some(body.pieces().concat()),
                Found::Elsewhere(bytes) => {
                    let found = self.elsewhere.as_ref().and_then(|kept| kept.get(name)).unwrap();
                    assert_eq!(found.len(), bytes);
                    self.read_from_elsewhere += 1;
                    Some(found.clone())
                }
                Found::Next => None,
                Found::Nothing => panic!("{name} is not there\n{}", self.playlist()),
            },
        }
    }

    pub(crate) fn assert_clean(&self) {
        self.assert_clean_but(&[]);
    }

    /// But for so many findings of these rules.
    pub(crate) fn assert_clean_but(&self, allowed: &[(&str, usize)]) {
        let mut left = allowed.to_vec();
        let mut is_error = |finding: &&Finding| {
            let allowed = left.iter_mut().find(|(rule, count)| *rule == finding.rule.name && *count > 0);
            finding.is_error() && allowed.map(|(_, count)| *count -= 1).is_none()
        };
        let errors: Vec<_> = self.watch.findings().iter().filter(|finding| is_error(finding)).collect();
        let told: Vec<_> = errors.iter().take(12).map(|finding| format!("{finding}")).collect();
        assert!(errors.is_empty(), "{} findings:\n{}\n{}", errors.len(), told.join("\n"), self.playlist());
        assert!(self.segments > 0);
    }

    pub(crate) fn playlist(&self) -> String {
        playlist::render(&self.window, playlist::Skip::No, &[], "")
    }

    pub(crate) fn codecs(&self) -> String {
        self.window.tracks().unwrap().codecs()
    }

    /// Seconds of the first segment.
    pub(crate) fn first(&self) -> f64 {
        self.first.unwrap()
    }

    /// Seconds of the longest segment.
    pub(crate) fn longest(&self) -> f64 {
        self.longest
    }

    pub(crate) fn largest(&self) -> usize {
        self.largest
    }

    pub(crate) fn segments(&self) -> usize {
        self.segments
    }

    /// Files that were asked for when their bytes were not in the window any more, and how many bytes are in it.
    pub(crate) fn elsewhere(&self) -> (usize, usize, usize) {
        let here = self.window.segments().iter().flat_map(|segment| &segment.parts).map(|part| part.body.len()).sum();
        (self.read_from_elsewhere, here, self.elsewhere.as_ref().unwrap().len())
    }

    pub(crate) fn discontinuities(&self) -> usize {
        self.discontinuities
    }
}

/// What a process begins with.
fn begin(habits: &Habits, process: u64, length: usize) -> (Segmenter, Window) {
    let gop = habits.known_gop.then_some((habits.gop * 90_000.0) as i64);
    let part = (habits.variant == HlsVariant::LowLatency).then_some(18_000);
    let rules = Rules::new(180_000, part, habits.max_bytes, gop);
    let (container, extension) = match habits.variant {
        HlsVariant::Ts => (Container::Ts, "ts"),
        HlsVariant::LowLatency | HlsVariant::Fmp4 => (Container::Mp4, "m4s"),
    };
    let names = Names { prefix: format!("abc{process}"), extension };
    let mut segmenter = Segmenter::new(rules, container);
    segmenter.announce(habits.sound.then(sound));
    segmenter.resume(habits.known_gop.then_some((90_000.0 / habits.fps) as i64));
    (segmenter, Window::new(names, &rules, length, 1_000))
}

const _: () = assert!(Timestamp::CLOCK_RATE == 90_000);
