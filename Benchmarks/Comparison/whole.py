"""What Windsock does with a batch, as a Python program would do it: two commits, every rule, every sum.

The batch is logged as `processing` with the cursor, its duplicates left out; then each event is applied by the stored
state (tombstones, revisions, actors), and the statuses and sums follow in the same transaction. The sqlite3 module keeps
the statements; those of which no result is needed run as `executemany`.
"""

import sqlite3
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

import orjson

from .moments import revision_at, timestamp

LOG = """
    INSERT INTO jetstream_activity
        (timestamp, operation, collection, did, status, event_json, rkey, rev, cid, received_at)
    VALUES (?, ?, ?, ?, 'processing', ?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING
"""
CURSOR = """
    INSERT INTO jetstream_cursor (host, wire, kind, cursor, time_us, updated_at)
    VALUES ('python', 'v1', 'time', ?1, ?1, ?2)
    ON CONFLICT DO UPDATE SET cursor = excluded.cursor, time_us = excluded.time_us, updated_at = excluded.updated_at
"""
SUCCEEDED = "UPDATE jetstream_activity SET status = 'success' WHERE id BETWEEN ? AND ? AND status = 'processing'"
FIND_ACTOR = "SELECT id, deleted_rev FROM actor WHERE did = ?"
ADD_ACTOR = "INSERT INTO actor (did, indexed_at) VALUES (?, ?)"
NAME_ACTOR = "UPDATE actor SET handle = ?, identity_time = ?, identity_seq = ? WHERE did = ?"
SET_ACCOUNT = "UPDATE actor SET active = ?, status = ?, account_time = ?, account_seq = ? WHERE did = ?"
DELETE_ACTOR = "UPDATE actor SET deleted_rev = ?, purge_pending = 1 WHERE did = ?"
FIND_TOMBSTONE = "SELECT rev FROM tombstone WHERE collection = ? AND rkey = ? AND did = ?"
BURY = """
    INSERT INTO tombstone (collection, rkey, did, rev, received_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET rev = excluded.rev, received_at = excluded.received_at WHERE excluded.rev > tombstone.rev
"""
UNBURY = "DELETE FROM tombstone WHERE collection = ? AND rkey = ? AND did = ?"
ADD_RECORD = """
    INSERT INTO record (collection, rkey, did, actor, rev, cid, json, indexed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING
"""
REPLACE_RECORD = """
    UPDATE record SET rev = ?4, cid = ?5, json = ?6, indexed_at = ?7
    WHERE collection = ?1 AND rkey = ?2 AND did = ?3 AND rev < ?4
"""
DELETE_RECORD = "DELETE FROM record WHERE collection = ? AND rkey = ? AND did = ? AND rev < ?"
COUNT = "INSERT INTO counter (name, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = value + excluded.value"
COUNT_RECORDS = """
    INSERT INTO record_count (collection, records) VALUES (?1, ?2)
    ON CONFLICT DO UPDATE SET records = records + excluded.records
"""
COUNT_MINUTE = """
    INSERT INTO activity_minute (minute, creates, updates, deletes, others) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET creates = creates + excluded.creates, updates = updates + excluded.updates,
        deletes = deletes + excluded.deletes, others = others + excluded.others
"""
MINUTE_COLUMNS = {"create": 0, "update": 1, "delete": 2}


@dataclass(slots=True)
class Event:
    """What the log and the rules need of a message."""

    message: str
    kind: str
    operation: str
    collection: str
    did: str
    rkey: str
    rev: str
    cid: str
    time_us: int
    body: dict[str, Any]
    received: int


def decode(message: str) -> Event:
    """Takes a message apart."""
    event = orjson.loads(message)
    received = time.time_ns() // 1000
    kind = event["kind"]
    body = event[kind]
    if kind == "commit":
        words = (body["operation"], body["collection"], event["did"], body["rkey"], body["rev"], body.get("cid", ""))
    else:
        words = (kind, "", event["did"], "", str(body["seq"]), "")
    return Event(message, kind, *words, event["time_us"], body, received)


class Batch:
    """The events of up to 1,000 messages."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.records: Counter[str] = Counter()
        self.sums: Counter[str] = Counter()

    def add(self, message: str) -> None:
        """Takes a message in."""
        self.events.append(decode(message))

    def store(self, database: sqlite3.Connection) -> None:
        """Logs the events in one transaction, and applies the new ones in another."""
        with database:
            logged = [(event, self.log(database, event)) for event in self.events]
            database.execute(CURSOR, (self.events[-1].time_us, time.time_ns() // 1000))
            database.execute(COUNT, ("stored", sum(row is not None for _, row in logged)))
        new = [(event, row) for event, row in logged if row is not None]
        if not new:
            return
        with database:
            for event, _ in new:
                self.apply(database, event)
            database.execute(SUCCEEDED, (new[0][1], new[-1][1]))
            self.count(database, [event for event, _ in new])

    def log(self, database: sqlite3.Connection, event: Event) -> int | None:
        """The row of an event; None when it is there already."""
        row = database.execute(
            LOG,
            (
                timestamp(event.time_us),
                event.operation,
                event.collection,
                event.did,
                event.message,
                event.rkey,
                event.rev,
                event.cid,
                event.received,
            ),
        )
        return row.lastrowid if row.rowcount > 0 else None

    def apply(self, database: sqlite3.Connection, event: Event) -> None:
        """Brings the state up to date."""
        if event.kind == "identity":
            if handle := event.body.get("handle"):
                database.execute(NAME_ACTOR, (handle, event.time_us, event.body["seq"], event.did))
        elif event.kind == "account":
            self.apply_account(database, event)
        elif event.operation == "delete":
            key = (event.collection, event.rkey, event.did)
            if database.execute(DELETE_RECORD, (*key, event.rev)).rowcount > 0:
                self.records[event.collection] -= 1
            database.execute(BURY, (*key, event.rev, event.received))
        else:
            self.put(database, event)

    def put(self, database: sqlite3.Connection, event: Event) -> None:
        """Writes a record unless a newer revision of it is known."""
        key = (event.collection, event.rkey, event.did)
        buried = database.execute(FIND_TOMBSTONE, key).fetchone()
        if buried and event.rev <= buried[0]:
            return
        indexed = timestamp(event.received)
        found = database.execute(FIND_ACTOR, (event.did,)).fetchone()
        if found and event.rev <= found[1]:
            return
        actor = found[0] if found else database.execute(ADD_ACTOR, (event.did, indexed)).lastrowid
        record = orjson.dumps(event.body["record"]).decode()
        if database.execute(ADD_RECORD, (*key, actor, event.rev, event.cid, record, indexed)).rowcount > 0:
            self.records[event.collection] += 1
            if buried:
                database.execute(UNBURY, key)
        else:
            database.execute(REPLACE_RECORD, (*key, event.rev, event.cid, record, indexed))

    def apply_account(self, database: sqlite3.Connection, event: Event) -> None:
        """Stores an account's standing; what a deleted one had is gone."""
        status = event.body.get("status")
        if status == "deleted":
            database.execute(DELETE_ACTOR, (revision_at(event.time_us), event.did))
        database.execute(SET_ACCOUNT, (event.body["active"], status, event.time_us, event.body["seq"], event.did))

    def count(self, database: sqlite3.Connection, events: list[Event]) -> None:
        """Adds to the sums what the batch came to."""
        minutes: dict[int, list[int]] = {}
        for event in events:
            row = minutes.setdefault(event.time_us // 60_000_000, [0, 0, 0, 0])
            row[MINUTE_COLUMNS.get(event.operation, 3)] += 1
        database.executemany(COUNT_MINUTE, [(minute, *row) for minute, row in minutes.items()])
        database.executemany(COUNT_RECORDS, list(self.records.items()))
        database.execute(COUNT, ("success", len(events)))
