"""The daemon's database, seen by a reader that stays out of its way."""

import os
import shutil
import sqlite3
from pathlib import Path
from urllib.parse import quote


def connect(path: Path, *, is_passive: bool = False) -> sqlite3.Connection:
    """Opens for reading; a passive reader leaves recovery after a crash to others, and fails until it is done."""
    options = "&readonly_shm=1" if is_passive else ""
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro{options}", uri=True, isolation_level=None, timeout=5)
    if is_passive:
        connection.execute("PRAGMA busy_timeout = 0")
    return connection


def log_path(path: Path) -> Path:
    """The write-ahead log."""
    return path.with_name(path.name + "-wal")


def log_bytes(path: Path) -> int:
    """The size of the write-ahead log's file."""
    try:
        return log_path(path).stat().st_size
    except FileNotFoundError:
        return 0


def log_generation(path: Path) -> bytes:
    """What changes in the write-ahead log's header whenever it begins anew after a checkpoint.

    https://www.sqlite.org/fileformat2.html#the_write_ahead_log
    """
    try:
        with log_path(path).open("rb") as file:
            file.seek(12)
            return file.read(4)
    except FileNotFoundError:
        return b""


def all_bytes(path: Path) -> int:
    """What the database takes on the disk, its write-ahead log included."""
    return path.stat().st_size + log_bytes(path)


def copy(source: Path, target: Path) -> Path:
    """Copies a database that nobody has open, and waits until it is on the disk."""
    shutil.copyfile(source, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())
    return target


def remove(path: Path) -> None:
    """Removes a database with all that belongs to it."""
    for suffix in ("", "-wal", "-shm", ".lock"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


class Counters:
    """The sums of the table `counter`, which say how far the daemon is without reading the log."""

    def __init__(self, path: Path, *, is_passive: bool = False) -> None:
        self.path = path
        self.is_passive = is_passive
        self._connection: sqlite3.Connection | None = None

    def read(self) -> dict[str, int] | None:
        """All sums; None as long as there is no database, or none that can be read."""
        try:
            if self._connection is None:
                self._connection = connect(self.path, is_passive=self.is_passive)
            return dict(self._connection.execute("SELECT name, value FROM counter").fetchall())
        except sqlite3.OperationalError:
            self.close()
            return None

    def close(self) -> None:
        """Lets go of the database."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def handled(sums: dict[str, int]) -> int:
    """How many events were stored, or skipped for a reason."""
    return sums.get("stored", 0) + sum(value for name, value in sums.items() if name.startswith("skipped_"))


def read_sums(path: Path) -> dict[str, int]:
    """The sums of a database that nobody writes to."""
    counters = Counters(path)
    sums = counters.read()
    counters.close()
    return sums or {}
