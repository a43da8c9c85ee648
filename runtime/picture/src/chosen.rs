//! What a format policy's choice comes to: one of the renditions that are made, within what the viewer's URL asks for. Pure.

use config::Stills;
use media::StillFormat;
use plugin::policy::{self, Choice, Figure};
use stream::Stream;

use crate::demand::still_format;
use crate::rendition::{RATES, WIDTHS, nearest};
use crate::{Format, Rendition, Want};

/// Widths beyond those that are made for who asks: a policy that takes a viewer of a larger source down, and up again, needs steps on its way.
const LARGE: [u32; 2] = [2560, 3840];
/// Rates likewise.
const FAST: [u32; 1] = [60];

/// What holds for one viewer whatever is chosen for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// What its URL asks for, or its output fixes: a format is kept, numbers are the most that it gets.
    pub want: Want,
    /// What is configured for the stream.
    pub configured: Stills,
    /// Pixels of the source's pictures, once it has told.
    pub source_width: Option<u32>,
    /// The source's pictures a second, as the policy is told.
    pub source_rate: Figure,
    /// The format of the source's own stills, if it brings stills.
    pub pushed: Option<StillFormat>,
}

impl Bounds {
    /// Of a viewer of this stream, as far as the stream is known by now.
    pub fn of(stream: &Stream, want: Want) -> Self {
        let parameters = stream.status().parameters;
        Self {
            want,
            configured: stream.config().stills,
            source_width: parameters.as_ref().map(|parameters| parameters.size.width),
            source_rate: Figure::of(f64::from(stream.snapshot().rate)),
            pushed: parameters.and_then(|parameters| still_format(parameters.codec)),
        }
    }

    /// What the viewer gets while nothing is chosen for it; the most that it gets of size and rate.
    pub fn default_rendition(&self) -> Rendition {
        Rendition::snapped(self.want, &self.configured)
    }

    /// The rendition for a choice, given what the viewer has now.
    ///
    /// What [`Self::told`] says of a rendition leads back to that rendition, so that a policy that is content changes nothing.
    pub fn chosen(&self, choice: &Choice, now: Option<Rendition>) -> Rendition {
        let most = self.default_rendition();
        let chosen = Rendition {
            format: self.format(choice, most.format),
            quality: self.quality(choice, most.quality),
            width: self.width(choice, most.width),
            fps: self.fps(choice, most.fps),
        };
        match now {
            Some(now) if self.is_alike(&now, &chosen) => now,
            _ => chosen,
        }
    }

    /// A rendition as a policy is told of it: with nothing left open.
    pub fn told(&self, rendition: &Rendition) -> policy::Rendition {
        let source = self.source_width.unwrap_or(0);
        policy::Rendition {
            format: match rendition.format {
                Format::Jpeg => StillFormat::Jpeg,
                Format::WebP => StillFormat::WebP,
                Format::AsPushed => self.as_pushed(),
            },
            quality: rendition.quality.unwrap_or(self.configured.quality),
            width: rendition.width.map_or(source, |width| self.source_width.map_or(width, |source| width.min(source))),
            // What reaches a viewer: a step down from a rate that never came would change nothing.
            rate: match rendition.fps.map(Figure::whole) {
                Some(most) if self.source_rate == Figure::default() => most,
                Some(most) => most.min(self.source_rate),
                None => self.source_rate,
            },
        }
    }

    /// What [`Format::AsPushed`] comes to, as far as that is known.
    fn as_pushed(&self) -> StillFormat {
        self.pushed.unwrap_or(StillFormat::WebP)
    }

    fn format(&self, choice: &Choice, default: Format) -> Format {
        match choice.format {
            _ if self.want.format.is_some() => default,
            // Untouched is cheaper than made anew, and looks better.
            Some(format) if default == Format::AsPushed && format == self.as_pushed() => default,
            Some(StillFormat::Jpeg) => Format::Jpeg,
            Some(StillFormat::WebP) => Format::WebP,
            // PNG is never made.
            Some(StillFormat::Png) | None => default,
        }
    }

    fn quality(&self, choice: &Choice, most: Option<u8>) -> Option<u8> {
        let Some(chosen) = choice.quality.filter(|quality| *quality > 0) else { return most };
        let want = Want { quality: Some(chosen), ..Want::default() };
        let snapped = Rendition::snapped(want, &self.configured).quality;
        match (most, snapped) {
            (Some(most), snapped) => snapped.map(|snapped| snapped.min(most)),
            // As configured: the source's own stills are good enough then.
            (None, snapped) if chosen == self.configured.quality || snapped == Some(self.configured.quality) => None,
            (None, snapped) => snapped,
        }
    }

    fn width(&self, choice: &Choice, most: Option<u32>) -> Option<u32> {
        let Some(chosen) = choice.width.filter(|width| *width > 0) else { return most };
        let limit = [most, self.source_width].into_iter().flatten().min().unwrap_or(u32::MAX);
        if chosen >= limit {
            return most;
        }
        Some(nearest(&[&WIDTHS[..], &LARGE].concat(), chosen)).filter(|width| *width < limit).or(most)
    }

    fn fps(&self, choice: &Choice, most: Option<u32>) -> Option<u32> {
        let Some(chosen) = choice.rate.filter(|rate| *rate > 0.0) else { return most };
        let source = self.source_rate.value();
        // As fast as pictures come, but for what a measured rate wavers.
        if (source > 0.0 && chosen >= source * 0.95) || most.is_some_and(|most| chosen >= most as f32) {
            return most;
        }
        // Saturates: what is faster than anything is the most.
        let snapped = nearest(&[&RATES[..], &FAST].concat(), chosen.round() as u32);
        Some(most.map_or(snapped, |most| snapped.min(most)))
    }

    /// Whether two renditions differ in nothing but a rate that the source hardly reaches: a measured rate wavers.
    fn is_alike(&self, one: &Rendition, other: &Rendition) -> bool {
        let reached = |fps: Option<u32>| fps.is_none_or(|fps| fps as f32 >= self.source_rate.value() * 0.9);
        *one == Rendition { fps: one.fps, ..*other } && reached(one.fps) && reached(other.fps)
    }
}

#[cfg(test)]
mod tests {
    use config::StillsFormat;

    use super::*;

    const CONFIGURED: Stills = Stills { format: StillsFormat::WebP, quality: 85, fps: Some(30), width: None };

    fn bounds() -> Bounds {
        Bounds {
            want: Want::default(),
            configured: CONFIGURED,
            source_width: Some(1280),
            source_rate: Figure::of(30.0),
            pushed: None,
        }
    }

    fn choice(format: StillFormat, quality: u8, width: u32, rate: f32) -> Choice {
        Choice { format: Some(format), quality: Some(quality), width: Some(width), rate: Some(rate) }
    }

    fn as_told(rendition: policy::Rendition) -> Choice {
        choice(rendition.format, rendition.quality, rendition.width, rendition.rate.value())
    }

    /// Every bound with every rendition that can come out of it.
    #[test]
    fn a_policy_that_is_content_changes_nothing() {
        let mut cases = 0;
        for (format, pushed) in [
            (StillsFormat::WebP, None),
            (StillsFormat::Jpeg, None),
            (StillsFormat::AsPushed, None),
            (StillsFormat::AsPushed, Some(StillFormat::Jpeg)),
            (StillsFormat::AsPushed, Some(StillFormat::Png)),
        ] {
            for (quality, fps, width) in
                [(80, Some(30), None), (85, Some(144), None), (47, Some(12), Some(700)), (5, None, Some(320))]
            {
                for source_width in [None, Some(300), Some(640), Some(1000), Some(4000)] {
                    for source_rate in [0.0, 0.4, 7.3, 15.0, 24.0, 60.0].map(Figure::of) {
                        for want in [
                            Want::default(),
                            Want { format: Some(Format::Jpeg), quality: Some(33), width: Some(1000), fps: Some(9) },
                        ] {
                            let configured = Stills { format, quality, fps, width };
                            let bounds = Bounds { want, configured, source_width, source_rate, pushed };
                            for start in [
                                choice(StillFormat::Jpeg, 80, 640, 10.0),
                                choice(StillFormat::WebP, 44, 900, 3.0),
                                choice(StillFormat::WebP, 100, u32::MAX, f32::INFINITY),
                                choice(StillFormat::Png, 0, 0, f32::NAN),
                                choice(StillFormat::Jpeg, 1, 1, 0.1),
                            ] {
                                let rendition = bounds.chosen(&start, None);
                                let again = bounds.chosen(&as_told(bounds.told(&rendition)), Some(rendition));
                                assert_eq!(again, rendition, "{bounds:?} {start:?}");
                                cases += 1;
                            }
                        }
                    }
                }
            }
        }
        assert_eq!(cases, 5 * 4 * 5 * 6 * 2 * 5);
    }

    #[test]
    fn a_choice_snaps_like_what_is_asked_for() {
        let bounds = bounds();
        let snap = |quality, width, rate| {
            let r = bounds.chosen(&choice(StillFormat::Jpeg, quality, width, rate), None);
            assert_eq!(r.format, Format::Jpeg);
            (r.quality, r.width, r.fps)
        };
        assert_eq!(snap(85, 1280, 30.0), (None, None, Some(30)));
        assert_eq!(snap(62, 700, 12.4), (Some(60), Some(640), Some(10)));
        assert_eq!(snap(1, 1, 0.001), (Some(10), Some(320), Some(1)));
        assert_eq!(snap(255, u32::MAX, f32::INFINITY), (Some(100), None, Some(30)));
        // The next step above is the source's own size.
        assert_eq!(snap(85, 1279, 30.0), (None, None, Some(30)));
        for width in WIDTHS.into_iter().filter(|width| *width < 1280) {
            assert_eq!(snap(85, width, 30.0).1, Some(width));
        }
        let large = Bounds { source_width: Some(5120), ..bounds };
        assert_eq!(large.chosen(&choice(StillFormat::Jpeg, 85, 2560, 30.0), None).width, Some(2560));
        for rate in RATES {
            assert_eq!(snap(85, 1280, rate as f32).2, Some(rate));
        }
    }

    #[test]
    fn what_the_url_asks_for_limits() {
        let want = Want { format: Some(Format::WebP), quality: Some(50), width: Some(640), fps: Some(10) };
        let bounds = Bounds { want, ..bounds() };
        let most = Rendition { format: Format::WebP, quality: Some(50), width: Some(640), fps: Some(10) };
        assert_eq!(bounds.chosen(&choice(StillFormat::Jpeg, 90, 1920, 30.0), None), most);
        assert_eq!(bounds.chosen(&Choice { format: None, quality: None, width: None, rate: None }, None), most);
        let less = bounds.chosen(&choice(StillFormat::Jpeg, 30, 320, 2.0), None);
        assert_eq!(less, Rendition { format: Format::WebP, quality: Some(30), width: Some(320), fps: Some(2) });
    }

    #[test]
    fn what_was_pushed_stays_untouched_where_it_will_do() {
        let configured = Stills { format: StillsFormat::AsPushed, fps: None, ..CONFIGURED };
        let bounds = Bounds { configured, pushed: Some(StillFormat::Jpeg), ..bounds() };
        let untouched = Rendition { format: Format::AsPushed, quality: None, width: None, fps: None };
        assert_eq!(bounds.chosen(&choice(StillFormat::Jpeg, 85, 1280, 30.0), None), untouched);
        assert_eq!(bounds.chosen(&choice(StillFormat::WebP, 85, 1280, 30.0), None).format, Format::WebP);
    }

    #[test]
    fn a_step_down_from_a_rate_that_never_comes_is_one() {
        let bounds = Bounds { source_rate: Figure::of(15.0), ..bounds() };
        let now = bounds.default_rendition();
        let told = bounds.told(&now);
        assert_eq!((now.fps, told.rate), (Some(30), Figure::whole(15)));
        assert_eq!(bounds.chosen(&choice(StillFormat::WebP, 85, 1280, 10.0), Some(now)).fps, Some(10));
    }

    #[test]
    fn a_rate_that_wavers_round_a_step_moves_nobody() {
        let configured = Stills { fps: None, ..CONFIGURED };
        let mut now = None;
        for (n, rate) in [14.8, 15.2, 14.6, 15.4].into_iter().cycle().take(20).enumerate() {
            let bounds = Bounds { configured, source_rate: Figure::of(rate), ..bounds() };
            let chosen = bounds.chosen(&choice(StillFormat::WebP, 85, 1280, 15.0), now);
            assert!(n == 0 || now == Some(chosen), "{now:?} became {chosen:?} at {rate}/s");
            now = Some(chosen);
        }
    }
}
