"""A backlog, read as fast as it is stored: in turn with the floor, and beside a Python program."""

from dataclasses import asdict
from pathlib import Path
from statistics import median

from . import comparison, database, floor
from .comparison import ComparisonRun
from .daemon import Daemon
from .floor import FloorRun
from .ingestion import IngestionRun, follow, ingest
from .options import Options
from .result import Part, Row, least_ratio, median_ratio, most, most_ratio
from .simulator import generate, serve_file
from .workspace import Workspace

MEBIBYTE = 2**20


def measure(workspace: Workspace, options: Options, template: Path) -> Part:
    """Takes the pairs, the run that is stopped halfway, and the Python program's."""
    events = generate(workspace, options.events)
    ours: list[IngestionRun] = []
    floors: list[FloorRun] = []
    with serve_file(workspace, events) as simulator:
        for pair in range(options.pairs):
            options.say(f"backlog: pair {pair + 1} of {options.pairs}")
            floors.append(floor.run(workspace, events, template, best=True))
            ours.append(read_all(workspace, simulator.url, options.events))
        same = floor.run(workspace, events, template)
        options.say("backlog: stopped under full load")
        stop_seconds, stop_code = stop_halfway(workspace, simulator.url, options.events)
        options.say("backlog: the Python programs")
        others = []
        if workspace.programs.python:
            others = [
                comparison.run(workspace, simulator.url, template, options.events, light=light)
                for light in (False, True)
            ]
    events.unlink()
    codes = [run.exit_code for run in ours] + [stop_code]
    return tabulate(options, ours, floors, same, others, stop_seconds, codes)


def read_all(workspace: Workspace, url: str, count: int) -> IngestionRun:
    """One daemon, one new database, all events."""
    path = workspace.path("backlog.db")
    run = ingest(workspace, url, path, count)
    database.remove(path)
    return run


def stop_halfway(workspace: Workspace, url: str, count: int) -> tuple[float, int]:
    """Stops a daemon while it has more to read than it can store; the seconds, and its exit code."""
    path = workspace.path("stopped.db")
    with Daemon(workspace, url, path) as daemon:
        follow(daemon, path, 0, count // 3, until_finished=False)
        seconds = daemon.stop()
    database.remove(path)
    return seconds, daemon.exit_code


def tabulate(
    options: Options,
    ours: list[IngestionRun],
    floors: list[FloorRun],
    same: FloorRun,
    others: list[ComparisonRun],
    stop_seconds: float,
    codes: list[int],
) -> Part:
    """The table of the medians."""
    part = Part("backlog", f"A backlog of {options.events:,} events, {options.pairs} pairs", "floor")
    part.runs = [{"windsock": asdict(run), "floor": asdict(other)} for run, other in zip(ours, floors, strict=True)]
    rates = [run.events_per_second for run in ours]
    pair(part, "events stored, applied and marked", "events/s", rates, [run.events_per_second for run in floors])
    part.rows[-1].limits = (least_ratio(0.9),)
    for row in python_rows(options, rates, others):
        part.add(row)
    pair(
        part,
        "CPU an event, all threads",
        "µs",
        [run.cpu_microseconds for run in ours],
        [run.cpu_microseconds for run in floors],
    )
    part.rows[-1].limits = (most(25),)
    part.add(Row("peak memory", "MiB", median(run.peak_bytes for run in ours) / MEBIBYTE, limits=(most(96),)))
    pair(
        part,
        "highest write-ahead log",
        "MiB",
        [run.wal_bytes / MEBIBYTE for run in ours],
        [run.wal_bytes / MEBIBYTE for run in floors],
    )
    part.rows[-1].limits = (most(256),)
    part.add(disk_row(options, ours, same))
    idle = median(run.stop_seconds for run in ours) * 1000
    part.add(Row("SIGTERM to exit, all stored", "ms", idle, limits=(most(500),)))
    part.add(Row("SIGTERM to exit, under full load", "ms", stop_seconds * 1000, limits=(most(500),)))
    part.add(Row("exits with another code than 0", "", sum(code != 0 for code in codes), limits=(most(0),)))
    return part


def disk_row(options: Options, ours: list[IngestionRun], same: FloorRun) -> Row:
    """The file beside that of the floor with the same settings, page size above all."""
    value = median(run.disk_bytes for run in ours) / options.events
    beside = same.disk_bytes / options.events
    return Row(
        "bytes on disk an event", "B", value, beside, value / beside, limits=(most_ratio(1.1),), note="same settings"
    )


def pair(part: Part, figure: str, unit: str, ours: list[float], floors: list[float]) -> None:
    """Adds the medians of what was taken in turn; the ratio is the median of the pairs'."""
    part.add(Row(figure, unit, median(ours), median(floors), median_ratio(ours, floors)))


def python_rows(options: Options, rates: list[float], others: list[ComparisonRun]) -> list[Row]:
    """The rate beside those of the Python programs: the one that does the same work has to be far behind."""
    rows = [
        Row("the same, beside a Python program for all of it", "events/s", median(rates), limits=(least_ratio(7),)),
        Row("the same, beside one for half of it", "events/s", median(rates)),
    ]
    for row, other in zip(rows, others, strict=False):
        row.beside = other.events_per_second
        row.ratio = median(rates) / row.beside
        row.note = f"it took {other.cpu_microseconds:.0f} µs of CPU an event"
    if not others:
        for row in rows:
            row.value = None
            row.note = options.python_missing
    return rows
