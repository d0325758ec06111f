"""The same stream read by Python programs: one that does the same work, and one that does half of it."""

import json
from dataclasses import dataclass
from pathlib import Path

from . import database
from .workspace import Workspace


@dataclass(frozen=True)
class ComparisonRun:
    """What one run of it came to."""

    events_per_second: float
    cpu_microseconds: float
    peak_bytes: int


def run(workspace: Workspace, url: str, template: Path, count: int, *, light: bool = False) -> ComparisonRun:
    """Lets it read so many events from the beginning into a new database."""
    path = workspace.path("python.db")
    printed = workspace.run(
        workspace.programs.python or "python3",
        "-m",
        "Comparison.reader",
        "--url",
        f"{url}?cursor=1",
        "--schema",
        template,
        "--database",
        path,
        "--events",
        str(count),
        *(["--light"] if light else []),
    )
    database.remove(path)
    found = json.loads(printed)
    return ComparisonRun(
        events_per_second=count / found["seconds"],
        cpu_microseconds=sum(found["cpuSeconds"].values()) / count * 1e6,
        peak_bytes=found["peakBytes"],
    )
