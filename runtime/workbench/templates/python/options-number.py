"""The options of a stream, from the JSON that `streams.toml` gives. Pure: tested on your own machine."""

import json

# What a stream may set, as JSON Schema: for editors and people.
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "{{KEY}}": {
            "type": "integer",
            "minimum": {{LEAST}},
            "maximum": {{MOST}},
            "default": {{DEFAULT}},
            "description": "{{MEANING}}",
        },
    },
}


class Mistakes(Exception):
    """All that is wrong: where (a JSON pointer), and the rule with the value."""

    def __init__(self, found: list[tuple[str, str]]):
        super().__init__(found)
        self.found = found


def read(text: str) -> dict:
    """Reads them, defaults filled in, or raises Mistakes."""
    written = json.loads(text)
    found = [(f"/{key}", "there is only `{{KEY}}`") for key in written if key != "{{KEY}}"]
    {{KEY}} = written.get("{{KEY}}", {{DEFAULT}})
    if type({{KEY}}) is not int or not {{LEAST}} <= {{KEY}} <= {{MOST}}:
        found.append(("/{{KEY}}", f"must be {{LEAST}} to {{MOST}}, got {json.dumps({{KEY}})}"))
    if found:
        raise Mistakes(found)
    return {"{{KEY}}": {{KEY}}}
