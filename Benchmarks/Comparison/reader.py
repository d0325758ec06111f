"""Reads a Jetstream into SQLite the way a Python program would: websockets, orjson, sqlite3, batches of 1,000 events.

The tables are of Windsock's schema, in a file with the sqlite3 module's settings and the two that most programs choose.
"""

import argparse
import asyncio
import json
import resource
import sqlite3
import time

import websockets

from . import light, whole

BATCH = 1000
Make = type[light.Batch] | type[whole.Batch]


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


async def read(url: str, database: sqlite3.Connection, events: int, make: Make) -> float:
    """Stores so many events; returns the seconds from the first one on."""
    start = None
    batch = make()
    async with websockets.connect(url, compression=None, max_size=None) as socket:
        for count in range(1, events + 1):
            message = await socket.recv()
            start = start or time.monotonic()
            batch.add(message)
            if count % BATCH == 0 or count == events:
                batch.store(database)
                batch = make()
    return time.monotonic() - (start or time.monotonic())


def main() -> None:
    """Reads, and prints one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True, help="the stream, with its cursor")
    parser.add_argument("--schema", required=True, help="a database that windsock run made, for its tables")
    parser.add_argument("--database", required=True, help="the database to make")
    parser.add_argument("--events", required=True, type=int, help="how many events to read")
    parser.add_argument("--light", action="store_true", help="do only half of the work")
    options = parser.parse_args()
    database = open_database(options.database, options.schema)
    make = light.Batch if options.light else whole.Batch
    seconds = asyncio.run(read(options.url, database, options.events, make))
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
