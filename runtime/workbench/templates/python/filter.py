"""{{WHAT}}."""

import json

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.lifecycle import Mistake
from wit_world.exports.processor import Verdict
from wit_world.imports import drawing, host
from wit_world.imports.drawing import TextStyle
from wit_world.imports.pictures import Picture
from wit_world.imports.types import Color, Point

import options

current = options.read("{}")
# Made for a height of the picture, and kept: the host caches what it drew with it.
style: TextStyle | None = None
style_height = 0


{{LIFECYCLE}}

class Processor(exports.Processor):
    def process(self, picture: Picture) -> Verdict:
        global style, style_height
        height = picture.size().height
        if style is None or style_height != height:
            # White with a dark contour: it can be read on anything.
            style = TextStyle(height // 15, Color(255, 255, 255, 255))
            style.set_outline(2, Color(0, 0, 0, 255))
            style_height = height
        margin = height // 30
        drawing.text(picture, Point(margin, margin), f"{current['text']} {host.stream_name()}", style)
        return Verdict.KEEP
