//! How a guest fails, in words that programs and people can compare.

pub(crate) mod backoff;

use std::any::Any;

use wasmtime::{Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;

use crate::deadline::TooLong;
use crate::guest::Guest;
use crate::words::printable;

/// How a call of a guest failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "FaultKind")]
pub enum Kind {
    /// It trapped: a panic of its own, `unreachable`, a division by zero, an access outside its memory; or it called `exit`.
    Trap,
    /// It took longer than its deadline.
    Deadline,
    /// It wanted more memory than it may have.
    Memory,
    /// It recursed too deeply.
    Stack,
    /// The host refused what it passed: a handle that it does not have, more bytes or handles than its limits allow.
    Host,
    /// A host function panicked: a mistake of ours.
    Panic,
    /// It asked for something that it may not have.
    Forbidden,
    /// It refused the options of the stream.
    Options,
}

impl Kind {
    /// All of them, in the order of counters.
    pub const ALL: [Self; 8] = [
        Self::Trap,
        Self::Deadline,
        Self::Memory,
        Self::Stack,
        Self::Host,
        Self::Panic,
        Self::Forbidden,
        Self::Options,
    ];

    /// As it stands in logs, status and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trap => "trap",
            Self::Deadline => "deadline",
            Self::Memory => "memory",
            Self::Stack => "stack",
            Self::Host => "host",
            Self::Panic => "panic",
            Self::Forbidden => "forbidden",
            Self::Options => "options",
        }
    }
}

/// What a plugin may not do, noticed by a host function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Forbidden {
    #[error("a plugin may not wait: it is called for each picture")]
    Waiting,
    #[error("there is a picture only during `process`")]
    NoPicture,
    #[error("there is no stream here: `describe` is asked without one, and an access policy has none")]
    NoStream,
    #[error("there is an event only during `deliver`")]
    NoEvent,
    #[error("there is a request only during `decide`")]
    NoRequest,
    #[error("there is a viewer only during `choose`")]
    NoViewer,
}

/// A call that failed: its store is not to be used again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Fault {
    pub(crate) kind: Kind,
    /// What happened, and what the guest said itself.
    pub(crate) message: String,
}

/// Functions of the guest that a message names, from the innermost out.
const FRAMES: usize = 6;
/// A message in the log and in status, in bytes.
const MAX_MESSAGE: usize = 2048;

impl Fault {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        let mut message: String = message.into();
        message.truncate(message.floor_char_boundary(MAX_MESSAGE));
        Self { kind, message }
    }

    /// Of a call that gave an error.
    pub(crate) fn of(error: &wasmtime::Error, guest: &mut Guest) -> Self {
        let denied = guest.memory.take_denied();
        let (kind, mut message) = match error.downcast_ref::<Trap>() {
            Some(Trap::StackOverflow) => (Kind::Stack, "recursed too deeply".to_owned()),
            _ if denied => {
                (Kind::Memory, format!("wanted more than its {} of memory", mebibytes(guest.memory.bytes())))
            }
            Some(trap) => (Kind::Trap, trap.to_string()),
            None => {
                if let Some(long) = error.downcast_ref::<TooLong>() {
                    (Kind::Deadline, long.to_string())
                } else if let Some(forbidden) = error.downcast_ref::<Forbidden>() {
                    (Kind::Forbidden, forbidden.to_string())
                } else if let Some(I32Exit(status)) = error.downcast_ref() {
                    (Kind::Trap, format!("called exit({status})"))
                } else {
                    (Kind::Host, error.root_cause().to_string())
                }
            }
        };
        let said = guest.words.take();
        if !said.is_empty() {
            message = format!("{message}: {said}");
        }
        let names = error.downcast_ref::<WasmBacktrace>().map(innermost).unwrap_or_default();
        if !names.is_empty() {
            message = format!("{message} (in {})", names.join(" < "));
        }
        Self::new(kind, printable(&message))
    }

    /// Of a call in which a host function panicked.
    pub(crate) fn of_panic(panic: &(dyn Any + Send)) -> Self {
        let words =
            panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Self::new(Kind::Panic, format!("a host function panicked: {}", words.unwrap_or("without words")))
    }
}

fn innermost(backtrace: &WasmBacktrace) -> Vec<String> {
    // What a panic or an abort goes through is the same in each backtrace of a Rust guest.
    const MACHINERY: [&str; 7] =
        ["core::panic", "std::panic", "rust_panic", "abort", "__rust", "std::process", "std::alloc"];
    let named = backtrace.frames().iter().filter_map(|frame| frame.func_name());
    let own = named.filter(|name| !MACHINERY.iter().any(|part| name.contains(part)));
    own.take(FRAMES).map(short).collect()
}

/// A function's name without the hash that rustc ends it with.
fn short(name: &str) -> String {
    let name = name.rsplit_once("::h").filter(|(_, hash)| hash.len() == 16).map_or(name, |(name, _)| name);
    name[..name.floor_char_boundary(120)].to_owned()
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes.div_ceil(1024 * 1024))
}
