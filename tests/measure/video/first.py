"""How soon a viewer has something to see: where nobody watches and the camera must be connected, and where somebody is there already."""

import asyncio
import multiprocessing
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Callable, NamedTuple

from . import probe
from .clip import Clip
from .player import Player
from .probe import Probe
from .process import Server
from .row import head, millis, row

RATE = 25
GOP_SECONDS = 2
PART = 0.2
CLIP = Clip("1280x720", RATE, GOP_SECONDS * RATE, 2_000_000, 5 * GOP_SECONDS)
# Between tries that begin their own GOP.
PAUSE = 0.4


class Output(NamedTuple):
    name: str
    variant: str
    first: Callable[[Probe, str], None]
    sits: str | None
    """What somebody who is there already keeps asking for; none: the segments of HLS."""
    cold: str
    """What is to be reached."""


OUTPUTS = [
    Output("LL-HLS, first part", "ll", probe.parts, None, f"≤ 110 ms + a part of {1e3 * PART:.0f} ms"),
    Output("HLS of mp4, first segment", "fmp4", probe.segments, None, ""),
    Output("HLS of MPEG-TS, first segment", "ts", probe.segments, None, ""),
    Output("mp4 over WebSocket, first fragment", "ll", probe.fragment, "/ws/{}?format=mp4", "≤ 62 ms"),
    Output("h264 over WebSocket, first unit", "ll", probe.unit, "/ws/{}?format=h264", ""),
    Output("WebP over WebSocket", "ll", probe.webp, "/ws/{}?format=webp", ""),
    Output("JPEG over WebSocket", "ll", probe.jpeg, "/ws/{}?format=jpeg", ""),
    Output("MJPEG", "ll", probe.mjpeg, "/mjpeg/{}", ""),
    Output("still, JPEG", "ll", probe.still, "/ws/{}?format=jpeg", ""),
]
OTHER = "/ws/{}?format=h264"


def measure(program: str, tries: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        clip = CLIP.make(folder / "clip.h264")
        camera = subprocess.Popen(
            [sys.executable, "-m", "video.camera", clip, str(RATE)],
            cwd=pathlib.Path(__file__).parent.parent,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            port = int(camera.stdout.readline())
            head()
            replies(port, tries)
            for output in OUTPUTS:
                rows(program, folder, f"rtsp://127.0.0.1:{port}/camera", output, tries)
        finally:
            camera.kill()
            camera.wait()


def replies(port: int, tries: int) -> None:
    """What the camera itself takes: no viewer can have anything before."""
    took: dict[str, list[float]] = {}
    for _ in range(tries):
        begun = time.perf_counter()
        with Probe(("127.0.0.1", port)) as camera:
            url = f"rtsp://127.0.0.1:{port}/camera"
            for number, method in enumerate(["DESCRIBE", "SETUP", "PLAY"]):
                at = time.perf_counter()
                camera.socket.sendall(f"{method} {url} RTSP/1.0\r\nCSeq: {number}\r\nSession: 1\r\n\r\n".encode())
                camera.reader.readline()
                camera.reader.read(int(camera.headers().get("content-length", 0)))
                took.setdefault(method, []).append(time.perf_counter() - at)
            at = time.perf_counter()
            camera.reader.read(4)
            took.setdefault("PLAY to the first packet", []).append(time.perf_counter() - at)
        took.setdefault("in all", []).append(time.perf_counter() - begun)
    told = ", ".join(f"{method} {1e3 * statistics.median(times):.1f} ms" for method, times in took.items())
    row("the camera's own replies", told)


def rows(program: str, folder: pathlib.Path, camera: str, output: Output, tries: int) -> None:
    names = [f"{kind}{at}" for kind in ("cold", "other") for at in range(tries)] + ["same"]
    hls = f'{{ variant = "{output.variant}", part = "{1e3 * PART:.0f}ms" }}'
    text = "".join(f'[streams.{name}]\nsource = "{camera}"\nhls = {hls}\n' for name in names)
    with Server(program, text, folder) as server:
        cold = []
        for at in range(tries):
            time.sleep(PAUSE)
            cold.append(once(server, output, f"cold{at}"))
        # A GOP and a half: of the second one all is there.
        with Sitting(server.address, output.variant, [("same", output.sits)], 1.5 * GOP_SECONDS):
            same = late(server, output, ["same"] * tries)
        with Sitting(server.address, output.variant, [(f"other{at}", OTHER) for at in range(tries)], 1.5 * GOP_SECONDS):
            other = late(server, output, [f"other{at}" for at in range(tries)])
    row(f"{output.name}: nobody watches, the camera is connected for it", told(cold), output.cold)
    row("… late: somebody watches the same", told(same), "≤ 100 ms")
    row("… late: somebody watches access units", told(other), "≤ 100 ms")


def late(server: Server, output: Output, streams: list[str]) -> list[float | None]:
    """Each a little later in the GOP than the one before, all over it. By the clock, since a try that waits for a key frame ends with one."""
    begun, took = time.monotonic(), []
    for at, stream in enumerate(streams):
        time.sleep((begun + at * GOP_SECONDS / len(streams) - time.monotonic()) % GOP_SECONDS)
        took.append(once(server, output, stream))
    return took


def once(server: Server, output: Output, stream: str) -> float | None:
    try:
        with Probe(server.address) as viewer:
            output.first(viewer, stream)
            return viewer.took()
    except (OSError, StopIteration, IndexError, ValueError) as error:
        print(f"{output.name}, {stream}: {error!r}", file=sys.stderr)
        return None


def told(took: list[float | None]) -> str:
    failed = sum(one is None for one in took)
    return millis([one for one in took if one is not None]) + (f", {failed} had nothing" if failed else "")


class Sitting:
    """Those who are there already, in a process of their own, so that they do not hold up who comes."""

    def __init__(self, address: tuple[str, int], variant: str, viewers: list[tuple[str, str | None]], settle: float):
        self.process = multiprocessing.Process(target=sit, args=(address, variant, viewers), daemon=True)
        # Of HLS until there is a whole segment, which the first viewer of whole ones waits for.
        self.settle = settle + (GOP_SECONDS if viewers[0][1] is None else 0)

    def __enter__(self) -> None:
        self.process.start()
        time.sleep(self.settle)

    def __exit__(self, *_) -> None:
        self.process.kill()
        self.process.join()


def sit(address: tuple[str, int], variant: str, viewers: list[tuple[str, str | None]]) -> None:
    async def drain(path: str) -> None:
        reader, writer = await asyncio.open_connection(*address)
        upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {address[0]}\r\n{upgrade if path.startswith('/ws/') else ''}\r\n".encode())
        while await reader.read(1 << 20):
            pass

    async def all() -> None:
        tasks = [drain(path.format(stream)) if path else Player(address, stream, variant == "ll").run() for stream, path in viewers]
        await asyncio.gather(*tasks)

    asyncio.run(all())
