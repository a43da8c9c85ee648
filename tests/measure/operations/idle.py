"""Thousands of streams that nobody watches: how soon it serves, what it has in memory, and how long a change of one of them takes."""

import json
import pathlib
import signal
import tempfile
import time
import urllib.request

from video import process
from video.process import Server
from video.row import head, millis, row

from .listener import Events


def measure(program: str, streams: int, rounds: int) -> None:
    def section(at: int, viewers: int = 8) -> str:
        return f'[streams.s{at}]\nsource = "rtsp://127.0.0.1:9/{at}"\nmax_viewers = {viewers}\n'

    sections = [section(at) for at in range(streams)]
    starts, files, changes = [], [], []
    head()
    for number in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            begun = time.perf_counter()
            with Server(program, "".join(sections), pathlib.Path(folder)) as server:
                starts.append(time.perf_counter() - begun)
                time.sleep(1)
                memory = process.memory(server.pid)
                file = pathlib.Path(folder) / "streams.toml"
                text = file.read_text()
                with Events(server.address, "configuration-loaded") as events:
                    for attempt in range(5):
                        # Written aside and moved, and read when it is asked for: not when the watch comes to it.
                        changed = file.with_suffix(".new")
                        changed.write_text(text.replace(section(7), section(7, 100 + attempt)))
                        begun = time.perf_counter()
                        changed.rename(file)
                        server.process.send_signal(signal.SIGHUP)
                        events.wait()
                        files.append(time.perf_counter() - begun)
                        time.sleep(0.5)
                for attempt in range(5):
                    begun = time.perf_counter()
                    put(server.address, f"/api/streams/added{attempt}", {"source": "rtsp://127.0.0.1:9/added"})
                    changes.append(time.perf_counter() - begun)
    row(f"{streams:,} on-demand streams: start to listening", millis(starts), "≤ 300 ms")
    row("… resident memory", f"{memory.resident / 2**20:.0f} MiB", "≤ 200 MB")
    row("… a reload that changes one of them, from the signal to its event", millis(files), "≤ 100 ms")
    row("… one more by the API, kept on the disk", millis(changes))


def put(address: tuple[str, int], path: str, body: dict) -> None:
    request = urllib.request.Request(f"http://{address[0]}:{address[1]}{path}", json.dumps(body).encode(), method="PUT")
    request.add_header("Content-Type", "application/json")
    urllib.request.urlopen(request, timeout=30).read()


