"""Windsock's questions to its database, in the repositories' own SQL, run without the program around them.

The texts are those of Sources/Store; where one changes, this file has to follow.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Question = Callable[[sqlite3.Connection], int]

# Sources/Store/SQL/BoundedWalk.swift, PageLimit; the commands' own --limit.
EXAMINED_ROWS = 20_000
PAGE_ROWS = 50

# Sources/Store/Activity/ActivityEntry.swift and Record/RecordEntry.swift
ACTIVITY_COLUMNS = """
    id, timestamp, operation, collection, did, status, error_message, event_json, rkey, rev, cid, received_at,
    attempts, error_class, next_attempt_at
"""
RECORD_COLUMNS = """
    record.uri, record.cid, record.did, record.collection, record.rkey, record.rev, record.json, record.indexed_at
"""
SELECT_ACTIVITY = f"SELECT {ACTIVITY_COLUMNS} FROM jetstream_activity WHERE id = ?"
SELECT_RECORD = f"SELECT {RECORD_COLUMNS} FROM record WHERE id = ?"

# Sources/Store/Activity/ActivityRepository+Buckets.swift
BUCKETS = """
    SELECT (minute - ?1) / ?2, sum(creates), sum(updates), sum(deletes), sum(errors)
    FROM activity_minute WHERE minute >= ?1 AND minute < ?3 GROUP BY 1
"""

# Sources/Store/Record/RecordRepository+Reading.swift
RECORD = f"""
    SELECT {RECORD_COLUMNS} FROM record JOIN actor ON actor.id = record.actor
    WHERE record.collection = ? AND record.rkey = ? AND record.did = ? AND record.rev > actor.deleted_rev
"""
COLLECTION = """
    SELECT record.id, record.rkey, record.did, record.rev > actor.deleted_rev
    FROM record INDEXED BY record_key CROSS JOIN actor ON actor.id = record.actor
    WHERE record.collection = ?
    ORDER BY record.rkey DESC, record.did DESC
"""
ACCOUNT = """
    SELECT id, rev > ? FROM record INDEXED BY record_actor WHERE actor = ? AND id < ? ORDER BY id DESC
"""

# Sources/Store/Actor/ActorRepository.swift
ACTOR = """
    SELECT id, did, handle, indexed_at, active, status, identity_time, identity_seq, account_time, account_seq,
        deleted_rev, purge_pending
    FROM actor WHERE did = ?
"""

# Sources/Store/Counters/CounterRepository.swift, and Stream/: what `windsock status` asks beside the log.
STATUS = (
    "SELECT name, value FROM counter",
    "SELECT process_id, started_at, updated_at, state FROM run",
    "SELECT host, wire, kind, cursor, time_us, is_placeholder, covered_until, updated_at"
    " FROM jetstream_cursor ORDER BY host",
    "SELECT value FROM counter WHERE name = 'gaps'",
    "SELECT id, host, wire, from_us, to_us, cause, detected_at, healed_at, healed_how FROM gap"
    " WHERE id < 9223372036854775807 ORDER BY id DESC LIMIT 10",
)


@dataclass(frozen=True)
class Walk:
    """A walk along an index, which ends when its page is full or enough rows were examined; then the rows are read."""

    sql: str
    arguments: tuple[Any, ...]
    match: int
    select: str

    def run(self, connection: sqlite3.Connection, limit: int = PAGE_ROWS) -> int:
        """Reads a page; returns how many rows it has."""
        ids: list[int] = []
        rows = connection.execute(self.sql, self.arguments)
        for examined, row in enumerate(rows):
            if len(ids) == limit or examined == EXAMINED_ROWS:
                break
            if row[self.match]:
                ids.append(row[0])
        rows.close()
        for id in ids:
            connection.execute(self.select, (id,)).fetchall()
        return len(ids)


def activity(since: str, status: str | None = None, collection: str | None = None) -> Walk:
    """The newest events, as Sources/Store/Activity/ActivityWalk.swift puts the statement together."""
    index, terms, arguments = "activity_timestamp", "", []
    residue, residue_arguments = "1", []
    if status is not None and status != "success":
        index, arguments = "activity_failed", [status]
        terms = "status <> 'success' AND status <> 'processing' AND status = ? AND "
    elif status is not None:
        residue, residue_arguments = "status = ?", [status]
    elif collection is not None:
        index, terms, arguments = "activity_collection", "collection = ? AND ", [collection]
    sql = f"""
        SELECT id, timestamp, {residue} FROM jetstream_activity INDEXED BY {index}
        WHERE {terms}timestamp >= ? ORDER BY timestamp DESC, id DESC
    """
    return Walk(sql, (*residue_arguments, *arguments, since), 2, SELECT_ACTIVITY)


def buckets(now_minute: int, count: int, width: int) -> Question:
    """The parts of a span, as Sources/Store/Activity/ActivityBucket.swift cuts it; days are whole ones."""
    end = (now_minute // width + 1) * width if width == 1440 else now_minute + 1
    first = end - count * width
    return lambda connection: len(connection.execute(BUCKETS, (first, width, end)).fetchall())


def status(connection: sqlite3.Connection) -> int:
    """All that Sources/windsock/Reports/StatusQuestion.swift asks."""
    rows = sum(len(connection.execute(sql).fetchall()) for sql in STATUS)
    for wanted in ("error", "validation_error"):
        rows += activity("", status=wanted).run(connection, 1)
    return rows + activity("").run(connection, 1)


def record(collection: str, rkey: str, did: str) -> Question:
    """One record by its address."""
    return lambda connection: len(connection.execute(RECORD, (collection, rkey, did)).fetchall())


def records_of_collection(collection: str) -> Question:
    """A page of a collection's records."""
    return Walk(COLLECTION, (collection,), 3, SELECT_RECORD).run


def records_of_account(did: str) -> Question:
    """A page of an account's records."""

    def ask(connection: sqlite3.Connection) -> int:
        actor = connection.execute(ACTOR, (did,)).fetchone()
        if actor is None:
            return 0
        return Walk(ACCOUNT, (actor[10], actor[0], 2**63 - 1), 1, SELECT_RECORD).run(connection)

    return ask
