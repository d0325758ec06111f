"""Databases with a long history, kept to be used again."""

import hashlib
import json
import os
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from . import database
from .options import Options
from .simulator import MICROSECONDS_PER_EVENT, generate
from .workspace import Workspace

HISTORY_SECONDS = 7 * 86400
SAMPLE_EVENTS = 300_000
# As much as the events that follow it may last: they too lie in the past.
LEAD_SECONDS = 3600
GAP_SECONDS = 60
BYTES_PER_ROW = 1800


@dataclass(frozen=True)
class Filled:
    """A database of a number of rows, which nobody changes."""

    path: Path
    rows: int
    records: int
    end_microseconds: int
    fill_seconds: float

    def copy(self, workspace: Workspace) -> Path:
        """A copy to work on."""
        workspace.need(self.path.stat().st_size * 5 // 4, workspace.folder)
        return database.copy(self.path, workspace.path("filled.db"))

    def events_after(self, workspace: Workspace, count: int) -> Path:
        """Events that follow the history, as a server has them for a daemon that was away."""
        if count * MICROSECONDS_PER_EVENT > (LEAD_SECONDS - 2 * GAP_SECONDS) * 1_000_000:
            raise ValueError(f"{count} events would reach into the future")
        return generate(workspace, count, self.end_microseconds + GAP_SECONDS * 1_000_000)


def filled(workspace: Workspace, options: Options, template: Path, rows: int) -> Filled:
    """A database with so many rows in its log, and about as many records."""
    path = workspace.cache / f"filled-{rows}-{fingerprint(workspace, template)}.db"
    facts = path.with_suffix(".json")
    if not facts.exists():
        options.say(f"filling a database with {rows:,} rows")
        workspace.need(rows * BYTES_PER_ROW, workspace.cache)
        facts.write_text(json.dumps(fill(workspace, template, path, rows)))
    found = json.loads(facts.read_text())
    return Filled(path, rows, found["records"], found["end"], found["seconds"])


def fingerprint(workspace: Workspace, template: Path) -> str:
    """What a filled database must be made anew for: another schema, or another way to fill it."""
    connection = sqlite3.connect(template)
    schema = connection.execute("SELECT sql FROM sqlite_schema ORDER BY name").fetchall()
    page_bytes = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    return hashlib.sha256(repr((schema, page_bytes)).encode() + workspace.programs.fill.read_bytes()).hexdigest()[:10]


def fill(workspace: Workspace, template: Path, path: Path, rows: int) -> dict[str, float]:
    """Makes the database; it has its name only when it is whole."""
    sample = generate(workspace, min(SAMPLE_EVENTS, rows + rows // 4))
    part = path.with_suffix(".part")
    database.remove(part)  # what an interrupted run left
    database.copy(template, part)
    end = int((time.time() - LEAD_SECONDS) * 1_000_000)
    begin = end - HISTORY_SECONDS * 1_000_000
    times = ["--begin", str(begin), "--end", str(end)]
    printed = workspace.run(workspace.programs.fill, "--rows", str(rows), *times, sample, part)
    sample.unlink()
    os.sync()
    part.rename(path)
    database.remove(part)
    found: dict[str, float] = json.loads(printed)
    return found | {"end": end}
