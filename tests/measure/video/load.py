"""Connections that fetch files as fast as they come. Nothing is looked at but the length, and one buffer takes all bytes: it is the server that is busy."""

import selectors
import socket

BUFFER = memoryview(bytearray(1 << 20))
# How much is asked for while the header has not come: more of the body comes by the next call.
HEADER = 4096


class Fetcher:
    """One connection, which is kept. It has `left` files to fetch, and goes round in `paths` from its own place on."""

    def __init__(self, address: tuple[str, int], paths: list[str], at: int, left: int):
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        host = f"{address[0]}:{address[1]}"
        self.requests = [f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode() for path in paths]
        self.at, self.left = at, left
        self.head: bytes | None = b""
        self.body = self.received = 0
        self.ask()

    def ask(self) -> None:
        self.socket.sendall(self.requests[self.at % len(self.requests)])
        self.at += 1
        self.left -= 1

    def take(self) -> bool:
        """What has come; false when that was the end of all."""
        try:
            count = self.socket.recv_into(BUFFER, HEADER if self.head is not None else len(BUFFER))
        except BlockingIOError:
            return True
        if not count:
            raise ConnectionError("the server ended the connection")
        self.received += count
        if self.head is None:
            self.body -= count
        else:
            self.head += BUFFER[:count]
            head, end, body = self.head.partition(b"\r\n\r\n")
            if not end:
                return True
            if not head.startswith(b"HTTP/1.1 200 "):
                raise ConnectionError(head.decode())
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            self.body, self.head = int(length.split(b":")[1]) - len(body), None
        if self.body:
            return True
        self.head = b""
        if self.left:
            self.ask()
            return True
        return False


def fetch(address: tuple[str, int], paths: list[str], connections: int, files: int) -> int:
    """Bytes that came of so many files in all."""
    each = max(1, files // connections)
    fetchers = [Fetcher(address, paths, at, each) for at in range(connections)]
    with selectors.DefaultSelector() as selector:
        for fetcher in fetchers:
            selector.register(fetcher.socket, selectors.EVENT_READ, fetcher)
        while selector.get_map():
            ready = selector.select(30)
            if not ready:
                raise TimeoutError("nothing came for 30 s")
            for key, _ in ready:
                if not key.data.take():
                    selector.unregister(key.fileobj)
                    key.fileobj.close()
    return sum(fetcher.received for fetcher in fetchers)
