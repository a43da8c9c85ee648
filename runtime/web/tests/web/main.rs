//! The server as its clients see it: a real hub with `push` streams, real sockets on port 0.
//!
//! Scheme, host and port of an address, and what a client does with bytes, are written by hand here where it matters.
#![allow(clippy::unwrap_used, reason = "what a test needs and does not get fails it")]

mod access;
mod client;
mod formats;
mod ingest;
mod metrics;
mod mjpeg;
mod pages;
mod problems;
mod server;
mod still;
mod stopping;
mod throttled;
mod websocket;
