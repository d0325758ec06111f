"""The floor: what SQLite alone costs for the same tables and settings."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from . import database
from .errors import BenchmarkError
from .workspace import Workspace

CONFIGURATION = Path("Sources/Store/StoreConfiguration.swift")
CHECKPOINT_BYTES = 192 * 2**20
# With these it is fastest, whatever Windsock's own are.
BEST = ("--page-size", "16384", "--batch", "5000", "--checkpoint-pages", str(CHECKPOINT_BYTES // 16384))


@dataclass(frozen=True)
class FloorRun:
    """What one run of the floor came to."""

    events_per_second: float
    cpu_microseconds: float
    disk_bytes: int
    wal_bytes: int


def setting(name: str) -> str:
    """A number from the daemon's own settings, so that both run with the same."""
    found = re.search(rf"static let {name} = ([\d_]+)$", CONFIGURATION.read_text(), re.MULTILINE)
    if not found:
        raise BenchmarkError(f"{CONFIGURATION} has no `static let {name}` with a number")
    return found[1].replace("_", "")


def page_bytes(path: Path) -> int:
    """The page size of a database's file (https://www.sqlite.org/fileformat.html, 1.3.2)."""
    with path.open("rb") as file:
        return int.from_bytes(file.read(18)[16:], "big")


def run(workspace: Workspace, events: Path, source: Path, *, best: bool = False) -> FloorRun:
    """Adds the events to a copy of a database; with Windsock's own settings, or with the best for it."""
    same = ("--checkpoint-pages", str(CHECKPOINT_BYTES // page_bytes(source)))
    path = database.copy(source, workspace.path("floor.db"))
    before = path.stat().st_size
    printed = workspace.run(
        workspace.programs.floor,
        *(BEST if best else same),
        "--cache-kib",
        setting("writerCacheKibibytes"),
        events,
        path,
    )
    database.remove(path)
    found = json.loads(printed)
    return FloorRun(
        events_per_second=found["events"] / found["seconds"],
        cpu_microseconds=sum(found["cpuSeconds"].values()) / found["events"] * 1e6,
        disk_bytes=found["fileBytes"] - before,
        wal_bytes=found["walBytes"],
    )
