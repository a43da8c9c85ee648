#!/usr/bin/env python3
"""What operators' figures are measured by: many idle streams, busy ones with the API and events beside them, idle connections, what stays of streams that went,
and a soak. Prints rows of docs/BENCHMARKS.md.

    operations.py idle PROGRAM [--streams 5000] [--rounds 5]
    operations.py live PROGRAM [--url RTSP_URL] [--streams 50] [--viewers 200] [--seconds 60]
    operations.py connections PROGRAM [--connections 10000]
    operations.py remembered PROGRAM [--rounds 3]
    operations.py soak PROGRAM [--minutes 30]

Python's standard library is enough; `live` without a URL and `soak` want ffmpeg for their clips. CPU time is the server's own process, from the system's
clock of it; who watches and the cameras are other processes. `soak` ends with status 1 if what it looks at was not held.
"""

import argparse
import sys

from operations import connections, idle, live, remembered, soak


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)

    command = commands.add_parser("idle")
    command.add_argument("program")
    command.add_argument("--streams", type=int, default=5_000)
    command.add_argument("--rounds", type=int, default=5)
    command.set_defaults(run=lambda a: idle.measure(a.program, a.streams, a.rounds))

    command = commands.add_parser("live")
    command.add_argument("program")
    command.add_argument("--url", help="a server that bears so many connections; a scripted camera where it is left out")
    command.add_argument("--streams", type=int, default=50)
    command.add_argument("--viewers", type=int, default=200)
    command.add_argument("--seconds", type=int, default=60)
    command.set_defaults(run=lambda a: live.measure(a.program, a.url, a.streams, a.viewers, a.seconds))

    command = commands.add_parser("connections")
    command.add_argument("program")
    command.add_argument("--connections", type=int, default=10_000)
    command.set_defaults(run=lambda a: connections.measure(a.program, a.connections))

    command = commands.add_parser("remembered")
    command.add_argument("program")
    command.add_argument("--rounds", type=int, default=3, help="700 streams each")
    command.set_defaults(run=lambda a: remembered.measure(a.program, a.rounds))

    command = commands.add_parser("soak")
    command.add_argument("program")
    command.add_argument("--minutes", type=float, default=30, help="of which the first fifth, ten minutes at most, is for warming up")
    command.set_defaults(run=lambda a: soak.measure(a.program, a.minutes))

    arguments = parser.parse_args()
    sys.exit(arguments.run(arguments))


if __name__ == "__main__":
    main()
