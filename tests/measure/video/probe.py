"""One viewer that comes, by blocking sockets, until it has the first media that can be decoded: how long that took it, from before it connects."""

import base64
import os
import socket
import struct
import time

from .playlist import Playlist, media

PATIENCE = 30


class Probe:
    """A connection of one viewer."""

    def __init__(self, address: tuple[str, int]):
        self.begun = time.perf_counter()
        self.socket = socket.create_connection(address, timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.host = f"{address[0]}:{address[1]}"
        self.reader = self.socket.makefile("rb", buffering=1 << 16)

    def __enter__(self) -> "Probe":
        return self

    def __exit__(self, *_) -> None:
        self.reader.close()
        self.socket.close()

    def took(self) -> float:
        return time.perf_counter() - self.begun

    def ask(self, path: str, headers: str = "") -> dict[str, str]:
        """The headers of the answer."""
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\n{headers}\r\n".encode())
        status = self.reader.readline().decode()
        known = self.headers()
        if status.split()[1] not in ("200", "101"):
            raise ConnectionError(f"{path}: {status} {self.reader.read(int(known.get('content-length', 0)))[:200]!r}")
        return known

    def headers(self) -> dict[str, str]:
        known = {}
        while (line := self.reader.readline().decode().strip()) != "":
            name, _, value = line.partition(":")
            known[name.lower()] = value.strip()
        return known

    def whole(self, path: str) -> bytes:
        return self.reader.read(int(self.ask(path)["content-length"]))

    def messages(self, path: str):
        """Of a WebSocket (RFC 6455), those that are binary."""
        key = base64.b64encode(os.urandom(16)).decode()
        self.ask(path, f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n")
        message = b""
        while True:
            first, length = self.reader.read(2)
            if length >= 126:
                form = ">H" if length == 126 else ">Q"
                (length,) = struct.unpack(form, self.reader.read(struct.calcsize(form)))
            payload = self.reader.read(length)
            kind = first & 15
            if kind == 8:
                raise ConnectionError(f"{path}: closed: {payload!r}")
            if kind in (0, 2):
                message += payload
                if first & 0x80:
                    yield message
                    message = b""


def parts(probe: Probe, stream: str) -> None:
    playlist = hls(probe, stream)
    # A player begins with the newest part that begins with a key frame.
    uri = [part.uri for part in playlist.parts if part.independent][-1]
    probe.whole(f"/hls/{stream}/{uri}")


def segments(probe: Probe, stream: str) -> None:
    playlist = hls(probe, stream)
    probe.whole(f"/hls/{stream}/{playlist.segments[-1]}")


def hls(probe: Probe, stream: str) -> Playlist:
    index = probe.whole(f"/hls/{stream}/index.m3u8").decode()
    playlist = Playlist.parse(probe.whole(f"/hls/{stream}/{media(index)}").decode())
    if playlist.init:
        probe.whole(f"/hls/{stream}/{playlist.init}")
    return playlist


def fragment(probe: Probe, stream: str) -> None:
    """The one behind the init segment: it has a key frame."""
    next(message for message in probe.messages(f"/ws/{stream}?format=mp4") if message[4:8] == b"moof")


def unit(probe: Probe, stream: str) -> None:
    next(message for message in probe.messages(f"/ws/{stream}?format=h264") if message[0] == 1)


def webp(probe: Probe, stream: str) -> None:
    next(probe.messages(f"/ws/{stream}?format=webp"))


def jpeg(probe: Probe, stream: str) -> None:
    next(probe.messages(f"/ws/{stream}?format=jpeg"))


def mjpeg(probe: Probe, stream: str) -> None:
    probe.ask(f"/mjpeg/{stream}")
    while "content-length" not in (known := probe.headers()):
        pass
    probe.reader.read(int(known["content-length"]))


def still(probe: Probe, stream: str) -> None:
    probe.whole(f"/still/{stream}.jpg")
