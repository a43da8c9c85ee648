//! Who may do what: pure rules, asked before anything that lets somebody in.
//!
//! Owns the decision and its reason. Does not own how a request is read nor how a refusal is told (`web`). No I/O and no clock: what is known of a
//! request is passed in.
//!
//! For now there are two policies. Without `access` in `[server]` everything is allowed to loopback, and the only danger is a web page that makes a
//! browser on this machine ask: pages of other origins, and names that were made to point here (DNS rebinding), are refused. With `access = "open"`
//! everything is allowed to everybody who can connect; pages of other origins may still change nothing.
#![forbid(unsafe_code)]

mod listen;
mod origin;
mod policy;

pub use listen::{NotAllowed, check_listen};
pub use policy::{Action, Ask, Manner, Policy, Refused};
