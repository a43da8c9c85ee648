"""Who listens to events (Server-Sent Events, the HTML standard, section 9.2), with a thread of its own."""

import json
import queue
import socket
import threading
import time

PATIENCE = 30


class Events:
    """Those of one kind, or some, as they come. `late` says how long each was on its way: the clock is the same on both sides."""

    def __init__(self, address: tuple[str, int], kinds: str):
        self.late: list[float] = []
        self.queue: queue.Queue[dict] = queue.Queue()
        self.socket = socket.create_connection(address, timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        host = f"{address[0]}:{address[1]}"
        self.socket.sendall(f"GET /api/events?kind={kinds} HTTP/1.0\r\nHost: {host}\r\nAccept: text/event-stream\r\n\r\n".encode())
        self.reader = self.socket.makefile("rb")
        status = self.reader.readline()
        if b" 200 " not in status:
            raise ConnectionError(status.decode())
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        try:
            for line in self.reader:
                if line.startswith(b"data:"):
                    now = time.time()
                    event = json.loads(line[5:])
                    if "time" in event:
                        self.late.append(now - event["time"] / 1e3)
                    self.queue.put(event)
        except (OSError, ValueError):
            pass

    def wait(self) -> dict:
        return self.queue.get(timeout=PATIENCE)

    def __enter__(self) -> "Events":
        return self

    def __exit__(self, *_) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
