"""{{WHAT}}."""

import json

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.event_receiver import Failure_Again, Failure_Refused
from wit_world.exports.lifecycle import Mistake
from wit_world.imports.events import Event
from wit_world.imports.http import HttpError_NotGranted, Request

import options

current = options.read("{}")


{{LIFECYCLE}}

class EventReceiver(exports.EventReceiver):
    def deliver(self, event: Event) -> None:
        request = Request("POST", current["url"])
        request.add_header("content-type", "application/json")
        request.set_body(body(event))
        try:
            status = request.send().status()
        except Err as error:
            if isinstance(error.value, HttpError_NotGranted):
                raise Err(Failure_Refused(error.value.value))
            raise Err(Failure_Again(0))
        # What the other side does not understand it will not understand later.
        if 400 <= status < 500:
            raise Err(Failure_Refused(f"the answer's status is {status}"))
        if not 200 <= status < 300:
            raise Err(Failure_Again(0))


def body(event: Event) -> bytes:
    return json.dumps(
        {
            "id": event.id(),
            "kind": event.kind(),
            "stream": event.stream_name(),
            "plugin": event.plugin_name(),
            "time_ns": event.time(),
            "data": json.loads(event.data()),
        }
    ).encode()
