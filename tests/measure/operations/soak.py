"""Everything comes and goes, for as long as one likes: viewers of every output, cameras that break off, streams that are made and removed, reloads. Nothing may
grow by it, and nobody may be failed by it.

Each output of each stream has a viewer all the time, who stays for a time by chance and is followed by the next, so that what is in memory can be compared: a
decoder that runs or not is 3 MB of forty."""

import asyncio
import multiprocessing
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

from video import process
from video.clip import Clip
from video.process import Server
from video.row import head, row

from .connections import descriptors
from .remembered import ask, fill
from .visits import visit

CAMERAS = 3
OUTPUTS = "ws", "mp4", "hls", "mjpeg", "still"
SAMPLED = 2
WARM = 600
# What waits for `close_after`, and for windows of HLS that nobody asks for any more.
COOLING = 120


def measure(program: str, minutes: float) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        clip = Clip("320x180", 15, 15, 200_000, 10).make(folder / "clip.h264")
        cameras = [Camera(clip) for _ in range(CAMERAS)]
        try:
            return run(program, folder, cameras, 60 * minutes)
        finally:
            for camera in cameras:
                camera.end()


class Camera:
    """A process that is ended and begun anew at the same address."""

    def __init__(self, clip: pathlib.Path):
        self.clip, self.port = clip, 0
        self.begin()

    def begin(self) -> None:
        here = pathlib.Path(__file__).parent.parent
        words = [sys.executable, "-m", "video.camera", str(self.clip), "15", str(self.port)]
        self.process = subprocess.Popen(words, cwd=here, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.port = int(self.process.stdout.readline())

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


def run(program: str, folder: pathlib.Path, cameras: list[Camera], seconds: float) -> int:
    sections = "".join(f'[streams.cam{at}]\nsource = "rtsp://127.0.0.1:{camera.port}/cam"\nhls.segment = "1s"\n' for at, camera in enumerate(cameras))
    sections += '[streams.marked]\nsource = "test://?size=320x180&fps=10"\nplugins = [{ use = "clock" }]\nhls.segment = "1s"\n'
    names = [f"cam{at}" for at in range(len(cameras))] + ["marked"]
    with Server(program, sections, folder) as server:
        time.sleep(2)
        # What is remembered has a bound; the soak is about what has none.
        fill(server)
        files = descriptors(server.pid)
        failures = multiprocessing.Manager().dict()
        visits = multiprocessing.Value("Q", 0)
        going = multiprocessing.Process(target=come_and_go, args=(server.address, names, failures, visits), daemon=True)
        going.start()
        samples, done = load(server, folder, cameras, seconds)
        going.terminate()
        going.join(10)
        until = time.monotonic() + COOLING
        while (left := descriptors(server.pid) - files) > 0 and time.monotonic() < until:
            time.sleep(1)
        return tell(samples, done, dict(failures), visits.value, left, server)


def load(server: Server, folder: pathlib.Path, cameras: list[Camera], seconds: float) -> tuple[list[int], dict[str, int]]:
    """Does what operators and cables do; gives what was in memory all the time behind the warming up."""
    samples: list[int] = []
    done = {"cables pulled": 0, "streams made and removed": 0, "reloads": 0}
    file = folder / "streams.toml"
    text = file.read_text()
    begun = time.monotonic()
    warm = begun + min(WARM, seconds / 5)
    turn = 0
    while (now := time.monotonic()) < begun + seconds:
        turn += 1
        if now > warm:
            samples.append(process.memory(server.pid).anonymous)
        if turn % 10 == 0:
            camera = random.choice(cameras)
            camera.end()
            time.sleep(random.uniform(0, 2))
            camera.begin()
            done["cables pulled"] += 1
        if turn % 5 == 0:
            # A name of its own each time: nothing may stay of it.
            address = f"http://{server.address[0]}:{server.address[1]}/api/streams/made{turn}"
            ask(address, "PUT", {"source": f"rtsp://127.0.0.1:{cameras[0].port}/cam", "on_demand": False})
            time.sleep(1)
            ask(address, "DELETE")
            done["streams made and removed"] += 1
        if turn % 30 == 0:
            file.write_text(text + f"max_viewers = {100 + turn}\n")
            done["reloads"] += 1
        time.sleep(max(0, begun + turn * SAMPLED - time.monotonic()))
    return samples, done


def come_and_go(address: tuple[str, int], names: list[str], failures, visits) -> None:
    async def seat(output: str, stream: str) -> None:
        while True:
            try:
                await visit(address, output, stream, random.uniform(0.5, 15))
            except Exception as error:  # Of whatever kind: it is counted, and its words told.
                words = f"{output}: {error!r}"
                failures[words] = failures.get(words, 0) + 1
                await asyncio.sleep(1)
            with visits.get_lock():
                visits.value += 1

    async def all_seats() -> None:
        await asyncio.gather(*(seat(output, stream) for output in OUTPUTS for stream in names))

    asyncio.run(all_seats())


def tell(samples: list[int], done: dict[str, int], failures: dict[str, int], visits: int, left: int, server: Server) -> int:
    quarter = max(1, len(samples) // 4)
    means = [statistics.mean(samples[at * quarter : (at + 1) * quarter] or samples) / 2**20 for at in range(4)]
    grown = 100 * (means[-1] / means[0] - 1)
    for words, count in failures.items():
        print(f"{count} times {words}", file=sys.stderr)
    head()
    row(f"soak, {len(samples) * SAMPLED / 60:.0f} minutes behind the warming up: {visits:,} visits, {', '.join(f'{count:,} {what}' for what, count in done.items())}: failed", f"{sum(failures.values())}", "0")
    row("… errors in the log", f"{server.errors}", "0")
    row("… anonymous memory, means of the quarters", f"{', '.join(f'{mean:.1f}' for mean in means)} MiB: {grown:+.1f} %", "within 2 %")
    row("… file descriptors more than before", f"{left}", "0")
    return int(bool(failures) or server.errors > 0 or grown > 2 or left > 0)
