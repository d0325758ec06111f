"""Measures what was asked for, part by part, and writes the tables."""

import signal
import sys
from argparse import Namespace
from pathlib import Path

from . import backlog, growth, live, machine, plot, queries, report, start, sweep
from .daemon import make_template
from .errors import BenchmarkError
from .options import Options, choose, parser
from .prefill import Filled, filled
from .result import Part
from .workspace import Programs, Workspace


def programs(given: Namespace) -> Programs:
    """The programs, by their absolute paths."""
    return Programs(
        windsock=given.windsock.absolute(),
        simulator=given.simulator.absolute(),
        floor=given.floor.absolute(),
        fill=given.fill.absolute(),
        python=given.python.absolute() if given.python else None,
    )


def measure_part(workspace: Workspace, options: Options, template: Path, name: str) -> Part:
    """One of the parts."""

    def long_log(rows: int) -> Filled:
        return filled(workspace, options, template, rows)

    if name == "backlog":
        return backlog.measure(workspace, options, template)
    if name == "live":
        return live.measure(workspace, options)
    if name == "start":
        return start.measure(workspace, options, long_log(options.rows))
    if name == "queries":
        return queries.measure(workspace, options, long_log(options.small_rows), long_log(options.rows))
    if name == "sweep":
        return sweep.measure(workspace, options, long_log(options.rows))
    part, points = growth.measure(workspace, options, [long_log(rows) for rows in options.growth_rows])
    if options.plot:
        plot.write(options.plot, points, options.growth_events)
    return part


def run(given: Namespace) -> str:
    """All parts; the tables are written after each, so that nothing is lost when a later one fails."""
    options = choose(given)
    workspace = Workspace(programs(given), given.folder, given.cache)
    version = workspace.run(workspace.programs.windsock, "--version").strip()
    facts = machine.describe(workspace.run(workspace.programs.floor, "--version").strip(), version)
    template = make_template(workspace)
    parts: list[Part] = []
    text = ""
    for name in options.parts:
        parts.append(measure_part(workspace, options, template, name))
        text = report.write(given.output, facts, parts)
    return text


def interrupt(number: int, _: object) -> None:
    """Leaves through all contexts, so that no program is left running."""
    sys.exit(128 + number)


def main() -> None:
    """Reads the arguments, and says what went wrong in one line."""
    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGHUP, interrupt)
    try:
        print(run(parser().parse_args()))
    except BenchmarkError as error:
        sys.exit(f"benchmark: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
