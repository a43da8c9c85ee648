//! `streams.toml`: what was written, what it resolves to, and every mistake with its line.
//!
//! Owns the words of the file, their defaults and rules, and the places of everything in it, so that rooms below (a plugin's options) can add
//! mistakes of their own with a line. Does not own what the values do.
//!
//! The way through: `syntax` (TOML, in our words) → `section` and `written` (each value by itself) → `resolve` (values with each other, variables,
//! secrets, defaults) → [`resolved`]. Each step goes on behind a mistake, so that the [`Report`] has all of them.
#![forbid(unsafe_code)]

mod added;
mod address;
pub mod convert;
mod document;
mod environment;
mod key;
mod load;
mod mistake;
mod nearest;
mod oci;
mod phc;
mod places;
mod report;
mod resolve;
pub mod resolved;
mod schema;
mod secret;
mod section;
mod syntax;
mod written;

pub use added::{Added, Together, shown};
pub use environment::{Environment, Process};
pub use load::{Known, Loaded, load, read};
pub use mistake::{Mistake, Place, Severity};
pub use nearest::nearest;
pub use oci::{BadReference, OciDigest, OciPlace, OciReference};
pub use places::{Places, TEMPLATE, UsePlace};
pub use report::{Ink, Report};
pub use resolved::{
    Access, BadNetwork, Compat, Component, Config, Credentials, Defaults, DirGrant, Grants, Hls, HlsStorage,
    HlsVariant, HttpGrant, Jwks, Jwt, LinkSecret, Log, LogFile, LogFormat, Network, OnError, PasswordHash, People,
    Permissions, Plugin, PluginUse, PolicyUse, PushTo, PushToken, Reencode, Rotation, S3Place, Server, Signing,
    SinkUse, Sound, Source, Stills, StillsFormat, Stream, StreamManager, TestScene, Tls, Token, TokenSecret, Transport,
    User, Variables, Video, VideoSize, VideoVariant,
};
pub use schema::{schema, stream_schema};
