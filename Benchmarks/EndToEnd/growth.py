"""How the cost of an event grows with the log."""

from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from . import database, floor
from .daemon import keep_everything
from .floor import FloorRun
from .ingestion import IngestionRun, ingest
from .options import Options
from .prefill import Filled
from .result import Part, Row, median_ratio
from .simulator import serve_file
from .workspace import Workspace


@dataclass(frozen=True)
class Point:
    """Both programs on a log of one length, in turn."""

    rows: int
    ours: list[IngestionRun]
    floors: list[FloorRun]

    def times(self) -> tuple[list[float], list[float]]:
        """The microseconds an event, of Windsock and of the floor."""
        return [1e6 / run.events_per_second for run in self.ours], [1e6 / run.events_per_second for run in self.floors]

    def cpu(self) -> tuple[list[float], list[float]]:
        """The same for the processor time."""
        return [run.cpu_microseconds for run in self.ours], [run.cpu_microseconds for run in self.floors]


def measure(workspace: Workspace, options: Options, bases: list[Filled]) -> tuple[Part, list[Point]]:
    """Adds the same number of events to logs of different lengths."""
    points = [add(workspace, options, base) for base in bases]
    title = f"{options.growth_events:,} more events, by the length of the log, {options.growth_pairs} pairs each"
    part = Part("growth", title, "floor")
    for point in points:
        for name, (ours, floors) in (("time", point.times()), ("CPU", point.cpu())):
            figure = f"{name} an event, {point.rows:,} rows"
            part.add(Row(figure, "µs", median(ours), median(floors), median_ratio(ours, floors)))
    part.runs = [asdict(point) for point in points]
    return part, points


def add(workspace: Workspace, options: Options, base: Filled) -> Point:
    """Adds events to copies of one database, by the floor and by the daemon in turn."""
    events = base.events_after(workspace, options.growth_events)
    point = Point(base.rows, [], [])
    with serve_file(workspace, events) as simulator:
        for pair in range(options.growth_pairs):
            options.say(f"growth: {base.rows:,} rows, pair {pair + 1} of {options.growth_pairs}")
            point.floors.append(floor.run(workspace, events, base.path))
            point.ours.append(add_by_daemon(workspace, simulator.url, base, options.growth_events))
    events.unlink()
    return point


def add_by_daemon(workspace: Workspace, url: str, base: Filled, count: int) -> IngestionRun:
    """One daemon on a copy of its own."""
    path: Path = base.copy(workspace)
    run = ingest(workspace, url, path, count, keep_everything(workspace))
    database.remove(path)
    return run
