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
//! crate. A plugin that calls [`drawing`] is a filter, one that does not is an analyzer. Other roles are traits beside [`Plugin`]: [`Poller`],
//! [`EventSink`], [`FormatPolicy`], [`AccessPolicy`]; [`export!`] takes the traits that a component is to play.
//!
//! In a plain `cargo test` on the host, `harness` plays the host: it shows pictures, answers HTTP, and tells what was drawn, found and emitted.

#[doc(hidden)]
pub mod bindings;
#[doc(hidden)]
pub mod export;
#[cfg(not(target_arch = "wasm32"))]
pub mod harness;
pub mod http;
mod mistake;
#[cfg(not(target_arch = "wasm32"))]
mod native;
pub mod option;
pub mod pixels;
mod role;

#[cfg(target_arch = "wasm32")]
use bindings::imports::framegate::plugin as imported;
#[cfg(not(target_arch = "wasm32"))]
use native as imported;

pub use bindings::access_decider::exports::framegate::plugin::access_decider::Decision;
pub use bindings::event_receiver::exports::framegate::plugin::event_receiver::Failure;
pub use bindings::processor::exports::framegate::plugin::processor::Verdict;
pub use imported::admission::Applicant;
pub use imported::events::Event;
pub use imported::pictures::{Annotation, Picture};
pub use imported::viewers::{Choice, Rendition, Viewer};
pub use imported::{calendar, drawing, host, state, types};
pub use mistake::Mistake;
pub use role::{AccessPolicy, Configure, EventSink, FormatPolicy, Plugin, Poller};
