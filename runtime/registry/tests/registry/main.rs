//! Pulls and pushes against a registry in this process, which can be made to go wrong in every way that a real one has.
#![allow(clippy::unwrap_used, reason = "a test's own helpers fail like the test")]

mod credentials;
mod damage;
mod fake;
mod offline;
mod pushing;
mod redirects;
