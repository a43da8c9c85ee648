"""Many who watch, in one process that is not counted: every fourth by HLS, the others mp4 over WebSocket. Nothing is looked at but its length."""

import asyncio
import base64
import os
import selectors
import socket
import threading

from video.player import Player

PATIENCE = 30
BUFFER = memoryview(bytearray(1 << 20))


def watch(address: tuple[str, int], names: list[str], counted) -> None:
    """Until it is ended. `counted` is what came, in bytes."""
    players = [Player(address, name, low_latency=False) for name in names[::4]]
    sockets = [name for at, name in enumerate(names) if at % 4]
    threading.Thread(target=receive, args=(address, sockets, counted), daemon=True).start()
    asyncio.run(play(players, counted))


async def play(players: list[Player], counted) -> None:
    running = [asyncio.create_task(player.run()) for player in players]
    before = 0
    while running:
        await asyncio.sleep(0.5)
        now = sum(player.bytes for player in players)
        with counted.get_lock():
            counted.value += now - before
        before = now


def receive(address: tuple[str, int], names: list[str], counted) -> None:
    with selectors.DefaultSelector() as selector:
        for name in names:
            selector.register(opened(address, f"/ws/{name}?format=mp4"), selectors.EVENT_READ)
        while selector.get_map():
            came = 0
            for key, _ in selector.select(1):
                count = key.fileobj.recv_into(BUFFER)
                came += count
                if not count:
                    selector.unregister(key.fileobj)
            with counted.get_lock():
                counted.value += came


def opened(address: tuple[str, int], path: str) -> socket.socket:
    """A WebSocket (RFC 6455) of which only bytes are received."""
    stream = socket.create_connection(address, timeout=PATIENCE)
    key = base64.b64encode(os.urandom(16)).decode()
    headers = f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
    stream.sendall(f"GET {path} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\n{headers}\r\n".encode())
    received = stream.recv(1 << 12)
    if b" 101 " not in received.split(b"\r\n")[0]:
        raise ConnectionError(f"{path}: {received[:200]!r}")
    stream.setblocking(False)
    return stream
