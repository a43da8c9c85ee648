"""1080p30 with a clock drawn into it, made anew at 4 Mbit/s: CPU for each picture of the whole program, beside ffmpeg's of the same, in turns."""

import os
import pathlib
import statistics
import subprocess
import tempfile
import time

from . import process
from .process import Server
from .row import head, row

RATE = 30
BITS_PER_SECOND = 4_000_000
OPTIONS = f'plugins = [{{ use = "clock" }}]\nhls = {{ always = true }}\nvideo = {{ bitrate = "{BITS_PER_SECOND // 1_000_000}M" }}\n'
# What the camera sends, and what is to be reached of ffmpeg's time.
PROFILES = {
    "Baseline": (["-profile:v", "baseline"], "≤ 0.85 ×"),
    "High without B": (["-profile:v", "high", "-x264-params", "bframes=0:weightp=0"], "≤ 1.0 ×"),
    "High with B": (["-profile:v", "high", "-x264-params", "bframes=2:weightp=0"], ""),
}
SETTLING = 4


def measure(program: str, footage: str, seconds: int, rounds: int) -> None:
    head()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for profile, (options, to_reach) in PROFILES.items():
            clip = make(footage, folder / "clip.mp4", options, seconds)
            pairs = [(ours(program, clip, folder, seconds), ffmpeg(clip, seconds)) for _ in range(rounds)]
            ratio = statistics.median(mine / its for mine, its in pairs)
            mine, its = (statistics.median(column) for column in zip(*pairs))
            measured = f"{ratio:.2f} × ({1e3 * mine:.1f} ms against {1e3 * its:.1f} ms a picture, {rounds} rounds)"
            row(f"1080p30 {profile} → clock → H.264 at 4 Mbit/s, whole process, CPU against ffmpeg drawtext + libx264 ultrafast", measured, to_reach)


def make(footage: str, clip: pathlib.Path, options: list[str], seconds: int) -> pathlib.Path:
    subprocess.run(
        ["ffmpeg", "-nostdin", "-y", "-loglevel", "error", "-stream_loop", "-1", "-i", footage, "-t", str(seconds), "-an"]
        + ["-vf", f"fps={RATE},scale=1920:1080,format=yuv420p", "-c:v", "libx264", "-preset", "veryfast", "-g", str(2 * RATE)]
        + options
        + ["-b:v", str(BITS_PER_SECOND), str(clip)],
        check=True,
        timeout=600,
    )
    return clip


def ours(program: str, clip: pathlib.Path, folder: pathlib.Path, seconds: int) -> float:
    """Seconds of CPU for each picture, while the clip plays as it would come from a camera."""
    with Server(program, f'[streams.s]\nsource = "file://{clip}"\n{OPTIONS}', folder) as server:
        time.sleep(SETTLING)
        begin, before = time.monotonic(), process.cpu(server.pid)
        time.sleep(seconds)
        return (process.cpu(server.pid) - before) / (time.monotonic() - begin) / RATE


def ffmpeg(clip: pathlib.Path, seconds: int) -> float:
    clock = "drawtext=text='%{localtime}':fontcolor=white:fontsize=40:x=20:y=20:box=1:boxcolor=black"
    child = subprocess.Popen(
        ["ffmpeg", "-nostdin", "-loglevel", "error", "-threads", "1", "-i", str(clip), "-an", "-filter_threads", "1", "-vf", clock]
        + ["-c:v", "libx264", "-preset", "ultrafast", "-threads", "1", "-b:v", str(BITS_PER_SECOND), "-f", "null", "-"]
    )
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"ffmpeg ended with {child.returncode}")
    return (used.ru_utime + used.ru_stime) / (seconds * RATE)
