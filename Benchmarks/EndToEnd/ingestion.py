"""A daemon that reads events as fast as it can."""

import time
from dataclasses import dataclass
from pathlib import Path

from . import database, procfs
from .daemon import Daemon
from .errors import BenchmarkError
from .workspace import Workspace

POLL_SECONDS = 0.05
LONGEST_SECONDS = 1800


@dataclass(frozen=True)
class IngestionRun:
    """What reading a number of events came to."""

    events_per_second: float
    cpu_microseconds: float
    peak_bytes: int
    wal_bytes: int
    disk_bytes: int
    stop_seconds: float
    exit_code: int


@dataclass
class Progress:
    """How far a daemon got, and when."""

    first_time: float = 0
    first_handled: int = 0
    last_time: float = 0
    last_handled: int = 0
    wal_bytes: int = 0

    @property
    def rate(self) -> float:
        """Events a second, from the first that were seen on."""
        if self.last_time <= self.first_time:
            raise BenchmarkError("all events were stored between two looks: more are needed for a rate")
        return (self.last_handled - self.first_handled) / (self.last_time - self.first_time)


def follow(daemon: Daemon, path: Path, before: int, count: int, *, until_finished: bool = True) -> Progress:
    """Watches the sums until so many events more than before are handled."""
    counters = database.Counters(path)
    progress = Progress()
    deadline = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
        daemon.check()
        sums = counters.read() or {}
        now, done = time.perf_counter(), database.handled(sums) - before
        progress.wal_bytes = max(progress.wal_bytes, database.log_bytes(path))
        if done > 0 and progress.first_time == 0:
            progress.first_time, progress.first_handled = now, done
        if done >= count and not (until_finished and sums.get("processing", 0)):
            progress.last_time, progress.last_handled = now, done
            counters.close()
            return progress
    raise BenchmarkError(f"no {count} events within {LONGEST_SECONDS} s: {counters.read()}")


def ingest(workspace: Workspace, url: str, path: Path, count: int, config: Path | None = None) -> IngestionRun:
    """Lets a new daemon read so many events into a database, and stops it."""
    bytes_before = path.stat().st_size if path.exists() else 0
    before = database.handled(database.read_sums(path)) if path.exists() else 0
    with Daemon(workspace, url, path, config) as daemon:
        progress = follow(daemon, path, before, count)
        cpu, peak = procfs.cpu_seconds(daemon.id), procfs.peak_bytes(daemon.id)
        stop_seconds = daemon.stop()
    return IngestionRun(
        events_per_second=progress.rate,
        cpu_microseconds=cpu / count * 1e6,
        peak_bytes=peak,
        wal_bytes=progress.wal_bytes,
        disk_bytes=database.all_bytes(path) - bytes_before,
        stop_seconds=stop_seconds,
        exit_code=daemon.exit_code,
    )
