"""{{WHAT}}."""

import json

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.lifecycle import Mistake
from wit_world.imports import state
from wit_world.imports.http import Request

import options

# Where the text is kept, for the plugin's other roles.
KEY = "text"
# As many bytes as are kept: `state` holds 64 kB.
MOST = 4096

current = options.read("{}")


{{LIFECYCLE}}

class Ticker(exports.Ticker):
    def tick(self) -> None:
        try:
            response = Request("GET", current["url"]).send()
        except Err as error:
            raise Err(str(error.value))
        if response.status() != 200:
            raise Err(f"the answer's status is {response.status()}")
        state.set(KEY, response.body()[:MOST])
