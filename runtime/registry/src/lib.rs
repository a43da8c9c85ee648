//! Components in OCI registries: pulled once into a private cache, and pushed.
//!
//! Owns the way from a reference to the bytes that its digest names: the distribution API
//! (<https://github.com/opencontainers/distribution-spec/blob/main/spec.md>), who we are there, what an artifact of a component looks like
//! (<https://tag-runtime.cncf.io/wgs/wasm/deliverables/wasm-oci-artifact/>), and the cache. Owns neither what a reference is as text (that is
//! `config`'s) nor whether its bytes are a plugin (that is the plugin room's).
//!
//! Nothing that a registry says is believed: a manifest has the digest that was asked for, its layer the digest and the size that the manifest names,
//! and what is in the cache is looked at in the same way each time it is read.
//!
//! The API is spoken here, on hyper. The library for it, `oci-client` (looked at in version 0.18), reads manifests of any size into memory, cannot be
//! made where the system has no certificate authorities, and by the features of what it links gives the camera's HTTP client TLS that fails there too.
#![forbid(unsafe_code)]

mod cache;
mod credentials;
mod error;
mod manifest;
mod pull;
mod push;
mod registry;
mod session;
mod transport;

pub use error::{Error, Who};
pub use push::Artifact;
pub use registry::{Origin, Progress, Pulled, Registry, Settings};
pub use transport::Timeouts;

/// The largest component: those of JavaScript and Python have 10 to 40 MB.
pub const MAX_COMPONENT: u64 = 256 * 1024 * 1024;
