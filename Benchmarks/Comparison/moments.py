"""Times as the tables hold them."""

from datetime import UTC, datetime

TID_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"


def timestamp(microseconds: int) -> str:
    """A moment as text, UTC."""
    return datetime.fromtimestamp(microseconds / 1e6, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def revision_at(microseconds: int) -> str:
    """The last revision (a TID) of a moment."""
    number = microseconds << 10 | 1023
    return "".join(TID_DIGITS[number >> shift & 31] for shift in range(60, -5, -5))
