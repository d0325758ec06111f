"""Reads a Jetstream into SQLite the way a Python program would: websockets, orjson, sqlite3, a commit for 1,000 events.

It stores what Windsock stores of each event (its row in the log, the record, the actor, the cursor) in tables of the same
schema, in a file of its own with the sqlite3 module's settings and the two that most programs choose, and does without
what Windsock adds: no second commit, no tombstones, no sums.
"""

import argparse
import asyncio
import json
import resource
import sqlite3
import time
from datetime import UTC, datetime
from typing import Any

import orjson
import websockets

BATCH = 1000

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


def timestamp(microseconds: int) -> str:
    """The time as Windsock's tables hold it."""
    return datetime.fromtimestamp(microseconds / 1e6, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


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


def open_database(path: str, schema: str) -> sqlite3.Connection:
    """Makes a database with the tables of another one."""
    with sqlite3.connect(f"file:{schema}?mode=ro", uri=True) as model:
        found = model.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
        statements = [row[0] for row in found]
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    for statement in statements:
        database.execute(statement)
    return database


async def read(url: str, database: sqlite3.Connection, events: int) -> float:
    """Stores so many events; returns the seconds from the first one on."""
    start = None
    batch = Batch()
    async with websockets.connect(url, compression=None, max_size=None) as socket:
        for count in range(1, events + 1):
            message = await socket.recv()
            start = start or time.monotonic()
            batch.add(message)
            if count % BATCH == 0 or count == events:
                batch.store(database)
                batch = Batch()
    return time.monotonic() - (start or time.monotonic())


def main() -> None:
    """Reads, and prints one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True, help="the stream, with its cursor")
    parser.add_argument("--schema", required=True, help="a database that windsock run made, for its tables")
    parser.add_argument("--database", required=True, help="the database to make")
    parser.add_argument("--events", required=True, type=int, help="how many events to read")
    options = parser.parse_args()
    seconds = asyncio.run(read(options.url, open_database(options.database, options.schema), options.events))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    result = {
        "events": options.events,
        "seconds": seconds,
        "cpuSeconds": {"user": usage.ru_utime, "system": usage.ru_stime},
        "peakBytes": usage.ru_maxrss * 1024,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
