"""Streams that run, and who watches them, while operators ask and listen."""

import multiprocessing
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from video import process
from video.clip import Clip
from video.process import Server
from video.row import head, row

from .listener import Events
from .watching import watch

ASKED_EVERY = 0.05
SETTLING = 10


def measure(program: str, url: str | None, streams: int, viewers: int, seconds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        camera = None
        if url is None:
            clip = Clip("640x360", 15, 30, 500_000, 10).make(folder / "clip.h264")
            here = pathlib.Path(__file__).parent.parent
            words = [sys.executable, "-m", "video.camera", str(clip), "15"]
            camera = subprocess.Popen(words, cwd=here, stdout=subprocess.PIPE, text=True)
            url = f"rtsp://127.0.0.1:{camera.stdout.readline().strip()}/cam"
        try:
            run(program, folder, url, streams, viewers, seconds)
        finally:
            if camera is not None:
                camera.terminate()
                camera.wait(10)


def run(program: str, folder: pathlib.Path, url: str, streams: int, viewers: int, seconds: int) -> None:
    text = "".join(f'[streams.s{at}]\nsource = "{url}"\non_demand = false\nhls.segment = "2s"\n' for at in range(streams))
    with Server(program, text, folder) as server:
        counted = multiprocessing.Value("Q", 0)
        names = [f"s{at % streams}" for at in range(viewers)]
        watching = multiprocessing.Process(target=watch, args=(server.address, names, counted), daemon=True)
        watching.start()
        time.sleep(SETTLING)
        took: list[float] = []
        over = threading.Event()
        asking = threading.Thread(target=ask, args=(server.address, took, over), daemon=True)
        with Events(server.address, "frame-update,bitrate-update,stream-*") as events:
            asking.start()
            begun, cpu, before = time.monotonic(), process.cpu(server.pid), counted.value
            time.sleep(seconds)
            passed, cpu, media = time.monotonic() - begun, process.cpu(server.pid) - cpu, counted.value - before
            late = list(events.late)
        over.set()
        asking.join()
        head()
        row(f"{streams} live streams passed through to {viewers} viewers (HLS, mp4 over WebSocket): CPU", f"{100 * cpu / passed:.0f} % of a core", "< 100 %")
        row("… sent", f"{media / passed / 1e6:.1f} MB/s")
        row(f"… `GET /api/streams` meanwhile, {len(took)} times", percentiles(took), "p99 ≤ 50 ms")
        row(f"… events to who listens, {len(late)} of them", percentiles(late), "p99 ≤ 100 ms")
        row("… resident memory, warnings", f"{process.memory(server.pid).resident / 2**20:.0f} MiB, {server.warnings}")
        watching.terminate()
        watching.join(10)


def ask(address: tuple[str, int], took: list[float], over: threading.Event) -> None:
    url = f"http://{address[0]}:{address[1]}/api/streams"
    while not over.wait(ASKED_EVERY):
        begun = time.perf_counter()
        urllib.request.urlopen(url, timeout=30).read()
        took.append(time.perf_counter() - begun)


def percentiles(values: list[float]) -> str:
    values = sorted(values)
    if not values:
        return "none"
    at = lambda share: 1e3 * values[min(len(values) - 1, int(len(values) * share))]
    return f"p50 {at(0.5):.1f}, p99 {at(0.99):.1f}, most {1e3 * values[-1]:.1f} ms"
