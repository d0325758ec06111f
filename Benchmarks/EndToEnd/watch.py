"""Watches a database from a process of its own, and notes when each event was applied.

It looks about 1,000 times a second whether anybody has committed, at the counter of commits in the memory that all
connections share (https://www.sqlite.org/walformat.html#the_wal_index_header); only then it asks for the events that
are new to it. It never holds a transaction open. The time that it notes is at most one look too late, and never too
early.
"""

import json
import mmap
import signal
import sqlite3
import sys
import time
from array import array
from pathlib import Path

from . import database
from .result import quantile

PAUSE_SECONDS = 0.001
# The wal-index header, and where in it the commits are counted.
HEADER_BYTES = 136
COMMITS = slice(8, 12)
NEW_ROWS = "SELECT id, received_at, status FROM jetstream_activity WHERE id > ? ORDER BY id"


class Watcher:
    """What was seen so far."""

    def __init__(self, path: Path) -> None:
        self.connection = database.connect(path)
        self.last_id = self.connection.execute("SELECT max(id) FROM jetstream_activity").fetchone()[0] or 0
        # Open until the end: closing it would take the connection's own locks away (POSIX locks are the process').
        self.shared = path.with_name(path.name + "-shm").open("rb")
        self.index = mmap.mmap(self.shared.fileno(), HEADER_BYTES, prot=mmap.PROT_READ)
        self.latencies = array("d")
        self.pauses = array("d")
        self.is_stopped = False
        self.cpu_before = time.process_time()

    def stop(self, *_: object) -> None:
        """Ends the watch after the look in hand."""
        self.is_stopped = True

    def watch(self) -> None:
        """Looks until it is stopped."""
        version = self.index[COMMITS]
        before = time.perf_counter()
        while not self.is_stopped:
            time.sleep(PAUSE_SECONDS)
            found = self.index[COMMITS]
            if found != version:
                version = found
                self.take_new()
            now = time.perf_counter()
            self.pauses.append(now - before)
            before = now

    def take_new(self) -> None:
        """Notes the events that are finished by now."""
        rows = self.connection.execute(NEW_ROWS, (self.last_id,))
        # The snapshot was taken before this, and the commit before the snapshot.
        now = time.time_ns() // 1000
        for id, received_at, status in rows.fetchall():
            if status == "processing":
                break
            self.last_id = id
            self.latencies.append((now - received_at) / 1000)

    def report(self) -> dict[str, float]:
        """The latencies and the pauses between looks, in milliseconds."""
        cpu = time.process_time() - self.cpu_before
        latencies, pauses = sorted(self.latencies), sorted(self.pauses)
        found: dict[str, float] = {"events": len(latencies), "looks": len(pauses), "cpuSeconds": cpu}
        if latencies and pauses:
            for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1)):
                found[name] = quantile(latencies, share)
                found[f"pause_{name}"] = quantile(pauses, share) * 1000
        return found


def main() -> None:
    """Says when it is ready, watches until SIGTERM, and prints one line of JSON."""
    watcher = Watcher(Path(sys.argv[1]))
    signal.signal(signal.SIGTERM, watcher.stop)
    print("watching", flush=True)
    try:
        watcher.watch()
    except sqlite3.Error as error:
        sys.exit(f"the database cannot be watched: {error}")
    print(json.dumps(watcher.report()))


if __name__ == "__main__":
    main()
