//! WASI 0.2 with nothing in it: every guest toolchain's runtime imports it, and nothing is there that was not granted.
//!
//! Without grants: no folders, no environment, no arguments, no sockets, standard input at its end, output into the log. The clocks stand still at their begin and
//! random numbers are the same in each instance: time comes with the picture (`received-at`), so a plugin's work can be repeated. Waiting for
//! what is not there yet is forbidden: a plugin is called for each picture, and its thread is the stream's.

use std::time::Duration;

use config::Grants;
use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi::clocks::{HostMonotonicClock, HostWallClock};
use wasmtime_wasi::p2::DynPollable;
use wasmtime_wasi::p2::bindings::sync::io::poll::HostPollable;
use wasmtime_wasi::random::Deterministic;
use wasmtime_wasi::{FsPerms, WasiCtx};

use crate::fault::Forbidden;
use crate::guest::Guest;
use crate::words::Words;

/// The version that wasmtime-wasi names its interfaces by; shadowing must use the same.
const POLL: &str = "wasi:io/poll@0.2.12";

/// An instance's own context: empty but for what was granted. The error names the folder that is not there.
pub(crate) fn context(words: &Words, grants: &Grants) -> Result<WasiCtx, String> {
    let mut context = WasiCtx::builder();
    context.stdout(words.clone()).stderr(words.clone()).allow_tcp(false).allow_udp(false).max_random_size(MAX_RANDOM);
    if !grants.clock {
        context.wall_clock(Still).monotonic_clock(Still);
    }
    if !grants.random {
        context.secure_random(seeded()).insecure_random(seeded()).insecure_random_seed(0x0066_7261_6d65_6761_7465);
    }
    for (name, value) in &grants.env.0 {
        context.env(name, value);
    }
    for dir in &grants.dirs {
        let permissions = if dir.writable { FsPerms::ReadWrite } else { FsPerms::ReadOnly };
        context
            .preopened_dir(&dir.folder, &dir.seen_as, permissions)
            .map_err(|error| format!("the folder {} cannot be opened: {error:#}", dir.folder.display()))?;
    }
    Ok(context.build())
}

/// Random bytes of one call: made one by one, and no key is longer.
const MAX_RANDOM: u64 = 64 * 1024;

/// Whether what was granted is there.
pub(crate) fn check(grants: &Grants) -> Result<(), String> {
    grants.dirs.iter().try_for_each(|dir| match std::fs::metadata(&dir.folder) {
        Ok(is) if is.is_dir() => Ok(()),
        Ok(_) => Err(format!("{} is no folder", dir.folder.display())),
        Err(error) => Err(format!("the folder {} cannot be opened: {error}", dir.folder.display())),
    })
}

fn seeded() -> Deterministic {
    // Any bytes do; an odd number of them lets words come out different for long.
    Deterministic::new((0..=250u8).map(|n| n.wrapping_mul(167) ^ 0x5a).collect())
}

/// A clock that stands still at its begin.
struct Still;

impl HostWallClock for Still {
    fn resolution(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn now(&self) -> Duration {
        Duration::ZERO
    }
}

impl HostMonotonicClock for Still {
    fn resolution(&self) -> u64 {
        1_000_000_000
    }

    /// Not 0: Go's runtime takes that for a clock that is broken.
    fn now(&self) -> u64 {
        1
    }
}

/// WASI for those who may wait.
pub(crate) fn add_patient(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(linker)
}

/// WASI, and then its two functions that wait replaced by ones that do not.
pub(crate) fn add(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_sync(linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_sync(linker)?;
    linker.allow_shadowing(true);
    let mut poll = linker.instance(POLL)?;
    poll.func_wrap("poll", |mut store: StoreContextMut<'_, Guest>, (pollables,): (Vec<Resource<DynPollable>>,)| {
        let mut ready = Vec::new();
        for (index, pollable) in (0u32..).zip(pollables) {
            if HostPollable::ready(&mut store.data_mut().table, pollable)? {
                ready.push(index);
            }
        }
        if ready.is_empty() { Err(Forbidden::Waiting.into()) } else { Ok((ready,)) }
    })?;
    poll.func_wrap(
        "[method]pollable.block",
        |mut store: StoreContextMut<'_, Guest>, (pollable,): (Resource<DynPollable>,)| {
            if HostPollable::ready(&mut store.data_mut().table, pollable)? {
                Ok(())
            } else {
                Err(Forbidden::Waiting.into())
            }
        },
    )?;
    linker.allow_shadowing(false);
    Ok(())
}
