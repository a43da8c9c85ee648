"""Shows a camera only during business hours: pictures at other times go no further than this plugin.

The time is the picture's (`received-at`), in the zone of the place that the camera looks at; what clock this machine has does not matter.
"""

import json

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.lifecycle import Mistake
from wit_world.exports.processor import Verdict
from wit_world.imports import calendar, host
from wit_world.imports.pictures import Picture

import options

MINUTE = 60 * 1_000_000_000

current = options.read("{}")
# The minute that was asked about last, and the answer: the host is asked once a minute.
minute = -1
is_open = True


class Lifecycle(exports.Lifecycle):
    def describe(self) -> str:
        return json.dumps(
            {
                "name": "business-hours",
                "version": "0.1.0",
                "description": "Lets pictures through during business hours only",
                "options": options.SCHEMA,
            }
        )

    def configure(self, options_: str) -> None:
        global current, minute
        try:
            read = options.read(options_)
        except options.Mistakes as mistakes:
            raise Err([Mistake(path, message) for path, message in mistakes.found])
        try:
            calendar.civil(0, read.zone)
        except Err as error:
            raise Err([Mistake("/zone", error.value)])
        current, minute = read, -1


class Processor(exports.Processor):
    def process(self, picture: Picture) -> Verdict:
        global minute, is_open
        at = picture.received_at()
        if at // MINUTE != minute:
            minute = at // MINUTE
            civil = calendar.civil(at, current.zone)
            now_open = current.is_open(civil.weekday, civil.hour, civil.minute)
            if now_open != is_open:
                host.log(host.Level.INFO, "open" if now_open else "closed")
            is_open = now_open
        return Verdict.KEEP if is_open else Verdict.DROP
