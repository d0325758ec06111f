"""The tables, as Markdown and as JSON."""

import json
from dataclasses import asdict
from pathlib import Path

from .result import Part, Row


def number(value: float | None) -> str:
    """A figure with as many digits as it is worth."""
    if value is None:
        return "–"
    if isinstance(value, int):
        return f"{value:,}"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def cell(value: float | str | None) -> str:
    """A figure, or words."""
    return value if isinstance(value, str) else number(value)


def line(row: Row, part: Part) -> list[str]:
    """The cells of a row."""
    targets = ", ".join(limit.words(row.unit) for limit in row.limits)
    cells = [row.figure, targets, number(row.value), row.unit]
    if part.beside:
        cells += ["" if value is None else number(value) for value in (row.beside, row.ratio)]
    more = [cell(value) for value in row.more] + [""] * (len(part.more) - len(row.more))
    return [*cells, row.verdict(), *more, row.note]


def table(part: Part) -> str:
    """A part's title, its table and its notes."""
    head = [
        "figure",
        "target",
        "measured",
        "unit",
        *([part.beside, "ratio"] if part.beside else []),
        "",
        *part.more,
        "",
    ]
    rule = ["--:" if name and name in ("measured", part.beside, "ratio", *part.more) else "---" for name in head]
    rows = [head, rule, *(line(row, part) for row in part.rows)]
    if not any(row.note for row in part.rows):
        rows = [row[:-1] for row in rows]
    lines = [f"## {part.title}", "", *("| " + " | ".join(row) + " |" for row in rows)]
    if part.notes:
        lines += ["", *(f"- {note}" for note in part.notes)]
    return "\n".join(lines) + "\n"


def markdown(machine: dict[str, str], parts: list[Part]) -> str:
    """The whole report."""
    words = ", ".join(machine.values())
    return "\n".join([f"# Benchmark\n\n{words}\n", *(table(part) for part in parts)])


def write(folder: Path, machine: dict[str, str], parts: list[Part]) -> str:
    """Writes both forms into the folder, and returns the Markdown."""
    folder.mkdir(parents=True, exist_ok=True)
    text = markdown(machine, parts)
    rows = [asdict(part) | {"verdicts": [row.verdict() for row in part.rows]} for part in parts]
    (folder / "benchmark.md").write_text(text)
    (folder / "benchmark.json").write_text(json.dumps({"machine": machine, "parts": rows}, indent=2) + "\n")
    return text
