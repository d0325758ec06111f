"""The questions that quickslice, another server on the same stream, asks its own database, put to Windsock's tables.

They are restated from how it works: its times are compared as `datetime(timestamp)`, which no index can serve; its
charts join the log to a series of buckets; its totals count rows; its lists sort what an index found by `indexed_at`.
"""

import sqlite3

from .questions import Question

COLUMNS = "id, timestamp, operation, collection, did, status, error_message, event_json"
RECORD_COLUMNS = "uri, cid, did, collection, json, indexed_at, rkey"

RECENT = f"""
    SELECT {COLUMNS} FROM jetstream_activity
    WHERE datetime(timestamp) >= datetime(?, '-24 hours') ORDER BY timestamp DESC LIMIT 1000
"""
STATISTICS = ("SELECT count(*) FROM record", "SELECT count(*) FROM actor", "SELECT count(*) FROM lexicon")
COLLECTION = f"SELECT {RECORD_COLUMNS} FROM record WHERE collection = ? ORDER BY indexed_at DESC LIMIT 100"
# By the actor's id, which is how these tables index an account.
ACCOUNT = f"""
    SELECT {RECORD_COLUMNS} FROM record WHERE actor = (SELECT id FROM actor WHERE did = ?) ORDER BY indexed_at DESC
"""


def recent(now: str) -> Question:
    """The last day's events, the newest 1,000 of them."""
    return lambda connection: len(connection.execute(RECENT, (now,)).fetchall())


def buckets(now: str, count: int, width: int) -> Question:
    """The chart of a span: a series of buckets, each joined to the successes that lie in it."""
    first, match = (
        f"datetime(:now, '-{count * width} minutes')",
        f"""
        datetime(log.timestamp) >= bucket.start AND datetime(log.timestamp) < datetime(bucket.start, '+{width} minutes')
    """,
    )
    if width == 1440:
        first, match = (
            f"datetime(:now, 'start of day', '-{count - 1} days')",
            "date(log.timestamp) = date(bucket.start)",
        )
    sql = f"""
        WITH RECURSIVE bucket (start, number) AS (
            SELECT {first}, 1
            UNION ALL SELECT datetime(start, '+{width} minutes'), number + 1 FROM bucket WHERE number < {count}
        )
        SELECT bucket.start, sum(log.operation = 'create'), sum(log.operation = 'update'), sum(log.operation = 'delete')
        FROM bucket LEFT JOIN jetstream_activity AS log ON {match} AND log.status = 'success'
        GROUP BY bucket.start ORDER BY bucket.start
    """
    return lambda connection: len(connection.execute(sql, {"now": now}).fetchall())


def statistics(connection: sqlite3.Connection) -> int:
    """Its three totals."""
    return len([connection.execute(sql).fetchone() for sql in STATISTICS])


def records_of_collection(collection: str) -> Question:
    """The newest 100 records of a collection."""
    return lambda connection: len(connection.execute(COLLECTION, (collection,)).fetchall())


def records_of_account(did: str) -> Question:
    """All records of an account."""
    return lambda connection: len(connection.execute(ACCOUNT, (did,)).fetchall())
