"""Questions to a short log and to a long one, while events flow in."""

import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from . import database
from .catalogue import Entry, entries, sample
from .daemon import Daemon, keep_everything
from .errors import BenchmarkError
from .ingestion import follow
from .live import EVENTS_PER_SECOND
from .options import Options
from .prefill import Filled
from .questions import Question
from .result import Part, Row, most, most_ratio
from .simulator import serve_live
from .workspace import Workspace

WARM_RUNS = 3
RUNS = 20
QUICKSLICE_RUNS = 3
# Longer than anybody waits for a page, and short enough to get to the end of the table.
QUICKSLICE_SECONDS = 60
STEPS_BETWEEN_LOOKS = 1_000_000


@dataclass
class Answer:
    """How long one question took, in milliseconds."""

    name: str
    rows: int
    median: float
    worst: float
    command: float
    quickslice: float | None = None


def measure(workspace: Workspace, options: Options, small: Filled, large: Filled) -> Part:
    """Asks everything of both."""
    few = ask_all(workspace, options, small)
    many = ask_all(workspace, options, large)
    return tabulate(small, large, few, many)


def ask_all(workspace: Workspace, options: Options, base: Filled) -> list[Answer]:
    """Asks a copy of one database, first while events flow; quickslice's questions have it to themselves."""
    options.say(f"queries: {base.rows:,} rows")
    path = base.copy(workspace)
    asked = entries(sample(base))
    handled = database.handled(database.read_sums(path))
    with (
        serve_live(workspace, EVENTS_PER_SECOND) as simulator,
        Daemon(workspace, simulator.url, path, keep_everything(workspace)) as daemon,
    ):
        follow(daemon, path, handled, EVENTS_PER_SECOND, until_finished=False)
        answers = [ask(workspace, entry, path) for entry in asked]
        daemon.stop()
    for answer, entry in zip(answers, asked, strict=True):
        if entry.quickslice:
            options.say(f"queries: quickslice's {entry.name}, {base.rows:,} rows")
            answer.quickslice = ask_quickslice(path, entry.quickslice)
    database.remove(path)
    return answers


def connect(path: Path) -> sqlite3.Connection:
    """A connection as the commands have it (Sources/Store/StoreConfiguration.swift)."""
    connection = database.connect(path)
    for setting in ("cache_size = -2000", "mmap_size = 0", "temp_store = MEMORY", "query_only = ON"):
        connection.execute(f"PRAGMA {setting}")
    return connection


def timed(connection: sqlite3.Connection, question: Question) -> tuple[float, int]:
    """Asks once, in one transaction as the commands do; the milliseconds and the rows."""
    start = time.perf_counter()
    connection.execute("BEGIN")
    rows = question(connection)
    connection.execute("COMMIT")
    return (time.perf_counter() - start) * 1000, rows


def ask(workspace: Workspace, entry: Entry, path: Path) -> Answer:
    """Asks until everything is warm, then counts; and has the command ask once."""
    connection = connect(path)
    found = [timed(connection, entry.ask) for _ in range(WARM_RUNS + RUNS)][WARM_RUNS:]
    connection.close()
    start = time.perf_counter()
    workspace.run(workspace.programs.windsock, *entry.command, "--json", "--database", path)
    command = (time.perf_counter() - start) * 1000
    times = [milliseconds for milliseconds, _ in found]
    return Answer(entry.name, found[-1][1], median(times), max(times), command)


def ask_quickslice(path: Path, question: Question) -> float | None:
    """The milliseconds; infinite when it takes longer than anybody waits."""
    connection = connect(path)
    deadline = time.monotonic() + QUICKSLICE_SECONDS
    connection.set_progress_handler(lambda: time.monotonic() > deadline, STEPS_BETWEEN_LOOKS)
    times: list[float] = []
    try:
        while len(times) < QUICKSLICE_RUNS and time.monotonic() < deadline:
            times.append(timed(connection, question)[0])
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise BenchmarkError(f"quickslice's question failed: {error}") from error
    finally:
        connection.close()
    return median(times) if times else float("inf")


def words(milliseconds: float | None) -> float | str | None:
    """A figure, or how long was waited in vain."""
    return f"> {QUICKSLICE_SECONDS * 1000:,}" if milliseconds == float("inf") else milliseconds


def tabulate(small: Filled, large: Filled, few: list[Answer], many: list[Answer]) -> Part:
    """The table."""
    title = f"Questions to {large.rows:,} rows, while {EVENTS_PER_SECOND} events/s flow in"
    more = (
        "worst",
        "rows answered",
        "the command",
        f"quickslice's, {small.rows:,} rows",
        f"quickslice's, {large.rows:,} rows",
    )
    part = Part("queries", title, f"{small.rows:,} rows", more)
    for short, long in zip(few, many, strict=True):
        others = (
            long.worst,
            f"{short.rows} / {long.rows}",
            long.command,
            words(short.quickslice),
            words(long.quickslice),
        )
        limits = (most(10), most_ratio(1.5))
        part.add(Row(long.name, "ms", long.median, short.median, long.median / short.median, limits, more=others))
    part.notes += [
        f"Medians of {RUNS}, warm, of the repositories' SQL through Python's sqlite3, rows read and all. Both histories"
        " fill the same 7 days; rows answered are those of the short log and of the long one. The command is the whole"
        " program, once.",
        f"Quickslice's SQL ran on the same tables after the events had stopped, up to {QUICKSLICE_RUNS} times; a dash"
        " is where it asks alike, or has no such question.",
    ]
    part.runs = [{"few": vars(short), "many": vars(long)} for short, long in zip(few, many, strict=True)]
    return part
