"""Whether the records are what the events of the log say."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

# The newest operation on each record that went through.
NEWEST = """
    SELECT collection, rkey, did, operation, rev, cid FROM (
        SELECT collection, rkey, did, operation, rev, cid,
            row_number() OVER (PARTITION BY collection, rkey, did ORDER BY rev DESC) AS place
        FROM jetstream_activity
        WHERE status = 'success' AND (operation = 'create' OR operation = 'update' OR operation = 'delete')
    ) WHERE place = 1
"""
# What the daemon says is there: what an account's deletion took goes from the table little by little.
THERE = """
    SELECT collection, rkey, record.did, rev, cid FROM record JOIN actor ON actor.id = record.actor
    WHERE rev > deleted_rev
"""
ACCOUNTS = "SELECT did, event_json FROM jetstream_activity WHERE operation = 'account' AND status = 'success'"
# https://atproto.com/specs/tid
ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Comparison:
    """What the log says and what is there."""

    expected: int
    there: int
    wrong: int
    deleted_accounts: int


def compare(connection: sqlite3.Connection) -> Comparison:
    """Compares every record's revision and content identifier."""
    floors = deletions(connection)
    expected = {
        (collection, rkey, did): (rev, cid)
        for collection, rkey, did, operation, rev, cid in connection.execute(NEWEST)
        if operation != "delete" and rev > floors.get(did, "")
    }
    wrong = there = 0
    for collection, rkey, did, rev, cid in connection.execute(THERE):
        there += 1
        wrong += expected.pop((collection, rkey, did), None) != (rev, cid)
    return Comparison(there - wrong + len(expected), there, wrong + len(expected), len(floors))


def deletions(connection: sqlite3.Connection) -> dict[str, str]:
    """Up to which revision the records of each deleted account are gone."""
    floors: dict[str, str] = {}
    for did, account in account_events(connection):
        if not account["active"] and account.get("status") == "deleted":
            floor = last_revision(microseconds(account["time"]))
            floors[did] = max(floor, floors.get(did, ""))
    return floors


def account_events(connection: sqlite3.Connection) -> Iterator[tuple[str, dict]]:
    """The account events of the log, of either wire."""
    for did, text in connection.execute(ACCOUNTS):
        message = json.loads(text)
        yield did, message.get("payload", message)["account"]


def microseconds(text: str) -> int:
    """A time of RFC 3339, since the Unix epoch."""
    moment = datetime.fromisoformat(text)
    return int(moment.replace(microsecond=0).timestamp()) * 1_000_000 + moment.microsecond


def last_revision(time: int) -> str:
    """The last revision (a TID) of a microsecond."""
    number = time << 10 | 1023
    return "".join(ALPHABET[number >> 5 * (12 - place) & 31] for place in range(13))
