"""Dates as the house stores them: whole days since 1970-01-01, in every column whose name ends in `day`.

An integer compares, subtracts and joins the same in SQL and in Python, and takes four bytes instead of ten.
"""

from datetime import date, timedelta

_EPOCH = date(1970, 1, 1)

EARLIEST = -25_567
"""1900-01-01. Earlier dates in a district's files are typing errors (years 0003 and 6209 have been seen)."""
LATEST = 47_481
"""2099-12-31."""


def day_number(day: date) -> int:
    """Days since 1970-01-01; negative before it. SQL: `unixepoch(text) / 86400`."""
    return (day - _EPOCH).days


def from_day_number(number: int) -> date:
    """The date of a stored day. SQL: `date(number * 86400, 'unixepoch')`."""
    return _EPOCH + timedelta(days=number)


def school_year(day: date) -> int:
    """The year in which the school year ends: 2027 for any day from July 2026 to June 2027."""
    return day.year + (day.month >= 7)
