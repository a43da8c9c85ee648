//! The two ways of writing metrics down. The one file that names `prometheus_client`.

use std::fmt;

use picture::HistogramSnapshot;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeCounterValue, EncodeGaugeValue, NoLabelSet, prometheus_text, text,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

use super::Scrape;

/// How metrics are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Prometheus text 0.0.4, which everything reads.
    Prometheus,
    /// OpenMetrics 1.0.
    OpenMetrics,
}

impl Format {
    /// For `Content-Type`.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Prometheus => prometheus_text::CONTENT_TYPE,
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

/// Writes all of it down.
pub fn render(scrape: Scrape, format: Format) -> String {
    /// Twice what an idle one without plugins takes: a guess that saves most copies.
    const BYTES_PER_STREAM: usize = 4 << 10;
    let mut out = String::with_capacity((scrape.streams.len() + 1) * BYTES_PER_STREAM);
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Page(scrape)));
    let written = match format {
        Format::Prometheus => prometheus_text::encode(&mut out, &registry),
        Format::OpenMetrics => text::encode(&mut out, &registry),
    };
    written.expect("a String takes everything, and there are no native histograms");
    out
}

/// What the library asks for its metrics.
struct Page(Scrape);

impl Collector for Page {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        self.0.write(&mut Sheet(encoder))
    }
}

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page").field("streams", &self.0.streams.len()).finish_non_exhaustive()
    }
}

/// Names and values of a sample's labels.
pub(super) type Labels<'a, const N: usize> = [(&'static str, &'a str); N];

/// Where metrics are written to. A metric without samples has its help and type all the same, so that what there is can be read before anything happened.
pub(super) struct Sheet<'a>(DescriptorEncoder<'a>);

impl Sheet<'_> {
    /// What only grows; the name ends in `_total`.
    pub(super) fn counter<'l, V: EncodeCounterValue, const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        samples: impl IntoIterator<Item = (Labels<'l, N>, V)>,
    ) -> fmt::Result {
        // The library writes the end itself, where the format wants it.
        let family = name.strip_suffix("_total").unwrap_or(name);
        let mut metric = self.0.encode_descriptor(family, help, None, MetricType::Counter)?;
        for (labels, value) in samples {
            metric.encode_family(&labels)?.encode_counter::<NoLabelSet, V, f64>(&value, None)?;
        }
        Ok(())
    }

    /// What goes up and down.
    pub(super) fn gauge<'l, V: EncodeGaugeValue, const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        samples: impl IntoIterator<Item = (Labels<'l, N>, V)>,
    ) -> fmt::Result {
        let mut metric = self.0.encode_descriptor(name, help, None, MetricType::Gauge)?;
        for (labels, value) in samples {
            metric.encode_family(&labels)?.encode_gauge(&value)?;
        }
        Ok(())
    }

    /// How long something took, in seconds. One that recorded nothing is left out: its eighteen buckets of nothing, seven times for each idle stream, would be most
    /// of what is sent.
    pub(super) fn durations<'l, const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        samples: impl IntoIterator<Item = (Labels<'l, N>, &'l HistogramSnapshot)>,
    ) -> fmt::Result {
        let mut metric = self.0.encode_descriptor(name, help, None, MetricType::Histogram)?;
        for (labels, taken) in samples.into_iter().filter(|(_, taken)| taken.count > 0) {
            let bound = |us: Option<u64>| us.map_or(f64::INFINITY, seconds);
            let buckets: Vec<_> = taken.buckets.iter().map(|(us, count)| (bound(*us), *count)).collect();
            let mut metric = metric.encode_family(&labels)?;
            metric.encode_histogram::<NoLabelSet>(seconds(taken.sum_us), taken.count, &buckets, None)?;
        }
        Ok(())
    }
}

/// The base unit of times.
pub(super) fn seconds(us: u64) -> f64 {
    us as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use picture::Histogram;

    use super::*;

    /// A name that a configuration may not have yet, and two times.
    #[derive(Debug)]
    struct Odd(HistogramSnapshot);

    impl Collector for Odd {
        fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
            let mut sheet = Sheet(encoder);
            sheet.counter("odd_total", "Odd.", [([("name", "a\"b\\c\nd")], 2u64)])?;
            sheet.gauge("nothing", "Nothing.", [] as [(Labels<'_, 0>, u64); 0])?;
            sheet.durations("took_seconds", "Took.", [([("step", "x")], &self.0)])?;
            sheet.durations("never_seconds", "Never.", [([], &Histogram::default().snapshot())])
        }
    }

    #[test]
    fn both_formats_escape_and_have_seconds() {
        let histogram = Histogram::default();
        histogram.record(Duration::from_micros(40));
        histogram.record(Duration::from_secs(60));
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Odd(histogram.snapshot())));
        let (mut text, mut open) = (String::new(), String::new());
        prometheus_text::encode(&mut text, &registry).unwrap();
        text::encode(&mut open, &registry).unwrap();
        for line in [
            "odd_total{name=\"a\\\"b\\\\c\\nd\"} 2\n",
            "# TYPE nothing gauge\n",
            "took_seconds_sum{step=\"x\"} 60.00004\n",
            "took_seconds_count{step=\"x\"} 2\n",
            "# TYPE never_seconds histogram\n",
        ] {
            assert!(text.contains(line), "{line}{text}");
            assert!(open.contains(line), "{line}{open}");
        }
        assert!(text.contains("# TYPE odd_total counter\n") && open.contains("# TYPE odd counter\n"), "{text}{open}");
        assert!(text.contains("took_seconds_bucket{step=\"x\",le=\"0.033\"} 1\n"), "{text}");
        assert!(text.contains("took_seconds_bucket{step=\"x\",le=\"+Inf\"} 2\n"), "{text}");
        assert!(!text.contains("never_seconds_count") && open.ends_with("# EOF\n"), "{text}{open}");
    }
}
