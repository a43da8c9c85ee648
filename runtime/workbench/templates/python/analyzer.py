"""{{WHAT}}."""

import json

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.lifecycle import Mistake
from wit_world.exports.processor import Verdict
from wit_world.imports import host
from wit_world.imports.pictures import Annotation, Picture
from wit_world.imports.types import Rect, Size

import options

# The picture is looked at in this many cells.
GRID = Size(32, 18)
# A cell moves when this share of it does, of 255: a quarter.
MOVING = 64

current = options.read("{}")
# Whether something moved in the last picture.
moved = False


{{LIFECYCLE}}

class Processor(exports.Processor):
    def process(self, picture: Picture) -> Verdict:
        global moved
        cells = picture.motion(GRID, current["threshold"])
        area = moving(cells, picture.size())
        if area is not None:
            picture.annotate(Annotation("motion", max(cells) / 255, area, None, []))
            if not moved:
                host.emit("motion-began", "{}")
        moved = area is not None
        return Verdict.KEEP


def moving(cells: bytes, size: Size) -> Rect | None:
    """The area round all cells that move, in pixels."""
    places = [divmod(index, GRID.width) for index, share in enumerate(cells) if share >= MOVING]
    if not places:
        return None
    rows, columns = [row for row, _ in places], [column for _, column in places]
    left, top, right, bottom = min(columns), min(rows), max(columns) + 1, max(rows) + 1
    return Rect(
        left * size.width // GRID.width,
        top * size.height // GRID.height,
        (right - left) * size.width // GRID.width,
        (bottom - top) * size.height // GRID.height,
    )
