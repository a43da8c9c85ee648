use std::time::{Duration, SystemTime, UNIX_EPOCH};

use media::{Annotation, Share, StreamName};
use serde::{Deserialize, Serialize};

use crate::{Data, Event};

/// An event as it is remembered. To look at it costs less than to make an [`Event`] of it.
#[derive(Serialize, Deserialize)]
pub struct Remembered<'e> {
    since_1970: Duration,
    /// Its kind.
    pub kind: &'e str,
    stream: Option<&'e str>,
    plugin: Option<&'e str>,
    /// The text of the JSON, none where nothing is said.
    data: Option<&'e str>,
    #[serde(borrow)]
    annotations: Vec<Found<'e>>,
}

#[derive(Serialize, Deserialize)]
struct Found<'e> {
    label: &'e str,
    score: f32,
    /// Left edge, upper edge, width, height.
    area: [f32; 4],
    track: Option<u64>,
    attributes: Vec<(&'e str, &'e str)>,
}

impl<'e> Remembered<'e> {
    pub(crate) fn now(
        kind: &'e str,
        stream: Option<&'e StreamName>,
        plugin: Option<&'e str>,
        data: Option<&'e str>,
        annotations: &'e [Annotation],
    ) -> Self {
        Self {
            since_1970: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
            kind,
            stream: stream.map(StreamName::as_str),
            plugin,
            data,
            annotations: annotations.iter().map(Found::of).collect(),
        }
    }

    /// The stream that it is about.
    pub fn stream(&self) -> Option<StreamName> {
        self.stream.and_then(|name| name.parse().ok())
    }

    /// Whether something was found in the picture that belongs to it.
    pub fn has_annotations(&self) -> bool {
        !self.annotations.is_empty()
    }

    pub(crate) fn event(self, id: u64) -> Event {
        Event {
            id,
            time: UNIX_EPOCH + self.since_1970,
            kind: self.kind.to_owned(),
            stream: self.stream(),
            plugin: self.plugin.map(str::to_owned),
            data: Data::of(self.data),
            annotations: self.annotations.into_iter().map(Found::annotation).collect(),
        }
    }
}

impl<'e> Found<'e> {
    fn of(annotation: &'e Annotation) -> Self {
        let Annotation { label, score, area: Share { x, y, width, height }, track, attributes } = annotation;
        let attributes = attributes.iter().map(|(name, value)| (&**name, &**value)).collect();
        Self { label, score: *score, area: [*x, *y, *width, *height], track: *track, attributes }
    }

    fn annotation(self) -> Annotation {
        let [x, y, width, height] = self.area;
        Annotation {
            label: self.label.to_owned(),
            score: self.score,
            area: Share { x, y, width, height },
            track: self.track,
            attributes: self.attributes.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        }
    }
}
