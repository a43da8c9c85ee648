//! The guest library: what a Framegate plugin in Rust is made with. A trait, one macro, and options through serde.
//!
//! ```no_run
//! use framegate_plugin::{Mistake, Picture, Plugin, Verdict, drawing, types};
//!
//! #[derive(serde::Deserialize)]
//! #[serde(deny_unknown_fields)]
//! struct Options {
//!     width: u32,
//! }
//!
//! struct Bar {
//!     width: u32,
//! }
//!
//! impl Plugin for Bar {
//!     type Options = Options;
//!     const OPTIONS: &'static str = r#"{ "type": "object", "properties": { "width": { "type": "integer" } }, "required": ["width"] }"#;
//!
//!     fn configure(options: Options) -> Result<Self, Vec<Mistake>> {
//!         if options.width == 0 {
//!             return Err(vec![Mistake::at("/width", "must be at least 1, got 0")]);
//!         }
//!         Ok(Self { width: options.width })
//!     }
//!
//!     fn process(&mut self, picture: &Picture) -> Verdict {
//!         let area = types::Rect { x: 0, y: 0, width: self.width, height: picture.size().height };
//!         drawing::fill(picture, area, types::Color { red: 255, green: 0, blue: 0, alpha: 128 });
//!         Verdict::Keep
//!     }
//! }
//!
//! framegate_plugin::export!(Bar);
//! # fn main() {}
//! ```
//!
//! Built with `cargo build --release --target wasm32-wasip2` in a crate of type `cdylib`. Name, version and description are those of the
//! crate. A plugin that calls [`drawing`] is a filter, one that does not is an analyzer.

#[doc(hidden)]
pub mod bindings;
mod export;
pub mod option;

pub use bindings::exports::framegate::plugin::lifecycle::Mistake;
pub use bindings::exports::framegate::plugin::processor::Verdict;
pub use bindings::framegate::plugin::pictures::{Annotation, Picture};
pub use bindings::framegate::plugin::{calendar, drawing, host, state, types};
#[doc(hidden)]
pub use export::{describe, read};

/// A plugin: one value of this type lives on each stream that uses it.
pub trait Plugin: Sized {
    /// The options of a stream, read from the JSON that `streams.toml` gives. `#[serde(deny_unknown_fields)]` is what its writer wants.
    type Options: serde::de::DeserializeOwned;

    /// JSON Schema 2020-12 of [`Self::Options`], for editors and people.
    const OPTIONS: &'static str;

    /// Makes the plugin for a stream, or says what is wrong with its options. Called before the first picture.
    fn configure(options: Self::Options) -> Result<Self, Vec<Mistake>>;

    /// Takes one picture, in the order of presentation.
    fn process(&mut self, picture: &Picture) -> Verdict;
}

impl Mistake {
    /// A mistake at this JSON pointer (RFC 6901) in the options, with the rule and the value.
    pub fn at(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}
