"""A whole log that falls due at once: how long events wait while it is cleaned, and what is left of the file."""

import json
import signal
import sqlite3
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from . import database, procfs
from .daemon import Daemon, keep_everything
from .errors import BenchmarkError
from .live import WARM_UP_SECONDS, watcher
from .options import Options
from .prefill import LEAD_SECONDS, Filled
from .result import Part, Row, most
from .simulator import serve_live
from .workspace import Workspace

EVENTS_PER_SECOND = 1_000
LONGEST_SECONDS = 3600
POLL_SECONDS = 0.1
SWEPT = "Cleaned up activity"


@dataclass
class Stretch:
    """A time in which the daemon followed the stream."""

    seconds: float
    cpu_seconds: float
    watched: dict[str, float]
    wal_bytes: int = 0


@dataclass
class SweepRun:
    """A log before, while and after it was cleaned."""

    before: Stretch
    during: Stretch
    deleted: int = 0
    delete_seconds: float = 0
    bytes_before: int = 0
    bytes_after: int = 0
    free_pages: int = 0
    rows_left: int = 0
    peak_bytes: int = 0
    exit_code: int = 0
    said: list[str] = field(default_factory=list)


def measure(workspace: Workspace, options: Options, base: Filled) -> Part:
    """Lets a daemon follow a stream on a copy of the filled database, first with nothing due, then with all of it."""
    path = base.copy(workspace)
    config = keep_everything(workspace)
    live = serve_live(workspace, EVENTS_PER_SECOND)
    with live as simulator, Daemon(workspace, simulator.url, path, config, log_level="info") as daemon:
        wait_for_sweeps(daemon, 1)
        time.sleep(WARM_UP_SECONDS)
        options.say(f"sweep: {options.sweep_baseline_seconds} s with nothing due")
        before = follow(workspace, daemon, path, options.sweep_baseline_seconds)
        bytes_before = path.stat().st_size
        options.say(f"sweep: {base.rows:,} rows fall due")
        cleaned_before = read_cleaned(path)
        # All of the history is older than this.
        config.write_text(json.dumps({"activity": {"retentionHours": LEAD_SECONDS // 3600}}))
        daemon.process.send_signal(signal.SIGHUP)
        wait_for(daemon, "the configuration is", 1)
        daemon.process.send_signal(signal.SIGUSR1)
        during, delete_seconds = follow_sweep(workspace, daemon, path, cleaned_before + base.rows)
        run = SweepRun(before, during, delete_seconds=delete_seconds, bytes_before=bytes_before)
        run.peak_bytes = procfs.peak_bytes(daemon.id)
        daemon.stop()
        run.exit_code = daemon.exit_code
    look_at_rest(run, daemon, path)
    database.remove(path)
    return tabulate(base, run)


def follow(workspace: Workspace, daemon: Daemon, path: Path, seconds: float) -> Stretch:
    """Watches the events of so many seconds."""
    with watcher(workspace, path) as watching:
        begin, cpu = time.monotonic(), procfs.cpu_seconds(daemon.id)
        wal_bytes = 0
        while time.monotonic() - begin < seconds:
            time.sleep(POLL_SECONDS)
            daemon.check()
            wal_bytes = max(wal_bytes, database.log_bytes(path))
        used = procfs.cpu_seconds(daemon.id) - cpu
        watching.end(signal.SIGTERM)
        return Stretch(time.monotonic() - begin, used, json.loads(watching.first_line() or "{}"), wal_bytes)


def follow_sweep(workspace: Workspace, daemon: Daemon, path: Path, cleaned: int) -> tuple[Stretch, float]:
    """Watches the events until the sweep has ended; also returns the seconds until so many were ever cleaned."""
    counters = database.Counters(path)
    with watcher(workspace, path) as watching:
        begin, cpu = time.monotonic(), procfs.cpu_seconds(daemon.id)
        wal_bytes = 0
        delete_seconds = 0.0
        while count_of(daemon, SWEPT) < 2:
            time.sleep(POLL_SECONDS)
            daemon.check()
            passed = time.monotonic() - begin
            wal_bytes = max(wal_bytes, database.log_bytes(path))
            if not delete_seconds and cleaned_of(counters) >= cleaned:
                delete_seconds = passed
            if passed > LONGEST_SECONDS:
                raise BenchmarkError(f"the sweep has not ended after {LONGEST_SECONDS} s:\n{daemon.log.read_text()}")
        seconds = time.monotonic() - begin
        used = procfs.cpu_seconds(daemon.id) - cpu
        watching.end(signal.SIGTERM)
        counters.close()
        return Stretch(seconds, used, json.loads(watching.first_line() or "{}"), wal_bytes), delete_seconds


def read_cleaned(path: Path) -> int:
    """How many rows were ever deleted."""
    counters = database.Counters(path)
    found = cleaned_of(counters)
    counters.close()
    return found


def cleaned_of(counters: database.Counters) -> int:
    """The same by counters that are open already."""
    return sum(value for name, value in (counters.read() or {}).items() if name.startswith("cleaned_"))


def count_of(daemon: Daemon, words: str) -> int:
    """How often the daemon has said something."""
    return daemon.log.read_text().count(words)


def wait_for(daemon: Daemon, words: str, times: int) -> None:
    """Waits until the daemon has said something so often."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while count_of(daemon, words) < times:
        time.sleep(POLL_SECONDS)
        daemon.check()
        if time.monotonic() > deadline:
            raise BenchmarkError(f"the daemon never said {words!r}:\n{daemon.log.read_text()}")


def wait_for_sweeps(daemon: Daemon, times: int) -> None:
    """Waits until so many sweeps have ended."""
    wait_for(daemon, SWEPT, times)


def look_at_rest(run: SweepRun, daemon: Daemon, path: Path) -> None:
    """What the sweep left, once the daemon has ended."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    run.free_pages = connection.execute("PRAGMA freelist_count").fetchone()[0]
    run.rows_left = connection.execute("SELECT count(*) FROM jetstream_activity").fetchone()[0]
    connection.close()
    run.bytes_after = path.stat().st_size
    lines = daemon.log.read_text().splitlines()
    run.said = [line for line in lines if SWEPT in line or " warning " in line or " error " in line]


def tabulate(base: Filled, run: SweepRun) -> Part:
    """The table, with the stretch before the sweep beside it."""
    title = f"{base.rows:,} rows fall due at once while {EVENTS_PER_SECOND:,} events/s flow"
    part = Part("sweep", title, "nothing due")
    during, before = run.during, run.before
    for name, bound in (("p50", None), ("p99", None), ("max", 250)):
        limits = () if bound is None else (most(bound),)
        figure = f"receipt to second commit, {name}"
        part.add(Row(figure, "ms", during.watched[name], before.watched[name], limits=limits))
    rate, rate_before = (stretch.watched["events"] / stretch.seconds for stretch in (during, before))
    part.add(Row("events stored", "events/s", rate, rate_before))
    cpu, cpu_before = (stretch.cpu_seconds / stretch.seconds * 100 for stretch in (during, before))
    part.add(Row("CPU, of one core", "%", cpu, cpu_before))
    part.add(Row("the whole sweep", "s", during.seconds))
    part.add(Row("until all rows were deleted", "s", run.delete_seconds))
    part.add(Row("file, at the end", "MiB", run.bytes_after / 2**20, run.bytes_before / 2**20))
    part.add(Row("free pages in it", "", run.free_pages, limits=(most(1_000),)))
    part.add(Row("highest write-ahead log", "MiB", during.wal_bytes / 2**20, before.wal_bytes / 2**20, limits=(most(256),)))
    part.add(Row("peak memory", "MiB", run.peak_bytes / 2**20, limits=(most(96),)))
    part.notes.append(
        f"{during.watched['events']:,.0f} events were watched in the sweep, {before.watched['events']:,.0f} before it."
        f" Commits were looked for every {during.watched['pause_p50']:.1f} ms (at most"
        f" {during.watched['pause_max']:.0f} ms), so a latency is at most that much too long. {run.rows_left:,} rows"
        f" are left in the log, and {base.records:,} records were in the file. The exit code was {run.exit_code}."
    )
    part.runs = [asdict(run)]
    return part
