"""The simulated Jetstream."""

from pathlib import Path

from .child import Child
from .errors import BenchmarkError
from .workspace import Workspace

SEED = 3
MICROSECONDS_PER_EVENT = 2000


class Simulator(Child):
    """A server on a port of its own."""

    def __init__(self, workspace: Workspace, *options: str | Path) -> None:
        program = workspace.programs.simulator
        words = [str(word) for word in (program, "serve", "--port", "0", *options)]
        super().__init__(words, workspace.path("simulator.log"))
        line = self.first_line()
        if not line.startswith("listening on "):
            raise BenchmarkError(f"{program} said {line!r} and not where it listens")
        self.url = line.removeprefix("listening on ")


def serve_file(workspace: Workspace, events: Path) -> Simulator:
    """Serves a file as fast as it is read, from its beginning to a client that has nothing yet."""
    return Simulator(workspace, "--file", events, "--replay-future-cursors")


def serve_live(workspace: Workspace, rate: int) -> Simulator:
    """Makes events all the time."""
    return Simulator(workspace, "--rate", str(rate), "--seed", str(SEED))


def generate(workspace: Workspace, count: int, start_time: int | None = None) -> Path:
    """Writes events into a file; they begin at a time, or end now."""
    path = workspace.path("events.jsonl")
    options = [] if start_time is None else ["--start-time", str(start_time)]
    workspace.run(workspace.programs.simulator, "generate", path, "--events", str(count), "--seed", str(SEED), *options)
    return path
