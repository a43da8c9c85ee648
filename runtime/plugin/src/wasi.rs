//! WASI 0.2 with nothing in it: every guest toolchain's runtime imports it, and nothing is granted.
//!
//! No folders, no environment, no arguments, no sockets, standard input at its end, output into the log. The clocks stand still at 0 and
//! random numbers are the same in each instance: time comes with the picture (`received-at`), so a plugin's work can be repeated. Waiting for
//! what is not there yet is forbidden: a plugin is called for each picture, and its thread is the stream's.

use std::time::Duration;

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi::WasiCtx;
use wasmtime_wasi::clocks::{HostMonotonicClock, HostWallClock};
use wasmtime_wasi::p2::DynPollable;
use wasmtime_wasi::p2::bindings::sync::io::poll::HostPollable;
use wasmtime_wasi::random::Deterministic;

use crate::fault::Forbidden;
use crate::guest::Guest;
use crate::words::Words;

/// The version that wasmtime-wasi names its interfaces by; shadowing must use the same.
const POLL: &str = "wasi:io/poll@0.2.12";

/// An instance's own, empty context.
pub(crate) fn context(words: &Words) -> WasiCtx {
    WasiCtx::builder()
        .stdout(words.clone())
        .stderr(words.clone())
        .wall_clock(Still)
        .monotonic_clock(Still)
        .secure_random(seeded())
        .insecure_random(seeded())
        .insecure_random_seed(0x0066_7261_6d65_6761_7465)
        .allow_tcp(false)
        .allow_udp(false)
        .build()
}

fn seeded() -> Deterministic {
    // Any bytes do; an odd number of them lets words come out different for long.
    Deterministic::new((0..=250u8).map(|n| n.wrapping_mul(167) ^ 0x5a).collect())
}

/// A clock that stands still at 0.
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

    fn now(&self) -> u64 {
        0
    }
}

/// WASI, and then its two functions that wait replaced by ones that do not.
pub(crate) fn add(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_sync(linker)?;
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
