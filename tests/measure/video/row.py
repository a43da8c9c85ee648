"""The table that is printed, as Markdown; the columns are those of docs/BENCHMARKS.md."""

import statistics


def head() -> None:
    print("| what | measured | to reach |\n|---|---|---|", flush=True)


def row(what: str, measured: str, to_reach: str = "") -> None:
    print(f"| {what} | {measured} | {to_reach} |", flush=True)


def millis(seconds: list[float]) -> str:
    """The median, and from where to where."""
    if not seconds:
        return "none came"
    return f"{1e3 * statistics.median(seconds):.0f} ms ({1e3 * min(seconds):.0f} to {1e3 * max(seconds):.0f}, {len(seconds)} times)"
