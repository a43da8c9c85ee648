use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A line on standard error that says what is being done and for how long; nothing where standard error is no terminal.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn begin() -> Self {
        let bar = ProgressBar::new_spinner();
        let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}").expect("a template without a mistake");
        bar.set_style(style);
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }

    pub(super) fn step(&self, words: &str) {
        self.0.set_message(words.to_owned());
    }

    /// A bar: so many are done, and of how many.
    pub(super) fn at(&self, done: u64, of: u64, what: &'static str) {
        if self.0.length() != Some(of) {
            let style = ProgressStyle::with_template("{spinner} {wide_bar} {pos} of {len} {msg} {elapsed}");
            self.0.set_style(style.expect("a template without a mistake"));
            self.0.set_length(of);
            self.0.set_message(what);
        }
        self.0.set_position(done);
    }
}

/// A bar on standard error for what comes from far away; nothing where standard error is no terminal.
pub(crate) struct Transfer(ProgressBar);

impl Transfer {
    pub(crate) fn begin(words: String, bytes: u64) -> Self {
        let bar = ProgressBar::new(bytes).with_message(words);
        let style = ProgressStyle::with_template("{msg} {wide_bar} {bytes} of {total_bytes} {eta}");
        bar.set_style(style.expect("a template without a mistake"));
        Self(bar)
    }

    pub(crate) fn set(&self, bytes: u64) {
        self.0.set_position(bytes);
    }
}

impl Drop for Transfer {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
