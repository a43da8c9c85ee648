use framegate_plugin::{Annotation, Event, calendar};
use serde_json::{Map, Value, json};

/// What there is to say of an event.
pub(crate) struct Facts {
    pub(crate) id: u64,
    pub(crate) kind: String,
    pub(crate) stream: Option<String>,
    pub(crate) plugin: Option<String>,
    /// ISO 8601 with milliseconds and offset.
    pub(crate) time: String,
    pub(crate) data: Value,
    pub(crate) annotations: Vec<Annotation>,
    pub(crate) attempt: u32,
}

impl Facts {
    /// The time is said in this zone, which was tried before.
    pub(crate) fn of(event: &Event, zone: &str) -> Self {
        let data = event.data();
        Self {
            id: event.id(),
            kind: event.kind(),
            stream: event.stream_name(),
            plugin: event.plugin_name(),
            time: time(event.time(), zone).unwrap_or_default(),
            data: serde_json::from_str(&data).unwrap_or(Value::String(data)),
            annotations: event.annotations(),
            attempt: event.attempt(),
        }
    }

    /// The body where nobody wrote another.
    pub(crate) fn json(&self) -> Map<String, Value> {
        let Self { id, kind, stream, plugin, time, data, attempt, .. } = self;
        let annotations = self.annotations();
        let facts = json!({
            "id": id, "kind": kind, "stream": stream, "plugin": plugin, "time": time, "data": data, "annotations": annotations,
            "attempt": attempt,
        });
        match facts {
            Value::Object(facts) => facts,
            _ => Map::new(),
        }
    }

    pub(crate) fn annotations(&self) -> Value {
        self.annotations.iter().map(annotation).collect()
    }
}

/// A moment as people and programs read it.
pub(crate) fn time(at: u64, zone: &str) -> Result<String, String> {
    calendar::format(at, zone, "%Y-%m-%dT%H:%M:%S%.3f%:z")
}

fn annotation(Annotation { label, score, area, track, attributes }: &Annotation) -> Value {
    let area = json!({ "x": area.x, "y": area.y, "width": area.width, "height": area.height });
    let attributes: Map<String, Value> =
        attributes.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
    json!({ "label": label, "score": score, "area": area, "track": track, "attributes": attributes })
}
