//! Plugins, at each of their places: in a stream's chain, beside it, before all requests.

use std::collections::BTreeMap;
use std::fmt;

use picture::HistogramSnapshot;
use plugin::{Health, Kind, LinkSnapshot, ServiceSnapshot, policy};

use super::Scrape;
use super::exposition::{Labels, Sheet, seconds};

/// One place of a plugin. A plugin may stand twice in a chain: the position tells them apart.
struct Place<'a> {
    /// Empty for the access policy, which belongs to none.
    stream: &'a str,
    position: String,
    counted: Counted<'a>,
}

enum Counted<'a> {
    Link(&'a LinkSnapshot, HistogramSnapshot),
    Service(&'a ServiceSnapshot),
}

pub(super) fn write(scrape: &Scrape, sheet: &mut Sheet<'_>) -> fmt::Result {
    let places = Place::all(scrape);
    everywhere(&places, sheet)?;
    in_chains(&places, sheet)?;
    services(&places, sheet)?;
    format_policies(scrape, sheet)
}

impl<'a> Place<'a> {
    fn all(scrape: &'a Scrape) -> Vec<Self> {
        let mut places = Vec::new();
        for stream in &scrape.streams {
            let links = stream.pictures.plugins.iter().map(|link| Counted::Link(link, cpu(link)));
            let services = stream.services.iter().map(Counted::Service);
            places.extend(at(stream.name.as_str(), links));
            places.extend(at(stream.name.as_str(), services));
        }
        places.extend(at("", scrape.access_policy.iter().map(Counted::Service)));
        places
    }

    fn labels(&self) -> Labels<'_, 4> {
        let (plugin, role) = match &self.counted {
            Counted::Link(link, _) => (&link.plugin, link.role),
            Counted::Service(service) => (&service.plugin, service.role),
        };
        [("stream", self.stream), ("plugin", plugin), ("role", role.word()), ("position", &self.position)]
    }

    fn labels_and(&self, name: &'static str, value: &'static str) -> Labels<'_, 5> {
        let [stream, plugin, role, position] = self.labels();
        [stream, plugin, role, position, (name, value)]
    }

    fn health(&self) -> Health {
        match &self.counted {
            Counted::Link(link, _) => link.health,
            Counted::Service(service) => service.health,
        }
    }

    fn faults(&self) -> &BTreeMap<Kind, u64> {
        match &self.counted {
            Counted::Link(link, _) => &link.faults,
            Counted::Service(service) => &service.faults,
        }
    }

    fn calls(&self) -> u64 {
        match &self.counted {
            Counted::Link(link, _) => link.calls,
            Counted::Service(service) => service.calls,
        }
    }

    fn memory(&self) -> u64 {
        match &self.counted {
            Counted::Link(link, _) => link.memory,
            Counted::Service(service) => service.memory,
        }
    }

    fn recycled(&self) -> u64 {
        match &self.counted {
            Counted::Link(link, _) => link.recycled,
            Counted::Service(service) => service.recycled,
        }
    }
}

/// Positions are counted from 1, as people count what they wrote in a list.
fn at<'a>(stream: &'a str, counted: impl Iterator<Item = Counted<'a>>) -> impl Iterator<Item = Place<'a>> {
    counted.zip(1u32..).map(move |(counted, position)| Place { stream, position: position.to_string(), counted })
}

fn cpu(link: &LinkSnapshot) -> HistogramSnapshot {
    let buckets = link.calls_by_cpu_us.clone();
    HistogramSnapshot { count: buckets.iter().map(|(_, count)| count).sum(), sum_us: link.cpu_us, buckets }
}

fn everywhere(places: &[Place<'_>], sheet: &mut Sheet<'_>) -> fmt::Result {
    let each = |value: fn(&Place<'_>) -> u64| places.iter().map(move |place| (place.labels(), value(place)));
    sheet.counter(
        "framegate_plugin_calls_total",
        "Calls of a plugin for pictures, polls, events or requests, failed ones included.",
        each(|place| place.calls()),
    )?;
    // All kinds, those that did not occur too: a rate sees only what grew since it was there.
    sheet.counter(
        "framegate_plugin_faults_total",
        "Failed calls and starts of a plugin, by kind.",
        places.iter().flat_map(|place| {
            let count = |kind| place.faults().get(&kind).copied().unwrap_or(0);
            Kind::ALL.map(|kind| (place.labels_and("kind", kind.as_str()), count(kind)))
        }),
    )?;
    sheet.gauge(
        "framegate_plugin_health",
        "1 for how a plugin is, 0 for the others.",
        places.iter().flat_map(|place| {
            let is = |health| u64::from(place.health() == health);
            Health::ALL.map(|health| (place.labels_and("health", health.word()), is(health)))
        }),
    )?;
    sheet.gauge(
        "framegate_plugin_memory_bytes",
        "Bytes of a plugin's WebAssembly memories, as of its last call.",
        each(|place| place.memory()),
    )?;
    sheet.counter(
        "framegate_plugin_recycled_total",
        "Instances that were replaced unseen, since they had grown or been called as often as they may.",
        each(|place| place.recycled()),
    )
}

fn in_chains(places: &[Place<'_>], sheet: &mut Sheet<'_>) -> fmt::Result {
    let links = || {
        places.iter().filter_map(|place| match &place.counted {
            Counted::Link(link, cpu) => Some((place, *link, cpu)),
            Counted::Service(_) => None,
        })
    };
    let each = |value: fn(&LinkSnapshot) -> u64| links().map(move |(place, link, _)| (place.labels(), value(link)));
    sheet.durations(
        "framegate_plugin_call_cpu_seconds",
        "CPU time of calls for a picture that succeeded.",
        links().map(|(place, _, cpu)| (place.labels(), cpu)),
    )?;
    sheet.counter(
        "framegate_plugin_restarts_total",
        "Instances that were made after the first, since one failed or was loaded anew.",
        each(|link| link.restarts),
    )?;
    sheet.counter("framegate_plugin_gated_total", "Pictures that a plugin dropped.", each(|link| link.gated))?;
    sheet.counter(
        "framegate_plugin_uncovered_total",
        "Pictures that on_error was applied to, since the plugin failed or was being started.",
        each(|link| link.uncovered),
    )
}

fn services(places: &[Place<'_>], sheet: &mut Sheet<'_>) -> fmt::Result {
    let services = || {
        places.iter().filter_map(|place| match &place.counted {
            Counted::Link(..) => None,
            Counted::Service(service) => Some((place, *service)),
        })
    };
    let each = |value: fn(&ServiceSnapshot) -> u64| services().map(move |(place, of)| (place.labels(), value(of)));
    sheet.counter(
        "framegate_service_seconds_total",
        "Wall time of the calls of a poller, an event sink or an access policy, waiting included.",
        services().map(|(place, of)| (place.labels(), seconds(of.wall_us))),
    )?;
    sheet.counter(
        "framegate_service_succeeded_total",
        "Calls that gave what was wanted: a poll without an error, an event that was taken, a decision.",
        each(|of| of.succeeded),
    )?;
    sheet.counter("framegate_service_retries_total", "Calls that were tried again, later.", each(|of| of.retried))?;
    sheet.counter(
        "framegate_service_events_dropped_total",
        "Events that a sink did not get: refused, tried too often, or pushed out of a full queue.",
        each(|of| of.dropped),
    )?;
    sheet.gauge("framegate_service_events_queued", "Events that wait for a sink.", each(|of| of.queued))
}

fn format_policies(scrape: &Scrape, sheet: &mut Sheet<'_>) -> fmt::Result {
    let each = |value: fn(&policy::Snapshot) -> u64| {
        scrape.streams.iter().filter_map(move |stream| {
            let (plugin, of) = stream.format_policy.as_ref()?;
            Some(([("stream", stream.name.as_str()), ("plugin", plugin.as_str())], value(of)))
        })
    };
    sheet.counter(
        "framegate_format_policy_questions_total",
        "Questions to a stream's format policy about viewers.",
        each(|of| of.questions),
    )?;
    sheet.counter(
        "framegate_format_policy_calls_total",
        "Calls of a format policy; other questions had an answer already.",
        each(|of| of.asked),
    )?;
    sheet.counter(
        "framegate_format_policy_unanswered_total",
        "Questions without an answer in time: too slow, failed, or too many at once.",
        each(|of| of.unanswered),
    )?;
    sheet.counter(
        "framegate_format_policy_faults_total",
        "Calls and starts of a format policy that failed.",
        each(|of| of.faults),
    )
}
