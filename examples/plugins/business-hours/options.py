"""The options of a stream, from the JSON that `streams.toml` gives, and the rule that they make. Pure: tested on your own machine."""

import json
import re
from dataclasses import dataclass

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DEFAULTS = {"open": "08:00", "close": "18:00", "days": list(DAYS[:5]), "zone": ""}

# What a stream may set, as JSON Schema: for editors and people.
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "open": {"type": "string", "default": "08:00", "description": "when it begins, hours and minutes"},
        "close": {"type": "string", "default": "18:00", "description": "when it ends; before `open` means the next day"},
        "days": {
            "type": "array",
            "items": {"enum": list(DAYS)},
            "default": DEFAULTS["days"],
            "description": "the days on which it begins",
        },
        "zone": {"type": "string", "default": "", "description": "an IANA time zone; the host's own if empty"},
    },
}


class Mistakes(Exception):
    """All that is wrong: where (a JSON pointer), and the rule with the value."""

    def __init__(self, found: list[tuple[str, str]]):
        super().__init__(found)
        self.found = found


@dataclass(frozen=True)
class Options:
    open: int  # minutes since midnight
    close: int
    days: frozenset[int]  # 1 is Monday
    zone: str

    def is_open(self, weekday: int, hour: int, minute: int) -> bool:
        """Whether it is open on this day (1 is Monday) at this time; `close` itself is closed."""
        now = hour * 60 + minute
        if self.open < self.close:
            return weekday in self.days and self.open <= now < self.close
        # Over midnight: since this day's beginning, or still since that of the day before.
        yesterday = (weekday - 2) % 7 + 1
        return (weekday in self.days and now >= self.open) or (yesterday in self.days and now < self.close)


def read(text: str) -> Options:
    """Reads them, defaults filled in, or raises Mistakes."""
    written = json.loads(text)
    found = [(f"/{key}", f"there are {', '.join(DEFAULTS)}") for key in written if key not in DEFAULTS]
    options = DEFAULTS | written
    times = {}
    for key in ("open", "close"):
        parts = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", str(options[key]))
        if parts:
            times[key] = int(parts[1]) * 60 + int(parts[2])
        else:
            found.append((f"/{key}", f'must be a time such as "08:30", got {json.dumps(options[key])}'))
    if len(times) == 2 and times["open"] == times["close"]:
        found.append(("/close", "must be another time than `open`"))
    days = options["days"]
    if not isinstance(days, list) or not days or not all(day in DAYS for day in days):
        found.append(("/days", f"must be a list of {', '.join(DAYS)}, got {json.dumps(days)}"))
    if not isinstance(options["zone"], str):
        found.append(("/zone", f"must be text, got {json.dumps(options['zone'])}"))
    if found:
        raise Mistakes(found)
    return Options(times["open"], times["close"], frozenset(DAYS.index(day) + 1 for day in days), options["zone"])
