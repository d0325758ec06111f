"""Settles the account: every event of the stream against the daemon's log and its ledger of gaps."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from .truth import Event, Ledger

FIND = """
    SELECT status, coalesce(error_message, '') FROM jetstream_activity
    WHERE rev = ? AND did = ? AND collection = ? AND rkey = ? AND operation = ?
"""
# How a message that is as bad as these ends is the log's affair; whether one is there is asked by their number.
UNREADABLE = "SELECT count(*) FROM jetstream_activity WHERE operation = 'unknown'"
# A commit with these words, or none, has an actor; one that came too late for its account has not.
WORDS_WITH_ACTOR = ("", "Skipped: duplicate CID")
EXAMPLES = 5


@dataclass(frozen=True)
class Gap:
    """A row of `gap`; times in microseconds since the Unix epoch."""

    id: int
    first: int
    last: int
    cause: str
    detected: int
    healed: int | None

    def covers(self, event: Event) -> bool:
        """Whether it excuses that an event is missing."""
        return self.healed is None and self.first <= event.time <= self.last


@dataclass
class Account:
    """What became of the events between the first connection and the last event that was stored."""

    events: int = 0
    logged: int = 0
    unreadable: int = 0
    # Missing, by the reason that excuses it.
    excused: Counter[str] = field(default_factory=Counter)
    missing_in_gap: Counter[int] = field(default_factory=Counter)
    lost: list[Event] = field(default_factory=list)
    by_kind: Counter[str] = field(default_factory=Counter)
    # Rows of the log that are no events of the stream.
    invented: int = 0


def read_gaps(connection: sqlite3.Connection) -> list[Gap]:
    """All gaps that the daemon wrote down."""
    rows = connection.execute("SELECT id, from_us, to_us, cause, detected_at, healed_at FROM gap ORDER BY id")
    return [Gap(*row) for row in rows]


def settle(connection: sqlite3.Connection, events: Iterable[Event], ledger: Ledger, gaps: list[Gap]) -> Account:
    """Looks every event up.

    The account begins with the daemon's first cursor, which is a time, and ends with the last event of the stream that
    is in the log: what comes after that was made after the daemon had stopped.
    """
    account = Account()
    begin = int(ledger.connected[0]["cursor"])
    actors: set[str] = set()
    # Missing, and not yet known to lie before the last event that was stored.
    pending: list[tuple[Event, str]] = []
    held = 0
    for event in events:
        if event.kind == "injected":
            account.unreadable += 1
            continue
        row = connection.execute(FIND, event.key).fetchone()
        if row is not None:
            held += 1
            if event.is_record and row[0] == "success" and row[1] in WORDS_WITH_ACTOR:
                actors.add(event.key[1])
            if event.time >= begin:
                account.events += 1 + len(pending)
                account.logged += 1
                account.by_kind[event.kind] += 1
                write_off(account, pending, gaps)
            pending.clear()
        elif event.time >= begin:
            pending.append((event, excuse(event, actors, ledger)))
    total = connection.execute("SELECT count(*) FROM jetstream_activity").fetchone()[0]
    account.invented = total - held - connection.execute(UNREADABLE).fetchone()[0]
    return account


def excuse(event: Event, actors: set[str], ledger: Ledger) -> str:
    """Why an event need not be in the log, gaps aside; nothing when it must be.

    Identity and account events, and sync events, are logged only for actors of whom a record has come before; v1 does
    not carry sync events at all.
    """
    if event.kind == "commit":
        return ""
    if event.kind == "sync" and ledger.is_sent("v1", event):
        return "not carried by v1"
    return "" if event.key[1] in actors else "unknown actor"


def write_off(account: Account, pending: list[tuple[Event, str]], gaps: list[Gap]) -> None:
    """Says of missing events why they are missing."""
    for event, reason in pending:
        gap = next((gap for gap in gaps if gap.covers(event)), None)
        if reason:
            account.excused[reason] += 1
        elif gap is not None:
            account.excused["in a gap"] += 1
            account.missing_in_gap[gap.id] += 1
        else:
            account.lost.append(event)
