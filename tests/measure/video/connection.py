"""A connection of HTTP/1.1 that is kept, in asyncio, as cheap as it can be: what nobody looks at is received into one buffer that all share."""

import asyncio
import gzip
import socket
from typing import NamedTuple

# What is received into it is thrown away, so one is enough for all connections of a loop.
SINK = memoryview(bytearray(1 << 20))


class Refused(Exception):
    """An answer that is none of 200."""


class Answer(NamedTuple):
    headers: dict[str, str]
    body: bytes
    length: int

    @property
    def text(self) -> str:
        return (gzip.decompress(self.body) if self.headers.get("content-encoding") == "gzip" else self.body).decode()


class Connection:
    """One request at a time. `headers` are sent with each: whole lines."""

    def __init__(self, address: tuple[str, int], headers: str = ""):
        self.address, self.headers = address, headers
        self.socket: socket.socket | None = None

    async def get(self, path: str, keep: bool = False) -> Answer:
        """`keep`: the body is given back, not thrown away."""
        loop = asyncio.get_running_loop()
        if self.socket is None:
            self.socket = socket.socket()
            self.socket.setblocking(False)
            await loop.sock_connect(self.socket, self.address)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        request = f"GET {path} HTTP/1.1\r\nHost: {self.address[0]}:{self.address[1]}\r\n{self.headers}\r\n"
        await loop.sock_sendall(self.socket, request.encode())
        received = b""
        while b"\r\n\r\n" not in received:
            more = await loop.sock_recv(self.socket, 1 << 16)
            if not more:
                raise ConnectionError(f"{path}: the connection ended")
            received += more
        head, _, body = received.partition(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers["content-length"])
        left = length - len(body)
        pieces = [body]
        while left:
            count = await loop.sock_recv_into(self.socket, SINK[: min(left, len(SINK))])
            if not count:
                raise ConnectionError(f"{path}: the connection ended in a body")
            if keep:
                pieces.append(bytes(SINK[:count]))
            left -= count
        if status.split()[1] != "200":
            raise Refused(f"{path}: {status} {body[:200]!r}")
        return Answer(headers, b"".join(pieces) if keep else b"", length)

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
            self.socket = None
