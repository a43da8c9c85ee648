"""Reads a camera with OpenCV and posts its pictures to a Framegate stream whose source is `push`.

The newest picture always: a camera that is faster than the encoder or the network leaves pictures out, it never falls behind.
"""

import argparse
import logging
import os
import signal
import threading
import time

import cv2
import httpx

# Before the first capture is opened. UDP would lose parts of pictures; these options are ignored for everything but RTSP.
os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp")

FIRST_DELAY_S = 1.0
LONGEST_DELAY_S = 30.0
TIMEOUT_MS = 10_000

log = logging.getLogger("producer")


class Camera:
    """Keeps the newest picture of a source, on a thread of its own, and connects anew when the source ends."""

    def __init__(self, source, stop):
        self._source, self._stop = source, stop
        self._picture = None
        self._changed = threading.Condition()
        threading.Thread(target=self._run, name="camera", daemon=True).start()

    def newest(self, timeout):
        """The newest picture that was not taken yet, or None when there was none for `timeout` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._picture is not None, timeout)
            picture, self._picture = self._picture, None
            return picture

    def _run(self):
        delay = FIRST_DELAY_S
        while not self._stop.is_set():
            if self._read_until_lost():
                delay = FIRST_DELAY_S
            log.warning("no pictures from the source, trying again in %.0f s", delay)
            self._stop.wait(delay)
            delay = min(2 * delay, LONGEST_DELAY_S)

    def _read_until_lost(self):
        """One session; whether it brought a picture."""
        timeouts = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, TIMEOUT_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, TIMEOUT_MS]
        capture = cv2.VideoCapture(self._source, cv2.CAP_FFMPEG, timeouts)
        # A file is read as fast as it is asked for; a camera has its own clock.
        interval = 0 if "://" in self._source else 1 / (capture.get(cv2.CAP_PROP_FPS) or 25)
        brought = False
        while not self._stop.is_set():
            came, picture = capture.read()
            if not came:
                break
            if not brought:
                log.info("pictures of %d x %d", picture.shape[1], picture.shape[0])
            brought = True
            with self._changed:
                self._picture = picture
                self._changed.notify()
            if interval:
                self._stop.wait(interval)
        capture.release()
        return brought


def encode(picture, width, extension, quality):
    """The bytes of one still: never made larger than the camera's picture."""
    height = round(picture.shape[0] * width / picture.shape[1]) if width else 0
    if width and width < picture.shape[1]:
        picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    parameter = cv2.IMWRITE_WEBP_QUALITY if extension == ".webp" else cv2.IMWRITE_JPEG_QUALITY
    encoded, still = cv2.imencode(extension, picture, [parameter, quality])
    if not encoded:
        raise ValueError(f"OpenCV could not encode a picture as {extension}")
    return still.tobytes()


def produce(options, stop):
    """Posts until `stop`, one still after the other on one HTTP/2 connection, so that they arrive in order."""
    camera = Camera(options.source, stop)
    extension = "." + options.format
    headers = {"content-type": "image/jpeg" if extension == ".jpg" else "image/webp"}
    if options.token:
        headers["authorization"] = f"Bearer {options.token}"
    # Without HTTP/1.1 there is nothing to negotiate: over http:// this is HTTP/2 with prior knowledge.
    with httpx.Client(http1=False, http2=True, headers=headers, timeout=10) as client:
        due, told, posted, delay = time.monotonic(), time.monotonic(), 0, FIRST_DELAY_S
        while not stop.is_set():
            picture = camera.newest(timeout=1)
            if picture is None:
                continue
            problem = post(client, options.to, encode(picture, options.width, extension, options.quality))
            if problem:
                log.warning("%s, trying again in %.0f s", problem, delay)
                stop.wait(delay)
                delay = min(2 * delay, LONGEST_DELAY_S)
                continue
            delay, posted = FIRST_DELAY_S, posted + 1
            now = time.monotonic()
            if now - told >= 10:
                log.info("%.1f stills a second", posted / (now - told))
                told, posted = now, 0
            # The next is due by the clock, so that the rate holds; after a pause nothing is caught up.
            due = max(due + 1 / options.fps, now)
            stop.wait(due - now)


def post(client, address, still):
    """Why a still was not taken, in the words of the server; None when it was."""
    try:
        answer = client.post(address, content=still)
    except httpx.HTTPError as error:
        return f"{address} does not answer ({error!r})"
    if answer.is_success:
        return None
    try:
        problem = answer.json()
        return f"{answer.status_code}: {problem.get('title')}: {problem.get('detail')}"
    except ValueError:
        return f"{answer.status_code}: {answer.text[:200]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", help="rtsp:// address or file")
    parser.add_argument("to", help="where to post, such as http://127.0.0.1:8080/ingest/lobby")
    parser.add_argument("--fps", type=float, default=30, help="stills a second at most (30)")
    parser.add_argument("--width", type=int, default=0, help="pixels; wider pictures are scaled down (as the camera sends)")
    parser.add_argument("--format", choices=["webp", "jpg"], default="webp", help="jpg takes a tenth of the CPU time (webp)")
    parser.add_argument("--quality", type=int, default=80, help="1 to 100 (80)")
    parser.add_argument("--token", default=os.environ.get("FRAMEGATE_TOKEN"), help="bearer token (the variable FRAMEGATE_TOKEN)")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    produce(options, stop)


if __name__ == "__main__":
    main()
