"""What must hold at the end."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .account import Account, Gap
from .options import Options
from .plan import HELD_BACK_SECONDS
from .records import Comparison
from .stage import Life, Outcome
from .truth import Event, Journal, Ledger

SECOND = 1_000_000
MEBIBYTE = 2**20
WARM_UP_SECONDS = 60.0
# In a shorter life a third may hold a backlog, which needs more memory for a moment, and another third none.
LEAST_LIFE_SECONDS = 600.0
MOST_PEAK_BYTES = 96 * MEBIBYTE
MOST_GROWTH, MOST_GROWTH_BYTES = 1.1, 8 * MEBIBYTE
# Bad messages of which each ends a connection.
ENDING_MESSAGES = ("oversize", "bad-utf8", "bad-frame")


@dataclass(frozen=True)
class Check:
    """One thing that must hold, and what was found."""

    name: str
    is_met: bool
    found: str


def events(account: Account, gaps: list[Gap]) -> list[Check]:
    """Every event of the stream is accounted for."""
    examples = ", ".join(f"{event.kind} seq {event.seq} time {event.time}" for event in account.lost[:5])
    return [
        Check(
            "every event is in the log, excused, or inside a gap that was not healed",
            account.events > 0 and not account.lost,
            f"{account.logged:,} of {account.events:,} in the log; "
            + "".join(f"{count:,} {reason}; " for reason, count in sorted(account.excused.items()))
            + f"{len(account.lost):,} lost {examples}",
        ),
        Check("the log holds nothing but the stream's events", account.invented == 0, f"{account.invented} others"),
    ]


def unknown_actors(account: Account, sums: dict[str, int]) -> Check:
    """The daemon's count of skipped events fits: each is skipped once at least, and again when it comes again."""
    skipped, missing = sums.get("skipped_unknown_actor", 0), account.excused["unknown actor"]
    return Check(
        "skipped for an unknown actor: the counts fit",
        skipped >= missing,
        f"{skipped:,} times, {missing:,} events",
    )


def gaps_have_causes(gaps: list[Gap], ledger: Ledger, injected: list[Event]) -> Check:
    """No gap without something that the simulator did."""
    baseless = [gap for gap in gaps if not has_cause(gap, ledger, injected)]
    words = "; ".join(f"{gap.cause} ({gap.first} to {gap.last})" for gap in baseless[:3])
    return Check("no gap without a cause in the simulator's ledger", not baseless, words or f"{len(gaps)} gaps")


def has_cause(gap: Gap, ledger: Ledger, injected: list[Event]) -> bool:
    """Whether the simulator did what the gap says, at the time that it says."""
    begin, end = gap.first - 10 * SECOND, gap.detected + SECOND
    if gap.cause.startswith("reset"):
        return any(begin <= time <= end for time in ledger.times("instance-reset"))
    if gap.cause.startswith(("too old", "clamped")):
        clamped = [entry["atMicroseconds"] for entry in ledger.connected if entry.get("detail") == "clamped"]
        return any(begin <= time <= end for time in clamped)
    if gap.cause.startswith("blind"):
        return any(span.first_time <= gap.last and span.last_time >= gap.first for span in ledger.withheld)
    if gap.cause.startswith("Could not be read"):
        bad = [event.time for event in injected if event.key[0] in ENDING_MESSAGES]
        return any(gap.first - 10 * SECOND <= time <= gap.last + SECOND for time in bad)
    return False


def causes_have_gaps(gaps: list[Gap], ledger: Ledger, journal: Journal) -> Check:
    """Whatever cost a client something is written down.

    A reset between two events of one commit, which have one time, costs nothing: the new stream begins where the old
    one ended.
    """
    missing = []
    for before, after in journal.resets:
        known = any(gap.cause.startswith("reset") and gap.first <= after and before <= gap.last for gap in gaps)
        if after > before and not known:
            missing.append(f"reset between {before} and {after}")
    for span in ledger.withheld:
        if not any(gap.cause.startswith("blind") and gap.first <= span.first_time <= gap.last for gap in gaps):
            missing.append(f"{span.events} events withheld from {span.first_time} on")
    for entry in ledger.connected:
        is_clamped = entry.get("detail") == "clamped"
        if is_clamped and not any(gap.detected >= entry["atMicroseconds"] - SECOND for gap in gaps):
            missing.append(f"clamped at {entry['atMicroseconds']}")
    return Check(
        "nothing that was withheld, clamped or reset is without a gap",
        not missing,
        "; ".join(missing[:3]) or "all",
    )


def records(comparison: Comparison) -> Check:
    """The records are what the log says."""
    return Check(
        "the records are what the events of the log say",
        comparison.wrong == 0 and comparison.there > 0,
        f"{comparison.there:,} records, {comparison.wrong:,} wrong; {comparison.deleted_accounts:,} accounts deleted",
    )


def conservation(status: dict[str, Any], rows: dict[str, int]) -> list[Check]:
    """The daemon's own sums add up, and the rows are what they say."""
    totals = status["totals"]
    remainders = (totals["remainder"], status["run"]["flow"]["remainder"])
    by_status = {name: count - totals["cleaned"].get(name, 0) for name, count in totals["byStatus"].items()}
    sums = {name: rows.get(name, 0) for name in by_status}
    return [
        Check("conservation: no remainder", remainders == (0, 0), f"{remainders[0]} and {remainders[1]}"),
        Check("the sums by status are the rows of the log", by_status == sums == status["rows"], f"{sums}"),
        Check("nothing is left processing", sums["processing"] == 0, f"{sums['processing']}"),
    ]


def verified(verification: dict[str, Any]) -> Check:
    """`windsock verify --deep` finds nothing."""
    differing = [check for check in verification["checks"] if not check["isSound"]]
    words = "; ".join(f"{check['name']}: {check['differences'][0]}" for check in differing[:3])
    return Check(
        "windsock verify --deep finds the database sound",
        verification["isSound"] and len(verification["checks"]) > 0,
        words or f"{len(verification['checks'])} checks",
    )


def memory(outcome: Outcome) -> list[Check]:
    """The peak of every process, and the growth of the one that ran through the whole second half."""
    peak = max(life.peak_bytes for life in outcome.lives)
    last = max(outcome.lives, key=lambda life: life.ended - life.began)
    early, late = thirds(last)
    most = max(early * MOST_GROWTH, early + MOST_GROWTH_BYTES)
    length = last.ended - last.began
    is_judged = length >= LEAST_LIFE_SECONDS
    return [
        Check("peak memory below 96 MiB", peak < MOST_PEAK_BYTES, f"{peak / MEBIBYTE:.1f} MiB"),
        Check(
            "no growth of memory: the last third at most 10 % or 8 MiB above the first",
            0 < late <= most or not is_judged,
            f"{early / MEBIBYTE:.1f} MiB, then {late / MEBIBYTE:.1f} MiB, in a process of {length / 60:.1f} minutes"
            + ("" if is_judged else ", which is too short to tell"),
        ),
    ]


def thirds(life: Life) -> tuple[int, int]:
    """The most memory in the first third of a process's life after it has warmed up, and in the last."""
    length = life.ended - life.began
    begin = life.began + min(WARM_UP_SECONDS, length / 4)
    step = (life.ended - begin) / 3
    early = [bytes for second, bytes, _ in life.samples if begin <= second <= begin + step]
    late = [bytes for second, bytes, _ in life.samples if second >= life.ended - step]
    return max(early, default=0), max(late, default=0)


def faults(options: Options, ledger: Ledger, injected: list[Event]) -> Check:
    """Each kind that was wanted has happened, else the soak proves too little."""
    missing = [kind for kind in options.kinds if fired(kind, ledger, injected) == 0]
    return Check(
        "each wanted kind of fault has happened",
        not missing,
        f"missing: {', '.join(missing)}" if missing else f"{len(options.kinds)} kinds",
    )


def fired(kind: str, ledger: Ledger, injected: list[Event]) -> int:
    """How often a kind of fault has happened to somebody."""
    count: dict[str, Callable[[], int]] = {
        "refuse": lambda: sum(detail in ("429", "503") for _, detail in ledger.refused),
        "malformed": lambda: sum(event.key[0] not in ENDING_MESSAGES for event in injected),
        "unreadable": lambda: sum(event.key[0] in ENDING_MESSAGES for event in injected),
        "held-back": lambda: len(ledger.times(f"silent for {HELD_BACK_SECONDS}")),
        "blind": lambda: len(ledger.withheld),
        "look-back": lambda: sum(entry.get("detail") == "clamped" for entry in ledger.connected),
    }
    return count[kind]() if kind in count else ledger.faults[kind]
