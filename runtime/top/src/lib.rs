//! `framegate top`: the dashboard in a terminal, of a server on this machine or of another one.
//!
//! Owns what an operator sees there and the keys; asks a server over its API alone, as any other program, and knows none of the other rooms. Does not own
//! which server is meant, nor where a token comes from: that is the command line's.
//!
//! ```text
//! server ──(GET /api/streams each second, /api/events)──▶ feed ──told──▶ ┐
//! terminal ──(a thread)──▶ keys ──────────────────────────────────────▶ ├─ model (pure) ──▶ screen (pure) ──▶ terminal
//! ```
//!
//! Architecture invariant: ratatui, and crossterm through it, are named here alone; `model` and what is below `screen` know no server and no clock.
#![forbid(unsafe_code)]

mod api;
mod client;
mod feed;
mod keys;
mod model;
mod screen;
mod sse;
mod terminal;
mod words;

use secrecy::SecretString;

pub use client::BadAddress;

/// What is shown, and how.
#[derive(Debug)]
pub struct Settings {
    /// The server: `http://…` or `https://…`, a prefix behind it if there is a proxy before it.
    pub url: String,
    /// Who asks: a bearer token.
    pub token: Option<SecretString>,
    /// Whether colours are used beside words and signs.
    pub colors: Colors,
}

/// Whether colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colors {
    /// Those of the terminal.
    Used,
    /// Bold and reversed alone: `NO_COLOR`.
    None,
}

/// Why nothing is shown.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address must be mended.
    #[error(transparent)]
    Address(#[from] BadAddress),
    /// Nobody would see it.
    #[error("standard output is no terminal: this is for people; programs ask `GET /api/streams`")]
    NoTerminal,
    /// The terminal does not do as it is told.
    #[error("the terminal: {0}")]
    Terminal(#[from] std::io::Error),
}

/// Shows it until `q` or ctrl-c.
pub async fn run(settings: Settings) -> Result<(), Error> {
    let client = client::Client::new(&settings.url, settings.token)?;
    terminal::run(client, settings.colors).await
}
