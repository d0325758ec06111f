"""What the simulator says: everything that its stream held, and what it did to whom."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Key = tuple[str, str, str, str, str]


@dataclass(frozen=True)
class Event:
    """One event, or a bad message (`kind` is "injected", and then `key` tells only which)."""

    index: int
    epoch: int
    seq: int
    time: int
    kind: str
    key: Key

    @property
    def is_record(self) -> bool:
        """Whether it makes or changes a record."""
        return self.key[4] in ("create", "update")


@dataclass
class Span:
    """A run of events that a connection was sent, or that was kept from it."""

    wire: str
    epoch: int
    first_seq: int
    last_seq: int
    first_time: int
    last_time: int
    events: int


@dataclass
class Ledger:
    """What the simulator did."""

    faults: Counter[str] = field(default_factory=Counter)
    fault_times: list[tuple[int, str]] = field(default_factory=list)
    connected: list[dict[str, Any]] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    endings: Counter[str] = field(default_factory=Counter)
    sent: list[Span] = field(default_factory=list)
    withheld: list[Span] = field(default_factory=list)

    def times(self, name: str) -> list[int]:
        """When a fault happened."""
        return [time for time, detail in self.fault_times if detail.startswith(name)]

    def is_sent(self, wire: str, event: Event) -> bool:
        """Whether a connection of a wire has passed over an event."""
        return any(
            span.wire == wire and span.epoch == event.epoch and span.first_seq <= event.seq <= span.last_seq
            for span in self.sent
        )


def kind_of(detail: str) -> str:
    """The kind of a fault in the ledger's words, such as "slow(500 B/s) for 3 s"."""
    return detail.partition("(")[0].partition(" ")[0]


def read_ledger(path: Path) -> Ledger:
    """Reads the ledger."""
    ledger = Ledger()
    wires: dict[int, str] = {}
    epoch = 0
    for line in path.read_text().splitlines():
        entry = json.loads(line)
        what, time, detail = entry["what"], entry["atMicroseconds"], entry.get("detail", "")
        if what == "fault":
            ledger.faults[kind_of(detail)] += 1
            ledger.fault_times.append((time, detail))
        elif what == "connected":
            wires[entry["connection"]] = entry["wire"]
            ledger.connected.append(entry | {"epoch": epoch_at(ledger, time)})
        elif what == "refused":
            ledger.refused.append((time, detail))
        elif what == "ended":
            ledger.endings[ending(detail)] += 1
        elif what in ("sent", "withheld"):
            epoch = epoch_of(ledger, entry)
            span = Span(
                entry.get("wire") or wires[entry["connection"]],
                epoch,
                entry["firstSeq"],
                entry["lastSeq"],
                entry["firstTimeMicroseconds"],
                entry["lastTimeMicroseconds"],
                entry["events"],
            )
            (ledger.sent if what == "sent" else ledger.withheld).append(span)
    return ledger


def epoch_at(ledger: Ledger, time: int) -> int:
    """How often the numbers had begun anew by then."""
    return sum(reset <= time for reset in ledger.times("instance-reset"))


def epoch_of(ledger: Ledger, entry: dict[str, Any]) -> int:
    """The same for the events of a span, by their own time: no connection outlives a reset."""
    return epoch_at(ledger, entry["lastTimeMicroseconds"])


def ending(detail: str) -> str:
    """How a connection ended, without the numbers."""
    return " ".join(word for word in detail.split() if not word.isdigit())


@dataclass
class Journal:
    """What of the stream has to be known as a whole."""

    injected: list[Event] = field(default_factory=list)
    # The times of the last event before each reset and of the first one after it.
    resets: list[tuple[int, int]] = field(default_factory=list)


def summarize(events: Iterator[Event]) -> Journal:
    """Reads through the stream once."""
    journal = Journal()
    last: Event | None = None
    for event in events:
        if event.kind == "injected":
            journal.injected.append(event)
        if last is not None and event.epoch > last.epoch:
            journal.resets.append((last.time, event.time))
        last = event
    return journal


def read_journal(path: Path) -> Iterator[Event]:
    """Reads the stream, in its order."""
    epoch = 0
    with path.open("rb") as file:
        for index, line in enumerate(file):
            entry = json.loads(line)
            if entry.get("reset"):
                epoch += 1
                continue
            event = entry.get("event")
            kind = event["kind"] if event else "injected"
            key = key_of(event) if event else (entry.get("injected", ""), "", "", "", "unknown")
            yield Event(index, epoch, entry["seq"], entry["timeMicroseconds"], kind, key)


def key_of(event: dict[str, Any]) -> Key:
    """What an event is known by in the daemon's log: `rev`, `did`, `collection`, `rkey` and `operation`."""
    kind, did = event["kind"], event["did"]
    body = event[kind]
    if kind == "commit":
        return (body["rev"], did, body["collection"], body["rkey"], body["operation"])
    return (str(body["seq"]), did, "", "", kind)
