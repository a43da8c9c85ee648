"""Parts and segments to many connections: CPU for each GB, beside a bare program and nginx, which serve the same bytes."""

import asyncio
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from typing import NamedTuple

from . import load, process
from .clip import Clip
from .connection import Connection
from .playlist import Playlist, media
from .process import Server
from .row import head, row

# 4 Mbit/s: 200 ms of it are 100 kB, a second is 500 kB.
CLIP = Clip("1280x720", 25, 25, 4_000_000, 10)
SIZES = {"part": 100_000, "segment": 500_000}
# A window that nothing of what is served has left when the stream has come to rest.
OPTIONS = 'hls = { variant = "ll", segment = "1s", part = "200ms", window = 90, close_after = "1h" }\nclose_after = "0s"\n'
WATCHED = 10
REST = 90

NGINX = """{user}worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections 768; }}
http {{
    sendfile on;
    tcp_nopush on;
    access_log off;
    keepalive_requests 100000000;
    types {{ video/mp4 m4s; }}
    server {{ listen 127.0.0.1:{port}; root {folder}; }}
}}
"""


class Served(NamedTuple):
    """Somebody who serves the files, and the processes whose time counts."""

    name: str
    address: tuple[str, int]
    folder: str
    pids: list[int]

    def cpu(self) -> float:
        return sum(process.cpu(pid) for pid in self.pids)


def measure(program: str, url: str | None, connections: int, gigabytes: float, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        source = url or f"file://{CLIP.make(folder / 'clip.mp4')}"
        public = folder / "public"
        public.mkdir()
        # nginx may run its worker as somebody else.
        folder.chmod(0o755)
        with Server(program, f'[streams.s]\nsource = "{source}"\n{OPTIONS}', folder) as server:
            files = asyncio.run(watch(server, public))
            rest(server)
            bare, bare_port = start_bare(folder, public)
            nginx, nginx_port = start_nginx(folder, public)
            try:
                served = [
                    Served("Framegate", server.address, "/hls/s/", [server.pid]),
                    Served("bare", ("127.0.0.1", bare_port), "/", [bare.pid]),
                ]
                if nginx:
                    served.append(Served("nginx", ("127.0.0.1", nginx_port), "/", process.children(nginx.pid)))
                compare(served, files, connections, gigabytes, rounds)
            finally:
                bare.kill()
                bare.wait()
                if nginx:
                    nginx.terminate()
                    nginx.wait()


async def watch(server: Server, public: pathlib.Path) -> dict[str, dict[str, int]]:
    """A viewer for some seconds. Saves parts and segments of about the sizes that are wanted; their names and sizes."""
    connection = Connection(server.address)
    address = media((await connection.get("/hls/s/index.m3u8", keep=True)).text)
    names: dict[str, list[str]] = {"part": [], "segment": []}
    end = time.monotonic() + WATCHED
    while time.monotonic() < end:
        playlist = Playlist.parse((await connection.get("/hls/s/" + address, keep=True)).text)
        names["part"] += [part.uri for part in playlist.parts if part.uri not in names["part"]]
        names["segment"] += [uri for uri in playlist.segments if uri not in names["segment"]]
        await asyncio.sleep(0.5)
    files: dict[str, dict[str, int]] = {"part": {}, "segment": {}}
    for kind, wanted in SIZES.items():
        for name in names[kind]:
            body = (await connection.get("/hls/s/" + name, keep=True)).body
            if fits(len(body), wanted):
                (public / name).write_bytes(body)
                files[kind][name] = len(body)
    connection.close()
    if not all(files.values()):
        raise SystemExit(f"the source gives no parts of {SIZES['part']} and segments of {SIZES['segment']} bytes: about 4 Mbit/s are wanted")
    return files


def fits(size: int, wanted: int) -> bool:
    return 0.75 * wanted <= size <= 1.35 * wanted


def rest(server: Server) -> None:
    """Until nobody watches and the source has ended: what is measured is serving alone."""
    begun = time.monotonic()
    while time.monotonic() - begun < REST:
        if asyncio.run(state(server)) == "idle":
            return
        time.sleep(1)
    raise SystemExit(f"the stream does not come to rest: {asyncio.run(state(server))}")


async def state(server: Server) -> str:
    connection = Connection(server.address)
    try:
        return json.loads((await connection.get("/api/streams/s", keep=True)).body)["state"]
    finally:
        connection.close()


def start_bare(folder: pathlib.Path, public: pathlib.Path) -> tuple[subprocess.Popen, int]:
    program, source = folder / "bare", pathlib.Path(__file__).parent.parent / "src/bare_files.c"
    subprocess.run(["cc", "-O2", "-o", program, source], check=True, timeout=60)
    bare = subprocess.Popen([program, *sorted(public.iterdir())], stdout=subprocess.PIPE, text=True)
    return bare, int(bare.stdout.readline())


def start_nginx(folder: pathlib.Path, public: pathlib.Path) -> tuple[subprocess.Popen | None, int]:
    found = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if not found:
        return None, 0
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    # Root's worker would be nobody, who must not read a temporary folder.
    user = "user root;\n" if os.getuid() == 0 else ""
    file = folder / "nginx.conf"
    file.write_text(NGINX.format(user=user, folder=public, port=port))
    nginx = subprocess.Popen([found, "-p", folder, "-c", file], stderr=subprocess.DEVNULL)
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return nginx, port
        except ConnectionRefusedError:
            time.sleep(0.05)
    nginx.kill()
    raise SystemExit("nginx did not start")


def compare(served: list[Served], files: dict[str, dict[str, int]], connections: int, gigabytes: float, rounds: int) -> None:
    head()
    for kind, sizes in files.items():
        mean = statistics.mean(sizes.values())
        count = int(gigabytes * 1e9 / mean)
        per_gb: dict[str, list[float]] = {one.name: [] for one in served}
        rates: dict[str, list[float]] = {one.name: [] for one in served}
        for _ in range(rounds):
            for one in served:
                paths = [one.folder + name for name in sizes]
                # Everybody's connections and caches are warm.
                load.fetch(one.address, paths, connections, connections)
                cpu, begun = one.cpu(), time.monotonic()
                came = load.fetch(one.address, paths, connections, count)
                per_gb[one.name].append((one.cpu() - cpu) / came * 1e9)
                rates[one.name].append(came / 1e9 / (time.monotonic() - begun))
        median = {name: statistics.median(values) for name, values in per_gb.items()}
        what = f"{kind}s of {mean / 1e3:.0f} kB to {connections} connections"
        ratio = median["Framegate"] / median["bare"]
        told = f"{ratio:.2f} × ({spread(per_gb['Framegate'])}, against {spread(per_gb['bare'])})"
        row(f"{what}: CPU per GB against a bare program", told, "≤ 1.15 ×")
        if "nginx" in median:
            row("… nginx (sendfile)", f"{spread(per_gb['nginx'])}")
        row("… GB/s, limited by who fetches", ", ".join(f"{name} {statistics.median(values):.2f}" for name, values in rates.items()))


def spread(values: list[float]) -> str:
    return f"{statistics.median(values):.3f} s, {min(values):.3f} to {max(values):.3f}"
