//! HTTP for plugins: to granted hosts alone, each name resolved once, bounded in time and bytes.
//!
//! One way out for both interfaces: `framegate:plugin/http`, and `wasi:http` ([`wasi`]), which JavaScript's `fetch` and others speak.

mod address;
mod client;
mod fetch;
mod wasi;

pub(crate) use client::{Client, prepare};
pub(crate) use fetch::parse;
#[allow(unreachable_pub, reason = "the generated bindings re-export them")]
pub use fetch::{Request, Response};
pub(crate) use wasi::Hooks;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    /// The line to add to `streams.toml`.
    #[error("not granted: add `{0}` to the plugin's section of streams.toml")]
    NotGranted(String),
    /// A granted name leads to an address that is not granted as such.
    #[error(
        "{host} leads to {address}, which is no address of the internet: write `grants.http = [\"private:{host}:{port}\"]` if that is meant"
    )]
    Private {
        /// The name.
        host: String,
        /// TCP port.
        port: u16,
        /// What it resolved to.
        address: std::net::IpAddr,
    },
    #[error("no answer in time")]
    TimedOut,
    #[error("the answer has more than {0} bytes")]
    TooLarge(u64),
    /// The request was cut off in the middle of its body.
    #[error("a body has at most {max} bytes", max = fetch::MAX_BODY)]
    BodyTooLarge,
    #[error("{0}")]
    Failed(String),
}
