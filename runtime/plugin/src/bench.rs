//! A call of a guest without the chain around it: for the room's benches alone.

use codec::Picture;
use serde_json::Value;

use crate::Plugin;
use crate::guest::Frame;
use crate::instance::Instance;
use crate::state::State;

/// An instance and the one picture that it is shown again and again.
pub struct Call {
    instance: Instance,
    frame: Option<Frame>,
}

impl Call {
    /// An instance that took these options.
    ///
    /// # Panics
    ///
    /// When it does not.
    pub fn new(plugin: &Plugin, options: &Value, picture: Picture) -> Self {
        let stream = "bench".parse().expect("a name");
        let instance = plugin.configured(plugin.identity(Some(&stream)), options, State::default(), None);
        let instance = instance.unwrap_or_else(|refusal| panic!("{}", refusal.into_fault()));
        Self { instance, frame: Some(Frame { picture, annotations: Vec::new(), now: std::time::Instant::now() }) }
    }

    /// One call of `process`.
    ///
    /// # Panics
    ///
    /// When it fails.
    pub fn process(&mut self) {
        let frame = self.frame.take().expect("the last call gave it back");
        let (frame, _) = self.instance.process(frame).unwrap_or_else(|fault| panic!("{fault}"));
        self.frame = Some(frame);
    }
}
