"""What stays of streams that came and went: the last 4,096 events and lines of the log are remembered, and nothing else."""

import json
import pathlib
import tempfile
import time
import urllib.error
import urllib.request

from video import process
from video.process import Server
from video.row import head, row

# Each leaves six events and as many lines, so that all that is remembered is of these.
STREAMS, AT_ONCE = 700, 10
# Behind it all freed pages have gone back, which happens once a second.
SETTLED = 6


def measure(program: str, rounds: int) -> None:
    head()
    with tempfile.TemporaryDirectory() as name, Server(program, '[streams.lobby]\nsource = "test://"\n', pathlib.Path(name)) as server:
        time.sleep(2)
        before, behind = process.memory(server.pid).anonymous, []
        for _ in range(rounds):
            fill(server)
            time.sleep(SETTLED)
            behind.append(process.memory(server.pid).anonymous)
        streams = " and ".join(f"{STREAMS * (at + 1):,}" for at in range(rounds))
        row(f"anonymous memory of a start; behind {streams} streams that came and went, {AT_ONCE} at once", f"{before / 1e6:.1f}; {', '.join(f'{one / 1e6:.1f}' for one in behind)} MB", "")


def fill(server: Server) -> None:
    for at in range(0, STREAMS, AT_ONCE):
        addresses = [f"http://{server.address[0]}:{server.address[1]}/api/streams/filled{at + one}" for one in range(AT_ONCE)]
        for address in addresses:
            ask(address, "PUT", {"source": "test://?size=64x64&fps=25", "on_demand": False})
        time.sleep(0.2)
        for address in addresses:
            ask(address, "DELETE")


def ask(address: str, method: str, body: dict | None = None) -> None:
    request = urllib.request.Request(address, json.dumps(body).encode() if body else None, method=method)
    request.add_header("Content-Type", "application/json")
    try:
        urllib.request.urlopen(request, timeout=30).read()
    except urllib.error.HTTPError as error:
        # A client may ask so often.
        if error.code != 429:
            raise
        time.sleep(int(error.headers["Retry-After"]))
        ask(address, method, body)
