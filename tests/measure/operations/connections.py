"""Connections that do nothing, and clients that say it slowly: what they hold of the server, and when they are gone."""

import pathlib
import resource
import socket
import ssl
import subprocess
import tempfile
import time

from video import process
from video.process import Server
from video.row import head, row

# Beyond the longest that a connection may be idle, with what many at once take.
PATIENCE = 60


def measure(program: str, connections: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard < 2 * connections:
        raise SystemExit(f"this process may have {hard} files: ulimit -n")
    head()
    kinds = [
        ("say nothing", lambda stream, host: None, None),
        ("asked once and stay", lambda stream, host: stream.sendall(f"GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()), None),
        ("send a header and never its end", lambda stream, host: stream.sendall(b"GET / HTTP/1.1\r\nX: " + 8_000 * b"x"), None),
        ("asked once over TLS and stay", lambda stream, host: stream.sendall(f"GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()), "tls"),
    ]
    for words, act, tls in kinds:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            one(program, folder, connections // 5 if tls else connections, words, act, bool(tls))


def one(program: str, folder: pathlib.Path, connections: int, words: str, act, secured: bool) -> None:
    sections, context = "", None
    if secured:
        sections, context = certificate(folder)
    with Server(program, sections + '[streams.lobby]\nsource = "test://"\n', folder) as server:
        time.sleep(1)
        files, before = descriptors(server.pid), process.memory(server.pid)
        host = f"{server.address[0]}:{server.address[1]}"
        begun, streams = time.monotonic(), []
        for _ in range(connections):
            stream = socket.create_connection(server.address, timeout=PATIENCE)
            if context is not None:
                stream = context.wrap_socket(stream, server_hostname="localhost")
            act(stream, host)
            streams.append(stream)
        opened = time.monotonic() - begun
        most, held = process.memory(server.pid) - before, descriptors(server.pid) - files
        while descriptors(server.pid) > files + 5 and time.monotonic() - begun < opened + PATIENCE:
            time.sleep(0.2)
        gone, left = time.monotonic() - begun - opened, descriptors(server.pid) - files
        after = process.memory(server.pid) - before
        row(
            f"{connections:,} connections that {words}: memory for each while {held:,} are there; all gone behind the last; left",
            f"{most.resident / connections / 1e3:.1f} kB; {gone:.0f} s; {left}, {after.resident / 1e6:.0f} MB",
        )
        for stream in streams:
            stream.close()


def descriptors(pid: int) -> int:
    return len(list(pathlib.Path(f"/proc/{pid}/fd").iterdir()))


def certificate(folder: pathlib.Path) -> tuple[str, ssl.SSLContext]:
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(["openssl", *words.split(), *files], check=True, capture_output=True)
    context = ssl.create_default_context(cafile=str(folder / "cert.pem"))
    return '[server.tls]\ncertificate = "cert.pem"\nkey = "key.pem"\n', context
