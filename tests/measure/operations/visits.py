"""A visit of one viewer, at any output. A stream whose camera is away may say so; anything else that is not what was asked for is an error."""

import asyncio
import base64
import os

from video.connection import Refused
from video.player import Player

# How long a viewer waits for a word: the longest of `start_timeout` and what is between two pings.
PATIENCE = 45


async def visit(address: tuple[str, int], output: str, stream: str, seconds: float) -> None:
    match output:
        case "hls":
            await play(address, stream, seconds)
        case "still":
            await read(address, f"/still/{stream}.jpg", "", seconds=PATIENCE, ends=True)
            # Who asks for stills asks again, now and then.
            await asyncio.sleep(seconds / 10)
        case "mjpeg":
            await read(address, f"/mjpeg/{stream}", "", seconds)
        case _:
            key = base64.b64encode(os.urandom(16)).decode()
            upgrade = f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
            query = "?format=mp4" if output == "mp4" else ""
            await read(address, f"/ws/{stream}{query}", upgrade, seconds)


async def play(address: tuple[str, int], stream: str, seconds: float) -> None:
    player = Player(address, stream, low_latency=True)
    running = asyncio.create_task(player.session())
    try:
        await asyncio.wait_for(running, seconds)
    except TimeoutError:
        pass
    except (Refused, ConnectionError) as error:
        # Of a camera that is away: no window, or one that ended.
        if " 503 " not in str(error) and " 404 " not in str(error):
            raise
        await asyncio.sleep(1)
    finally:
        player.playlists.close()
        player.files.close()


async def read(address: tuple[str, int], path: str, headers: str, seconds: float, ends: bool = False) -> None:
    reader, writer = await asyncio.open_connection(*address)
    close = "Connection: close\r\n" if ends else ""
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\n{close}{headers}\r\n".encode())
        status = int((await asyncio.wait_for(reader.readline(), PATIENCE)).split()[1])
        if status == 503:
            await asyncio.sleep(1)
            return
        if status not in (101, 200):
            raise ConnectionError(f"{path}: {status}")
        async with asyncio.timeout(seconds):
            while await reader.read(1 << 16):
                pass
        if not ends:
            raise ConnectionError(f"{path}: the server ended it")
    except TimeoutError:
        if ends:
            raise
    finally:
        writer.transport.abort()
