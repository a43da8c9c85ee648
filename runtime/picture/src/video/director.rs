//! Which pictures the reels of a stream are given, under which times, and which become key frames. Lives on the picture worker.

use std::sync::Arc;
use std::time::{Duration, Instant};

use codec::{Picture, Pool, Stamp};
use media::{AudioUnit, Color, Pace, Size, Timestamp};

use super::Video;
use super::cuts::{Cut, Cuts};
use super::reel::{Job, Reel};
use super::slate::{Why, slate};
use super::tempo::Tempo;
use crate::Encoders;
use crate::pictures::Shared;

/// How often the last picture is shown again while nothing is shown: what players wait for before they say that they wait.
const REPEATED: i64 = Timestamp::CLOCK_RATE;

pub(crate) struct Director {
    encoders: Encoders,
    pool: Pool,
    /// None while nobody watches.
    scene: Option<Scene>,
    tempo: Tempo,
    /// The last picture that went through the whole chain.
    last: Option<Picture>,
    /// The latest time that the source has told.
    present: Option<Timestamp>,
}

/// What is being made.
struct Scene {
    video: Arc<Video>,
    parts: Vec<Part>,
    cuts: Cuts,
    /// The time of the picture that the reels were given last.
    given: Option<Timestamp>,
    /// The time of the sound that they were given last.
    heard: Option<Timestamp>,
}

struct Part {
    reel: Arc<Reel>,
    pace: Pace,
    /// Somebody watches, and it is made.
    playing: bool,
    /// The time of the picture that it was given last: players take no time twice.
    given: Option<Timestamp>,
}

/// What is known of a picture that is kept back.
pub(crate) struct KeptBack<'a> {
    pub(crate) plugin: &'a str,
    pub(crate) why: Why,
    pub(crate) size: Size,
    pub(crate) color: Color,
    pub(crate) stamp: Stamp,
}

impl Director {
    pub(crate) fn new(shared: &Shared) -> Self {
        Self {
            encoders: shared.parts.encoders.clone(),
            pool: shared.pool.clone(),
            scene: None,
            tempo: Tempo::new(shared.stream.snapshot().rate),
            last: None,
            present: None,
        }
    }

    /// Somebody came or went. `video` is what is watched.
    pub(crate) fn set(&mut self, video: Option<Arc<Video>>) {
        let is_same = match (&self.scene, &video) {
            (Some(scene), Some(video)) => Arc::ptr_eq(&scene.video, video),
            (None, None) => return,
            _ => false,
        };
        if !is_same {
            if let Some(scene) = self.scene.take() {
                scene.parts.iter().filter(|part| part.playing).for_each(|part| part.reel.purge());
            }
            self.scene = video.map(Scene::new);
        }
        let Some(scene) = &mut self.scene else { return };
        let arrived = scene.video.take_arrived();
        let mut fresh = Vec::new();
        for (place, part) in scene.parts.iter_mut().enumerate() {
            match (part.playing, part.reel.is_watched()) {
                (false, true) => {
                    part.playing = true;
                    (part.pace, part.given) = (Pace::new(part.reel.fps()), None);
                    fresh.push(place);
                }
                (true, false) => {
                    // Who comes again is not shown what was.
                    part.playing = false;
                    part.reel.purge();
                }
                _ => {}
            }
        }
        match fresh.is_empty() {
            true if arrived => scene.cuts.ask(),
            true => {}
            false => self.welcome(&fresh),
        }
    }

    /// Gives the last picture to those who have had none: as the present, which it is until there is another.
    fn welcome(&mut self, fresh: &[usize]) {
        let fps = self.tempo.fps();
        let Some(scene) = &mut self.scene else { return };
        scene.cuts.need();
        let Some(last) = &self.last else { return };
        let at = last.stamp().pts.max(self.present.unwrap_or_default()).max(scene.given.unwrap_or_default());
        let picture = last.clone().with_stamp(moved(last.stamp(), at));
        let alone = scene.parts.iter().enumerate().all(|(place, part)| !part.playing || fresh.contains(&place));
        if alone {
            scene.cuts.take(at);
            scene.given = Some(at);
        }
        for place in fresh {
            scene.parts[*place].give(&picture, Cut::Due, fps, &self.encoders);
        }
    }

    /// Whether video is watched.
    pub(crate) fn is_watched(&self) -> bool {
        self.scene.is_some()
    }

    /// Whether a picture of this time is due in a variant.
    pub(crate) fn wants(&self, at: Timestamp) -> bool {
        self.scene.as_ref().is_some_and(|scene| {
            scene.cuts.at(at) != Cut::No || scene.parts.iter().any(|part| part.playing && part.pace.is_due(at))
        })
    }

    /// 90 kHz ticks between two pictures of the fastest variant that is watched; 0 if one has all.
    pub(crate) fn interval(&self) -> Option<i64> {
        let parts = self.scene.iter().flat_map(|scene| &scene.parts);
        parts.filter(|part| part.playing).map(|part| part.pace.interval()).min()
    }

    /// The source has told this time.
    pub(crate) fn seen(&mut self, at: Timestamp) {
        self.present = self.present.max(Some(at));
    }

    /// A picture went through the whole chain. Where there are newer ones already (a late viewer's first picture), it is `behind` the present, and shown as
    /// that: a player would otherwise wait out the time until then.
    pub(crate) fn show(&mut self, picture: &Picture, behind: Duration) {
        self.last = Some(picture.clone());
        if behind.is_zero() {
            self.tempo.seen(picture.stamp().pts);
        }
        let stamp = picture.stamp();
        self.give(picture.clone().with_stamp(moved(stamp, stamp.pts.saturating_add(behind))));
    }

    /// A picture was kept back: the last one stays, and is shown again once a second.
    pub(crate) fn keep_back(&mut self, kept: &KeptBack<'_>) {
        let Some(scene) = &self.scene else { return };
        let at = kept.stamp.pts.ticks();
        if scene.given.is_some_and(|given| at.saturating_sub(given.ticks()) < REPEATED) {
            return;
        }
        let picture = match &self.last {
            Some(last) => last.clone().with_stamp(kept.stamp),
            None => {
                let stamp = Stamp { captured: None, ..kept.stamp };
                slate(kept.plugin, kept.why, kept.size, kept.color, stamp, &self.pool)
            }
        };
        self.give(picture);
    }

    /// Gives a picture to the reels for which it is due.
    fn give(&mut self, picture: Picture) {
        let fps = self.tempo.fps();
        let Some(scene) = &mut self.scene else { return };
        let at = picture.stamp().pts;
        if scene.given.is_some_and(|given| at <= given) {
            return;
        }
        let is_due = |part: &Part| part.playing && part.pace.is_due(at);
        if scene.cuts.at(at) == Cut::No && !scene.parts.iter().any(is_due) {
            return;
        }
        scene.given = Some(at);
        let cut = scene.cuts.take(at);
        for part in scene.parts.iter_mut().filter(|part| part.playing) {
            // A key frame is one in all of them.
            if cut != Cut::No || part.pace.is_due(at) {
                part.give(&picture, cut, fps, &self.encoders);
            }
        }
    }

    /// Sound goes by. While the worker catches up (`again`) it hears what it has heard.
    pub(crate) fn sound(&mut self, unit: &AudioUnit, again: bool) {
        let Some(scene) = &mut self.scene else { return };
        if again && scene.heard.is_some_and(|heard| unit.pts <= heard) {
            return;
        }
        scene.heard = Some(unit.pts);
        scene.parts.iter().filter(|part| part.playing).for_each(|part| part.reel.sound(unit.clone()));
    }

    /// Nothing behind this refers to anything before it.
    pub(crate) fn begin_session(&mut self) {
        // It is the same camera, most likely.
        self.tempo = Tempo::new(self.tempo.fps() as f32);
        if let Some(scene) = &mut self.scene {
            scene.cuts.need();
            scene.parts.iter().filter(|part| part.playing).for_each(|part| part.reel.end_session());
        }
    }

    /// Filters change: what was shown was not seen by them.
    pub(crate) fn forget(&mut self) {
        self.last = None;
        if let Some(scene) = self.scene.take() {
            scene.video.close();
        }
    }
}

/// The stamp of a picture that is shown at a later time: as if it were taken then, since dates are those of what a player shows at a time.
fn moved(stamp: Stamp, to: Timestamp) -> Stamp {
    let captured = stamp.captured.and_then(|captured| captured.checked_add(to.since(stamp.pts)));
    Stamp { pts: to, captured, ..stamp }
}

impl Scene {
    fn new(video: Arc<Video>) -> Self {
        let part =
            |reel: &Arc<Reel>| Part { reel: reel.clone(), pace: Pace::new(reel.fps()), playing: false, given: None };
        let parts = video.reels().iter().map(part).collect();
        let cuts = Cuts::new(video.gop());
        Self { video, parts, cuts, given: None, heard: None }
    }
}

impl Part {
    fn give(&mut self, picture: &Picture, cut: Cut, fps: u32, encoders: &Encoders) {
        let at = picture.stamp().pts;
        // This may be so behind a picture that was shown as the present.
        if self.given.is_some_and(|given| at <= given) {
            return;
        }
        self.given = Some(at);
        self.pace.take(at);
        if cut == Cut::Forced {
            self.reel.count_forced();
        }
        let job = Job { picture: picture.clone(), key: cut != Cut::No, fps, since: Instant::now() };
        if self.reel.push(job) {
            encoders.offer_video(self.reel.clone());
        }
    }
}

impl Drop for Director {
    /// Nobody wants pictures any more, or the worker panicked: who comes next is not shown what was.
    fn drop(&mut self) {
        self.set(None);
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use media::Moment;

    use super::*;

    #[test]
    fn a_picture_that_is_shown_later_has_the_date_of_then() {
        let captured = Some(SystemTime::UNIX_EPOCH);
        let stamp = Stamp { pts: Timestamp::from_ticks(90_000), sequence: 1, received: Moment::now(), captured };
        let later = moved(stamp, Timestamp::from_ticks(270_000));
        assert_eq!(later.captured, Some(SystemTime::UNIX_EPOCH + Duration::from_secs(2)));
        assert_eq!(later.pts, Timestamp::from_ticks(270_000));
    }
}
