#!/usr/bin/env python3
"""From saving a component to the new one in force, with a viewer watching: reload.py PROGRAM COMPONENT [TIMES]

Each save has other bytes (a custom section at the end), so that nothing of it is in the cache of compiled code, which is the run's own.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time

STREAMS = """[server]
listen = "127.0.0.1:0"
[plugins.p]
component = "p.wasm"
[streams.s]
source = "test://"
plugins = [{ use = "p" }]
"""


def main(program: str, component: str, times: int = 9) -> None:
    base = pathlib.Path(component).read_bytes()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)

        def save() -> None:
            section = b"\x07measure" + os.urandom(8)
            (folder / "p.new").write_bytes(base + b"\0" + bytes([len(section)]) + section)
            (folder / "p.new").rename(folder / "p.wasm")

        save()
        (folder / "streams.toml").write_text(STREAMS)
        server = subprocess.Popen(
            [program, "run", folder / "streams.toml"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"XDG_CACHE_HOME": str(folder / "cache")},
        )
        in_force = threading.Event()

        def follow() -> None:
            for line in server.stderr:
                if "the new configuration is in force" in line:
                    in_force.set()
                elif " WARN " in line or " ERROR " in line:
                    print(line, end="", file=sys.stderr)

        threading.Thread(target=follow, daemon=True).start()
        address = server.stdout.readline().strip().split("http://")[1]
        viewer = subprocess.Popen(["curl", "--silent", "--output", "/dev/null", f"http://{address}/mjpeg/s"])
        took = []
        try:
            time.sleep(2)
            for _ in range(times):
                in_force.clear()
                begun = time.monotonic()
                save()
                if not in_force.wait(60):
                    sys.exit("no reload within 60 s")
                took.append(1e3 * (time.monotonic() - begun))
                time.sleep(0.7)
        finally:
            viewer.kill()
            server.terminate()
            server.wait()
    name = pathlib.Path(component).name
    print(f"{name}: median {statistics.median(took):.0f} ms, {min(took):.0f} to {max(took):.0f}, {times} times")


if __name__ == "__main__":
    main(*sys.argv[1:3], *map(int, sys.argv[3:4]))
