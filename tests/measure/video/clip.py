"""Clips that ffmpeg makes: its test picture with noise, High without B-frames, the same bytes in each run."""

import pathlib
import subprocess
from dataclasses import dataclass


@dataclass
class Clip:
    size: str
    rate: int
    gop: int
    """In pictures."""
    bits_per_second: int
    seconds: int

    def make(self, file: pathlib.Path) -> pathlib.Path:
        """An H.264 byte stream, or an mp4, by the file's name: each access unit behind a delimiter, each key frame behind its parameter sets."""
        x264 = f"keyint={self.gop}:min-keyint={self.gop}:scenecut=0:bframes=0:weightp=0:aud=1:repeat-headers=1:nal-hrd=cbr"
        subprocess.run(
            ["ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", f"testsrc2=size={self.size}:rate={self.rate}"]
            + ["-t", str(self.seconds), "-vf", "noise=alls=20:allf=t:all_seed=1", "-pix_fmt", "yuv420p", "-profile:v", "high"]
            + ["-c:v", "libx264", "-preset", "veryfast", "-threads", "1", "-x264-params", x264]
            + ["-b:v", str(self.bits_per_second), "-maxrate", str(self.bits_per_second), "-bufsize", str(self.bits_per_second // 2)]
            + [str(file)],
            check=True,
            timeout=300,
        )
        return file
