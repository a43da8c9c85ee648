"""Many cameras over HLS, one viewer each: CPU and memory of the server for each stream."""

import asyncio
import pathlib
import statistics
import tempfile
import time

from . import process
from .player import Player
from .process import Memory, Server
from .row import head, row

# The window is full and what it keeps beside that, the segment that left last and the one that is made, is there too.
SETTLED = 2
PATIENCE = 240
EVERY = 5

TO_REACH = {"fmp4": "≤ 0.20 %", "ll": "≤ 0.39 %", "ts": ""}


def measure(program: str, url: str, variant: str, segment: str, streams: int, seconds: int, packed: bool) -> None:
    section = f'source = "{url}"\nhls = {{ variant = "{variant}", segment = "{segment}" }}\n'
    text = "".join(f"[streams.s{at}]\n{section}" for at in range(streams))
    with tempfile.TemporaryDirectory() as folder, Server(program, text, pathlib.Path(folder)) as server:
        time.sleep(1)
        asyncio.run(watch(server, variant, streams, seconds, "Accept-Encoding: gzip\r\n" if packed else ""))


async def watch(server: Server, variant: str, streams: int, seconds: int, headers: str) -> None:
    idle = process.memory(server.pid)
    players = [Player(server.address, f"s{at}", variant == "ll", headers) for at in range(streams)]
    running = []
    for player in players:
        running.append(asyncio.create_task(player.run()))
        # As if people came: not all in the same millisecond.
        await asyncio.sleep(2 / streams)
    begun = time.monotonic()
    while min(player.moved for player in players) < SETTLED:
        if time.monotonic() - begun > PATIENCE:
            print(f"windows are not full after {PATIENCE} s: {sorted(player.moved for player in players)}")
            break
        await asyncio.sleep(0.5)
    settled = time.monotonic() - begun

    bytes_before, cpu_before, at = sum(player.bytes for player in players), process.cpu(server.pid), time.monotonic()
    requests_before = sum(player.reloads + player.fetched for player in players)
    samples = [process.memory(server.pid)]
    end = at + seconds
    while (left := end - time.monotonic()) > 0:
        await asyncio.sleep(min(EVERY, left))
        samples.append(process.memory(server.pid))
    took, cpu = time.monotonic() - at, process.cpu(server.pid) - cpu_before
    media = sum(player.bytes for player in players) - bytes_before
    requests = sum(player.reloads + player.fetched for player in players) - requests_before
    for task in running:
        task.cancel()

    errors = sum(player.errors for player in players)
    windows = sorted(player.window for player in players)
    what = f"{streams} cameras → HLS `{variant}`, one viewer each"
    head()
    row(f"{what}: CPU per stream", f"{100 * cpu / took / streams:.3f} % of a core", TO_REACH[variant])
    row("… memory per stream, window full (resident / share / anonymous)", f"{(samples[0] - idle).per(streams)} MiB", "≤ 4 MiB")
    row(f"… {took:.0f} s later", f"{(samples[-1] - idle).per(streams)} MiB")
    row("… anonymous, per stream, in the quarters of that time", course(samples, idle, streams), "flat")
    row("… before anybody watches, whole process", f"{idle.per(1)} MiB")
    row("… threads", f"{process.threads(server.pid)}")
    row("… sent, per stream", f"{media / took / streams / 1e3:.0f} kB/s in {requests / took / streams:.1f} answers/s")
    row("… windows, settled after, errors, warnings", f"{windows[0]} to {windows[-1]} segments, {settled:.0f} s, {errors}, {server.warnings}")


def course(samples: list[Memory], idle: Memory, streams: int) -> str:
    """Means of the quarters of the time: what grows is seen by that, and what goes up and down with segments is not."""
    values = [(sample - idle).anonymous / streams / 2**20 for sample in samples]
    quarters = [values[len(values) * at // 4 : len(values) * (at + 1) // 4] or values for at in range(4)]
    return ", ".join(f"{statistics.mean(quarter):.2f}" for quarter in quarters) + f" MiB (highest {max(values):.2f})"
