"""Every question of the table: Windsock's own, quickslice's, and the command that asks it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from . import database, questions, quickslice
from .prefill import LEAD_SECONDS, Filled
from .questions import Question

COLLECTION = "app.bsky.feed.post"
WEEK_HOURS = 168
# Sources/Store/Activity/ActivityBucket.swift: parts, and minutes of a part.
RANGES = {"1hr": (12, 5), "3hr": (12, 15), "6hr": (12, 30), "1day": (24, 60), "7day": (7, 1440)}


@dataclass(frozen=True)
class Entry:
    """A question, how quickslice would ask it (None where it does so alike, or not at all), and the command."""

    name: str
    ask: Question
    quickslice: Question | None
    command: tuple[str, ...]


@dataclass(frozen=True)
class Sample:
    """What is asked about."""

    now: datetime
    collection: str
    rkey: str
    did: str

    def text(self, hours_ago: int = 0) -> str:
        """A time as the tables hold it."""
        return datetime.fromtimestamp(self.now.timestamp() - hours_ago * 3600, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def sample(base: Filled) -> Sample:
    """The account with the most records, one of them, and a moment at which the history was new."""
    connection = database.connect(base.path)
    row = connection.execute(
        "SELECT collection, rkey, did FROM record"
        " WHERE actor = (SELECT actor FROM record GROUP BY actor ORDER BY count(*) DESC LIMIT 1) LIMIT 1"
    ).fetchone()
    connection.close()
    now = datetime.fromtimestamp(base.end_microseconds / 1e6 + LEAD_SECONDS / 2, UTC)
    return Sample(now, *row)


def entries(asked: Sample) -> list[Entry]:
    """All questions, in the order of the table."""
    return [*activity(asked), *buckets(asked), *state(asked)]


def activity(asked: Sample) -> list[Entry]:
    """Lists of events: of a day; of errors, which are few, of the whole week, so that a short log fills a page too."""
    day, week = asked.text(24), asked.text(WEEK_HOURS)
    show, command = questions.activity, ("activity", "list")
    only_errors = ("--status", "error", "--hours", str(WEEK_HOURS))
    of_collection = ("--collection", COLLECTION)
    return [
        Entry("recent", show(day).run, quickslice.recent(asked.text()), command),
        Entry("recent, success", show(day, "success").run, None, (*command, "--status", "success")),
        Entry("recent, error", show(week, "error").run, None, (*command, *only_errors)),
        Entry("recent, a collection", show(day, collection=COLLECTION).run, None, (*command, *of_collection)),
    ]


def buckets(asked: Sample) -> list[Entry]:
    """The chart of each span."""
    minute = int(asked.now.timestamp()) // 60
    return [
        Entry(
            f"buckets {name}",
            questions.buckets(minute, count, width),
            quickslice.buckets(asked.text(), count, width),
            ("activity", "buckets", name),
        )
        for name, (count, width) in RANGES.items()
    ]


def state(asked: Sample) -> list[Entry]:
    """The state of the whole, and records."""
    key = asked.collection, asked.rkey, asked.did
    uri = f"at://{asked.did}/{asked.collection}/{asked.rkey}"
    return [
        Entry("status", questions.status, quickslice.statistics, ("status",)),
        Entry("a record by its URI", questions.record(*key), None, ("records", uri)),
        Entry(
            "records of a collection",
            questions.records_of_collection(COLLECTION),
            quickslice.records_of_collection(COLLECTION),
            ("records", "--collection", COLLECTION),
        ),
        Entry(
            "records of an account",
            questions.records_of_account(asked.did),
            quickslice.records_of_account(asked.did),
            ("records", "--did", asked.did),
        ),
    ]
