"""What was asked for on the command line."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

# Drawn at random, all the time.
RANDOM_KINDS = (
    "cut",
    "cut-mid-frame",
    "reset",
    "close",
    "error",
    "silent",
    "half-open",
    "slow",
    "refuse",
    "malformed",
    "account",
    "sync",
    "new-dictionary",
)
# At known times, with quiet around them: what they cost is to be found in the ledger of gaps.
EPISODE_KINDS = ("instance-reset", "look-back", "held-back", "blind", "unreadable")
# How long each of them takes; a blind host is found out after a minute, and what it kept back is then read again.
EPISODE_SECONDS = {"instance-reset": 12.0, "look-back": 22.0, "held-back": 50.0, "unreadable": 15.0, "blind": 90.0}
# In less than this not each kind has its turn.
LEAST_MINUTES = 2
# Finding out a half-open connection takes long as well; it needs this much of a soak.
LEAST_MINUTES_FOR_HALF_OPEN = 4
# Before an episode, so that the faults of before are over.
CALM_SECONDS = 20.0
ALL_KINDS = RANDOM_KINDS + EPISODE_KINDS
# v1 has no frame for errors, no sync events and no dictionary to renew; and it moves an old cursor without a word,
# which nobody can notice who was told that hosts keep an hour.
KINDS_OF_SECOND_WIRE = ("error", "sync", "new-dictionary", "look-back")


@dataclass(frozen=True)
class Options:
    """How long, and what goes wrong."""

    windsock: Path
    simulator: Path
    folder: Path
    output: Path
    minutes: float
    seed: int
    wire: str
    rate: int
    kinds: tuple[str, ...]

    @property
    def seconds(self) -> float:
        """How long the faults go on."""
        return self.minutes * 60

    def say(self, words: str) -> None:
        """Tells the person who waits what is being done."""
        print(f"soak: {words}", file=sys.stderr, flush=True)


def read() -> Options:
    """Reads the arguments."""
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    for program in ("windsock", "simulator", "folder", "output"):
        parser.add_argument(f"--{program}", type=Path, required=True)
    parser.add_argument("--minutes", type=positive, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--wire", choices=("v1", "v2", "both"), default="both")
    parser.add_argument("--rate", type=int, default=300, help="events a second")
    parser.add_argument("--kinds", type=kinds, default=None, help="only these faults, with commas")
    given = parser.parse_args()
    return Options(
        windsock=given.windsock.absolute(),
        simulator=given.simulator.absolute(),
        folder=given.folder.absolute(),
        output=given.output.absolute(),
        minutes=given.minutes,
        seed=given.seed,
        wire=given.wire,
        rate=given.rate,
        kinds=given.kinds or default_kinds(given.wire, given.minutes),
    )


def default_kinds(wire: str, minutes: float) -> tuple[str, ...]:
    """All that the wires and the time allow: episodes as long as they take no more than half of it."""
    left_out = set(KINDS_OF_SECOND_WIRE) if wire == "v1" else set()
    if minutes < LEAST_MINUTES_FOR_HALF_OPEN:
        left_out.add("half-open")
    room = minutes * 60 / 2
    for kind in EPISODE_KINDS:
        room -= CALM_SECONDS + EPISODE_SECONDS[kind]
        if room < 0:
            left_out.add(kind)
    return tuple(kind for kind in ALL_KINDS if kind not in left_out)


def kinds(text: str) -> tuple[str, ...]:
    """Some of the kinds."""
    chosen = tuple(text.split(","))
    for kind in chosen:
        if kind not in ALL_KINDS:
            raise argparse.ArgumentTypeError(f"there is no {kind!r}; there are {', '.join(ALL_KINDS)}")
    return chosen


def positive(text: str) -> float:
    """A length of time."""
    number = float(text)
    if number < LEAST_MINUTES:
        raise argparse.ArgumentTypeError(f"must be at least {LEAST_MINUTES} (got {text})")
    return number
