"""A program that is started, watched and ended."""

import signal
import subprocess
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from .errors import BenchmarkError

LONGEST_STOP_SECONDS = 60


class Child:
    """A running program; leaving the context ends it, whatever happened."""

    def __init__(self, command: list[str], log: Path) -> None:
        self.name = Path(command[0]).name
        self.log = log
        with log.open("ab") as errors:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True
            )

    @property
    def id(self) -> int:
        """The process."""
        return self.process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    def check(self) -> None:
        """Throws when the program has ended."""
        code = self.process.poll()
        if code is not None:
            raise BenchmarkError(f"{self.name} ended early with {code}:\n{self.log.read_text()[-2000:]}")

    def first_line(self) -> str:
        """The first line that it prints; waits for it."""
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line:
            self.process.wait()
            self.check()
        return line.rstrip("\n")

    def end(self, number: signal.Signals) -> float:
        """Sends a signal, and returns the seconds until the program is gone."""
        guard = threading.Timer(LONGEST_STOP_SECONDS, self.process.kill)
        guard.start()
        start = time.perf_counter()
        self.process.send_signal(number)
        # Without a timeout, since Python waits for one in steps of up to 50 ms.
        self.process.wait()
        seconds = time.perf_counter() - start
        guard.cancel()
        return seconds
