"""Where the programs and the files of a run are."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from .errors import BenchmarkError


@dataclass(frozen=True)
class Programs:
    """What is measured and what measures."""

    windsock: Path
    simulator: Path
    floor: Path
    fill: Path
    python: Path | None


class Workspace:
    """The folders of a run: one for what goes with it, one for what is worth keeping."""

    def __init__(self, programs: Programs, folder: Path, cache: Path) -> None:
        self.programs = programs
        self.folder = folder
        self.cache = cache
        self._numbers: Iterator[int] = count(1)

    def path(self, name: str) -> Path:
        """A path in the folder of this run that nobody else uses."""
        stem, dot, suffix = name.partition(".")
        return self.folder / f"{stem}-{next(self._numbers)}{dot}{suffix}"

    def need(self, bytes_wanted: int, folder: Path) -> None:
        """Throws when the disk has less room."""
        free = shutil.disk_usage(folder).free
        if free < bytes_wanted:
            wanted, there = bytes_wanted / 2**30, free / 2**30
            raise BenchmarkError(f"{folder} needs {wanted:.1f} GiB and has {there:.1f}; try a smaller --rows")

    def run(self, *command: str | Path) -> str:
        """Runs a program to its end, and returns what it printed."""
        words = [str(word) for word in command]
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise BenchmarkError(f"{' '.join(words)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
        return done.stdout
