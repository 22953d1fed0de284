"""How a number and what it counts, and a time of day, are written; which signs of a text anybody may be handed."""

import re
from datetime import datetime

_NOT_WRITTEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def plural(count: int, one: str, many: str = "") -> str:
    """5 students, 1 student; with a verb in both, 1 row waits, 2,000 rows wait."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def clock(at: datetime) -> str:
    """5:40 am, as the hands of that moment stand."""
    return f"{at.hour % 12 or 12}:{at:%M} {'am' if at.hour < 12 else 'pm'}"


def plain(text: str) -> str:
    """The text as it is handed to people: without controls of a terminal, and without signs that turn its direction.

    They are no part of a name, and one can make a name read as somebody else's. What is recorded stays as it was sent;
    pages, paper and files are written through this. Letters that are written from right to left keep their direction
    without such signs, and joiners (U+200C, U+200D), tabs and ends of lines stay.
    """
    return _NOT_WRITTEN.sub("", text)
