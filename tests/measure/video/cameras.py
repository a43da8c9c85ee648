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
# Memory goes up and down with each segment, in all streams together where they come from one camera: read often enough to see all of that.
EVERY = 1

TO_REACH = {"fmp4": "≤ 0.20 %", "ll": "≤ 0.39 %", "ts": ""}


def measure(program: str, url: str, variant: str, segment: str, streams: int, seconds: int, packed: bool) -> None:
    # Whole segments of a camera that begins anywhere in its GOP are there after two of them at the latest.
    section = f'source = "{url}"\nstart_timeout = "30s"\nhls = {{ variant = "{variant}", segment = "{segment}" }}\n'
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
    held = mean(samples) - idle
    row(f"… memory per stream, window full, mean of {took:.0f} s (resident / share / anonymous)", f"{held.per(streams)} MiB", "≤ 4 MiB")
    row("… anonymous, per stream, in the quarters of that time", course(samples, idle, streams), "flat")
    row("… before anybody watches, whole process", f"{idle.per(1)} MiB")
    row("… threads", f"{process.threads(server.pid)}")
    row("… sent, per stream", f"{media / took / streams / 1e3:.0f} kB/s in {requests / took / streams:.1f} answers/s")
    row("… windows, settled after, errors, warnings", f"{windows[0]} to {windows[-1]} segments, {settled:.0f} s, {errors}, {server.warnings}")


def mean(samples: list[Memory]) -> Memory:
    return Memory(*(round(statistics.mean(values)) for values in zip(*samples)))


def course(samples: list[Memory], idle: Memory, streams: int) -> str:
    """What grows is seen by the means of the quarters; what goes up and down with segments is not."""
    quarters = [samples[len(samples) * at // 4 : len(samples) * (at + 1) // 4] or samples for at in range(4)]
    told = ", ".join(f"{(mean(quarter) - idle).anonymous / streams / 2**20:.2f}" for quarter in quarters)
    return f"{told} MiB (highest {max(sample.anonymous - idle.anonymous for sample in samples) / streams / 2**20:.2f})"
