"""Plays the plan, settles the account, and ends with 1 when something does not hold."""

import signal
import subprocess
import sys
from pathlib import Path

from EndToEnd import database
from EndToEnd.errors import BenchmarkError

from . import account, checks, plan, records, report, truth
from .options import Options, read
from .stage import Outcome, Stage


def examine(options: Options, stage: Stage, outcome: Outcome) -> tuple[list[checks.Check], str]:
    """Looks at everything that is left of a soak."""
    options.say("settling the account")
    status = stage.status()
    ledger = truth.read_ledger(stage.ledger)
    journal = truth.summarize(truth.read_journal(stage.journal))
    injected = journal.injected
    connection = database.connect(stage.database)
    gaps = account.read_gaps(connection)
    settled = account.settle(connection, truth.read_journal(stage.journal), ledger, gaps)
    rows = dict(connection.execute("SELECT status, count(*) FROM jetstream_activity GROUP BY status").fetchall())
    compared = records.compare(connection)
    connection.close()
    sums = database.read_sums(stage.database)
    found = [
        *checks.events(settled, gaps),
        checks.unknown_actors(settled, sums),
        checks.causes_have_gaps(gaps, ledger, journal),
        checks.gaps_have_causes(gaps, ledger, injected),
        checks.records(compared),
        *checks.conservation(status, rows),
        checks.verified(stage.verify()),
        *checks.memory(outcome),
        checks.faults(options, ledger, injected),
    ]
    version = program_version(options.windsock)
    text = report.write(options, found, outcome, ledger, settled, gaps, injected, sums, version)
    return found, text


def program_version(program: Path) -> str:
    """What the daemon calls itself."""
    return subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False).stdout.strip()


def interrupt(number: int, _: object) -> None:
    """Leaves through all contexts, so that no program is left running."""
    sys.exit(128 + number)


def main() -> None:
    """Reads the arguments, and says what went wrong in one line."""
    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGHUP, interrupt)
    options = read()
    try:
        stage = Stage(options, plan.make(options))
        found, text = examine(options, stage, stage.play())
    except BenchmarkError as error:
        sys.exit(f"soak: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    print(text)
    if not all(check.is_met for check in found):
        sys.exit("soak: something does not hold")


if __name__ == "__main__":
    main()
