"""Half of what Windsock does with a batch, in few calls and one commit: its rows, the records, the actors, the cursor.

It does without the second commit, tombstones and sums, so that nearly all of it runs as `executemany`.
"""

import sqlite3
import time
from typing import Any

import orjson

from .moments import timestamp

LOG = """
    INSERT INTO jetstream_activity
        (timestamp, operation, collection, did, status, event_json, rkey, rev, cid, received_at)
    VALUES (?, ?, ?, ?, 'success', ?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING
"""
ACTOR = "INSERT INTO actor (did, indexed_at) VALUES (?, ?) ON CONFLICT DO NOTHING"
HANDLE = "UPDATE actor SET handle = ? WHERE did = ?"
RECORD = """
    INSERT INTO record (collection, rkey, did, actor, rev, cid, json, indexed_at)
    VALUES (?1, ?2, ?3, (SELECT id FROM actor WHERE did = ?3), ?4, ?5, ?6, ?7)
    ON CONFLICT (collection, rkey, did) DO UPDATE
    SET rev = excluded.rev, cid = excluded.cid, json = excluded.json, indexed_at = excluded.indexed_at
    WHERE excluded.rev > record.rev
"""
DELETE = "DELETE FROM record WHERE collection = ? AND rkey = ? AND did = ? AND rev < ?"
CURSOR = """
    INSERT INTO jetstream_cursor (host, wire, kind, cursor, time_us, updated_at)
    VALUES ('python', 'v1', 'time', ?1, ?1, ?2)
    ON CONFLICT DO UPDATE SET cursor = excluded.cursor, time_us = excluded.time_us, updated_at = excluded.updated_at
"""


class Batch:
    """The rows of up to 1,000 events, by the statement that writes them."""

    def __init__(self) -> None:
        self.events: list[tuple[Any, ...]] = []
        self.actors: list[tuple[str, str]] = []
        self.handles: list[tuple[str, str]] = []
        self.records: list[tuple[Any, ...]] = []
        self.deletes: list[tuple[str, str, str, str]] = []
        self.cursor = 0

    def add(self, message: str) -> None:
        """Takes a message apart into rows."""
        event = orjson.loads(message)
        received = time.time_ns() // 1000
        self.cursor = event["time_us"]
        when, did, kind = timestamp(event["time_us"]), event["did"], event["kind"]
        if kind != "commit":
            detail = event[kind]
            self.events.append((when, kind, "", did, message, "", str(detail["seq"]), "", received))
            if "handle" in detail:
                self.handles.append((detail["handle"], did))
            return
        commit = event["commit"]
        operation, collection, rkey, rev = commit["operation"], commit["collection"], commit["rkey"], commit["rev"]
        cid = commit.get("cid", "")
        self.events.append((when, operation, collection, did, message, rkey, rev, cid, received))
        if operation == "delete":
            self.deletes.append((collection, rkey, did, rev))
        else:
            indexed = timestamp(received)
            record = orjson.dumps(commit["record"]).decode()
            self.actors.append((did, indexed))
            self.records.append((collection, rkey, did, rev, cid, record, indexed))

    def store(self, database: sqlite3.Connection) -> None:
        """Writes all rows in one transaction."""
        with database:
            database.executemany(LOG, self.events)
            database.executemany(ACTOR, self.actors)
            database.executemany(HANDLE, self.handles)
            database.executemany(RECORD, self.records)
            database.executemany(DELETE, self.deletes)
            database.execute(CURSOR, (self.cursor, time.time_ns() // 1000))
