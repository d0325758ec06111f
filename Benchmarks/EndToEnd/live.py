"""The live network's rate: what it costs, and how long an event takes from its receipt to its second commit."""

import json
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from . import database, procfs
from .child import Child
from .daemon import Daemon
from .errors import BenchmarkError
from .options import Options
from .result import Part, Row, most
from .simulator import serve_live
from .workspace import Workspace

EVENTS_PER_SECOND = 500
WARM_UP_SECONDS = 3
LONGEST_SECONDS = 300
POLL_SECONDS = 0.25


@dataclass
class Reading:
    """What the daemon has used up to a moment."""

    time: float
    cpu_seconds: float
    written_bytes: int
    stored: int


@dataclass
class LiveRun:
    """A stretch of a live stream."""

    begin: Reading
    end: Reading
    checkpoints: int
    wal_bytes: int
    exit_code: int = 0
    watched: dict[str, float] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """How long it was."""
        return self.end.time - self.begin.time

    @property
    def events(self) -> int:
        """How many events were stored in it."""
        return self.end.stored - self.begin.stored


def measure(workspace: Workspace, options: Options) -> Part:
    """Lets a daemon follow a live stream, with a watcher beside it."""
    options.say(f"live: {options.live_seconds} s and {options.live_checkpoints} checkpoints")
    path = workspace.path("live.db")
    with serve_live(workspace, EVENTS_PER_SECOND) as simulator, Daemon(workspace, simulator.url, path) as daemon:
        time.sleep(WARM_UP_SECONDS)
        with watcher(workspace, path) as watching:
            run = follow(daemon, path, options)
            watching.end(signal.SIGTERM)
            run.watched = json.loads(watching.first_line() or "{}")
        daemon.stop()
        run.exit_code = daemon.exit_code
    database.remove(path)
    if not run.watched.get("events"):
        raise BenchmarkError("no event was seen to be applied in the live stream")
    return tabulate(run)


def watcher(workspace: Workspace, path: Path) -> Child:
    """Starts the watcher, and waits until it watches."""
    child = Child([sys.executable, "-m", "EndToEnd.watch", str(path)], workspace.path("watch.log"))
    child.first_line()
    return child


def read(daemon: Daemon, counters: database.Counters) -> Reading:
    """Takes the readings of this moment."""
    daemon.check()
    stored = (counters.read() or {}).get("stored", 0)
    return Reading(time.monotonic(), procfs.cpu_seconds(daemon.id), procfs.written_bytes(daemon.id), stored)


def follow(daemon: Daemon, path: Path, options: Options) -> LiveRun:
    """Waits for as many seconds and checkpoints as are wanted."""
    counters = database.Counters(path)
    begin = read(daemon, counters)
    generation = database.log_generation(path)
    checkpoints = wal_bytes = 0
    while True:
        time.sleep(POLL_SECONDS)
        daemon.check()
        passed = time.monotonic() - begin.time
        found = database.log_generation(path)
        checkpoints += found != generation
        generation = found
        wal_bytes = max(wal_bytes, database.log_bytes(path))
        is_enough = passed >= options.live_seconds and checkpoints >= options.live_checkpoints
        if is_enough or passed >= LONGEST_SECONDS:
            break
    run = LiveRun(begin, read(daemon, counters), checkpoints, wal_bytes)
    counters.close()
    return run


def tabulate(run: LiveRun) -> Part:
    """The table, with what the watcher says of itself."""
    part = Part("live", f"The live network's rate: {EVENTS_PER_SECOND} events/s for {run.seconds:.0f} s", "")
    cpu = (run.end.cpu_seconds - run.begin.cpu_seconds) / run.seconds * 100
    written = (run.end.written_bytes - run.begin.written_bytes) / run.events / 1024
    seen = run.watched
    part.add(Row("events stored", "events/s", run.events / run.seconds))
    part.add(Row("CPU, of one core", "%", cpu, limits=(most(4),)))
    part.add(Row("written to disk an event", "KiB", written, limits=(most(16),)))
    part.add(Row("receipt to second commit, p50", "ms", seen["p50"], limits=(most(70),)))
    part.add(Row("receipt to second commit, p90", "ms", seen["p90"]))
    part.add(Row("receipt to second commit, p99", "ms", seen["p99"], limits=(most(150),)))
    part.add(Row("receipt to second commit, max", "ms", seen["max"]))
    part.add(Row("checkpoints in that time", "", run.checkpoints))
    part.add(Row("highest write-ahead log", "MiB", run.wal_bytes / 2**20))
    part.notes.append(
        f"{seen['events']:,.0f} events were watched. Commits were looked for every {seen['pause_p50']:.1f} ms"
        f" (p99 {seen['pause_p99']:.1f}, at most {seen['pause_max']:.0f}), so a latency is at most that much too long;"
        f" the watcher took {seen['cpuSeconds'] / run.seconds * 100:.1f} % of a core, the daemon's exit code was"
        f" {run.exit_code}."
    )
    part.runs = [{"watched": seen}]
    return part
