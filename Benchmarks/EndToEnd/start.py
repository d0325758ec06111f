"""Starting and stopping on a long log: the first stored event, also after a crash, and the end under full load."""

import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from . import database, procfs
from .daemon import Daemon, keep_everything
from .errors import BenchmarkError
from .options import Options
from .prefill import Filled
from .result import Part, Row, most
from .simulator import serve_file
from .workspace import Workspace

LOOK_SECONDS = 0.001
LONGEST_SECONDS = 60
# What one start may use up: the load that it is given, and what is stored between two looks.
EVENTS_PER_START = 3


@dataclass
class Starts:
    """The seconds of each start and stop."""

    after_stop: list[float] = field(default_factory=list)
    after_kill: list[float] = field(default_factory=list)
    stops: list[float] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)


def measure(workspace: Workspace, options: Options, base: Filled) -> Part:
    """Starts and stops daemons on a copy of the filled database."""
    path = base.copy(workspace)
    events = base.events_after(workspace, options.starts * 3 * options.load_events * EVENTS_PER_START)
    config = keep_everything(workspace)
    starts = Starts()
    with serve_file(workspace, events) as simulator:
        for turn in range(options.starts):
            options.say(f"start: {turn + 1} of {options.starts}")
            with Daemon(workspace, simulator.url, path, config) as daemon:
                starts.after_stop.append(first_stored(daemon, path))
                load(daemon, path, options.load_events)
                starts.stops.append(daemon.stop())
                starts.codes.append(daemon.exit_code)
            crash(workspace, simulator.url, path, config, options.load_events)
            with Daemon(workspace, simulator.url, path, config) as daemon:
                starts.after_kill.append(first_stored(daemon, path))
                daemon.stop()
                starts.codes.append(daemon.exit_code)
    database.remove(path)
    events.unlink()
    return tabulate(base, starts)


def crash(workspace: Workspace, url: str, path: Path, config: Path, events: int) -> None:
    """Kills a daemon under full load."""
    with Daemon(workspace, url, path, config) as daemon:
        first_stored(daemon, path)
        load(daemon, path, events)
        daemon.end(signal.SIGKILL)


def first_stored(daemon: Daemon, path: Path) -> float:
    """The seconds from the daemon's start until it has stored something new.

    Before the daemon itself has the database open, nobody may look: the one who comes first after a crash reads the
    whole write-ahead log, and that is the daemon's to do.
    """
    deadline = time.monotonic() + LONGEST_SECONDS
    while not procfs.maps(daemon.id, f"{path.name}-shm"):
        pause(daemon, deadline)
    counters = database.Counters(path, is_passive=True)
    before = None
    while True:
        stored = (counters.read() or {}).get("stored")
        if before is None:
            before = stored
        elif stored is not None and stored > before:
            break
        pause(daemon, deadline)
    seconds = time.perf_counter() - daemon.started
    counters.close()
    return seconds


def pause(daemon: Daemon, deadline: float) -> None:
    """Waits for the next look, but not for ever."""
    time.sleep(LOOK_SECONDS)
    daemon.check()
    if time.monotonic() > deadline:
        raise BenchmarkError(f"nothing new was stored within {LONGEST_SECONDS} s of a start: {daemon.log.read_text()}")


def load(daemon: Daemon, path: Path, events: int) -> None:
    """Waits until so many more events are stored, while there are always more to read."""
    counters = database.Counters(path)
    deadline = time.monotonic() + LONGEST_SECONDS
    before = (counters.read() or {}).get("stored", 0)
    while (counters.read() or {}).get("stored", 0) < before + events:
        pause(daemon, deadline)
    counters.close()


def tabulate(base: Filled, starts: Starts) -> Part:
    """The table of the medians, with the worst beside them."""
    part = Part("start", f"Start and stop on {base.rows:,} rows, the medians of {len(starts.stops)}", "", ("worst",))
    for figure, seconds, bound in (
        ("start to first stored event", starts.after_stop, 150),
        ("the same after kill -9 under full load", starts.after_kill, 1000),
        ("SIGTERM to exit, under full load", starts.stops, 500),
    ):
        part.add(Row(figure, "ms", median(seconds) * 1000, limits=(most(bound),), more=(max(seconds) * 1000,)))
    part.add(Row("exits with another code than 0", "", sum(code != 0 for code in starts.codes), limits=(most(0),)))
    part.notes.append(
        f"The log has {base.rows:,} rows and there are {base.records:,} records. A start after another one goes back by"
        " 5 s of the stream, about 2,500 events that are stored already, before it comes to new ones."
    )
    part.runs = [{"afterStop": starts.after_stop, "afterKill": starts.after_kill, "stops": starts.stops}]
    return part
