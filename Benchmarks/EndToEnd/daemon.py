"""Windsock's daemon."""

import json
import signal
import sqlite3
import time
from pathlib import Path

from . import database
from .child import Child
from .errors import BenchmarkError
from .simulator import Simulator
from .workspace import Workspace


class Daemon(Child):
    """A `windsock run`."""

    def __init__(
        self, workspace: Workspace, url: str, path: Path, config: Path | None = None, *, log_level: str = "warning"
    ) -> None:
        command = [str(workspace.programs.windsock), "run", "--host", url, "--database", str(path)]
        command += ["--log-level", log_level]
        if config is not None:
            command += ["--config", str(config)]
        self.started = time.perf_counter()
        super().__init__(command, workspace.path("windsock.log"))

    def stop(self) -> float:
        """Stops it as systemd does, and returns the seconds that it took."""
        return self.end(signal.SIGTERM)

    @property
    def exit_code(self) -> int:
        """How it ended."""
        return self.process.returncode


def keep_everything(workspace: Workspace) -> Path:
    """A configuration by which nothing is too old, for a history that may have been made long ago."""
    path = workspace.path("config.json")
    path.write_text(json.dumps({"activity": {"retentionHours": 87600}}))
    return path


def make_template(workspace: Workspace) -> Path:
    """An empty database as the daemon makes it, for whatever needs the same tables."""
    path = workspace.path("template.db")
    with Simulator(workspace, "--events", "0") as simulator, Daemon(workspace, simulator.url, path) as daemon:
        # Its position is stored when it connects; before that it would not end in good order.
        while not has_position(path):
            daemon.check()
            time.sleep(0.02)
        daemon.stop()
    if daemon.exit_code != 0:
        raise BenchmarkError(f"{workspace.programs.windsock} ended with {daemon.exit_code} after making a database")
    return path


def has_position(path: Path) -> bool:
    """Whether the daemon has begun to connect."""
    try:
        connection = database.connect(path)
    except sqlite3.OperationalError:
        return False
    try:
        return connection.execute("SELECT 1 FROM jetstream_cursor").fetchone() is not None
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
