"""What a player reads in a media playlist (RFC 8216, second edition, section 4)."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^,]*)')


class Part(NamedTuple):
    uri: str
    independent: bool


@dataclass
class Playlist:
    target: int = 0
    first: int = 0
    """The media sequence number of the first segment, told or skipped."""
    skipped: int = 0
    init: str | None = None
    segments: list[str] = field(default_factory=list)
    """Those that are told, the oldest first."""
    parts: list[Part] = field(default_factory=list)
    """Of these segments and of the one that is being made."""
    open_parts: int = 0
    can_skip: bool = False

    @classmethod
    def parse(cls, text: str) -> "Playlist":
        playlist = cls()
        for line in text.splitlines():
            tag, _, rest = line.partition(":")
            if not line.startswith("#"):
                playlist.segments.append(line)
                playlist.open_parts = 0
            elif tag == "#EXT-X-TARGETDURATION":
                playlist.target = int(rest)
            elif tag == "#EXT-X-MEDIA-SEQUENCE":
                playlist.first = int(rest)
            elif tag == "#EXT-X-SERVER-CONTROL":
                playlist.can_skip = "CAN-SKIP-UNTIL" in rest
            elif tag == "#EXT-X-SKIP":
                playlist.skipped = int(attributes(rest)["SKIPPED-SEGMENTS"])
            elif tag == "#EXT-X-MAP":
                playlist.init = attributes(rest)["URI"]
            elif tag == "#EXT-X-PART":
                known = attributes(rest)
                playlist.parts.append(Part(known["URI"], known.get("INDEPENDENT") == "YES"))
                playlist.open_parts += 1
        return playlist

    @property
    def length(self) -> int:
        """Whole segments that it has."""
        return self.skipped + len(self.segments)

    @property
    def next(self) -> tuple[int, int]:
        """What is made next: the number of its segment, and of its part in there."""
        return self.first + self.length, self.open_parts


def attributes(text: str) -> dict[str, str]:
    return {name: value.strip('"') for name, value in ATTRIBUTE.findall(text)}


def media(multivariant: str) -> str:
    """The address of the first media playlist."""
    return next(line for line in multivariant.splitlines() if line and not line.startswith("#"))
