//! Played by the harness: viewers that a test describes.

pub use crate::bindings::imports::framegate::plugin::viewers::Rendition;

use std::cell::RefCell;

/// A viewer, as plain data: a test changes what it needs.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the fields are the interface's methods")]
pub struct Viewer {
    pub output: String,
    pub accepts: Vec<String>,
    pub asked_format: Option<String>,
    pub asked_quality: Option<u8>,
    pub asked_width: Option<u32>,
    pub asked_rate: Option<f32>,
    pub current: Option<Rendition>,
    pub running: Vec<Rendition>,
    pub source_width: u32,
    pub source_rate: f32,
    pub delivered: f32,
    pub skipped: f32,
    pub throughput: u64,
    pub write_wait: f32,
    pub encoder_load: f32,
}

/// A browser on a WebSocket at its start, that shows WebP and JPEG, of a stream of 1920 pixels and 25 pictures a second.
impl Default for Viewer {
    fn default() -> Self {
        Self {
            output: "websocket".into(),
            accepts: vec!["image/webp".into(), "image/jpeg".into()],
            asked_format: None,
            asked_quality: None,
            asked_width: None,
            asked_rate: None,
            current: None,
            running: Vec::new(),
            source_width: 1920,
            source_rate: 25.0,
            delivered: 0.0,
            skipped: 0.0,
            throughput: 0,
            write_wait: 0.0,
            encoder_load: 0.0,
        }
    }
}

#[allow(missing_docs, reason = "as the interface has it")]
impl Viewer {
    pub fn output(&self) -> String {
        self.output.clone()
    }

    pub fn accepts(&self) -> Vec<String> {
        self.accepts.clone()
    }

    pub fn asked_format(&self) -> Option<String> {
        self.asked_format.clone()
    }

    pub fn asked_quality(&self) -> Option<u8> {
        self.asked_quality
    }

    pub fn asked_width(&self) -> Option<u32> {
        self.asked_width
    }

    pub fn asked_rate(&self) -> Option<f32> {
        self.asked_rate
    }

    pub fn current(&self) -> Option<Rendition> {
        self.current.clone()
    }

    pub fn running(&self) -> Vec<Rendition> {
        self.running.clone()
    }

    pub fn source_width(&self) -> u32 {
        self.source_width
    }

    pub fn source_rate(&self) -> f32 {
        self.source_rate
    }

    pub fn delivered(&self) -> f32 {
        self.delivered
    }

    pub fn skipped(&self) -> f32 {
        self.skipped
    }

    pub fn throughput(&self) -> u64 {
        self.throughput
    }

    pub fn write_wait(&self) -> f32 {
        self.write_wait
    }

    pub fn encoder_load(&self) -> f32 {
        self.encoder_load
    }
}

/// What a policy chose.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// Media type.
    pub format: String,
    /// If it was set.
    pub quality: Option<u8>,
    /// If it was set.
    pub width: Option<u32>,
    /// If it was set.
    pub rate: Option<f32>,
}

/// As the interface has it.
#[derive(Debug)]
pub struct Choice(RefCell<Chosen>);

#[allow(missing_docs, reason = "as the interface has it")]
impl Choice {
    pub fn new(format: &str) -> Self {
        Self(RefCell::new(Chosen { format: format.into(), quality: None, width: None, rate: None }))
    }

    pub fn set_quality(&self, quality: u8) {
        self.0.borrow_mut().quality = Some(quality);
    }

    pub fn set_width(&self, width: u32) {
        self.0.borrow_mut().width = Some(width);
    }

    pub fn set_rate(&self, rate: f32) {
        self.0.borrow_mut().rate = Some(rate);
    }

    pub(crate) fn into_inner(self) -> Chosen {
        self.0.into_inner()
    }
}
