"""What was asked for on the command line."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

PARTS = ("backlog", "live", "start", "queries", "sweep", "growth")


@dataclass(frozen=True)
class Options:
    """What to measure, and how much of it."""

    parts: tuple[str, ...]
    pairs: int
    events: int
    rows: int
    small_rows: int
    live_seconds: int
    live_checkpoints: int
    starts: int
    sweep_baseline_seconds: int
    load_events: int
    growth_rows: tuple[int, ...]
    growth_events: int
    growth_pairs: int
    python_missing: str
    plot: Path | None

    def say(self, words: str) -> None:
        """Tells the person who waits what is being done."""
        print(f"benchmark: {words}", file=sys.stderr, flush=True)


def parser() -> argparse.ArgumentParser:
    """The arguments, as scripts/benchmark passes them on."""
    parser = argparse.ArgumentParser(prog="benchmark", description=__doc__)
    for program in ("windsock", "simulator", "floor", "fill"):
        parser.add_argument(f"--{program}", type=Path, required=True)
    parser.add_argument("--python", type=Path, help="one that has what the comparison needs")
    parser.add_argument("--python-missing", default="", help="why there is none")
    parser.add_argument("--folder", type=Path, required=True, help="for what goes with the run")
    parser.add_argument("--cache", type=Path, required=True, help="for filled databases")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--only", choices=PARTS)
    parser.add_argument("--pairs", type=positive)
    parser.add_argument("--events", type=positive)
    parser.add_argument("--rows", type=positive)
    return parser


def positive(text: str) -> int:
    """A number that is worth measuring."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1 (got {text})")
    return number


def choose(given: argparse.Namespace) -> Options:
    """Fills in what was not given."""
    quick = given.quick
    rows = given.rows or (20_000 if quick else 5_000_000)
    sizes = (1_000, 20_000) if quick else (50_000, 500_000, 2_000_000, 5_000_000)
    parts = PARTS if given.plot else PARTS[:-1]
    return Options(
        parts=(given.only,) if given.only else parts,
        pairs=given.pairs or (1 if quick else 5),
        events=given.events or (30_000 if quick else 300_000),
        rows=rows,
        small_rows=max(1_000, min(50_000, rows // 10)),
        live_seconds=6 if quick else 60,
        live_checkpoints=0 if quick else 2,
        starts=1 if quick else 5,
        sweep_baseline_seconds=6 if quick else 60,
        load_events=4_000 if quick else 15_000,
        growth_rows=tuple(size for size in sizes if size < rows) + (rows,),
        growth_events=10_000 if quick else 100_000,
        growth_pairs=1 if quick else 3,
        python_missing=given.python_missing,
        plot=given.plot,
    )
