"""{{WHAT}}."""

import json

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.lifecycle import Mistake
from wit_world.imports.viewers import Choice, Viewer

import options

current = options.read("{}")


{{LIFECYCLE}}

class FormatChooser(exports.FormatChooser):
    def choose(self, viewer: Viewer) -> Choice:
        choice = Choice(viewer.asked_format() or next(iter(viewer.accepts()), "image/jpeg"))
        # A viewer is slow when it skips, or when what is written to it waits for half of the time.
        if viewer.skipped() > 0.5 or viewer.write_wait() > 0.5:
            choice.set_width(current["narrow"])
            choice.set_quality(60)
        return choice
