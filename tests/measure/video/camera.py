"""A camera over RTSP, scripted: H.264 over TCP (RFC 2326, RFC 6184), in real time, beginning with the clip's first key frame at each PLAY.

`python3 -m video.camera FILE RATE [PORT]` prints its port.
"""

import base64
import pathlib
import re
import socket
import struct
import sys
import threading
import time

CLOCK = 90_000
PAYLOAD = 1_400
TYPE = 96


class Clip:
    """The access units of a byte stream that has a delimiter in front of each, as RTP payloads."""

    def __init__(self, file: pathlib.Path, rate: int):
        self.rate = rate
        units: list[list[bytes]] = []
        for nal in file.read_bytes().split(b"\0\0\1")[1:]:
            if nal[0] & 31 == 9:
                units.append([])
            elif nal[0] & 31 != 12:  # Filler: a camera sends none.
                units[-1].append(nal.rstrip(b"\0"))
        first = {nal[0] & 31: nal for nal in units[0]}
        self.sps, self.pps = first[7], first[8]
        self.units = [[payload for nal in unit for payload in payloads(nal)] for unit in units]


def payloads(nal: bytes):
    """One of the unit itself, or fragments of it (RFC 6184, section 5.8)."""
    if len(nal) <= PAYLOAD:
        yield nal
        return
    for at in range(1, len(nal), PAYLOAD):
        begins, ends = at == 1, at + PAYLOAD >= len(nal)
        yield bytes([nal[0] & 0xE0 | 28, begins << 7 | ends << 6 | nal[0] & 31]) + nal[at : at + PAYLOAD]


class Session:
    """One connection. Requests are answered on the thread that runs it, media goes out on another."""

    def __init__(self, client: socket.socket, clip: Clip):
        self.client, self.clip = client, clip
        self.writing = threading.Lock()
        self.over = threading.Event()

    def run(self) -> None:
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        received = b""
        try:
            while more := self.client.recv(1 << 16):
                received += more
                while b"\r\n\r\n" in received:
                    if received[:1] == b"$":  # What the viewer reports by RTCP.
                        received = received[4 + struct.unpack(">H", received[2:4])[0] :]
                        continue
                    head, _, received = received.partition(b"\r\n\r\n")
                    self.answer(head.decode())
        except OSError:
            pass
        self.over.set()
        self.client.close()

    def answer(self, request: str) -> None:
        method, url = request.split()[:2]
        sequence = re.search(r"(?im)^CSeq: *(\d+)", request)[1]
        headers, body = "Session: 1\r\n", ""
        if method == "OPTIONS":
            headers = "Public: OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN\r\n"
        elif method == "DESCRIBE":
            sets = ",".join(base64.b64encode(nal).decode() for nal in (self.clip.sps, self.clip.pps))
            profile = self.clip.sps[1:4].hex()
            body = (
                "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=control:*\r\nm=video 0 RTP/AVP 96\r\na=control:video\r\n"
                f"a=rtpmap:{TYPE} H264/{CLOCK}\r\na=fmtp:{TYPE} packetization-mode=1;profile-level-id={profile};sprop-parameter-sets={sets}\r\n"
            )
            headers = f"Content-Base: {url}/\r\nContent-Type: application/sdp\r\nContent-Length: {len(body)}\r\n"
        elif method == "SETUP":
            headers += "Transport: RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=00000001\r\n"
        elif method == "PLAY":
            headers += f"Range: npt=now-\r\nRTP-Info: url={url.rstrip('/')}/video;seq=0;rtptime=0\r\n"
        self.write(f"RTSP/1.0 200 OK\r\nCSeq: {sequence}\r\n{headers}\r\n{body}".encode())
        if method == "PLAY":
            threading.Thread(target=self.play, daemon=True).start()
        if method == "TEARDOWN":
            self.client.shutdown(socket.SHUT_RDWR)

    def write(self, data: bytes) -> None:
        with self.writing:
            self.client.sendall(data)

    def play(self) -> None:
        begun, number = time.monotonic(), 0
        count = len(self.clip.units)
        picture = 0
        try:
            while not self.over.wait(max(0, begun + picture / self.clip.rate - time.monotonic())):
                stamp = picture * CLOCK // self.clip.rate & 0xFFFF_FFFF
                out = []
                unit = self.clip.units[picture % count]
                for at, payload in enumerate(unit):
                    marker = 0x80 if at == len(unit) - 1 else 0
                    out.append(struct.pack(">cBHBBHII", b"$", 0, len(payload) + 12, 0x80, marker | TYPE, number, stamp, 1) + payload)
                    number = number + 1 & 0xFFFF
                self.write(b"".join(out))
                picture += 1
        except OSError:
            pass


def main(file: str, rate: str, port: str = "0") -> None:
    clip = Clip(pathlib.Path(file), int(rate))
    listener = socket.create_server(("127.0.0.1", int(port)), backlog=128)
    print(listener.getsockname()[1], flush=True)
    while True:
        client, _ = listener.accept()
        threading.Thread(target=Session(client, clip).run, daemon=True).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
