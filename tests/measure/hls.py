#!/usr/bin/env python3
"""What HLS, and video over WebSocket, cost a whole process, and how soon they are there. Prints rows of docs/BENCHMARKS.md.

    hls.py cameras PROGRAM RTSP_URL --variant fmp4|ll [--segment 4800ms] [--streams 50] [--seconds 60] [--gzip]
    hls.py serve PROGRAM [URL] [--connections 50] [--gigabytes 2] [--rounds 5]
    hls.py first PROGRAM [--tries 15]
    hls.py reencode PROGRAM FOOTAGE [--seconds 20] [--rounds 3]

`cameras` wants an RTSP server that bears that many viewers; the others bring what they need, but for ffmpeg, a C compiler and nginx (which is left out
where it is not). CPU time is the server's own process, from the system's clock of it; who watches is another process.
"""

import argparse

from video import cameras, first, reencode, serve


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)

    command = commands.add_parser("cameras")
    command.add_argument("program")
    command.add_argument("url")
    command.add_argument("--variant", choices=["fmp4", "ll", "ts"], required=True)
    # The GOP of car-detection.mp4: of a longer one than segments are to be it is not known at first, and segments are cut between key frames.
    command.add_argument("--segment", default="4800ms")
    command.add_argument("--streams", type=int, default=50)
    command.add_argument("--seconds", type=int, default=60)
    command.add_argument("--gzip", action="store_true", help="players take packed playlists, as browsers do")
    command.set_defaults(run=lambda a: cameras.measure(a.program, a.url, a.variant, a.segment, a.streams, a.seconds, a.gzip))

    command = commands.add_parser("serve")
    command.add_argument("program")
    command.add_argument("url", nargs="?", help="of about 4 Mbit/s with a key frame each second; a clip, where it is left out")
    command.add_argument("--connections", type=int, default=50)
    command.add_argument("--gigabytes", type=float, default=2.0, help="in each round")
    command.add_argument("--rounds", type=int, default=5)
    command.set_defaults(run=lambda a: serve.measure(a.program, a.url, a.connections, a.gigabytes, a.rounds))

    command = commands.add_parser("first")
    command.add_argument("program")
    command.add_argument("--tries", type=int, default=15)
    command.set_defaults(run=lambda a: first.measure(a.program, a.tries))

    command = commands.add_parser("reencode")
    command.add_argument("program")
    command.add_argument("footage", help="of a real camera: noise is most of the work")
    command.add_argument("--seconds", type=int, default=20)
    command.add_argument("--rounds", type=int, default=3)
    command.set_defaults(run=lambda a: reencode.measure(a.program, a.footage, a.seconds, a.rounds))

    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
