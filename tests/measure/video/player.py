"""A player of HLS as far as the server sees it: its requests, in their order and rhythm. Nothing is decoded."""

import asyncio
import sys

from .connection import Connection, Refused
from .playlist import Playlist, media


class Player:
    """One viewer of one stream. `run` goes on until it is cancelled; what went wrong is counted, and its first kind told."""

    def __init__(self, address: tuple[str, int], stream: str, low_latency: bool, headers: str = ""):
        self.folder = f"/hls/{stream}/"
        self.low_latency = low_latency
        # As browsers do: a playlist that waits holds up no media.
        self.playlists, self.files = Connection(address, headers), Connection(address, headers)
        self.bytes = self.fetched = self.reloads = self.errors = 0
        self.window = 0
        """Whole segments in the playlist."""
        self.moved = 0
        """How many have left it since it was first read."""
        self._begin: int | None = None
        self._last: str | None = None
        self._init: str | None = None

    async def run(self) -> None:
        while True:
            try:
                await self.session()
            except (Refused, OSError, KeyError, ValueError) as error:
                self.errors += 1
                if self.errors == 1:
                    print(f"{self.folder}: {error!r}", file=sys.stderr)
                self.playlists.close()
                self.files.close()
                await asyncio.sleep(1)

    async def session(self) -> None:
        """Until something goes wrong."""
        index = await self.playlists.get(self.folder + "index.m3u8", keep=True)
        address = media(index.text)
        await (self._parts(address) if self.low_latency else self._segments(address))

    async def _segments(self, address: str) -> None:
        """A changed playlist is read again after its target duration, one that did not change after half of it (section 6.3.4)."""
        loop = asyncio.get_running_loop()
        known = None
        while True:
            begun = loop.time()
            playlist = await self._read(address)
            changed = playlist.next != known
            known = playlist.next
            # It begins three segments from the end, as players do.
            await self._fetch(playlist, playlist.segments, playlist.segments[-3:])
            await asyncio.sleep(begun + playlist.target / (1 if changed else 2) - loop.time())

    async def _parts(self, address: str) -> None:
        """Each playlist is asked for with the part that comes next, and what it brought is fetched beside that."""
        asked = ""
        fetching = None
        try:
            while True:
                playlist = await self._read(address + asked)
                if fetching is not None:
                    await fetching
                parts = [part.uri for part in playlist.parts]
                keys = [at for at, part in enumerate(playlist.parts) if part.independent]
                begin = parts[keys[-1] :] if keys else parts[-1:]
                fetching = asyncio.create_task(self._fetch(playlist, parts, begin))
                msn, part = playlist.next
                skip = "&_HLS_skip=YES" if playlist.can_skip else ""
                asked = f"&_HLS_msn={msn}&_HLS_part={part}{skip}"
        finally:
            if fetching is not None:
                fetching.cancel()

    async def _read(self, address: str) -> Playlist:
        answer = await self.playlists.get(self.folder + address, keep=True)
        playlist = Playlist.parse(answer.text)
        self.reloads += 1
        self.bytes += answer.length
        self.window = playlist.length
        self._begin = playlist.first if self._begin is None else self._begin
        self.moved = playlist.first - self._begin
        return playlist

    async def _fetch(self, playlist: Playlist, files: list[str], begin: list[str]) -> None:
        """What is new of `files`; `begin` where nothing of it is known."""
        if playlist.init and playlist.init != self._init:
            self._init = playlist.init
            await self._file(playlist.init)
        new = files[files.index(self._last) + 1 :] if self._last in files else begin
        for file in new:
            await self._file(file)
            self._last = file

    async def _file(self, name: str) -> None:
        self.bytes += (await self.files.get(self.folder + name)).length
        self.fetched += 1
