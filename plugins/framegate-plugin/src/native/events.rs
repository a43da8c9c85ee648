//! Played by the harness: events that a test makes.

use super::pictures::Annotation;

/// An event.
#[derive(Clone, Debug)]
pub struct Event {
    id: u64,
    kind: String,
    stream: Option<String>,
    plugin: Option<String>,
    time: u64,
    data: String,
    annotations: Vec<Annotation>,
    still: Option<Vec<u8>>,
    attempt: u32,
}

/// How a test makes one.
impl Event {
    /// Number 1 of stream `lobby`, at 2026-07-02 13:46:40 UTC, tried for the first time.
    pub fn new(kind: &str, data: serde_json::Value) -> Self {
        Self {
            id: 1,
            kind: kind.into(),
            stream: Some("lobby".into()),
            plugin: None,
            time: 1_783_000_000_000_000_000,
            data: data.to_string(),
            annotations: Vec::new(),
            still: None,
            attempt: 1,
        }
    }

    /// With this number.
    #[must_use]
    pub fn numbered(mut self, id: u64) -> Self {
        self.id = id;
        self
    }

    /// Of this stream, or of none.
    #[must_use]
    pub fn of_stream(mut self, stream: Option<&str>) -> Self {
        self.stream = stream.map(str::to_owned);
        self
    }

    /// Emitted by this plugin.
    #[must_use]
    pub fn by(mut self, plugin: &str) -> Self {
        self.plugin = Some(plugin.into());
        self
    }

    /// With this finding.
    #[must_use]
    pub fn found(mut self, annotation: Annotation) -> Self {
        self.annotations.push(annotation);
        self
    }

    /// With this JPEG.
    #[must_use]
    pub fn with_still(mut self, jpeg: &[u8]) -> Self {
        self.still = Some(jpeg.to_vec());
        self
    }

    /// At this try.
    #[must_use]
    pub fn tried(mut self, attempt: u32) -> Self {
        self.attempt = attempt;
        self
    }
}

/// What plugins see, as the interface has it.
impl Event {
    /// As the interface has it.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// As the interface has it.
    pub fn kind(&self) -> String {
        self.kind.clone()
    }

    /// As the interface has it.
    pub fn stream_name(&self) -> Option<String> {
        self.stream.clone()
    }

    /// As the interface has it.
    pub fn plugin_name(&self) -> Option<String> {
        self.plugin.clone()
    }

    /// As the interface has it.
    pub fn time(&self) -> u64 {
        self.time
    }

    /// As the interface has it.
    pub fn data(&self) -> String {
        self.data.clone()
    }

    /// As the interface has it.
    pub fn annotations(&self) -> Vec<Annotation> {
        self.annotations.clone()
    }

    /// As the interface has it.
    pub fn still(&self) -> Option<Vec<u8>> {
        self.still.clone()
    }

    /// As the interface has it.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }
}
