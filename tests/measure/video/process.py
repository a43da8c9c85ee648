"""Processes that are measured, and what the system knows of them: `/proc/{id}`."""

import ctypes
import os
import pathlib
import subprocess
import sys
import threading
import time
from typing import NamedTuple

LIBC = ctypes.CDLL(None, use_errno=True)


class Memory(NamedTuple):
    """Bytes of a process that are in memory: what it maps, its share of that, and what is nobody else's and no file's."""

    resident: int
    share: int
    anonymous: int

    def __sub__(self, other: "Memory") -> "Memory":
        return Memory(*(mine - its for mine, its in zip(self, other)))

    def per(self, count: int) -> str:
        return " / ".join(f"{value / count / 2**20:.2f}" for value in self)


def memory(pid: int) -> Memory:
    lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    known = {name: int(rest.split()[0]) << 10 for name, _, rest in (line.partition(":") for line in lines)}
    return Memory(known["Rss"], known["Pss"], known["Anonymous"])


def threads(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/task"))


def cpu(pid: int) -> float:
    """Seconds of user and system time, of all threads and those that ended. The process's clock has nanoseconds, /proc has hundredths of seconds."""
    clock = ctypes.c_int()
    if LIBC.clock_getcpuclockid(pid, ctypes.byref(clock)):
        raise ProcessLookupError(pid)
    return time.clock_gettime(clock.value)


def children(pid: int) -> list[int]:
    return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Server:
    """Framegate with a configuration, until it is closed. What it says before it listens, and what it warns of later, is passed on; warnings are counted."""

    def __init__(self, program: str, streams: str, folder: pathlib.Path):
        file = folder / "streams.toml"
        file.write_text(f'[server]\nlisten = "127.0.0.1:0"\n{streams}')
        self.warnings = self.errors = 0
        self.address: tuple[str, int] | None = None
        self.process = subprocess.Popen(
            [program, "run", file],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"XDG_CACHE_HOME": str(folder / "cache")},
        )
        self.pid = self.process.pid
        threading.Thread(target=self._follow, daemon=True).start()
        line = self.process.stdout.readline()
        if "listening on http" not in line:
            self.process.wait(10)
            sys.exit(f"the server did not start: {self.process.returncode}")
        host, port = line.strip().split("://")[1].rstrip("/").rsplit(":", 1)
        self.address = (host, int(port))

    def _follow(self) -> None:
        for line in self.process.stderr:
            is_warning = " WARN " in line or " ERROR " in line
            self.warnings += is_warning
            self.errors += " ERROR " in line
            if (is_warning and self.warnings <= 10) or self.address is None and " INFO " not in line:
                print(line, end="", file=sys.stderr)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(20)

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_) -> None:
        self.close()
