//! Who wants which still when: the outlets of a stream, each at its own pace, and the lanes that make their stills.

use std::sync::Arc;
use std::time::Instant;

use codec::{Picture, Pool};
use config::Stills;
use media::{Annotation, Codec, Pace, Size, Still, StillFormat, Timestamp};

use crate::generation::Generation;
use crate::lane::{Job, Lane, Make};
use crate::measure::Measure;
use crate::outlet::{Outlet, Shown};
use crate::pictures::Shared;
use crate::{Encoders, Format, Rendition};

/// The outlets that have viewers.
pub(crate) struct Demand {
    configured: Stills,
    encoders: Encoders,
    pool: Pool,
    measure: Arc<Measure>,
    generation: Generation,
    sinks: Vec<Sink>,
    lanes: Vec<Arc<Lane>>,
}

struct Sink {
    outlet: Arc<Outlet>,
    pace: Pace,
    /// It had no picture yet: the next one is due whatever the pace.
    fresh: bool,
}

/// Whether a picture is the newest that the source has sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Present {
    Yes,
    No,
}

/// Some of the sinks, by their places.
pub(crate) type Due = Vec<usize>;

impl Demand {
    pub(crate) fn new(configured: Stills, shared: &Shared) -> Self {
        Self {
            configured,
            encoders: shared.parts.encoders.clone(),
            pool: shared.pool.clone(),
            measure: shared.measure.clone(),
            generation: shared.generation.clone(),
            sinks: Vec::new(),
            lanes: Vec::new(),
        }
    }

    /// Viewers came or went, or something else is configured. Those sinks that stay keep their pace.
    pub(crate) fn set(&mut self, outlets: Vec<Arc<Outlet>>, configured: Stills) {
        self.configured = configured;
        let mut old = std::mem::take(&mut self.sinks);
        self.sinks = outlets
            .into_iter()
            .map(|outlet| match old.iter().position(|sink| Arc::ptr_eq(&sink.outlet, &outlet)) {
                Some(at) => old.swap_remove(at),
                None => Sink { pace: Pace::new(outlet.rendition().fps), outlet, fresh: true },
            })
            .collect();
        let wanted: Vec<Rendition> = self.sinks.iter().map(|sink| sink.outlet.rendition()).collect();
        self.lanes.retain(|lane| {
            let could_be = |rendition: &Rendition| {
                [StillFormat::Jpeg, StillFormat::WebP]
                    .iter()
                    .any(|pushed| make(rendition, &configured, *pushed) == lane.what())
            };
            wanted.iter().any(could_be)
        });
    }

    /// What was made so far reaches nobody any more, also what encoders have; the next picture is due everywhere.
    pub(crate) fn purge(&mut self) {
        self.generation.next();
        self.lanes.clear();
        for sink in &mut self.sinks {
            sink.outlet.purge();
            sink.fresh = true;
        }
    }

    /// The sinks that have had no picture yet.
    pub(crate) fn fresh(&self) -> Due {
        self.places(|sink| sink.fresh)
    }

    /// The sinks for which a picture of this time is due.
    pub(crate) fn due(&self, at: Timestamp) -> Due {
        self.places(|sink| sink.fresh || sink.pace.is_due(at))
    }

    fn places(&self, wanted: impl Fn(&Sink) -> bool) -> Due {
        self.sinks.iter().enumerate().filter(|(_, sink)| wanted(sink)).map(|(place, _)| place).collect()
    }

    /// 90 kHz ticks between two pictures of the fastest sink.
    pub(crate) fn shortest_interval(&self) -> Option<i64> {
        self.sinks.iter().map(|sink| sink.pace.interval()).min()
    }

    /// Of these sinks, those that take a still as it is, and the others.
    pub(crate) fn split_untouched(&self, due: &Due, format: StillFormat, size: Size) -> (Due, Due) {
        due.iter().partition(|place| is_good_as_it_is(&self.sinks[**place].outlet.rendition(), format, size))
    }

    /// Has a picture encoded for these sinks; those that want the same image share it.
    pub(crate) fn encode(
        &mut self,
        due: &Due,
        picture: &Picture,
        pushed: StillFormat,
        present: Present,
        found: &Arc<[Annotation]>,
    ) {
        let (since, generation) = (Instant::now(), self.generation.now());
        for (lane, outlets) in self.lanes_of(due, picture.stamp().pts, pushed) {
            let superseded = present == Present::No;
            let job = Job { picture: picture.clone(), outlets, since, superseded, found: found.clone(), generation };
            if lane.push(job) {
                self.encoders.offer(lane);
            }
        }
    }

    /// Hands a still on as it came.
    pub(crate) fn pass(&mut self, due: &Due, still: &Still, found: &Arc<[Annotation]>) {
        for (lane, outlets) in self.lanes_of(due, still.pts, still.format) {
            let generation = self.generation.now();
            lane.pass(Shown { still: still.clone(), superseded: false, found: found.clone(), generation }, outlets);
        }
    }

    fn lanes_of(&mut self, due: &Due, at: Timestamp, pushed: StillFormat) -> Vec<(Arc<Lane>, Vec<Arc<Outlet>>)> {
        let mut found: Vec<(Arc<Lane>, Vec<Arc<Outlet>>)> = Vec::with_capacity(1);
        for place in due {
            let sink = &mut self.sinks[*place];
            sink.fresh = false;
            sink.pace.take(at);
            let make = make(&sink.outlet.rendition(), &self.configured, pushed);
            if let Some((_, outlets)) = found.iter_mut().find(|(lane, _)| lane.what() == make) {
                outlets.push(sink.outlet.clone());
                continue;
            }
            let lane = match self.lanes.iter().find(|lane| lane.what() == make) {
                Some(lane) => lane.clone(),
                None => {
                    self.lanes.push(Arc::new(Lane::new(make, self.pool.clone(), self.measure.clone())));
                    self.lanes[self.lanes.len() - 1].clone()
                }
            };
            found.push((lane, vec![sink.outlet.clone()]));
        }
        found
    }
}

/// What is made for a rendition; `pushed` is the format of the source's own stills, if it brings stills.
fn make(rendition: &Rendition, configured: &Stills, pushed: StillFormat) -> Make {
    let format = match (rendition.format, pushed) {
        (Format::Jpeg, _) | (Format::AsPushed, StillFormat::Jpeg) => StillFormat::Jpeg,
        _ => StillFormat::WebP,
    };
    Make { format, quality: rendition.quality.unwrap_or(configured.quality), width: rendition.width }
}

/// The still format of an access unit that is one.
pub(crate) fn still_format(codec: Codec) -> Option<StillFormat> {
    match codec {
        Codec::Jpeg => Some(StillFormat::Jpeg),
        Codec::WebP => Some(StillFormat::WebP),
        Codec::Png => Some(StillFormat::Png),
        Codec::H264 | Codec::H265 => None,
    }
}

/// Whether a source's own still serves a rendition untouched: same format, nobody asked for a quality, and small enough.
fn is_good_as_it_is(rendition: &Rendition, format: StillFormat, size: Size) -> bool {
    let same_format = match rendition.format {
        Format::AsPushed => true,
        Format::Jpeg => format == StillFormat::Jpeg,
        Format::WebP => format == StillFormat::WebP,
    };
    same_format && rendition.quality.is_none() && rendition.width.is_none_or(|width| size.width <= width)
}
