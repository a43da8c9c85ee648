class Lifecycle(exports.Lifecycle):
    def describe(self) -> str:
        return json.dumps(
            {"name": "{{NAME}}", "version": "0.1.0", "description": "{{WHAT}}", "options": options.SCHEMA}
        )

    def configure(self, options_: str) -> None:
        global current
        try:
            current = options.read(options_)
        except options.Mistakes as mistakes:
            raise Err([Mistake(path, message) for path, message in mistakes.found])
